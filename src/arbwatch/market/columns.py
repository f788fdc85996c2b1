"""The table's columns: flat arrays of one row per lane and one place per key."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

QUOTE = ("bid", "bid_size", "ask", "ask_size")
TICKER = ("last", "change_24h", "high", "low", "base_volume", "quote_volume")
FUNDING = ("rate", "funding_status", "interval_h", "interval_source", "next_time", "cap", "floor", "mark", "index")


class Columns:
    """Hold every column, each of shape (lanes, width).

    Unknown is NaN in float64 and 0 in integers; times are UTC ns. Prices and sizes are in the venue's units.
    """

    bid: Floats
    bid_size: Floats
    ask: Floats
    ask_size: Floats
    time: Times
    """The venue's clock."""
    received: Times
    """The last message."""
    changed: Times
    """The last message that differed from the one before."""
    confirmed: Times
    """The last proof that the quote is current: a message, or an equal answer by REST."""
    messages: Times
    """How many the drain has seen; quotes of one symbol between two drains count once."""
    gap: Floats
    """Running median of the time between messages, ns."""
    pause: Floats
    """Running median of the gap that any moment falls into, ns: the length of the silences of a bursty stream."""
    gaps: Times
    """How many gaps both medians have seen."""
    source: Codes
    """A `Source`."""
    state: Codes
    """A `RowState`."""
    since: Times
    """When its stream last went up or down."""
    handled: Times
    """When the last finding about it was acted on."""
    attempts: Times
    """How many findings were acted on since it last spoke."""
    moved: Codes
    """1 where REST saw the venue's quote move while the stream had sent nothing."""
    proof: Codes
    """A `Proof`."""
    clash: Codes
    """1 where the same venue lists another instrument under this asset and quote currency."""

    last: Floats
    change_24h: Floats
    high: Floats
    low: Floats
    base_volume: Floats
    quote_volume: Floats
    ticker_time: Times
    rate: Floats
    funding_status: Codes
    """A place in `FUNDING_STATUSES`."""
    interval_h: Floats
    interval_source: Codes
    """A place in `INTERVAL_SOURCES`."""
    next_time: Times
    cap: Floats
    floor: Floats
    mark: Floats
    index: Floats
    funding_time: Times
    ticker_times: Times
    """Shape (lanes, width, len(TICKER)): when each field was true."""
    funding_times: Times

    multiplier: Floats
    contract_size: Floats
    tick_size: Floats
    lot_size: Floats

    def __init__(self, lanes: int, width: int) -> None:
        for name, (dtype, unknown, depth) in LAYOUT.items():
            setattr(self, name, np.full((lanes, width, *depth), unknown, dtype))

    @property
    def width(self) -> int:
        """How many places a lane has."""
        return int(self.bid.shape[1])

    def grown(self, width: int) -> "Columns":
        """Return a wider copy; whoever holds these arrays keeps them as they are."""
        wider = Columns(self.bid.shape[0], width)
        for name in LAYOUT:
            getattr(wider, name)[:, : self.width] = getattr(self, name)
        return wider

    def take(self, lane: int, places: list[int]) -> dict[str, NDArray[Any]]:
        """Copy whole rows out."""
        return {name: getattr(self, name)[lane, places] for name in LAYOUT}

    def put(self, lane: int, places: list[int], rows: dict[str, NDArray[Any]]) -> None:
        """Write whole rows that `take` copied."""
        for name in LAYOUT:
            getattr(self, name)[lane, places] = rows[name]

    def forget(self, lane: int, places: Iterable[int], names: Iterable[str] | None = None) -> None:
        """Make cells unknown: those of the columns `names`, or whole rows."""
        where = list(places)
        for name in LAYOUT if names is None else names:
            getattr(self, name)[lane, where] = LAYOUT[name][1]


Cells = tuple[type, float, tuple[int, ...]]


def _layout() -> dict[str, Cells]:
    kinds: dict[Any, tuple[type, float]] = {
        Floats: (np.float64, np.nan),
        Times: (np.int64, 0),
        Codes: (np.uint8, 0),
    }
    depths = {"ticker_times": (len(TICKER),), "funding_times": (len(FUNDING),)}
    return {name: (*kinds[kind], depths.get(name, ())) for name, kind in Columns.__annotations__.items()}


LAYOUT: dict[str, Cells] = _layout()
"""Type, unknown and depth by column."""
