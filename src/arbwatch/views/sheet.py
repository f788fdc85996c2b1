"""One picture laid out as flat rows of numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import isnan

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.codes import FUNDING_STATUSES, INTERVAL_SOURCES, RowState
from arbwatch.model import FundingStatus, Instrument, IntervalSource
from arbwatch.views.listing import Listing
from arbwatch.views.picture import Picture

Numbers = NDArray[np.float64]
_TIMES = frozenset(("time", "received", "changed", "confirmed", "next_time", "ticker_time", "funding_time", "gap"))


def known(numbers: Numbers, row: int) -> float | None:
    """Return one number of a column; None where unknown."""
    value = float(numbers[row])
    return None if isnan(value) else value


class Sheet:
    """Read a picture row by row: row r is the same instrument in every column.

    Columns are float64 with NaN for unknown. Nothing is computed before it is asked for.
    """

    def __init__(self, picture: Picture, listing: Listing | None = None) -> None:
        self.picture = picture
        self.now = picture.now
        self.listing = listing.renew(picture.snapshot) if listing else Listing(picture.snapshot)
        self._columns: dict[str, Numbers] = {}
        self._derived: dict[str, Numbers] = {}

    def __len__(self) -> int:
        return len(self.listing.instruments)

    def column(self, name: str) -> Numbers:
        """Return the snapshot's column `name`; times are ns, their 0 is unknown."""
        found = self._columns.get(name)
        if found is None:
            cells = np.ravel(getattr(self.picture.snapshot, name))[self._places]
            found = cells.astype(np.float64)
            if name in _TIMES:
                found[cells == 0] = np.nan
            self._columns[name] = found
        return found

    def derived(self, name: str, make: Callable[[], Numbers]) -> Numbers:
        """Return what `make` computes, computed once."""
        found = self._derived.get(name)
        if found is None:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = make()
            found[np.isinf(found)] = np.nan
            self._derived[name] = found
        return found

    def number(self, name: str, row: int) -> float | None:
        """Return one cell of the snapshot's column `name`; None where unknown."""
        return known(self.column(name), row)

    def instrument(self, row: int) -> Instrument:
        """Return what row `row` is about."""
        return self.listing.instruments[row]

    def interval_source(self, row: int) -> IntervalSource | None:
        """Return where the funding interval of row `row` is known from."""
        code = int(self.column("interval_source")[row])
        return INTERVAL_SOURCES[code]

    def funding_status(self, row: int) -> FundingStatus | None:
        """Return how settled the funding rate of row `row` is."""
        code = int(self.column("funding_status")[row])
        return FUNDING_STATUSES[code]

    def state(self, row: int) -> RowState:
        """Return the state of row `row`."""
        return RowState(int(self.states[row]))

    @cached_property
    def states(self) -> NDArray[np.int64]:
        """The rows' states, as numbers of `RowState`."""
        return np.ravel(self.picture.snapshot.shown)[self._places].astype(np.int64)

    @cached_property
    def mid(self) -> Numbers:
        """Half-way between bid and ask; the last price where a side is missing."""
        middle = (self.column("bid") + self.column("ask")) / 2
        return np.where(np.isnan(middle), self.column("last"), middle)

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        width = self.picture.snapshot.bid.shape[1]
        listing = self.listing
        return listing.flat if width == listing.width else listing.flat + listing.lanes * (width - listing.width)
