"""Turn rows into events: the same rows are streamed and asked for."""

import re
from typing import Literal, NamedTuple

from arbwatch.connector.units import ns, positive
from arbwatch.model import Book, Funding, Level, Quote, Ticker
from arbwatch.venues.okx import wire

_HOUR_MS = 3_600_000
_LONGEST_H = 24


class Twin(NamedTuple):
    """What tells the rows of one market from those of the others on the same host."""

    venue: str
    product: Literal["SPOT", "SWAP"]
    """The venue's word, `instType`."""
    symbols: re.Pattern[str]
    """How its symbols are spelt."""

    def owns(self, symbol: str) -> bool:
        """Tell whether a symbol is one of this market."""
        return self.symbols.fullmatch(symbol) is not None


def number(value: float | str | None) -> float | None:
    """Return a number, None where the venue sends "" for none."""
    return value if isinstance(value, float) else None


def time(value: int | str | None) -> int | None:
    """Return milliseconds as nanoseconds, None where the venue sends "" or 0 for none."""
    return ns(value) if isinstance(value, int) else None


def quote(twin: Twin, symbol: str, row: wire.Top, received: int) -> Quote:
    """Turn a top into a quote; a side without a level, or without price or size, is empty."""
    bid, ask = _best(row.bids), _best(row.asks)
    return Quote(twin.venue, symbol, *bid, *ask, time(row.ts), received)


def told_quote(twin: Twin, row: wire.Ticker, received: int) -> Quote:
    """Turn the prices that statistics tell into a quote."""
    bid, ask = _side(row.bidPx, row.bidSz), _side(row.askPx, row.askSz)
    return Quote(twin.venue, row.instId, *bid, *ask, time(row.ts), received)


def ticker(twin: Twin, row: wire.Ticker, received: int) -> Ticker:
    """Turn 24 h statistics into a ticker.

    The venue tells no change, and what a swap turned over in coins; in quote currency that is times the last price.
    """
    last, opened = positive(number(row.last)), positive(number(row.open24h))
    turnover = number(row.volCcy24h)
    if twin.product == "SWAP":
        turnover = None if turnover is None or last is None else turnover * last
    return Ticker(
        venue=twin.venue,
        symbol=row.instId,
        last=last,
        change_24h=last / opened - 1 if last and opened else None,
        high=positive(number(row.high24h)),
        low=positive(number(row.low24h)),
        base_volume=number(row.vol24h),
        quote_volume=turnover,
        time=time(row.ts),
        received=received,
    )


def funding(twin: Twin, row: wire.FundingRate, received: int) -> Funding:
    """Turn a rate and its two times into funding: what is charged next, and how long after comes the one after it."""
    rate = number(row.fundingRate)
    hours = None
    if isinstance(row.fundingTime, int) and isinstance(row.nextFundingTime, int):
        hours = (row.nextFundingTime - row.fundingTime) / _HOUR_MS
    if hours is not None and not 0 < hours <= _LONGEST_H:
        hours = None
    return Funding(
        venue=twin.venue,
        symbol=row.instId,
        rate=rate,
        # Once a rate was set a period ahead; today it moves until it is charged.
        status=None if rate is None else "fixed" if row.method == "next_period" else "estimate",
        interval_h=hours,
        interval_source=None if hours is None else "schedule",
        next_time=time(row.fundingTime),
        cap=number(row.maxFundingRate),
        floor=number(row.minFundingRate),
        time=time(row.ts),
        received=received,
    )


def book(
    twin: Twin, symbol: str, row: wire.Book | wire.Snapshot, received: int, *, whole: bool, prev: int | None
) -> Book:
    """Turn levels into a book, whole or a change that builds on `prev`."""
    return Book(
        venue=twin.venue,
        symbol=symbol,
        snapshot=whole,
        seq=row.seqId,
        prev=prev,
        bids=_levels(row.bids),
        asks=_levels(row.asks),
        time=time(row.ts),
        received=received,
    )


def _levels(levels: list[wire.Level]) -> tuple[Level, ...]:
    # A level without a price is none; one without a size takes the level away.
    return tuple([(level.price, level.size) for level in levels if level.price])


def _best(levels: list[wire.Level]) -> tuple[float | None, float | None]:
    return _side(levels[0].price, levels[0].size) if levels else (None, None)


def _side(price: float | str | None, size: float | str | None) -> tuple[float | None, float | None]:
    found = positive(number(price)), positive(number(size))
    return (None, None) if None in found else found
