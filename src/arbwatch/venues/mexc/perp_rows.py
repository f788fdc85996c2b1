"""Turn rows of the contract API into events: the same rows are streamed and asked for."""

import re
from collections.abc import Iterator

from arbwatch.connector.units import ns, positive
from arbwatch.model import Book, Funding, Level, Quote, Ticker
from arbwatch.venues.mexc import perp_wire as wire
from arbwatch.venues.mexc.values import side

_ZONES = 3
"""`riseFallRatesOfTimezone`: 24 h, since midnight UTC, since midnight UTC+8."""
# How linear contracts are spelt: BTC_USDT. BTC_USD is coin-margined, BTC_USDT_261225 would have an end.
_SYMBOL = re.compile(r".+_(?!USD$)[A-Z][A-Z0-9]*")


def owns(symbol: str) -> bool:
    """Tell whether a symbol is spelt like a linear perpetual: others stand among them on the same streams."""
    return _SYMBOL.fullmatch(symbol) is not None


def quote(venue: str, symbol: str, row: wire.Top, time: int, received: int) -> Quote:
    """Turn the first level of each side into a quote; a side without one, or without price or size, is empty."""
    bid, ask = _best(row.bids), _best(row.asks)
    return Quote(venue, symbol, *bid, *ask, ns(time), received)


def listed(venue: str, row: wire.Ticker, received: int) -> Iterator[Quote | Ticker | Funding]:
    """Turn a row of the list into its best prices, which have no sizes, where it tells them, and into statistics."""
    bid, ask = positive(row.bid1), positive(row.ask1)
    if not (bid is ask is None):
        yield Quote(venue, row.symbol, bid, None, ask, None, ns(row.timestamp), received)
    yield from statistics(venue, row, None, received)


def statistics(venue: str, row: wire.Ticker, time: int | None, received: int) -> Iterator[Ticker | Funding]:
    """Turn a row into a ticker, and into a funding where it tells a mark, an index or a rate."""
    last, zones = positive(row.lastPrice), row.riseFallRatesOfTimezone
    when = ns(row.timestamp or time)
    yield Ticker(
        venue=venue,
        symbol=row.symbol,
        last=last,
        change_24h=zones[0] if zones and len(zones) == _ZONES and last else None,
        high=positive(row.high24Price),
        low=positive(row.lower24Price),
        base_volume=row.volume24,
        quote_volume=row.amount24,
        time=when,
        received=received,
    )
    mark, index, rate = positive(row.fairPrice), positive(row.indexPrice), row.fundingRate
    if not (mark is index is rate is None):
        yield Funding(
            venue=venue,
            symbol=row.symbol,
            rate=rate,
            status=None if rate is None else "estimate",
            mark=mark,
            index=index,
            time=when,
            received=received,
        )


def funding(venue: str, row: wire.FundingRate, received: int) -> Funding:
    """Turn a rate into funding."""
    hours = row.collectCycle or None
    return Funding(
        venue=venue,
        symbol=row.symbol,
        rate=row.fundingRate,
        status=None if row.fundingRate is None else "estimate",
        interval_h=hours,
        interval_source=None if hours is None else "metadata",
        next_time=ns(row.nextSettleTime),
        cap=row.maxFundingRate,
        floor=row.minFundingRate,
        mark=positive(row.fairPrice),
        index=positive(row.idxPrice),
        time=ns(row.timestamp),
        received=received,
    )


def rate(venue: str, row: wire.Rate, time: int, received: int) -> Funding:
    """Turn a pushed rate into funding."""
    return Funding(
        venue=venue,
        symbol=row.symbol,
        rate=row.rate,
        status=None if row.rate is None else "estimate",
        next_time=ns(row.nextSettleTime),
        time=ns(time),
        received=received,
    )


def book(venue: str, symbol: str, row: wire.Depth, time: int | None, received: int, *, whole: bool) -> Book:
    """Turn levels into a book, or a change to one. Raises ValueError where its numbers cannot be."""
    first, last = row.begin or row.version, row.end or row.version
    if first > last:
        raise ValueError(f"its versions go from {first} to {last}")
    return Book(
        venue=venue,
        symbol=symbol,
        snapshot=whole,
        seq=row.version if whole else last,
        prev=None if whole else first - 1,
        bids=_levels(row.bids),
        asks=_levels(row.asks),
        time=ns(time),
        received=received,
    )


def _levels(levels: list[wire.Level]) -> tuple[Level, ...]:
    # A level without a price is none; one without a size takes the level away.
    return tuple([(level.price, level.size) for level in levels if level.price])


def _best(levels: list[wire.Level]) -> tuple[float | None, float | None]:
    return side(levels[0].price, levels[0].size) if levels else (None, None)
