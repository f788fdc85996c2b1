"""The pane of one asset: its markets side by side, each against each, and the book of one."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from arbwatch.ui.terminal.grid import Grid
from arbwatch.ui.terminal.look import style
from arbwatch.ui.terminal.said import Said
from arbwatch.ui.terminal.sources import AssetSource
from arbwatch.views import asset
from arbwatch.views.listing import Key
from arbwatch.views.networks import Cells

BOOK_WIDTH = 54
"""Cells that the book takes beside the matrix; as in the style sheet."""
SIDE_BY_SIDE = 110
"""Cells from which matrix and book stand beside each other."""


class AssetPane(Vertical):
    """Show what is known of one asset in one quote currency."""

    def __init__(self) -> None:
        super().__init__(id="asset")
        self.grid = Grid(asset.COLUMNS, id="asset-grid")
        self._matrix = Said(id="matrix")
        self._book = Said(id="book")
        self._below = Horizontal(VerticalScroll(self._matrix, id="matrix-pane"), self._book, id="below")
        self.keys: frozenset[Key] = frozenset()
        """The markets shown."""

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield self.grid
        yield self._below

    def show(self, shown: asset.Asset | None, sort: str, *, descending: bool, width: int) -> None:
        """Show an asset with its markets in an order, within `width` cells."""
        places = asset.order(shown.places, sort, descending) if shown else []
        self.keys = frozenset(place.key for place in places)
        self.grid.order(sort, descending)
        self.grid.empty = "No market of this asset."
        self.grid.show(AssetSource(places), asset.COLUMNS)
        beside = width >= SIDE_BY_SIDE
        self._below.set_class(not beside, "-narrow")
        if shown is None:
            return
        lines = asset.matrix_lines(shown, width - (BOOK_WIDTH if beside else 0) - 4)
        self._matrix.say(_text([*lines, [], *shown.networks]))
        chosen = next((place for place in places if place.key == self.grid.cursor), None)
        self._book.say(_text(asset.ladder_lines(chosen)))


def _text(lines: Iterable[Cells]) -> Text:
    text = Text(no_wrap=True)
    for line in lines:
        for words, tone in line:
            text.append(words, style(tone, bold=tone == "good"))
        text.append("\n")
    text.rstrip()
    return text
