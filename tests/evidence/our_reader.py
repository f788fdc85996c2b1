"""Binance messages as arbwatch reads them, through the contract every venue fulfils."""

import json
from collections.abc import Iterable
from typing import Any

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Clock, Reject, Response
from arbwatch.market.book import BookState
from arbwatch.model import Book, Funding, Instrument, Quote, Ticker, Trade
from tests.evidence.ccxt_reader import DEPTH, Reading
from tests.evidence.material import Market, Piece

POLLS = {"tickers": "tickers", "quotes": "quotes", "premium": "funding", "intervals": "funding", "clock": "clock"}
PATHS = {
    "tickers": "/ticker/24hr",
    "quotes": "/ticker/bookTicker",
    "premium": "/premiumIndex",
    "intervals": "/fundingInfo",
    "clock": "/time",
}


def venue(market: Market) -> type[Venue]:
    """Return arbwatch's own venue for `market`."""
    from arbwatch.connector import registry

    return registry.venues()[f"binance_{market}"]


class OurReader:
    """Read frames and bodies of one market with one fresh instance of the venue."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.venue = venue(market)()
        self.books: dict[str, BookState] = {}
        self.refused: list[tuple[Piece, str]] = []

    def read(self, piece: Piece) -> list[Reading]:
        """Return what arbwatch makes of `piece`; what it could not read is kept in `refused`."""
        try:
            return [found for said in self._emissions(piece) if (found := self._reading(said, piece))]
        except (DecodeError, VenueError) as problem:
            self.refused.append((piece, str(problem)))
            return []

    def _emissions(self, piece: Piece) -> Iterable[object]:
        if not piece.body:
            return self.venue.decode(piece.raw, piece.received)
        if piece.kind == "listing":
            return self.venue.instruments(piece.raw)
        if piece.kind == "snapshot":
            asked = self.venue.book_request(piece.symbol or "")
            assert asked is not None
            return self.venue.reply(asked.tag, Response(200, piece.raw, piece.received, piece.received))
        return self._polled(piece) if piece.kind in POLLS else ()

    def _polled(self, piece: Piece) -> list[object]:
        """Hand a recorded body to the poll that asks for it."""
        message = json.loads(piece.raw)
        one = piece.kind == "clock" or isinstance(message, list)
        body = piece.raw if one else b"[" + piece.raw + b"]"
        said: list[object] = []
        for poll in self.venue.polls():
            if poll.name != POLLS[piece.kind]:
                continue
            flow = poll.flow()
            try:
                request = next(flow)
                asked = False
                while True:
                    wanted = request.path.endswith(PATHS[piece.kind])
                    asked |= wanted
                    answer = body if wanted else _beside(piece, message)
                    request = flow.send(Response(200, answer, piece.received, piece.received))
            except StopIteration as end:
                said += end.value if asked else []
        return said

    def _reading(self, said: object, piece: Piece) -> Reading | None:
        if isinstance(said, Reject):
            self.refused.append((piece, f"{said.what}: {said.reason}"))
            return None
        if isinstance(said, Book):
            return self._book(said)
        return reading(said)

    def _book(self, book: Book) -> Reading | None:
        state = self.books.setdefault(book.symbol, BookState(book.symbol))
        done = state.apply(book)
        if done == "gap":
            return {"kind": "gap", "symbol": book.symbol, "reason": state.reason}
        # On USD-M the page has a change applied that ends at the snapshot's own number: the book must be the same.
        repeated = done == "stale" and self.market == "perp" and book.seq == state.seq
        if done != "ok" and not repeated:
            return None
        bids, asks = state.levels(DEPTH)
        said = {"kind": "book", "symbol": book.symbol, "seq": state.seq, "time": _ms(state.time)}
        return {**said, "bids": bids, "asks": asks}


def _beside(piece: Piece, message: Any) -> bytes:
    """Answer what the same poll asks for besides: intervals are only told of contracts that have a premium row."""
    if piece.kind != "intervals":
        return b"[]"
    return json.dumps([{"symbol": row["symbol"], "markPrice": "1", "nextFundingTime": 1} for row in message]).encode()


def reading(said: object) -> Reading | None:
    """Turn an event into comparable words; None for what no other program reads."""
    if isinstance(said, Quote | Trade | Ticker | Funding):
        kind = type(said).__name__.lower()
        fields = {name: getattr(said, name) for name in said.__struct_fields__ if name not in ("venue", "received")}
        for name in ("time", "next_time"):
            if name in fields:
                fields[name] = _ms(fields[name])
        return {"kind": kind, **fields}
    if isinstance(said, Clock):
        return {"kind": "clock", "time": _ms(said.time)}
    return _instrument(said) if isinstance(said, Instrument) else None


def _instrument(it: Instrument) -> Reading:
    return {
        "kind": "instrument",
        "symbol": it.symbol,
        "base": it.base,
        "quote_currency": it.quote_currency,
        "settle_currency": it.settle_currency,
        "tick_size": it.tick_size,
        "lot_size": it.lot_size,
        "min_notional": it.min_notional,
        "contract_size": it.contract_size,
        "trading": it.status == "trading",
        "listed": _ms(it.listed),
        "class": it.class_,
        "status": it.status,
        "multiplier": it.multiplier,
    }


def _ms(time: int | None) -> Any:
    """Turn ns into ms; a time that is no whole ms keeps its fraction, so that it differs."""
    if time is None:
        return None
    return time // 1_000_000 if time % 1_000_000 == 0 else time / 1_000_000
