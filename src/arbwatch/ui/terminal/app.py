"""The board in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Input, Static

from arbwatch.ui.terminal import keys, outside, panels
from arbwatch.ui.terminal.dialogs import Choice, Words
from arbwatch.ui.terminal.grid import Grid
from arbwatch.ui.terminal.look import THEME
from arbwatch.ui.terminal.sources import BoardSource, SpreadSource
from arbwatch.ui.terminal.state import Choices
from arbwatch.views import board, details, export, health, spreads
from arbwatch.views.columns import COLUMNS
from arbwatch.views.listing import Key, Listing
from arbwatch.views.picture import Picture
from arbwatch.views.sheet import Sheet
from arbwatch.views.text import plain

PANES = {"board": "Board", "spreads": "Spreads", "health": "Health"}


class Board(App[None]):
    """Show pictures, newest first, at the pace the viewer chose."""

    CSS_PATH = "board.tcss"
    TITLE = "arbwatch"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, action, show=False) for key, action in keys.ACTIONS]

    def __init__(
        self,
        read: Callable[[], Picture],
        *,
        refresh_ms: int = 250,
        columns: Iterable[str] | None = None,
        venues: Iterable[str] | None = None,
        address: str | None = None,
        export_dir: Path | None = None,
    ) -> None:
        super().__init__()
        self._read = read
        self._address = address
        self._export_dir = export_dir or Path()
        chosen = board.choose(columns)
        self.choices = Choices(refresh_ms, chosen, frozenset(venues or ()))
        self.picture = read()
        self.frozen: Picture | None = None
        self.sheet = Sheet(self.picture)
        self._listing: Listing = self.sheet.listing
        self._pane = "board"
        self._timer: Timer | None = None
        self._texts: dict[str, object] = {}

    def compose(self) -> ComposeResult:
        """Lay out the board."""
        yield Static(id="head", markup=False)
        with Horizontal(id="tabs"):
            for number, (name, title) in enumerate(PANES.items(), start=1):
                yield Tab(f"{number} {title}", id=f"tab-{name}", classes="tab", markup=False)
            yield Static(id="chosen", markup=False)
        yield Static(id="notices", markup=False)
        with Horizontal(id="find"):
            yield Static("find ", markup=False)
            yield Input(placeholder="asset, symbol or venue", compact=True, disabled=True)
        with ContentSwitcher(initial="start", id="panes"):
            yield Static(id="start", markup=False)
            yield Grid(self.choices.columns, id="board")
            with Vertical(id="spreads"):
                yield Grid(spreads.COLUMNS, id="spread-grid")
                yield Static(id="uncounted", markup=False)
            with VerticalScroll(id="health"):
                yield Static(id="health-words", markup=False)
        with Horizontal(id="foot"):
            yield Static(id="keys", markup=False)
            yield Static(self._address or "", id="address", markup=False)

    def on_mount(self) -> None:
        """Begin to look."""
        self.register_theme(THEME)
        self.theme = THEME.name
        self.grid = self.query_one("#board", Grid)
        self.spread_grid = self.query_one("#spread-grid", Grid)
        outside.on_termination(self.exit)
        self._go("board")
        self._pace()

    def on_resize(self) -> None:
        """Say as much as the new width has room for."""
        self.call_after_refresh(self.tick)

    def tick(self) -> None:
        """Take the newest picture and show it."""
        if not self.grid.is_attached:
            return
        self.picture = self._read()
        self.sheet = Sheet(self.frozen or self.picture, self._listing)
        self._listing = self.sheet.listing
        self.paint()

    def paint(self) -> None:
        """Show the picture at hand, as chosen."""
        picture, width = self.picture, self.size.width
        self._say("head", panels.head(picture, len(self.sheet), self.choices.refresh_ms, self.frozen, width))
        empty = not len(self.sheet)
        quiet = empty or self._pane == "health"
        notices = None if quiet else panels.notices(picture, width)
        self.query_one("#notices").set_class(bool(notices), "-on")
        if notices:
            self._say("notices", notices)
        self._switch("start" if empty and self._pane != "health" else self._pane)
        if self._pane == "health":
            self._say("health-words", panels.lines(health.health(picture), width - 6))
        elif empty:
            self._say("start", panels.start(picture, width - 8))
        elif self._pane == "board":
            self._paint_rows()
        else:
            self._paint_spreads()
        self._say("keys", keys.footer(width - len(self._address or "") - 3))
        if isinstance(self.screen, Words):
            self.screen.again()

    def _paint_rows(self) -> None:
        choices, grid = self.choices, self.grid
        grid.order(choices.rows.sort, choices.rows.descending)
        places = board.order(self.sheet, choices.filter(), choices.rows.sort, choices.rows.descending)
        grid.empty = "Nothing matches. Esc shows everything again."
        grid.show(BoardSource(self.sheet, places, choices.columns), choices.columns)
        self._say("chosen", self._chosen(f"{len(places)} rows", grid, len(choices.columns)))

    def _paint_spreads(self) -> None:
        choices, grid = self.choices, self.spread_grid
        grid.order(choices.spreads.sort, choices.spreads.descending)
        found = spreads.matching(spreads.lines(self.sheet.picture, self._listing), choices.text)
        if choices.excluded:
            found = [line for line in found if line.reason is not None]
        grid.empty = "No pair to compare." if not choices.text else "Nothing matches. Esc shows everything again."
        lines = spreads.order(found, choices.spreads.sort, choices.spreads.descending)
        grid.show(SpreadSource(lines), spreads.COLUMNS)
        words = spreads.uncounted(self.sheet.picture)
        self._say("uncounted", f"Do not count either: {words}" if words else "")
        counted = [line for line in found if line.reason is None]
        above = sum(line.spread.gross > 0 for line in counted)
        words = f"{above} of {len(counted)} above 0" if not choices.excluded else f"{len(found)} do not count"
        self._say("chosen", self._chosen(words, grid, len(spreads.COLUMNS)))

    def _chosen(self, count: str, grid: Grid, columns: int) -> str:
        words = self.choices.words(len(grid.shown), columns)
        return f"{words} · {count}" if words else count

    def _say(self, name: str, words: object) -> None:
        if self._texts.get(name) != words:
            self._texts[name] = words
            self.query_one(f"#{name}", Static).update(words)  # type: ignore[arg-type] # Text and str both are visuals

    def _switch(self, name: str) -> None:
        switcher = self.query_one("#panes", ContentSwitcher)
        if switcher.current != name:
            switcher.current = name
            self._focus_pane()

    def _focus_pane(self) -> None:
        if self.focused is not None and isinstance(self.focused, Input):
            return
        current = self.query_one("#panes", ContentSwitcher).current
        target = {"board": "#board", "spreads": "#spread-grid", "health": "#health"}.get(current or "")
        if target:
            self.query_one(target).focus()

    def _go(self, pane: str) -> None:
        self._pane = pane
        for name in PANES:
            self.query_one(f"#tab-{name}").set_class(name == pane, "-on")
        self._say("chosen", "")
        self.tick()

    def _pace(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(self.choices.refresh_ms / 1000, self.tick)

    @property
    def _table(self) -> Grid:
        return self.spread_grid if self._pane == "spreads" else self.grid

    @on(Grid.Heading)
    def _heading(self, message: Grid.Heading) -> None:
        (self.choices.spreads if self._pane == "spreads" else self.choices.rows).choose(message.column)
        self.paint()

    @on(Grid.Opened)
    def _opened(self, message: Grid.Opened) -> None:
        self.action_details()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        self.choices.text = message.value
        self.paint()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.query_one("#find").set_class(bool(self.choices.text), "-on")
        self.query_one(Input).disabled = True
        self.set_focus(None)
        self._focus_pane()

    def action_pane(self, name: str) -> None:
        """Show another pane."""
        self._go(name)

    def action_find(self) -> None:
        """Begin to type what rows must contain."""
        self.query_one("#find").add_class("-on")
        typing = self.query_one(Input)
        typing.disabled = False
        typing.focus()

    def action_clear(self) -> None:
        """Show every row again."""
        self.query_one("#find").remove_class("-on")
        self.query_one(Input).value = ""
        self.query_one(Input).disabled = True
        self.choices.text, self.choices.market, self.choices.currency = "", None, None
        self.choices.venues = frozenset()
        self.set_focus(None)
        self._focus_pane()
        self.paint()

    def action_sort(self, step: int) -> None:
        """Sort by the next column in sight, or the one before."""
        order = self.choices.spreads if self._pane == "spreads" else self.choices.rows
        if self._table.shown:
            order.step(self._table.shown, step)
        self.paint()

    def action_reverse(self) -> None:
        """Turn the order around."""
        order = self.choices.spreads if self._pane == "spreads" else self.choices.rows
        order.descending = not order.descending
        self.paint()

    def action_market(self) -> None:
        """Show spot, perp or both."""
        self.choices.next_market()
        self.paint()

    def action_currency(self) -> None:
        """Show the rows of one quote currency, the next one, or all."""
        self.choices.next_currency(self._listing.choices("quote_currency"))
        self.paint()

    def action_set(self) -> None:
        """Show the next set of columns."""
        self.choices.next_set()
        self.paint()

    def action_excluded(self) -> None:
        """Show only the spreads that do not count, or all."""
        self.choices.excluded = not self.choices.excluded
        if self._pane != "spreads":
            self._go("spreads")
        self.paint()

    def action_freeze(self) -> None:
        """Hold the rows still, or let them go on."""
        self.frozen = None if self.frozen else self.picture
        self.tick()

    def action_pace(self, step: int) -> None:
        """Refresh more often, or less."""
        self.choices.pace(step)
        self._pace()
        self.paint()

    def action_venues(self) -> None:
        """Choose the venues to show."""

        def take(chosen: list[str] | None) -> None:
            if chosen is not None:
                self.choices.venues = frozenset(chosen) if len(chosen) < len(names) else frozenset()
                self.paint()

        names = [status.venue for status in self.picture.venues]
        options = [(name, plain(name)) for name in names]
        self.push_screen(Choice("Venues", options, self.choices.venues or names), take)

    def action_columns(self) -> None:
        """Choose the columns to show."""

        def take(chosen: list[str] | None) -> None:
            if chosen:
                self.choices.columns = tuple(column for column in COLUMNS if column.id in chosen)
                self.choices.set_name = ""
                self.paint()

        options = [(column.id, f"{column.title:<10} {column.help}") for column in COLUMNS]
        self.push_screen(Choice("Columns", options, [column.id for column in self.choices.columns]), take)

    def action_details(self) -> None:
        """Show everything known of the row under the cursor."""
        rows = self._rows_under_cursor()
        if not rows:
            return

        def words(width: int) -> Text:
            found = [self._listing.rows[key] for key in rows if key in self._listing.rows]
            return panels.facts((fact for row in found for fact in details.details(self.sheet, row)), width)

        title = " and ".join(dict.fromkeys(plain(symbol) for _, symbol in rows))
        self.push_screen(Words(title, words, "o opens its page · esc closes", self.action_page))

    def _rows_under_cursor(self) -> list[Key]:
        if not len(self.sheet) or self._pane == "health":
            return []
        cursor = self._table.cursor
        if not isinstance(cursor, tuple):
            return []
        return list(cursor) if self._pane == "spreads" else [cursor]

    def action_help(self) -> None:
        """Say what the keys do and what the columns mean."""
        self.push_screen(Words("Help", keys.help_words, "esc closes"))

    def action_export(self) -> None:
        """Write the rows, as filtered and sorted, to a CSV file."""
        choices = self.choices
        places = board.order(self.sheet, choices.filter(), choices.rows.sort, choices.rows.descending)
        text = export.board(self.sheet, places, choices.columns)
        try:
            path = outside.write(self._export_dir, "arbwatch-board", self.sheet.now, text)
        except OSError as problem:
            self.notify(f"Could not write to {self._export_dir}: {problem}", severity="error", markup=False)
            return
        self.notify(f"{len(places)} rows written to {path}", markup=False)

    def action_page(self) -> None:
        """Open the page where the row under the cursor is traded, and name it."""
        for key in self._rows_under_cursor():
            row = self._listing.rows.get(key)
            page = details.page(self.sheet, row) if row is not None else None
            if page is None:
                self.notify(f"{plain(key[0])} names no page for {plain(key[1])}", markup=False)
            else:
                opened = outside.browse(page)
                self.notify(plain(page) if opened else f"No browser to open {plain(page)}", markup=False)


class Tab(Static):
    """A heading that shows its pane when clicked."""

    async def on_click(self) -> None:
        """Show the pane."""
        await self.app.run_action(f"pane('{(self.id or '').removeprefix('tab-')}')")
