"""Ask OKX over REST: clock, quotes, 24 h statistics, funding. Flows yield requests and receive responses."""

from collections.abc import Callable, Generator, Iterator
from typing import Any

from msgspec import Raw

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import positive
from arbwatch.connector.wire import Clock, Emission, Reject, Request, Response
from arbwatch.model import Book, Event, Funding
from arbwatch.venues.okx import rows, wire
from arbwatch.venues.okx.rows import Twin

Flow = Generator[Request, Response, list[Emission | Clock]]

CLOCK = Request("/api/v5/public/time", weight=2)
RATES = Request("/api/v5/public/funding-rate", params=(("instId", "ANY"),), weight=2)
MARKS = Request("/api/v5/public/mark-price", params=(("instType", "SWAP"),), weight=2)
INDEXES = tuple(Request("/api/v5/market/index-tickers", params=(("quoteCcy", word),)) for word in ("USDT", "USDC"))
"""Of the two currencies in which linear swaps are quoted."""
TOO_OFTEN = "50011"
"""DOCS/#error-code-rest-api."""


def tickers_request(twin: Twin) -> Request:
    """Ask for the statistics of every symbol, with the best prices among them."""
    return Request("/api/v5/market/tickers", params=(("instType", twin.product),))


def data(content: bytes, path: str, status: int = 200) -> list[Raw]:
    """Return the rows of an answer that says yes.

    Raises VenueError with the venue's words where it says no, DecodeError where it is no answer.
    """
    try:
        answer: wire.Answer = _answer(content)
    except UNREADABLE as problem:
        if status != 200:
            raise VenueError(f"{path} was refused with HTTP {status}: no reason given") from None
        raise DecodeError(f"{path}: {problem}") from None
    if status != 200 or answer.code != "0":
        words = f"{answer.msg or 'no reason given'} (code {answer.code})"
        raise VenueError(f"{path} was refused with HTTP {status}: {words}", throttled=answer.code == TOO_OFTEN)
    return answer.data


def clock() -> Flow:
    """Ask for the venue's time; ends in one Clock."""
    response = yield CLOCK
    try:
        (row,) = data(response.body, CLOCK.path, response.status)
        time: wire.Time = _time(row)
    except UNREADABLE as problem:
        raise DecodeError(f"{CLOCK.path}: {problem}") from None
    return [Clock(time.ts * 1_000_000)]


def quotes(twin: Twin) -> Flow:
    """Ask for the top of every book."""
    response = yield (request := tickers_request(twin))
    return [_emit(row, rows.told_quote, twin, response) for row in _own(twin, _ticker, response, request.path)]


def tickers(twin: Twin) -> Flow:
    """Ask for the 24 h statistics of every symbol."""
    response = yield (request := tickers_request(twin))
    return [_emit(row, rows.ticker, twin, response) for row in _own(twin, _ticker, response, request.path)]


def funding(twin: Twin) -> Flow:
    """Ask for every rate, every mark price and every index; a refusal of one leaves the others."""
    response = yield RATES
    found: list[Emission | Clock] = [
        _emit(row, rows.funding, twin, response) for row in _told(_own(twin, _rate, response, RATES.path), RATES.path)
    ]
    response = yield MARKS
    found += [_emit(row, _marked, twin, response) for row in _told(_own(twin, _mark, response, MARKS.path), MARKS.path)]
    swaps = {event.symbol for event in found if isinstance(event, Funding)}
    for request in INDEXES:
        response = yield request
        for row in _told(_rows(_index, response, request.path), request.path):
            # A linear swap is spelt as its index, and what it is.
            if isinstance(row, Reject) or f"{row.instId}-{twin.product}" in swaps:
                found.append(_emit(row, _indexed, twin, response))
    return found


def book(twin: Twin, symbol: str, response: Response, path: str) -> Book:
    """Read a whole book. Raises VenueError where it is refused, DecodeError where it cannot be read."""
    try:
        (raw,) = data(response.body, path, response.status)
        row: wire.Snapshot = _snapshot(raw)
    except UNREADABLE as problem:
        raise DecodeError(f"book of {symbol}: {problem}") from None
    return rows.book(twin, symbol, row, response.received, whole=True, prev=None)


def _marked(twin: Twin, row: wire.MarkPrice, received: int) -> Funding:
    mark = positive(rows.number(row.markPx))
    return Funding(twin.venue, row.instId, mark=mark, time=rows.time(row.ts), received=received)


def _indexed(twin: Twin, row: wire.IndexTicker, received: int) -> Funding:
    index = positive(rows.number(row.idxPx))
    symbol = f"{row.instId}-{twin.product}"
    return Funding(twin.venue, symbol, index=index, time=rows.time(row.ts), received=received)


def _emit(row: Any, make: Callable[[Twin, Any, int], Event], twin: Twin, response: Response) -> Emission:
    return row if isinstance(row, Reject) else make(twin, row, response.received)


def _rows(decode: Callable[[Any], Any], response: Response, path: str) -> Iterator[Any]:
    for raw in data(response.body, path, response.status):
        try:
            yield decode(raw)
        except UNREADABLE as problem:
            yield Reject(what=path, reason=str(problem), raw=excerpt(raw))


def _own(twin: Twin, decode: Callable[[Any], Any], response: Response, path: str) -> Iterator[Any]:
    """Leave out what is another product's: coin-margined swaps are listed among the linear ones."""
    return (row for row in _rows(decode, response, path) if isinstance(row, Reject) or twin.owns(row.instId))


def _told(found: Iterator[Any], path: str) -> Iterator[Any]:
    try:
        yield from found
    except (DecodeError, VenueError) as problem:
        yield Reject(what=path, reason=str(problem), raw="")


_answer = decoder(wire.Answer)
_time = decoder(wire.Time)
_ticker = decoder(wire.Ticker)
_rate = decoder(wire.FundingRate)
_mark = decoder(wire.MarkPrice)
_index = decoder(wire.IndexTicker)
_snapshot = decoder(wire.Snapshot)
