"""What happens on a market, as frozen values.

Times are UTC integer nanoseconds: `time` is the venue's clock, `received` ours, stamped at the socket read.
Prices and sizes are in the venue's own units; the instrument tells how to turn them. Unknown is None.
"""

from typing import Literal

import msgspec

FundingStatus = Literal["estimate", "fixed", "settled"]
IntervalSource = Literal["metadata", "settlements", "schedule", "default"]
Level = tuple[float, float]
"""Price and size of one level of a book."""


class Quote(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="quote"):
    """The whole top of one book; an empty side is None in both its price and its size."""

    venue: str
    symbol: str
    bid: float | None
    bid_size: float | None
    ask: float | None
    ask_size: float | None
    time: int | None
    received: int


class Trade(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="trade"):
    """One execution; `side` is the taker's."""

    venue: str
    symbol: str
    price: float
    size: float
    side: Literal["buy", "sell"]
    id: str
    time: int | None
    received: int


class Ticker(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="ticker"):
    """Statistics of the last 24 hours; may be partial. `change_24h` is a fraction."""

    venue: str
    symbol: str
    last: float | None
    change_24h: float | None
    high: float | None
    low: float | None
    base_volume: float | None
    """In the venue's size units: times `contract_size` gives asset units."""
    quote_volume: float | None
    """In quote currency."""
    time: int | None
    received: int


class Funding(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="funding"):
    """Funding of a perpetual; may be partial. Rates are fractions per interval, positive: longs pay shorts."""

    venue: str
    symbol: str
    rate: float | None = None
    status: FundingStatus | None = None
    interval_h: float | None = None
    interval_source: IntervalSource | None = None
    next_time: int | None = None
    cap: float | None = None
    floor: float | None = None
    mark: float | None = None
    index: float | None = None
    time: int | None = None
    received: int = 0


class Book(msgspec.Struct, frozen=True, tag_field="type", tag="book"):
    """A snapshot of a book, or a change to it (absolute sizes; 0 removes the level).

    `seq` is the number after this message, `prev` the one it builds on: a delta applies to a book whose own
    number lies in `prev <= number < seq`; one whose `seq` lies below its `prev` says that the venue counts anew: no
    book goes on from it, and a snapshot of that kind replaces any book. Bids best first, asks best first in a snapshot.
    """

    venue: str
    symbol: str
    snapshot: bool
    seq: int | None
    prev: int | None
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    time: int | None
    received: int


class Up(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="up"):
    """A venue's stream began to speak."""

    venue: str
    reason: str


class Down(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="down"):
    """A venue's stream ended; its rows are stale from here on."""

    venue: str
    reason: str


Event = Quote | Trade | Ticker | Funding | Book | Up | Down
