"""Books as they are streamed: numbered, and held against the venue's checksum where it sends one."""

import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from arbwatch.connector.units import Amount, Price
from arbwatch.connector.wire import Emission, Reject
from arbwatch.model import Book, Level
from arbwatch.venues.bitget import wire

CHECKED = 25
"""How many levels of each side the checksum is made of. DOCS/spot/websocket/public/Depth-Channel."""


class _Place(NamedTuple):
    """Where a book stands."""

    seq: int
    ts: int
    """The venue's clock, ms."""


class _Digits:
    """The levels of one book as the venue wrote them, by price."""

    def __init__(self) -> None:
        self.bids: dict[float, str] = {}
        self.asks: dict[float, str] = {}

    def change(self, row: wire.Depth, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        for held, texts, levels in ((self.bids, row.bids, bids), (self.asks, row.asks, asks)):
            for text, (price, size) in zip(texts, levels, strict=True):
                if size:
                    held[price] = f"{text.price}:{text.size}"
                else:
                    held.pop(price, None)

    def checksum(self) -> int:
        """Return the CRC-32 of bid, ask, next bid, next ask, ... as a signed number."""
        bids = [self.bids[price] for price in sorted(self.bids, reverse=True)[:CHECKED]]
        asks = [self.asks[price] for price in sorted(self.asks)[:CHECKED]]
        words = [side[n] for n in range(CHECKED) for side in (bids, asks) if n < len(side)]
        found = zlib.crc32(":".join(words).encode())
        return found - (1 << 32) if found >= 1 << 31 else found


class Books:
    """The books of one connection: what was sent of each since its snapshot."""

    def __init__(self, venue: str) -> None:
        """Begin a connection."""
        self._venue = venue
        self._digits: dict[str, _Digits] = {}
        self._last: dict[str, _Place] = {}

    def follow(self, symbol: str, row: wire.Depth, received: int, *, whole: bool) -> list[Emission]:
        """Read a snapshot or a change. A change that its checksum contradicts ends the book: no change joins it.

        Raises what a decoder raises where a level is none.
        """
        bids, asks = levels(row.bids), levels(row.asks)
        last = None if whole else self._last.get(symbol)
        seq, prev = self._numbers(row, last)
        book = Book(self._venue, symbol, whole, seq, prev, bids, asks, _time(row), received)
        if last is not None and seq <= last.seq and row.ts <= last.ts:
            # It was taken already, and so it is in the checksum.
            return [book]
        self._last[symbol] = _Place(seq, row.ts)
        if whole:
            self._digits[symbol] = _Digits()
        elif last is not None and prev != last.seq:
            # The numbers tell already that something is missing.
            self._digits.pop(symbol, None)
        digits = self._digits.get(symbol)
        if digits is None:
            return [book]
        digits.change(row, bids, asks)
        if whole or not row.checksum or row.checksum == (found := digits.checksum()):
            return [book]
        del self._digits[symbol]
        return [_contradicted(symbol, row.checksum, found), self._ended(book)]

    def part(self, symbol: str, row: wire.Depth, received: int) -> Book:
        """Read the best few levels, which are whole in themselves."""
        bids, asks = levels(row.bids), levels(row.asks)
        return Book(self._venue, symbol, True, row.seq or row.ts, None, bids, asks, _time(row), received)

    def _numbers(self, row: wire.Depth, last: _Place | None) -> tuple[int, int | None]:
        """Return the number of a message and of the one it follows."""
        if row.seq is None:
            # Until the venue numbered its messages only their times told the order; two may share one.
            return (row.ts, None) if last is None else (max(row.ts, last.seq + 1), last.seq)
        if last is not None and row.seq < last.seq and row.ts > last.ts:
            # After maintenance it counts anew, whatever it says that it follows.
            return row.seq, last.seq
        return row.seq, None if last is None and row.pseq == 0 else row.pseq

    def _ended(self, book: Book) -> Book:
        seq = book.seq or 0
        return msgspec.structs.replace(book, seq=seq, prev=seq + 1, bids=(), asks=())


def levels(rows: list[wire.Level]) -> tuple[Level, ...]:
    """Read levels. Raises what a decoder raises where one is none."""
    found: tuple[Level, ...] = _convert([(row.price, row.size) for row in rows])
    return found


def _contradicted(symbol: str, told: int, found: int) -> Reject:
    reason = f"the book of {symbol} has the checksum {found}, the venue says {told}: something of it never came"
    return Reject(what="books", reason=reason, raw="")


def _time(row: wire.Depth) -> int | None:
    return row.ts * 1_000_000 or None


def _convert(pairs: Any) -> Any:
    return msgspec.convert(pairs, tuple[tuple[Price, Amount], ...], strict=False)
