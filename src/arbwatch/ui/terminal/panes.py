"""The panes under the tabs: start, board, spreads, one asset, health."""

from __future__ import annotations

from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import ContentSwitcher

from arbwatch.ui.terminal import panels
from arbwatch.ui.terminal.asset import AssetPane
from arbwatch.ui.terminal.grid import Grid
from arbwatch.ui.terminal.said import Said
from arbwatch.ui.terminal.viewer import Viewer
from arbwatch.views import asset, health, spreads
from arbwatch.views.listing import Key
from arbwatch.views.text import plain

Pane = Literal["board", "spreads", "asset", "health"]
TITLES: dict[Pane, str] = {"board": "Board", "spreads": "Spreads", "asset": "Asset", "health": "Health"}
_UNMATCHED = "Nothing matches. Esc shows everything again."


class Panes(ContentSwitcher):
    """Show one pane of what a viewer looks at, or the start while there is no row."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(initial="start", id="panes")
        self._viewer = viewer
        self.grid = Grid(viewer.choices.columns, id="board")
        self.spread_grid = Grid(spreads.COLUMNS, id="spread-grid")
        self.markets = AssetPane()
        self._start = Said(id="start")
        self._uncounted = Said(id="uncounted")
        self._health = Said(id="health-words")
        self._health_pane = VerticalScroll(self._health, id="health")

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        yield self._start
        yield self.grid
        with Vertical(id="spreads"):
            yield self.spread_grid
            yield self._uncounted
        yield self.markets
        yield self._health_pane

    def show(self, pane: Pane, width: int) -> str:
        """Show a pane as it stands; return in words what is chosen of it."""
        empty = not len(self._viewer.sheet)
        current = "start" if empty and pane != "health" else pane
        if self.current != current:
            self.current = current
            self.take_focus()
        if pane == "health":
            self._health.say(panels.lines(health.health(self._viewer.picture), width - 6))
        elif empty:
            self._start.say(panels.start(self._viewer.picture, width - 8))
        else:
            return {"board": self._show_rows, "spreads": self._show_spreads}.get(pane, self._show_asset)()
        return ""

    @property
    def looked_at(self) -> frozenset[Key]:
        """The markets whose books are in sight."""
        return self.markets.keys if self.current == "asset" else frozenset()

    @property
    def grid_in_sight(self) -> Grid:
        """The table that keys and sorting go to."""
        return {"spreads": self.spread_grid, "asset": self.markets.grid}.get(self.current or "", self.grid)

    def take_focus(self) -> None:
        """Let the keys go to the pane in sight."""
        if self.current == "health":
            self._health_pane.focus()
        elif self.current != "start":
            self.grid_in_sight.focus()

    def chosen(self) -> list[Key]:
        """Return the row under the cursor, or both legs of the spread under it."""
        if self.current not in ("board", "spreads", "asset"):
            return []
        cursor = self.grid_in_sight.cursor
        if not isinstance(cursor, tuple):
            return []
        return list(cursor) if self.current == "spreads" else [cursor]

    def _show_rows(self) -> str:
        choices, grid = self._viewer.choices, self.grid
        source = self._viewer.rows()
        grid.order(choices.rows.sort, choices.rows.descending)
        grid.empty = _UNMATCHED
        grid.show(source, choices.columns)
        return choices.words(f"{len(source)} rows", len(grid.shown), len(choices.columns))

    def _show_asset(self) -> str:
        shown = self._viewer.asset()
        order = self._viewer.choices.markets
        self.markets.show(shown, order.sort, descending=order.descending, width=self.size.width)
        if shown is None:
            return ""
        more = f" · u: {', '.join(map(plain, shown.currencies))}" if len(shown.currencies) > 1 else ""
        return asset.summary(shown) + more

    def _show_spreads(self) -> str:
        choices, grid = self._viewer.choices, self.spread_grid
        source = self._viewer.spreads()
        grid.order(choices.spreads.sort, choices.spreads.descending)
        grid.empty = _UNMATCHED if choices.text else "No pair to compare."
        grid.show(source, source.columns)
        words = spreads.uncounted(self._viewer.sheet.picture)
        self._uncounted.say(f"Do not count either: {words}" if words else "")
        return choices.words(source.summary(choices.excluded), len(grid.shown), len(source.columns))
