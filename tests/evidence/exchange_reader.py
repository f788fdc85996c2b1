"""Messages of one exchange as arbwatch reads them, through the contract every venue fulfils."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Reject, Response
from arbwatch.market.book import BookState
from arbwatch.model import Book
from tests.evidence.ccxt_reader import DEPTH, Reading
from tests.evidence.material import Piece


class ExchangeReader:
    """Read frames and bodies with one fresh instance of a venue."""

    polls: ClassVar[Mapping[str, str]]
    """Which poll asks for a kind of body."""
    numbered: ClassVar[bool] = True
    """Books are compared by their numbers too."""

    def __init__(self, source: type[Venue]) -> None:
        self.source = source()
        self.books: dict[str, BookState] = {}
        self.refused: list[tuple[Piece, str]] = []

    def said(self, piece: Piece) -> list[object] | None:
        """Return what arbwatch makes of `piece`; None where that is nothing at all, which is kept in `refused`."""
        try:
            said = list(self._emissions(piece))
        except (DecodeError, VenueError) as problem:
            self.refused.append((piece, str(problem)))
            return None
        self.refused += [(piece, one.reason) for one in said if isinstance(one, Reject)]
        return said

    def book(self, book: Book) -> Reading | None:
        """Return the book that a change leaves, or that it left a hole."""
        state = self.books.setdefault(book.symbol, BookState(book.symbol))
        done = state.apply(book)
        if done == "gap":
            return {"kind": "gap", "symbol": book.symbol, "reason": state.reason}
        if done != "ok":
            return None
        bids, asks = state.levels(DEPTH)
        number = {"seq": state.seq} if self.numbered else {}
        time = (state.time or 0) // 10**6
        return {"kind": "book", "symbol": book.symbol, **number, "time": time, "bids": bids, "asks": asks}

    def polled(self, piece: Piece) -> Iterable[object]:
        """Answer the poll that asks for `piece`, and nothing else, with it."""
        flow = self.flow(piece)
        assert next(flow).path == piece.path
        try:
            flow.send(answer(piece, piece.raw))
        except StopIteration as end:
            found: Iterable[object] = end.value
            return found
        raise AssertionError(f"a flow wants more than {piece.path}")

    def flow(self, piece: Piece) -> Any:
        """Begin the poll that asks for `piece`."""
        return next(poll.flow() for poll in self.source.polls() if poll.name == self.polls[piece.kind])

    def _emissions(self, piece: Piece) -> Iterable[object]:
        if not piece.body:
            return self.source.decode(piece.raw, piece.received)
        if piece.kind == "listing":
            return self.source.instruments(piece.raw)
        if piece.kind == "snapshot":
            request = self.source.book_request(piece.symbol or "")
            assert request is not None and request.path.startswith(piece.path)
            return self.source.reply(request.tag, answer(piece, piece.raw))
        return self.polled(piece)


def answer(piece: Piece, body: bytes) -> Response:
    """Answer a request with a body at the time of `piece`."""
    return Response(200, body, piece.received, piece.received)


def told(found: Reading) -> Reading:
    """Leave out what a partial event says nothing of."""
    return {name: value for name, value in found.items() if value is not None} if found["kind"] == "funding" else found
