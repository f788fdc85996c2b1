"""What the grids of the board show: market rows, spreads, the markets of one asset."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from arbwatch.ui.terminal.lines import Cell
from arbwatch.views import asset, board, spreads
from arbwatch.views.columns import Column
from arbwatch.views.sheet import Sheet, known


class BoardSource:
    """Rows of a sheet in an order."""

    def __init__(self, sheet: Sheet, places: NDArray[np.intp], columns: Sequence[Column]) -> None:
        self.sheet = sheet
        self.places = places
        self.columns = columns

    def __len__(self) -> int:
        return len(self.places)

    def key(self, index: int) -> Hashable:
        """Return venue and symbol."""
        return self.sheet.listing.keys[self.places[index]]

    def find(self, key: Hashable) -> int | None:
        """Return where the row of a venue and symbol stands."""
        row = self.sheet.listing.rows.get(key) if isinstance(key, tuple) else None
        if row is None:
            return None
        found = np.flatnonzero(self.places == row)
        return int(found[0]) if len(found) else None

    def cells(self, index: int, columns: Sequence[int]) -> list[Cell]:
        """Return cells; those of rows that are not of this moment are dim."""
        sheet, row = self.sheet, int(self.places[index])
        old = board.stale(sheet, row)
        made = []
        for at in columns:
            column = self.columns[at]
            tone = "dim" if old and column.id != "state" else column.tone(sheet, row)
            value = known(column.value(sheet), row) if column.flash else None
            made.append(Cell(column.text(sheet, row), tone, value))
        return made


class SpreadSource:
    """Spreads in an order."""

    def __init__(self, lines: Sequence[spreads.Line], columns: Sequence[spreads.SpreadColumn]) -> None:
        self.lines = lines
        self.columns = columns
        self._places: dict[Hashable, int] = {line.key: place for place, line in enumerate(lines)}

    def __len__(self) -> int:
        return len(self.lines)

    def summary(self, excluded: bool) -> str:
        """Say how many there are."""
        counted = [line for line in self.lines if line.reason is None]
        above = sum(line.spread.gross > 0 for line in counted)
        return f"{len(self.lines)} do not count" if excluded else f"{above} of {len(counted)} above 0"

    def key(self, index: int) -> Hashable:
        """Return both legs' venue and symbol."""
        return self.lines[index].key

    def find(self, key: Hashable) -> int | None:
        """Return where a spread stands."""
        return self._places.get(key)

    def cells(self, index: int, columns: Sequence[int]) -> list[Cell]:
        """Return cells; those of spreads that do not count are dim."""
        line = self.lines[index]
        made = []
        for at in columns:
            column = self.columns[at]
            tone = "dim" if line.reason and column.id != "check" else column.tone(line)
            value = column.value(line) if column.flash else None
            made.append(Cell(column.text(line), tone, value if isinstance(value, float) else None))
        return made


class AssetSource:
    """The markets of one asset in an order."""

    def __init__(self, places: Sequence[asset.Place]) -> None:
        self.places = places
        self._at: dict[Hashable, int] = {place.key: at for at, place in enumerate(places)}

    def __len__(self) -> int:
        return len(self.places)

    def key(self, index: int) -> Hashable:
        """Return venue and symbol."""
        return self.places[index].key

    def find(self, key: Hashable) -> int | None:
        """Return where a market stands."""
        return self._at.get(key)

    def cells(self, index: int, columns: Sequence[int]) -> list[Cell]:
        """Return cells; those of markets that are no legs are dim."""
        place = self.places[index]
        made = []
        for at in columns:
            column = asset.COLUMNS[at]
            tone = "dim" if place.stand.reason and column.id != "check" else column.tone(place)
            value = column.value(place) if column.flash else None
            made.append(Cell(column.text(place), tone, value if isinstance(value, float) else None))
        return made
