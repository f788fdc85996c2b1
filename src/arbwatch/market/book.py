"""One whole book, joined from a snapshot and the changes to it, whichever comes first."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from typing import Literal

from arbwatch.model import Book, Level

Outcome = Literal["ok", "buffered", "gap", "stale"]

BUFFERED = 2000
"""How many changes wait for a snapshot; when more come, the oldest are let go and the join shows the gap."""


class _Side:
    """Levels by price, the prices in ascending order."""

    __slots__ = ("_prices", "_sizes")

    def __init__(self) -> None:
        self._prices: list[float] = []
        self._sizes: dict[float, float] = {}

    def fill(self, levels: Iterable[Level]) -> None:
        self._sizes = {price: size for price, size in levels if size > 0.0}
        self._prices = sorted(self._sizes)

    def change(self, levels: Iterable[Level]) -> None:
        for price, size in levels:
            if size > 0.0:
                if price not in self._sizes:
                    insort(self._prices, price)
                self._sizes[price] = size
            elif price in self._sizes:
                del self._sizes[price]
                del self._prices[bisect_left(self._prices, price)]

    def lowest(self, count: int | None = None) -> list[Level]:
        return [(price, self._sizes[price]) for price in self._prices[:count]]

    def highest(self, count: int | None = None) -> list[Level]:
        return [(price, self._sizes[price]) for price in self._prices[: -count - 1 if count else None : -1]]

    def least(self) -> float | None:
        return self._prices[0] if self._prices else None

    def most(self) -> float | None:
        return self._prices[-1] if self._prices else None


class BookState:
    """Keep one symbol's book. Invalid until joined, and again from a gap or a crossing until joined anew."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.valid = False
        self.reason = "waiting for a snapshot"
        """Why it is not valid, in words; "" where it is."""
        self.seq: int | None = None
        self.time: int | None = None
        """The venue's clock at the last change, UTC ns."""
        self.received: int | None = None
        self._bids = _Side()
        self._asks = _Side()
        self._waiting: deque[Book] = deque(maxlen=BUFFERED)
        self._anew: int | None = None
        """The venue's clock when its count last began anew, UTC ns: numbers from before say nothing now."""

    def apply(self, book: Book) -> Outcome:
        """Take a snapshot or a change. A snapshot counts where its number or its time is newer, or it is told anew.

        "buffered": kept until a snapshot comes. "stale": already inside, nothing changed. "gap": something is
        missing or the sides cross, and the book is invalid until a newer snapshot joins.
        """
        if book.snapshot:
            return self._join(book)
        if _counts_anew(book):
            self.reset("the venue's count began anew")
            self._anew = book.time
            return "gap"
        if not self.valid:
            self._waiting.append(book)
            return "buffered"
        if self._old(book):
            return "stale"
        if self._missing(book):
            reason = f"changes {self.seq} to {book.prev} never came"
            self.reset(reason)
            self._waiting.append(book)
            return "gap"
        self._change(book)
        return self._checked()

    def reset(self, reason: str) -> None:
        """Empty the book and forget what waits; `reason` says why, in words."""
        self.valid, self.reason, self.seq = False, reason, None
        self._bids, self._asks = _Side(), _Side()
        self._waiting.clear()

    @property
    def bids(self) -> list[Level]:
        """All bids, best first; empty while invalid."""
        return self._bids.highest() if self.valid else []

    @property
    def asks(self) -> list[Level]:
        """All asks, best first; empty while invalid."""
        return self._asks.lowest() if self.valid else []

    def levels(self, depth: int) -> tuple[list[Level], list[Level]]:
        """Return the best `depth` bids and asks, best first; nothing while invalid."""
        if not self.valid:
            return [], []
        return self._bids.highest(depth), self._asks.lowest(depth)

    @property
    def crossed(self) -> bool:
        """Tell whether the best bid stands at or above the best ask."""
        bid, ask = self._bids.most(), self._asks.least()
        return bid is not None and ask is not None and bid >= ask

    def _join(self, snapshot: Book) -> Outcome:
        known = self._old(snapshot) and not _later(snapshot.time, self.time)
        if self.valid and known and not _counts_anew(snapshot):
            return "stale"
        if self._anew is not None and snapshot.time is not None and snapshot.time < self._anew:
            self.reason = "the snapshot is from before the venue's count began anew"
            return "gap"
        self._bids.fill(snapshot.bids)
        self._asks.fill(snapshot.asks)
        self.seq, self.time, self.received = snapshot.seq, snapshot.time, snapshot.received
        while self._waiting:
            book = self._waiting[0]
            if not self._old(book):
                if self._missing(book):
                    if _later(snapshot.time, book.time):
                        # It ran ahead of numbers that the venue has begun anew since.
                        self._waiting.popleft()
                        continue
                    self.valid = False
                    self.reason = f"the snapshot ({self.seq}) is older than the first change kept ({book.prev})"
                    return "gap"
                self._change(book)
            self._waiting.popleft()
        return self._checked()

    def _checked(self) -> Outcome:
        if self.crossed:
            self.reset("its sides crossed")
            return "gap"
        self.valid, self.reason = True, ""
        return "ok"

    def _old(self, book: Book) -> bool:
        return book.seq is not None and self.seq is not None and book.seq <= self.seq

    def _missing(self, book: Book) -> bool:
        return book.prev is not None and self.seq is not None and book.prev > self.seq

    def _change(self, book: Book) -> None:
        self._bids.change(book.bids)
        self._asks.change(book.asks)
        self.seq = book.seq if book.seq is not None else self.seq
        self.time, self.received = book.time, book.received


def _counts_anew(book: Book) -> bool:
    return book.seq is not None and book.prev is not None and book.seq < book.prev


def _later(time: int | None, other: int | None) -> bool:
    """Tell by the venue's own clock; a lower number that is later was counted anew."""
    return time is not None and other is not None and time > other
