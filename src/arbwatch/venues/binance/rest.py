"""Ask Binance over REST: clock, quotes, 24 h statistics, funding. Flows yield requests and receive responses."""

from collections.abc import Callable, Generator, Iterator
from typing import Any

from msgspec import Raw

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import fraction, ns, positive
from arbwatch.connector.wire import Clock, Emission, Reject, Request, Response
from arbwatch.model import Funding, Quote, Ticker
from arbwatch.venues.binance import wire

DEFAULT_INTERVAL_H = 8.0
"""Of contracts that fundingInfo does not list. USDM/api/rest-api/market-data#get-funding-rate-info."""

Flow = Generator[Request, Response, list[Emission | Clock]]


def body(response: Response, path: str) -> bytes:
    """Return the body of an answer that says yes. Raises VenueError with the venue's words where it says no."""
    if response.status == 200:
        return response.body
    try:
        problem = _problem(response.body)
    except UNREADABLE:
        problem = wire.Problem()
    words = f"{problem.msg} (code {problem.code})" if problem.msg else "no reason given"
    raise VenueError(f"{path} was refused with HTTP {response.status}: {words}")


def clock(path: str) -> Flow:
    """Ask for the venue's time; ends in one Clock."""
    response = yield Request(path)
    try:
        time = _time(body(response, path)).serverTime
    except UNREADABLE as problem:
        raise DecodeError(f"{path}: {problem}") from None
    return [Clock(time * 1_000_000)]


def quotes(venue: str, path: str, weight: int) -> Flow:
    """Ask for the top of every book."""
    response = yield Request(path, weight=weight)
    found: list[Emission | Clock] = []
    for row in _rows(_top, body(response, path), path):
        if isinstance(row, Reject):
            found.append(row)
            continue
        bid, ask = bool(row.bidPrice and row.bidQty), bool(row.askPrice and row.askQty)
        quote = Quote(
            venue=venue,
            symbol=row.symbol,
            bid=row.bidPrice if bid else None,
            bid_size=row.bidQty if bid else None,
            ask=row.askPrice if ask else None,
            ask_size=row.askQty if ask else None,
            time=ns(row.time),
            received=response.received,
        )
        found.append(quote)
    return found


def tickers(venue: str, path: str, weight: int) -> Flow:
    """Ask for the 24 h statistics of every symbol."""
    response = yield Request(path, weight=weight)
    found: list[Emission | Clock] = []
    for row in _rows(_ticker, body(response, path), path):
        if isinstance(row, Reject):
            found.append(row)
            continue
        ticker = Ticker(
            venue=venue,
            symbol=row.symbol,
            last=positive(row.lastPrice),
            change_24h=fraction(row.priceChangePercent) if row.lastPrice else None,
            high=positive(row.highPrice),
            low=positive(row.lowPrice),
            base_volume=row.volume,
            quote_volume=row.quoteVolume,
            time=ns(row.closeTime),
            received=response.received,
        )
        found.append(ticker)
    return found


def funding(venue: str) -> Flow:
    """Ask for the intervals that differ from the default, then for the rates of every contract."""
    response = yield Request("/fapi/v1/fundingInfo", weight=0)
    found: list[Emission | Clock] = []
    listed: dict[str, wire.FundingInfo] = {}
    for row in _rows(_funding_info, body(response, "/fapi/v1/fundingInfo"), "/fapi/v1/fundingInfo"):
        if isinstance(row, Reject):
            found.append(row)
        else:
            listed[row.symbol] = row
    response = yield Request("/fapi/v1/premiumIndex", weight=10)
    for premium in _rows(_premium, body(response, "/fapi/v1/premiumIndex"), "/fapi/v1/premiumIndex"):
        if isinstance(premium, Reject):
            found.append(premium)
        elif premium.nextFundingTime:
            found.append(_funding(venue, premium, listed.get(premium.symbol), response.received))
    return found


def _funding(venue: str, row: wire.Premium, info: wire.FundingInfo | None, received: int) -> Funding:
    rate = None if row.lastFundingRate == "" else row.lastFundingRate
    return Funding(
        venue=venue,
        symbol=row.symbol,
        rate=rate,
        status=None if rate is None else "estimate",
        interval_h=info.fundingIntervalHours if info else DEFAULT_INTERVAL_H,
        interval_source="metadata" if info else "default",
        next_time=ns(row.nextFundingTime),
        cap=info.adjustedFundingRateCap if info else None,
        floor=info.adjustedFundingRateFloor if info else None,
        mark=positive(row.markPrice),
        index=row.indexPrice or None,
        time=ns(row.time),
        received=received,
    )


def _rows(decode: Callable[[bytes], Any], content: bytes, path: str) -> Iterator[Any]:
    try:
        # Asked for one symbol, the venue sends its row alone.
        rows: list[Raw] = [Raw(content)] if content.lstrip()[:1] == b"{" else _raws(content)
    except UNREADABLE as problem:
        raise DecodeError(f"{path}: {problem}") from None
    for raw in rows:
        try:
            yield decode(raw)
        except UNREADABLE as problem:
            yield Reject(what=path, reason=str(problem), raw=excerpt(raw))


_raws = decoder(list[Raw])
_problem = decoder(wire.Problem)
_time = decoder(wire.Time)
_top = decoder(wire.RestTop)
_ticker = decoder(wire.RestTicker)
_premium = decoder(wire.Premium)
_funding_info = decoder(wire.FundingInfo)
