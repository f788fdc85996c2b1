"""Ask MEXC's contract API over REST: clock, 24 h statistics, funding, a book. Flows yield requests, receive responses.

Its list of best prices tells no sizes: it shows whether what was streamed still stands.
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import UNSET, Raw

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder
from arbwatch.connector.talk import book_tag
from arbwatch.connector.wire import Clock, Reject, Request, Response
from arbwatch.model import Book
from arbwatch.venues.mexc import perp_rows
from arbwatch.venues.mexc import perp_wire as wire
from arbwatch.venues.mexc.values import Flow, SomeMillis, read, rows, several

CLOCK = Request("/api/v1/contract/ping")
TICKERS = Request("/api/v1/contract/ticker")
FUNDING = Request("/api/v1/contract/funding_rate")
DEPTH = "/api/v1/contract/depth/"
DEEPEST = "1000"


def payload(decode: Callable[[Any], Any], body: bytes, path: str, status: int) -> Any:
    """Read what an answer carries. Raises VenueError where it is a refusal, DecodeError where it is neither."""
    answer: wire.Answer = read(_answer, body, path, status)
    if answer.data is UNSET:
        raise DecodeError(f"{path}: an answer without data")
    try:
        return decode(answer.data)
    except UNREADABLE as problem:
        raise DecodeError(f"{path}: {problem}") from None


def clock() -> Flow:
    """Ask for the venue's time; ends in one Clock."""
    response = yield CLOCK
    return [Clock(payload(_time, response.body, CLOCK.path, response.status) * 1_000_000)]


def tickers(venue: str) -> Flow:
    """Ask for all that is told of every symbol: best prices, statistics with the change of 24 h, marks, rates."""
    response = yield TICKERS
    return [
        event
        for row in _own(_ticker, response, TICKERS.path)
        for event in ([row] if isinstance(row, Reject) else perp_rows.listed(venue, row, response.received))
    ]


def funding(venue: str) -> Flow:
    """Ask for every rate, when it is charged and how often, and its limits."""
    response = yield FUNDING
    return [
        row if isinstance(row, Reject) else perp_rows.funding(venue, row, response.received)
        for row in _own(_rate, response, FUNDING.path)
    ]


def book_request(symbol: str) -> Request:
    """Ask for a snapshot that changes can be joined to."""
    return Request(f"{DEPTH}{symbol}", params=(("limit", DEEPEST),), tag=book_tag(symbol))


def book(venue: str, symbol: str, response: Response) -> Book:
    """Read a whole book. Raises VenueError where it is refused, DecodeError where it cannot be read."""
    row: wire.Depth = payload(_depth, response.body, f"{DEPTH}{symbol}", response.status)
    return perp_rows.book(venue, symbol, row, row.timestamp, response.received, whole=True)


def _own(decode: Callable[[Any], Any], response: Response, path: str) -> Iterator[Any]:
    raws: list[Raw] = payload(several, response.body, path, response.status)
    return (row for row in rows(decode, raws, path) if isinstance(row, Reject) or perp_rows.owns(row.symbol))


_answer = decoder(wire.Answer)
_time = decoder(SomeMillis)
_ticker = decoder(wire.Ticker)
_rate = decoder(wire.FundingRate)
_depth = decoder(wire.Depth)
