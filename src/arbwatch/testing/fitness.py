"""What makes an event well formed, said of one event at a time."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

from arbwatch.model import Book, Funding, Quote, Ticker, Trade

DAY = 86_400 * 10**9
EARLIEST, LATEST = 10**18, 4 * 10**18
"""September 2001 and October 2096 in nanoseconds: a time in another unit lies far outside."""


def unfit(event: Any, *, listed: bool = False) -> Iterator[str]:
    """Say what can never be in an event, whatever the venue sent; where it is `listed` by REST, sizes may lack."""
    for name in getattr(event, "__struct_fields__", ()):
        value = getattr(event, name)
        if isinstance(value, float) and not isfinite(value):
            yield f"{name} is {value}"
    match event:
        case Quote() if not (listed and event.bid_size is event.ask_size is None):
            yield from _pair("bid", event.bid, event.bid_size)
            yield from _pair("ask", event.ask, event.ask_size)
        case Trade():
            yield from _positive(event, "price", "size")
        case Ticker():
            yield from _positive(event, "last", "high", "low")
            yield from _not_negative(event, "base_volume", "quote_volume")
        case Funding():
            yield from _positive(event, "mark", "index", "interval_h")
        case Book():
            yield from _levels(event)
    if (symbol := getattr(event, "symbol", None)) is not None and not symbol:
        yield "symbol is empty"


def implausible(event: Any, received: int) -> Iterator[str]:
    """Say what cannot be in an event of a good sample that was received then (UTC ns)."""
    for name in ("time", "received"):
        time = getattr(event, name, None)
        if time is None:
            continue
        if not EARLIEST < time < LATEST or abs(time - received) > DAY:
            yield f"{name} is {time}, not within a day of {received}: events carry nanoseconds"
    match event:
        case Ticker():
            yield from _day(event)
        case Funding():
            yield from _funding(event)


def disordered(event: Any) -> Iterator[str]:
    """Say where a bid stands at or above an ask, or a snapshot does not go from the best level on."""
    match event:
        case Quote(bid=bid, ask=ask) if bid is not None and ask is not None and bid >= ask:
            yield f"the bid {bid} stands at or above the ask {ask}"
        case Book(snapshot=True, bids=bids, asks=asks):
            if bids and asks and bids[0][0] >= asks[0][0]:
                yield f"the best bid {bids[0][0]} stands at or above the best ask {asks[0][0]}"
            for name, prices in (("bids", [-price for price, _ in bids]), ("asks", [price for price, _ in asks])):
                if prices != sorted(prices):
                    yield f"{name} of a snapshot are not best first"


def _pair(side: str, price: float | None, size: float | None) -> Iterator[str]:
    if (price is None) != (size is None):
        yield f"{side} has only one of price and size"
    elif price is not None and size is not None and not (price > 0 and size > 0):
        yield f"{side} is {size} at {price}; an empty side is None"


def _positive(event: Any, *names: str) -> Iterator[str]:
    for name in names:
        if (value := getattr(event, name)) is not None and not value > 0:
            yield f"{name} is {value}; unknown is None"


def _not_negative(event: Any, *names: str) -> Iterator[str]:
    for name in names:
        if (value := getattr(event, name)) is not None and value < 0:
            yield f"{name} is {value}"


def _levels(book: Book) -> Iterator[str]:
    for name, levels in (("bids", book.bids), ("asks", book.asks)):
        if any(not (isfinite(price) and price > 0 and isfinite(size) and size >= 0) for price, size in levels):
            yield f"{name} hold a level without a price above zero and a size"


def _day(ticker: Ticker) -> Iterator[str]:
    last, high, low, change = ticker.last, ticker.high, ticker.low, ticker.change_24h
    if high is not None and low is not None and low > high:
        yield f"low {low} stands above high {high}"
    if None in (last, high, low, change):
        return
    assert last is not None and high is not None and low is not None and change is not None  # noqa: PT018 for mypy
    # The day began somewhere between low and high; venues round the change.
    least, most = last / high - 1, last / low - 1
    slack = 2e-4 + 1e-3 * abs(change)
    if not least - slack <= change <= most + slack:
        yield f"change_24h {change} does not fit last {last} between {low} and {high}: it is a fraction"


def _funding(funding: Funding) -> Iterator[str]:
    if funding.interval_h is not None and funding.interval_h > 24:
        yield f"interval_h is {funding.interval_h}: it is hours"
    if (funding.interval_h is None) != (funding.interval_source is None):
        yield "interval_h and interval_source come together"
    if (funding.rate is None) != (funding.status is None):
        yield "rate and status come together"
    cap, floor, rate = funding.cap, funding.floor, funding.rate
    if cap is not None and floor is not None and not floor < cap:
        yield f"the floor {floor} is not below the cap {cap}"
    if rate is not None and abs(rate) > 0.1:
        yield f"rate is {rate}: it is a fraction"
    mark, index = funding.mark, funding.index
    if mark is not None and index is not None and not 0.8 < mark / index < 1.25:
        yield f"mark {mark} is far from index {index}"
