"""Ask MEXC spot over REST: clock, quotes, 24 h statistics, a book. Flows yield requests and receive responses."""

from arbwatch.connector.payload import decoder
from arbwatch.connector.talk import book_tag
from arbwatch.connector.units import ns
from arbwatch.connector.wire import Clock, Request, Response
from arbwatch.model import Book, Quote, Ticker
from arbwatch.venues.mexc import spot_wire as wire
from arbwatch.venues.mexc.values import Flow, emit, number, positive, read, rows, several, side

CLOCK = Request("/api/v3/time")
QUOTES = Request("/api/v3/ticker/bookTicker")
TICKERS = Request("/api/v3/ticker/24hr", weight=40)
DEPTH = "/api/v3/depth"
DEEPEST = "1000"


def clock() -> Flow:
    """Ask for the venue's time; ends in one Clock."""
    response = yield CLOCK
    time: wire.Time = read(_time, response.body, CLOCK.path, response.status)
    return [Clock(time.serverTime * 1_000_000)]


def quotes(venue: str) -> Flow:
    """Ask for the top of every book; rows have no time."""
    response = yield QUOTES
    found = rows(_quote, read(several, response.body, QUOTES.path, response.status), QUOTES.path)
    return list(emit(found, lambda row: _told_quote(venue, row, response.received)))


def tickers(venue: str) -> Flow:
    """Ask for the 24 h statistics of every symbol."""
    response = yield TICKERS
    found = rows(_ticker, read(several, response.body, TICKERS.path, response.status), TICKERS.path)
    return list(emit(found, lambda row: _statistics(venue, row, response.received)))


def book_request(symbol: str) -> Request:
    """Ask for a snapshot that changes can be joined to."""
    return Request(DEPTH, params=(("symbol", symbol), ("limit", DEEPEST)), tag=book_tag(symbol))


def book(venue: str, symbol: str, response: Response) -> Book:
    """Read a whole book. Raises VenueError where it is refused, DecodeError where it cannot be read."""
    row: wire.Depth = read(_depth, response.body, DEPTH, response.status)
    return Book(
        venue=venue,
        symbol=symbol,
        snapshot=True,
        seq=row.lastUpdateId,
        prev=None,
        bids=tuple(level for level in row.bids if level[0]),
        asks=tuple(level for level in row.asks if level[0]),
        time=ns(row.timestamp),
        received=response.received,
    )


def _told_quote(venue: str, row: wire.BookTicker, received: int) -> Quote:
    bid, ask = side(row.bidPrice, row.bidQty), side(row.askPrice, row.askQty)
    return Quote(venue, row.symbol, *bid, *ask, None, received)


def _statistics(venue: str, row: wire.Ticker, received: int) -> Ticker:
    last = positive(row.lastPrice)
    return Ticker(
        venue=venue,
        symbol=row.symbol,
        last=last,
        change_24h=None if last is None else number(row.priceChangePercent),
        high=positive(row.highPrice),
        low=positive(row.lowPrice),
        base_volume=number(row.volume),
        quote_volume=number(row.quoteVolume),
        time=ns(row.closeTime),
        received=received,
    )


_time = decoder(wire.Time)
_quote = decoder(wire.BookTicker)
_ticker = decoder(wire.Ticker)
_depth = decoder(wire.Depth)
