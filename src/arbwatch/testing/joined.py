"""A book put together the plain way, to hold a venue's snapshots and deltas against.

It shares nothing with the product.
"""

from typing import Literal

from arbwatch.model import Book

Outcome = Literal["ok", "early", "stale", "gap"]


class Joined:
    """One symbol's book."""

    def __init__(self) -> None:
        """Begin without a snapshot."""
        self.number: int | None = None
        self.bids: dict[float, float] = {}
        self.asks: dict[float, float] = {}

    def apply(self, book: Book) -> Outcome:
        """Take a snapshot, or a delta where it fits; after a gap the book waits for a snapshot again."""
        if book.snapshot:
            self.number = book.seq
            self.bids, self.asks = dict(book.bids), dict(book.asks)
            return "ok"
        if self.number is None:
            return "early"
        if book.seq is not None and book.seq <= self.number:
            return "stale"
        if book.prev is not None and book.prev > self.number:
            self.number = None
            return "gap"
        for mine, theirs in ((self.bids, book.bids), (self.asks, book.asks)):
            for price, size in theirs:
                if size:
                    mine[price] = size
                else:
                    mine.pop(price, None)
        self.number = book.seq if book.seq is not None else self.number
        return "ok"

    @property
    def crossed(self) -> bool:
        """Tell whether the best bid stands at or above the best ask."""
        return bool(self.bids and self.asks) and max(self.bids) >= min(self.asks)
