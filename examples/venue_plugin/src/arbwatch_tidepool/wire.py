"""What Tidepool sends, field by field: only what is used, in its own spelling. README.md is its documentation.

Prices and sizes come as text. Times are microseconds.
"""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from arbwatch.connector.units import Amount, Name, Price

Micros = Annotated[int, Meta(ge=1, le=9_200_000_000_000_000)]
Side = tuple[Price, Price] | None
"""Price and size; null where nobody stands."""


class Top(Struct, gc=False):
    """Best bid and ask of one market: feed `top:MARKET`, and a row of /api/tops."""

    market: Name
    bid: Side
    ask: Side
    at: Micros


class TopPush(Top, gc=False):
    """The same as a push."""

    feed: Literal["top"]


class Day(Struct, gc=False):
    """Statistics of one market over the last 24 hours: a row of the feed `days`."""

    market: Name
    last: Price
    open: Price
    high: Price
    low: Price
    base: Amount
    quote: Amount
    at: Micros


class Frame(Struct):
    """Any frame: a push, an answer to a request, or a tide."""

    feed: str = ""
    rows: list[Raw] = []
    ref: str | None = None
    ok: bool | None = None
    why: str = ""
    tide: int | None = None


class Market(Struct):
    """One market of /api/markets."""

    market: Name
    kind: str
    base: str
    quote: str
    per: Annotated[int, Meta(ge=1)]
    tick: Amount
    step: Amount
    least: Amount
    state: str
    opened: Micros | None


class Page(Struct):
    """One page of /api/markets; `next` begins the one that follows."""

    markets: list[Raw]
    next: str | None


class Tops(Struct):
    """The answer of /api/tops."""

    tops: list[Raw]


class Clock(Struct):
    """The answer of /api/clock."""

    now: Micros
