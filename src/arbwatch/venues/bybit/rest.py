"""Ask Bybit over REST: clock, listing, quotes, statistics, funding. Flows yield requests and receive responses."""

from collections.abc import Generator, Iterator
from typing import Any

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import ns
from arbwatch.connector.wire import Clock, Emission, Reject, Request, Response
from arbwatch.model import Funding
from arbwatch.venues.bybit import frames, listing, wire

TIME = "/v5/market/time"
TICKERS = "/v5/market/tickers"
INSTRUMENTS = "/v5/market/instruments-info"
PAGE = "1000"
"""Rows of a page, the most there are; the default of 500 would cut linear short. V5/market/instrument."""
TOO_MANY_PAGES = 100
TOO_OFTEN = (10006, 10018)
"""What it says with HTTP 200 where it is asked too often. V5/error."""

Flow = Generator[Request, Response, list[Emission | Clock]]


def answer(response: Response, path: str) -> wire.Answer:
    """Return an answer that says yes. Raises VenueError with the venue's words where it says no, else DecodeError."""
    try:
        found: wire.Answer = _answer(response.body)
    except UNREADABLE as problem:
        if response.status != 200:
            raise VenueError(f"{path} was refused with HTTP {response.status}: no reason given") from None
        raise DecodeError(f"{path}: {problem}") from None
    if response.status != 200 or found.retCode:
        words = found.retMsg or "no reason given"
        words = f"{path} was refused with HTTP {response.status}: {words} (retCode {found.retCode})"
        raise VenueError(words, throttled=found.retCode in TOO_OFTEN)
    return found


def page(body: wire.Answer, path: str) -> wire.Page:
    """Read the rows of an answer. Raises DecodeError."""
    try:
        found: wire.Page = _page(body.result)
    except UNREADABLE as problem:
        raise DecodeError(f"{path}: {problem}") from None
    return found


def pages(category: str, status: str = "") -> Generator[Request, Response, list[Response]]:
    """Ask for the instruments of a category, page by page to the end; without a status, of those that trade."""
    known = (("category", category), ("limit", PAGE), *((("status", status),) if status else ()))
    found: list[Response] = []
    cursor = ""
    while len(found) < TOO_MANY_PAGES:
        response = yield Request(INSTRUMENTS, params=(*known, *((("cursor", cursor),) if cursor else ())))
        found.append(response)
        following = page(answer(response, INSTRUMENTS), INSTRUMENTS).nextPageCursor or ""
        if not following:
            return found
        if following == cursor:
            raise VenueError(f"{INSTRUMENTS}: page {len(found)} of {category} names itself as the next one")
        cursor = following
    raise VenueError(f"{INSTRUMENTS}: the pages of {category} do not end after {TOO_MANY_PAGES}")


def clock() -> Flow:
    """Ask for the venue's time; ends in one Clock."""
    response = yield Request(TIME)
    try:
        time: int = _time(answer(response, TIME).result).timeNano
    except UNREADABLE as problem:
        raise DecodeError(f"{TIME}: {problem}") from None
    return [Clock(time)]


def quotes(venue: str, category: str) -> Flow:
    """Ask for the top of every book, as of when the answer was made: rows have no time of their own."""
    response = yield Request(TICKERS, params=(("category", category),))
    body = answer(response, TICKERS)
    found: list[Emission | Clock] = []
    for row in _tickers(body):
        if isinstance(row, Reject):
            found.append(row)
            continue
        bids, asks = ((row.bid1Price, row.bid1Size),), ((row.ask1Price, row.ask1Size),)
        found.append(frames.quote(venue, row.symbol, bids, asks, ns(body.time), response.received))
    return found


def tickers(venue: str, category: str) -> Flow:
    """Ask for the statistics of every symbol, and of perpetuals the funding that comes with them."""
    response = yield Request(TICKERS, params=(("category", category),))
    body = answer(response, TICKERS)
    found: list[Emission | Clock] = []
    for row in _tickers(body):
        if isinstance(row, Reject):
            found.append(row)
        else:
            found += frames.statistics(venue, row, ns(body.time), response.received)
    return found


def funding(venue: str, category: str) -> Flow:
    """Ask the listing for what changes seldom: the interval, and the limits of the rate on either side."""
    found: list[Emission | Clock] = []
    for response in (yield from pages(category)):
        body = answer(response, INSTRUMENTS)
        for row in listing.rows(page(body, INSTRUMENTS).rows):
            if isinstance(row, Reject):
                found.append(row)
            elif listing.perpetual(row):
                hours = row.fundingInterval / 60 or None
                event = Funding(
                    venue=venue,
                    symbol=row.symbol,
                    interval_h=hours,
                    interval_source=None if hours is None else "metadata",
                    cap=row.upperFundingRate or None,
                    floor=row.lowerFundingRate or None,
                    time=ns(body.time),
                    received=response.received,
                )
                found.append(event)
    return found


def _tickers(body: wire.Answer) -> Iterator[Any]:
    for raw in page(body, TICKERS).rows:
        try:
            row: wire.RestTicker = _ticker(raw)
        except UNREADABLE as problem:
            yield Reject(what=TICKERS, reason=str(problem), raw=excerpt(raw))
            continue
        # Dated contracts stand among the perpetuals (BTCUSDT-25DEC26); no other symbol has a hyphen.
        if "-" not in row.symbol:
            yield row


_answer = decoder(wire.Answer)
_page = decoder(wire.Page)
_time = decoder(wire.Time)
_ticker = decoder(wire.RestTicker)
