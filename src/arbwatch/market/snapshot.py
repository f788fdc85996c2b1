"""A moment of the table."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from arbwatch.market.codes import UNSTREAMED, RowState, Source
from arbwatch.market.columns import LAYOUT, Codes, Columns, Flags, Floats
from arbwatch.market.layout import Key, Lane, Layout
from arbwatch.model import Instrument

POLLED_NS = 30_000_000_000
"""A price from REST that is older is not being polled any more."""
_UNSTREAMED = np.isin(np.arange(len(RowState)), UNSTREAMED)


class Arrivals(NamedTuple):
    """What came through one lane's door since the start."""

    quotes: int = 0
    unknown: int = 0
    """Quotes of symbols that are not listed."""
    reordered: int = 0
    """Quotes older than what was already known, dropped."""
    unreadable: int = 0
    """Quotes whose values are no numbers, dropped."""


class Snapshot(Columns):
    """Hold every column as it stood at `now` (UTC ns); readable from any thread."""

    def __init__(
        self,
        now: int,
        columns: Columns,
        layout: Layout,
        offsets: Floats,
        arrivals: tuple[Arrivals, ...] = (),
        latencies: tuple[Floats, ...] = (),
    ) -> None:
        self.now = now
        self.layout = layout
        self.offsets = offsets
        """By lane: the venue's clock less ours, ns; NaN where unknown."""
        self.arrivals = arrivals
        """By lane."""
        self.latencies = latencies
        """By lane: a sample of the newest lags, ns; empty where the venue sends no time."""
        for name in LAYOUT:
            setattr(self, name, getattr(columns, name))

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The venues, in the order of the rows."""
        return self.layout.lanes

    @property
    def keys(self) -> tuple[Key, ...]:
        """What each column stands for."""
        return self.layout.keys

    @property
    def instruments(self) -> tuple[tuple[Instrument | None, ...], ...]:
        """By lane, then column; None where nothing stands. The same object until a listing changes."""
        return self.layout.instruments

    @cached_property
    def lag(self) -> Floats:
        """How long the last streamed quote was on its way, ns, the venue's clock offset removed; NaN if unknown."""
        timed = (self.time > 0) & (self.source == Source.STREAM)
        offsets = np.nan_to_num(self.offsets)[:, None]
        return np.where(timed, (self.received - self.time) + offsets, np.nan)

    @cached_property
    def polled(self) -> Flags:
        """Mark rows that no stream serves while REST does: their price was asked for within `POLLED_NS`."""
        fresh = (self.source == Source.REST) & (self.confirmed > self.now - POLLED_NS)
        found: Flags = fresh & _UNSTREAMED[self.state]
        return found

    @cached_property
    def shown(self) -> Codes:
        """The rows' states as they are told, `POLLED` among them."""
        return np.where(self.polled, np.uint8(RowState.POLLED), self.state)

    def lane(self, venue: str) -> int:
        """Return the row of a venue."""
        return next(row for row, lane in enumerate(self.lanes) if lane.venue == venue)

    def state_name(self, lane: int, column: int) -> str:
        """Name the state of one instrument in small letters."""
        return RowState(int(self.shown[lane, column])).name.lower()
