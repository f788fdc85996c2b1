"""One venue's rows of a snapshot, and what a check found on each of them."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.codes import RowState, Source
from arbwatch.market.columns import LAYOUT, Codes, Columns, Flags, Floats, Places
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument

Kind = Literal["quotes", "answers", "tickers", "funding", "clock"]
"""What a check needs: streamed quotes, the REST list of quotes, 24 h statistics, funding, the venue's clock."""

UNKNOWN, OK, WRONG = 0, 1, 2


class Rows(Columns):
    """Hold the columns of one lane, each of shape (width,)."""

    def __init__(self, snapshot: Snapshot, venue: str) -> None:
        lane = snapshot.lane(venue)
        self.now = snapshot.now
        self.offset = float(snapshot.offsets[lane])
        """The venue's clock less ours, ns; NaN where unknown."""
        self.instruments: tuple[Instrument | None, ...] = snapshot.instruments[lane]
        self.places: dict[str, int] = snapshot.layout.rows[lane]
        """By symbol."""
        for name in LAYOUT:
            setattr(self, name, getattr(snapshot, name)[lane])
        self.streaming: Flags = (self.state == RowState.LIVE) & (self.source == Source.STREAM)

    @property
    def width(self) -> int:
        """How many places there are."""
        return len(self.bid)

    @property
    def mid(self) -> Floats:
        """The middle of the quote; NaN without both sides."""
        return (self.bid + self.ask) / 2.0


class Judged(NamedTuple):
    """What one check found: a code (UNKNOWN, OK or WRONG) per row, and the words for what is wrong."""

    check: str
    kind: Kind
    codes: Codes
    row: Callable[[int], str]
    """Say what is wrong with the row at a place, with its figures."""
    whole: Callable[[Places], str]
    """Say what is wrong with many rows at once, with the figures; "on n of m markets" is added to it."""
    alone: bool = True
    """One row may be wrong by itself; else only many together say anything."""
    needed: bool = True
    """Nothing is proven before it could be judged somewhere."""


def coded(ok: Flags, wrong: Flags) -> Codes:
    """Turn two masks into codes; WRONG where both hold."""
    return np.where(wrong, WRONG, np.where(ok, OK, UNKNOWN)).astype(np.uint8)


def times(ratio: float) -> str:
    """Write a ratio: "10 times", "a tenth" as "0.1 times"."""
    return f"{ratio:,.0f} times" if ratio >= 9.95 else f"{ratio:.2g} times"  # two digits are enough


def percent(fraction: float) -> str:
    """Write a fraction as percent with two digits."""
    return f"{fraction * 100:,.0f} %" if abs(fraction) >= 0.1 else f"{fraction * 100:.2g} %"  # as above


def middle(values: NDArray[np.floating[Any]]) -> float:
    """Return the median of what is known; NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")
