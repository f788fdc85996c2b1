"""The board in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from arbwatch.ui.terminal import keys, outside, panels
from arbwatch.ui.terminal.dialogs import Choice, Words
from arbwatch.ui.terminal.grid import Grid
from arbwatch.ui.terminal.look import THEME
from arbwatch.ui.terminal.panes import TITLES, Pane, Panes
from arbwatch.ui.terminal.said import Said
from arbwatch.ui.terminal.state import Choices, Order
from arbwatch.ui.terminal.viewer import Viewer
from arbwatch.views import board
from arbwatch.views.columns import COLUMNS
from arbwatch.views.listing import Key
from arbwatch.views.picture import Picture
from arbwatch.views.text import plain


class Tab(Static):
    """A heading that shows its pane when clicked."""

    class Clicked(Message):
        """A pane is to be shown."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, number: int, pane: Pane, title: str) -> None:
        super().__init__(f"{number} {title}", id=f"tab-{pane}", classes="tab", markup=False)
        self._pane = pane

    def on_click(self) -> None:
        """Show the pane."""
        self.post_message(self.Clicked(self._pane))


class Board(App[None]):
    """Show pictures, newest first, at the pace the viewer chose."""

    CSS_PATH = "board.tcss"
    TITLE = "arbwatch"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the focused part sees them: a key typed fast means what it meant when the one before it was done.
        Binding(key, action, show=False, priority=True)
        for key, action in keys.ACTIONS
    ]

    def __init__(
        self,
        read: Callable[[], Picture],
        *,
        refresh_ms: int = 250,
        columns: Iterable[str] | None = None,
        venues: Iterable[str] | None = None,
        address: str | None = None,
        look: Callable[[Collection[Key]], None] | None = None,
        export_dir: Path | None = None,
    ) -> None:
        super().__init__()
        self._read = read
        self._look = look
        self._looked_at: frozenset[Key] = frozenset()
        self._address = address
        self._export_dir = export_dir or Path()
        self.choices = Choices(refresh_ms, board.choose(columns), frozenset(venues or ()))
        self.viewer = Viewer(read(), self.choices)
        self.panes = Panes(self.viewer)
        self._pane: Pane = "board"
        self._timer: Timer | None = None
        self._said = {name: Said(id=name) for name in ("head", "chosen", "notices", "keys")}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to a window that is open, and to what is being typed."""
        if action == "quit":
            return True
        if len(self.screen_stack) > 1:
            return False
        return action == "clear" or not isinstance(self.focused, Input)

    def compose(self) -> ComposeResult:
        """Lay out the board."""
        yield self._said["head"]
        with Horizontal(id="tabs"):
            for number, (name, title) in enumerate(TITLES.items(), start=1):
                yield Tab(number, name, title)
            yield self._said["chosen"]
        yield self._said["notices"]
        with Horizontal(id="find"):
            yield Static("find ", markup=False)
            yield Input(placeholder="asset, symbol or venue", compact=True, disabled=True)
        yield self.panes
        with Horizontal(id="foot"):
            yield self._said["keys"]
            yield Said(self._address or "", id="address")

    def on_mount(self) -> None:
        """Begin to look."""
        self.register_theme(THEME)
        self.theme = THEME.name
        outside.on_termination(self.exit)
        self._go("board")
        self._pace()

    def on_resize(self) -> None:
        """Say as much as the new width has room for."""
        self.call_after_refresh(self.tick)

    def tick(self) -> None:
        """Take the newest picture and show it."""
        if not self.panes.is_attached:
            return
        self.viewer.take(self._read())
        self.paint()

    def paint(self) -> None:
        """Show the picture at hand, as chosen."""
        viewer, picture, width = self.viewer, self.viewer.picture, self.size.width
        rows = len(viewer.sheet)
        said = self._said
        said["head"].say(panels.head(picture, rows, self.choices.refresh_ms, viewer.frozen, width))
        notices = panels.notices(picture, width) if rows and self._pane != "health" else Text()
        said["notices"].set_class(bool(notices), "-on")
        said["notices"].say(notices)
        said["chosen"].say(self.panes.show(self._pane, width))
        if self._look is not None and self.panes.looked_at != self._looked_at:
            self._looked_at = self.panes.looked_at
            self._look(self._looked_at)
        said["keys"].say(keys.footer(width - len(self._address or "") - 3))
        if isinstance(self.screen, Words):
            self.screen.again()

    def _go(self, pane: Pane) -> None:
        self._pane = pane
        for name in TITLES:
            self.query_one(f"#tab-{name}").set_class(name == pane, "-on")
        self.tick()

    def _pace(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(self.choices.refresh_ms / 1000, self.tick)

    @property
    def _table(self) -> Grid:
        return self.panes.grid_in_sight

    @property
    def _order(self) -> Order:
        choices = self.choices
        return {"spreads": choices.spreads, "asset": choices.markets}.get(self._pane, choices.rows)

    @on(Tab.Clicked)
    def _tab(self, message: Tab.Clicked) -> None:
        self._go(message.pane)

    @on(Grid.Heading)
    def _heading(self, message: Grid.Heading) -> None:
        self._order.choose(message.column)
        self.paint()

    @on(Grid.Opened)
    def _opened(self, message: Grid.Opened) -> None:
        self.action_details()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        if message.input.disabled:
            # What was on its way when it was cleared.
            message.input.value = ""
        else:
            self.choices.text = message.value
            self.paint()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.query_one("#find").set_class(bool(self.choices.text), "-on")
        self.query_one(Input).disabled = True
        self.set_focus(None)
        self.panes.take_focus()

    def action_pane(self, name: Pane) -> None:
        """Show another pane."""
        self._go(name)

    def action_asset(self) -> None:
        """Show the asset of the row under the cursor on every market."""
        if rows := self.panes.chosen():
            self.viewer.choose_asset(rows[0])
        self._go("asset")

    def action_find(self) -> None:
        """Begin to type what rows must contain."""
        self.query_one("#find").add_class("-on")
        typing = self.query_one(Input)
        typing.disabled = False
        self.set_focus(typing)

    def action_clear(self) -> None:
        """Show every row again."""
        self.query_one("#find").remove_class("-on")
        self.query_one(Input).value = ""
        self.query_one(Input).disabled = True
        self.choices.text, self.choices.market, self.choices.currency = "", None, None
        self.choices.venues = frozenset()
        self.set_focus(None)
        self.panes.take_focus()
        self.paint()

    def action_sort(self, step: int) -> None:
        """Sort by the next column in sight, or the one before."""
        if self._table.shown:
            self._order.step(self._table.shown, step)
        self.paint()

    def action_reverse(self) -> None:
        """Turn the order around."""
        self._order.descending = not self._order.descending
        self.paint()

    def action_market(self) -> None:
        """Show spot, perp or both."""
        self.choices.next_market()
        self.paint()

    def action_currency(self) -> None:
        """Show the rows of one quote currency, the next one, or all; of an asset, the next it has."""
        if self._pane == "asset":
            self.viewer.next_asset_currency()
        else:
            self.choices.next_currency(self.viewer.listing.choices("quote_currency"))
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
        self.viewer.freeze()
        self.paint()

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

        names = [status.venue for status in self.viewer.picture.venues]
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
        rows = self.panes.chosen()
        if not rows:
            return

        def words(width: int) -> Text:
            return panels.facts(self.viewer.details(rows), width)

        title = " and ".join(dict.fromkeys(plain(symbol) for _, symbol in rows))
        self.push_screen(Words(title, words, "o opens its page · esc closes", self.action_page))

    def action_leave(self) -> None:
        """End."""
        self.exit()

    def action_help(self) -> None:
        """Say what the keys do and what the columns mean."""
        self.push_screen(Words("Help", keys.help_words, "esc closes"))

    def action_export(self) -> None:
        """Write the rows, as filtered and sorted, to a CSV file."""
        text, count = self.viewer.csv()
        try:
            path = outside.write(self._export_dir, "arbwatch-board", self.viewer.sheet.now, text)
        except OSError as problem:
            self.notify(f"Could not write to {self._export_dir}: {problem}", severity="error", markup=False)
            return
        self.notify(f"{count} rows written to {path}", markup=False)

    def action_page(self) -> None:
        """Open the page where the row under the cursor is traded, and name it."""
        for key in self.panes.chosen():
            page = self.viewer.page(key)
            if page is None:
                self.notify(f"{plain(key[0])} names no page for {plain(key[1])}", markup=False)
            else:
                opened = outside.browse(page)
                self.notify(plain(page) if opened else f"No browser to open {plain(page)}", markup=False)
