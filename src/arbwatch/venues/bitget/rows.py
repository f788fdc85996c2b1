"""Turn rows into events: the same rows are streamed and asked for, in two spellings."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from arbwatch.connector.units import ns, positive
from arbwatch.model import Funding, Quote, Ticker, Trade
from arbwatch.venues.bitget import wire

DATED = "2"
"""`symbolType` of a dated contract in statistics."""


class Twin(NamedTuple):
    """What tells one market from the others on the same host; a symbol may be of several."""

    venue: str
    market: Literal["spot", "perp"]
    product: Literal["SPOT", "USDT-FUTURES"]
    """The venue's word, `instType` and `productType`."""


def number(value: float | str | None) -> float | None:
    """Return a number, None where the venue sends "" for none."""
    return value if isinstance(value, float) else None


def time(value: int | str | None) -> int | None:
    """Return milliseconds as nanoseconds, None where the venue sends "", 0 or -1 for none."""
    return ns(value) if isinstance(value, int) and value > 0 else None


def side(price: float | str | None, size: float | str | None) -> tuple[float | None, float | None]:
    """Return price and size of one side of a top; one without either is empty."""
    found = positive(number(price)), positive(number(size))
    return (None, None) if None in found else found


def dated(row: wire.Ticker) -> bool:
    """Tell a dated contract, which has statistics like a perpetual."""
    return str(row.symbolType) == DATED or bool(row.deliveryTime)


def told_quote(twin: Twin, row: wire.RestTicker, received: int) -> Quote:
    """Turn the prices that statistics tell into a quote."""
    bid, ask = side(row.bidPr, row.bidSz), side(row.askPr, row.askSz)
    return Quote(twin.venue, row.symbol, *bid, *ask, time(row.ts), received)


def ticker(twin: Twin, symbol: str, row: wire.Ticker, at: int | None, received: int) -> Ticker:
    """Turn 24 h statistics into a ticker; `at` is the time of a row that has none."""
    last, change = positive(number(row.lastPr)), number(row.change24h)
    opened = row.open24h if row.open24h is not None else getattr(row, "open", None)
    return Ticker(
        venue=twin.venue,
        symbol=symbol,
        last=last,
        # A pair that had no price a day ago has changed by 0, says the venue.
        change_24h=None if last is None or opened in {0.0, ""} else change,
        high=positive(number(row.high24h)),
        low=positive(number(row.low24h)),
        base_volume=number(row.baseVolume),
        quote_volume=number(row.quoteVolume),
        time=time(row.ts) or at,
        received=received,
    )


def statistics(twin: Twin, symbol: str, row: wire.Ticker, at: int | None, received: int) -> Iterator[Ticker | Funding]:
    """Turn 24 h statistics into a ticker, and what those of a perpetual tell of funding into that."""
    if dated(row):
        return
    yield ticker(twin, symbol, row, at, received)
    rate, upcoming = number(row.fundingRate), time(row.nextFundingTime)
    mark, index = positive(number(row.markPrice)), positive(number(row.indexPrice))
    if twin.market == "perp" and not (rate is upcoming is mark is index is None):
        yield Funding(
            venue=twin.venue,
            symbol=symbol,
            rate=rate,
            status=None if rate is None else "estimate",
            next_time=upcoming,
            mark=mark,
            index=index,
            time=time(row.ts) or at,
            received=received,
        )


def rate(twin: Twin, row: wire.Rate, at: int | None, received: int) -> Funding:
    """Turn a rate and its terms into funding."""
    value, hours = number(row.fundingRate), positive(number(row.fundingRateInterval))
    return Funding(
        venue=twin.venue,
        symbol=row.symbol,
        rate=value,
        status=None if value is None else "estimate",
        interval_h=hours,
        interval_source=None if hours is None else "metadata",
        next_time=time(row.nextUpdate),
        cap=number(row.maxFundingRate),
        floor=number(row.minFundingRate),
        time=at,
        received=received,
    )


def trade(twin: Twin, symbol: str, row: wire.Print, received: int) -> Trade:
    """Turn one trade into ours."""
    return Trade(
        venue=twin.venue,
        symbol=symbol,
        price=row.price,
        size=row.size,
        side=row.side,
        id=row.tradeId,
        time=ns(row.ts),
        received=received,
    )
