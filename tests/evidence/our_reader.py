"""Binance messages as arbwatch reads them, through the contract every venue fulfils."""

import json
from collections.abc import Iterable
from typing import Any

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Clock, Reject, Response
from arbwatch.model import Book, Funding, Instrument, Level, Quote, Ticker, Trade
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


class Joined:
    """One book built by the rule that `model.Book` states, and nothing else."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.time: int | None = None
        self.waiting: list[Book] = []
        self.sides: tuple[dict[float, float], dict[float, float]] = ({}, {})

    def apply(self, book: Book) -> str:
        """Take a snapshot or a change; tell `ok`, `waiting`, `old` or `gap`."""
        if book.snapshot:
            self.number, self.time, self.sides = book.seq, book.time, (dict(book.bids), dict(book.asks))
            waiting, self.waiting = self.waiting, []
            for delta in waiting:
                self.apply(delta)
            return "ok"
        if self.number is None:
            self.waiting.append(book)
            return "waiting"
        assert book.seq is not None and book.prev is not None, "a change of Binance's books carries both numbers"
        if book.seq <= self.number:
            return "old"
        if not book.prev <= self.number:
            self.number = None
            return "gap"
        self.number, self.time = book.seq, book.time
        for side, levels in zip(self.sides, (book.bids, book.asks), strict=True):
            for price, size in levels:
                if size:
                    side[price] = size
                else:
                    side.pop(price, None)
        return "ok"

    def best(self, depth: int = DEPTH) -> tuple[list[Level], list[Level]]:
        """Return the best levels of both sides, best first."""
        bids, asks = self.sides
        return sorted(bids.items(), reverse=True)[:depth], sorted(asks.items())[:depth]


class OurReader:
    """Read frames and bodies of one market with one fresh instance of the venue."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.venue = venue(market)()
        self.books: dict[str, Joined] = {}
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
        joined = self.books.setdefault(book.symbol, Joined())
        done = joined.apply(book)
        if done == "gap":
            return {"kind": "gap", "symbol": book.symbol}
        # On USD-M the page has a change applied that ends at the snapshot's own number: the book must be the same.
        repeated = done == "old" and self.market == "perp" and book.seq == joined.number
        if done != "ok" and not repeated:
            return None
        bids, asks = joined.best()
        said = {"kind": "book", "symbol": book.symbol, "seq": joined.number, "time": _ms(joined.time)}
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
