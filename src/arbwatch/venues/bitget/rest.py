"""Ask Bitget over REST: clock, listing, quotes, statistics, funding. Flows yield requests and receive responses."""

from collections.abc import Callable, Generator, Iterator
from typing import Any

from msgspec import Raw

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import positive
from arbwatch.connector.wire import Clock, Emission, Reject, Request, Response
from arbwatch.model import Funding
from arbwatch.venues.bitget import rows, wire
from arbwatch.venues.bitget.rows import Twin

Flow = Generator[Request, Response, list[Emission | Clock]]

_PERPETUALS = (("productType", "USDT-FUTURES"),)
CLOCK = Request("/api/v2/public/time")
LISTINGS = {
    "spot": Request("/api/v2/spot/public/symbols"),
    "perp": Request("/api/v2/mix/market/contracts", params=_PERPETUALS),
}
TICKERS = {
    "spot": Request("/api/v2/spot/market/tickers"),
    "perp": Request("/api/v2/mix/market/tickers", params=_PERPETUALS),
}
RATES = Request("/api/v2/mix/market/current-fund-rate", params=_PERPETUALS)

_GOOD = "00000"
TOO_OFTEN = "429"
"""DOCS/common/error-code/spot."""


def answer(content: bytes, path: str, status: int = 200) -> wire.Answer:
    """Return an answer that says yes.

    Raises VenueError with the venue's words where it says no, DecodeError where it is no answer.
    """
    try:
        found: wire.Answer = _answer(content)
    except UNREADABLE as problem:
        if status != 200:
            raise VenueError(f"{path} was refused with HTTP {status}: no reason given") from None
        raise DecodeError(f"{path}: {problem}") from None
    if status != 200 or found.code != _GOOD:
        words = f"{found.msg or 'no reason given'} (code {found.code})"
        raise VenueError(f"{path} was refused with HTTP {status}: {words}", throttled=found.code == TOO_OFTEN)
    return found


def data(content: bytes, path: str, status: int = 200) -> list[Raw]:
    """Return the rows of an answer that says yes. Raises as `answer` does."""
    try:
        found: list[Raw] = _list(answer(content, path, status).data)
    except UNREADABLE as problem:
        raise DecodeError(f"{path}: {problem}") from None
    return found


def clock() -> Flow:
    """Ask for the venue's time; ends in one Clock."""
    response = yield CLOCK
    try:
        time: wire.Time = _time(answer(response.body, CLOCK.path, response.status).data)
    except UNREADABLE as problem:
        raise DecodeError(f"{CLOCK.path}: {problem}") from None
    return [Clock(time.serverTime * 1_000_000)]


def quotes(twin: Twin) -> Flow:
    """Ask for the top of every book."""
    response = yield (request := TICKERS[twin.market])
    found: list[Emission | Clock] = []
    for row in _rows(_ticker, response, request.path):
        if isinstance(row, Reject):
            found.append(row)
        elif not rows.dated(row):
            found.append(rows.told_quote(twin, row, response.received))
    return found


def tickers(twin: Twin) -> Flow:
    """Ask for the statistics of every symbol, and of perpetuals the funding that comes with them."""
    response = yield (request := TICKERS[twin.market])
    found: list[Emission | Clock] = []
    for row in _rows(_ticker, response, request.path):
        if isinstance(row, Reject):
            found.append(row)
        else:
            found += rows.statistics(twin, row.symbol, row, None, response.received)
    return found


def funding(twin: Twin) -> Flow:
    """Ask for every rate with its terms; where that is refused, the listing still tells the intervals."""
    response = yield RATES
    try:
        time = rows.time(answer(response.body, RATES.path, response.status).requestTime)
        told = list(_rows(_rate, response, RATES.path))
    except (DecodeError, VenueError) as problem:
        refused = Reject(what=RATES.path, reason=str(problem), raw="")
        response = yield (request := LISTINGS["perp"])
        return [refused, *_intervals(twin, response, request.path)]
    return [row if isinstance(row, Reject) else rows.rate(twin, row, time, response.received) for row in told]


def _intervals(twin: Twin, response: Response, path: str) -> Iterator[Emission]:
    for row in _rows(_contract, response, path):
        if isinstance(row, Reject):
            yield row
        elif row.symbolType == "perpetual" and (hours := positive(rows.number(row.fundInterval))):
            yield Funding(
                venue=twin.venue,
                symbol=row.symbol,
                interval_h=hours,
                interval_source="metadata",
                received=response.received,
            )


def _rows(decode: Callable[[Any], Any], response: Response, path: str) -> Iterator[Any]:
    for raw in data(response.body, path, response.status):
        try:
            yield decode(raw)
        except UNREADABLE as problem:
            yield Reject(what=path, reason=str(problem), raw=excerpt(raw))


_answer = decoder(wire.Answer)
_list = decoder(list[Raw])
_time = decoder(wire.Time)
_ticker = decoder(wire.RestTicker)
_rate = decoder(wire.Rate)
_contract = decoder(wire.PerpRow)
