"""What each public channel of OKX v5 pushes, and when.

https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel and
#public-data-websocket: the state on subscription, then changes at the channel's pace, then a sign of life where nothing
changed for long.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from arbwatch.simulator import okx_rows as rows
from arbwatch.simulator.book import Levels, difference
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Change, ListingChange
from arbwatch.simulator.protocol import Feed, Row, StreamKind, compact

Clock = Callable[[], int]
"""Returns by how many milliseconds the venue's clock is ahead."""


def push(channel: str, name: str, row: Row, action: str = "") -> str:
    """Write a push; `action` tells snapshots of a book from updates."""
    arg: Row = {"arg": {"channel": channel, "instId": name}}
    return compact(arg | ({"action": action} if action else {}) | {"data": [row]})


class ChannelFeed(Feed, ABC):
    """One channel of one instrument: pushed where `content` differs from what was pushed last."""

    channel: ClassVar[str]
    kind: ClassVar[StreamKind]
    period_ms: ClassVar[int]
    idle_ms: ClassVar[int] = 0
    """After so long without a push the newest is said again; 0 is never."""

    def __init__(self, listing: Listing, name: str, skew: Clock, time_scale: float = 1.0) -> None:
        """Follow a listing under the name that subscribers use; signs of life come `time_scale` times as often."""
        self.listing, self.name, self.skew = listing, name, skew
        self.moved = True
        self._last = self.content()
        self._quiet = 0
        self._patience = self.idle_ms / self.period_ms / time_scale

    @abstractmethod
    def content(self) -> object:
        """Return what a push would say, for comparing."""

    @abstractmethod
    def changed(self) -> str:
        """Return the push for a change."""

    @abstractmethod
    def alive(self) -> str:
        """Return what is said where nothing changed for long."""

    def gather(self, change: Change) -> str | None:
        """Note that there is something to look at."""
        self.moved = True
        return None

    def flush(self) -> list[str]:
        """Return the push for what changed, or a sign of life."""
        content = self.content() if self.moved else self._last
        self.moved = False
        if content != self._last:
            self._last, self._quiet = content, 0
            return [self.changed()]
        self._quiet += 1
        if not self.idle_ms or self._quiet < self._patience:
            return []
        self._quiet = 0
        return [self.alive()]


class RowFeed(ChannelFeed):
    """A channel whose every push is one row that says it all."""

    @abstractmethod
    def row(self) -> Row:
        """Return the row of a push."""

    def greet(self) -> list[str]:
        """Return the state."""
        return [self.changed()]

    def changed(self) -> str:
        """Return the row as it is."""
        return push(self.channel, self.name, self.row())

    def alive(self) -> str:
        """Return it once more."""
        return self.changed()


class BestFeed(RowFeed):
    """`bbo-tbt`: the best level of both sides, whole each time."""

    channel, kind = "bbo-tbt", "quote"
    period_ms, idle_ms = 10, 60_000

    def content(self) -> object:
        """Return the top of the book."""
        return self.listing.book.top()

    def row(self) -> Row:
        """Return one level per side; an empty side is an empty list."""
        return rows.book(self.listing, 1, self.skew())


class FiveFeed(RowFeed):
    """`books5`: five levels of both sides, whole each time."""

    channel, kind = "books5", "partial"
    period_ms, idle_ms = 100, 60_000

    def content(self) -> object:
        """Return the five best levels of both sides."""
        book = self.listing.book
        return book.side(True, 5), book.side(False, 5)

    def row(self) -> Row:
        """Return five levels per side."""
        found = rows.book(self.listing, 5, self.skew())
        return {
            "asks": found["asks"], "bids": found["bids"], "instId": self.listing.symbol, "ts": found["ts"],
            "seqId": found["seqId"],
        }  # fmt: skip


class BooksFeed(ChannelFeed):
    """`books`: 400 levels, then changes of what lies among them. The checksum has been 0 since 2026-06."""

    channel, kind = "books", "depth"
    period_ms, idle_ms = 100, 60_000
    levels: ClassVar[int] = 400

    def __init__(self, listing: Listing, name: str, skew: Clock, time_scale: float = 1.0) -> None:
        """Start from the book as it is."""
        self.listing = listing
        self.seen = self._view()
        self.sequence = listing.book.id
        super().__init__(listing, name, skew, time_scale)

    def _view(self) -> tuple[Levels, Levels]:
        book = self.listing.book
        return dict(book.side(True, self.levels)), dict(book.side(False, self.levels))

    def content(self) -> object:
        """Return the place in the sequence."""
        return self.listing.book.id

    def greet(self) -> list[str]:
        """Return the snapshot: the book as the update before left it, so that the next one joins."""
        bids, asks = self.seen
        return [self._push("snapshot", self._side(asks, False), self._side(bids, True), -1)]

    def changed(self) -> str:
        """Return the levels that changed among the best 400; what fell out of them is deleted."""
        bids, asks = self._view()
        changes = [difference(old, new) for old, new in zip(self.seen, (bids, asks), strict=True)]
        previous, self.seen, self.sequence = self.sequence, (bids, asks), self.listing.book.id
        return self._push("update", self._side(changes[1], False), self._side(changes[0], True), previous)

    def alive(self) -> str:
        """Return an update without levels, which repeats the sequence number."""
        return self._push("update", [], [], self.sequence)

    def restart(self) -> list[str]:
        """Begin to count anew after maintenance: one update whose number is below the one before."""
        self.listing.book.id = self.listing.book.id % 1000
        self._last = self.content()
        return [self.changed()]

    def _side(self, levels: Levels, bid: bool) -> list[list[str]]:
        return [rows.level(self.listing, at, size) for at, size in sorted(levels.items(), reverse=bid)]

    def _push(self, action: str, asks: list[list[str]], bids: list[list[str]], previous: int) -> str:
        row = {
            "asks": asks, "bids": bids, "ts": str(self.listing.time // 10**6 + self.skew()), "checksum": 0,
            "seqId": self.sequence, "prevSeqId": previous,
        }  # fmt: skip
        return push(self.channel, self.name, row, action)


class TickerFeed(RowFeed):
    """`tickers`: the row of REST, after a trade or a change of the top."""

    channel, kind = "tickers", "ticker"
    period_ms = 100

    def content(self) -> object:
        """Return the last trade and the top."""
        stats = self.listing.statistics
        return stats.count, stats.last, self.listing.book.top()

    def row(self) -> Row:
        """Return the statistics of 24 h."""
        return rows.ticker(self.listing, self.skew(), streamed=True)


class RestlessFeed(RowFeed):
    """A channel that is looked at each time: what it tells moves without a change of the book."""

    def flush(self) -> list[str]:
        """Return the push for what changed, or a sign of life."""
        self.moved = True
        return super().flush()


class MarkFeed(RestlessFeed):
    """`mark-price`."""

    channel, kind = "mark-price", "mark"
    period_ms, idle_ms = 200, 10_000

    def content(self) -> object:
        """Return the price as written."""
        return self.row()["markPx"]

    def row(self) -> Row:
        """Return the mark price."""
        return rows.mark(self.listing, rows.state(self.listing), self.skew())


class IndexFeed(RestlessFeed):
    """`index-tickers`, under the name of the index."""

    channel, kind = "index-tickers", "index"
    period_ms, idle_ms = 100, 60_000

    def content(self) -> object:
        """Return the price as written."""
        return self.row()["idxPx"]

    def row(self) -> Row:
        """Return the index."""
        return rows.index(self.listing, rows.state(self.listing), self.skew())


class FundingFeed(RestlessFeed):
    """`funding-rate`: said anew each minute."""

    channel, kind = "funding-rate", "funding"
    period_ms, idle_ms = 60_000, 60_000

    def content(self) -> object:
        """Return the time of the figures."""
        return rows.state(self.listing).time

    def row(self) -> Row:
        """Return rate, times and limits."""
        return rows.funding(self.listing, rows.state(self.listing), self.skew())


class TradeFeed(Feed):
    """`trades`: each execution at once."""

    def __init__(self, listing: Listing, skew: Clock) -> None:
        """Follow a listing."""
        self.listing, self.skew = listing, skew

    def gather(self, change: Change) -> str | None:
        """Return the push of an execution."""
        if change.trade is None:
            return None
        return push("trades", self.listing.symbol, rows.trade(self.listing, change.trade, self.skew()))


class InstrumentsFeed(Feed):
    """`instruments`: the whole listing on subscription, then the instruments that changed."""

    def __init__(self, inst_type: str, listed: Callable[[], list[Row]], row: Callable[[Listing], Row]) -> None:
        """Tell of one type of instruments."""
        self.inst_type, self.listed, self.row = inst_type, listed, row

    def greet(self) -> list[str]:
        """Return everything that is listed."""
        return [self._push(self.listed())]

    def announced(self, change: ListingChange) -> list[str]:
        """Return the instrument that changed."""
        return [self._push([self.row(change.listing)])]

    def _push(self, data: list[Row]) -> str:
        return compact({"arg": {"channel": "instruments", "instType": self.inst_type}, "data": data})


FEEDS: dict[str, type[ChannelFeed]] = {
    "bbo-tbt": BestFeed, "books5": FiveFeed, "books": BooksFeed, "tickers": TickerFeed, "mark-price": MarkFeed,
    "index-tickers": IndexFeed, "funding-rate": FundingFeed,
}  # fmt: skip
"""Channels about one instrument."""
ABOUT_CONTRACTS = ("mark-price", "index-tickers", "funding-rate")
"""Channels that exist for swaps only."""
