"""What each public channel of Bitget v2 pushes, and when.

https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel, /Tickers-Channel, /Trades-Channel and the same under
/api-doc/contract: the state on subscription, then what changed at the channel's pace. What stands still says nothing.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import ClassVar

from arbwatch.simulator import bitget_rows as rows
from arbwatch.simulator.book import Levels, difference
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Change, TradeDone
from arbwatch.simulator.protocol import Feed, Row, StreamKind, compact

Clock = Callable[[], tuple[int, int]]
"""Returns the venue's clock in UTC ms, and by how many ms it is ahead."""


class ChannelFeed(Feed):
    """One channel of one instrument."""

    channel: ClassVar[str]
    kind: ClassVar[StreamKind]
    period_ms: ClassVar[int]

    def __init__(self, listing: Listing, clock: Clock) -> None:
        """Follow a listing."""
        self.listing, self.clock = listing, clock

    def push(self, data: list[Row], action: str = "snapshot") -> str:
        """Write a push; the time outside is that of the push."""
        arg = {"instType": rows.product(self.listing), "channel": self.channel, "instId": self.listing.symbol}
        return compact({"action": action, "arg": arg, "data": data, "ts": self.clock()[0]})

    def time_ms(self) -> int:
        """Return when the book changed, by the venue's clock."""
        return self.listing.time // 10**6 + self.clock()[1]


class ChangingFeed(ChannelFeed, ABC):
    """A channel that is pushed where `content` differs from what was pushed last."""

    def __init__(self, listing: Listing, clock: Clock) -> None:
        """Start from what stands there."""
        super().__init__(listing, clock)
        self._last = self.content()

    @abstractmethod
    def content(self) -> object:
        """Return what a push would say, for comparing."""

    @abstractmethod
    def changed(self) -> str:
        """Return the push for a change."""

    def flush(self) -> list[str]:
        """Return the push for what changed."""
        content = self.content()
        if content == self._last:
            return []
        self._last = content
        return [self.changed()]


class RowFeed(ChangingFeed):
    """A channel whose every push is one row that says it all."""

    @abstractmethod
    def row(self) -> Row:
        """Return the row of a push."""

    def greet(self) -> list[str]:
        """Return the state."""
        return [self.changed()]

    def changed(self) -> str:
        """Return the row as it is."""
        return self.push([self.row()])


class PartialFeed(RowFeed):
    """So many levels of both sides, whole each time."""

    levels: ClassVar[int]

    def content(self) -> object:
        """Return the best levels of both sides."""
        book = self.listing.book
        return book.side(True, self.levels), book.side(False, self.levels)

    def row(self) -> Row:
        """Return the best levels; an empty side is an empty list."""
        found = rows.book(self.listing, self.levels)
        return found | {"checksum": 0, "seq": self.listing.book.id, "ts": str(self.time_ms())}


class BestFeed(PartialFeed):
    """`books1`."""

    channel, kind, period_ms, levels = "books1", "quote", 60, 1

    def content(self) -> object:
        """Return the top of the book."""
        return self.listing.book.top()


class ContractBestFeed(BestFeed):
    """`books1` of contracts."""

    period_ms = 100


class FiveFeed(PartialFeed):
    """`books5`."""

    channel, kind, period_ms, levels = "books5", "partial", 150, 5


class FifteenFeed(PartialFeed):
    """`books15`."""

    channel, kind, period_ms, levels = "books15", "partial", 150, 15


class BooksFeed(ChangingFeed):
    """`books`: every level, then what changed, with a checksum of what a reader must have by then."""

    channel, kind, period_ms = "books", "depth", 150

    def __init__(self, listing: Listing, clock: Clock) -> None:
        """Start from the book as it is."""
        super().__init__(listing, clock)
        self.seen = self._view()
        self.sequence = listing.book.id

    def _view(self) -> tuple[Levels, Levels]:
        return dict(self.listing.book.bids), dict(self.listing.book.asks)

    def content(self) -> object:
        """Return the place in the sequence."""
        return self.listing.book.id

    def greet(self) -> list[str]:
        """Return the book as the update before left it, so that the next one joins; the checksum is 0."""
        bids, asks = self.seen
        return [self._push("snapshot", self._side(asks, False), self._side(bids, True), 0, 0)]

    def changed(self) -> str:
        """Return the levels that changed."""
        bids, asks = self._view()
        changes = [difference(old, new) for old, new in zip(self.seen, (bids, asks), strict=True)]
        self.seen = bids, asks
        previous, self.sequence = self.sequence, self.listing.book.id
        best = rows.book(self.listing, rows.CHECKED)
        checked = rows.checksum(best["bids"], best["asks"])
        return self._push("update", self._side(changes[1], False), self._side(changes[0], True), checked, previous)

    def restart(self) -> list[str]:
        """Count anew after maintenance: one update that follows on 0, with a number below the one before."""
        self.listing.book.id = self.listing.book.id % 1000 + 1
        self._last, self.sequence = self.content(), 0
        return [self.changed()]

    def _side(self, levels: Levels, bid: bool) -> list[list[str]]:
        return rows.levels(self.listing, sorted(levels.items(), reverse=bid))

    def _push(self, action: str, asks: list[list[str]], bids: list[list[str]], checked: int, previous: int) -> str:
        row = {
            "asks": asks, "bids": bids, "checksum": checked, "seq": self.sequence, "pseq": previous,
            "ts": str(self.time_ms()),
        }  # fmt: skip
        return self.push([row], action)


class TickerFeed(RowFeed):
    """`ticker` of spot: after a trade or a change of the top."""

    channel, kind, period_ms = "ticker", "ticker", 200

    def content(self) -> object:
        """Return the last trade and the top."""
        stats = self.listing.statistics
        return stats.count, stats.last, stats.volume, self.listing.book.top()

    def row(self) -> Row:
        """Return the statistics of 24 h."""
        return rows.streamed_spot(self.listing, self.clock()[1])


class ContractTickerFeed(TickerFeed):
    """`ticker` of contracts: with mark, index and funding."""

    def content(self) -> object:
        """Return the last trade, the top, and what is known beside the book."""
        known = rows.state(self.listing)
        return super().content(), known.mark, known.index, known.rate, known.next_time

    def row(self) -> Row:
        """Return the statistics of 24 h with mark, index and funding."""
        return rows.streamed_contract(self.listing, self.clock()[1])


class TradeFeed(ChannelFeed):
    """`trade`: the latest executions on subscription, the newest first, then each at once."""

    channel, kind, period_ms = "trade", "trade", 0
    remembered: ClassVar[int] = 50

    def __init__(self, listing: Listing, clock: Clock) -> None:
        """Start from the last execution that the market knows of."""
        super().__init__(listing, clock)
        stats, (bid, _, ask, _) = listing.statistics, listing.book.top()
        middle = ((bid or stats.last) + (ask or stats.last)) / 2
        last = TradeDone(stats.first_id + stats.count - 1, stats.last, stats.last_size, stats.last >= middle)
        self._known = deque([(last, stats.closed // 10**6)], self.remembered)

    def greet(self) -> list[str]:
        """Return the latest executions."""
        skew = self.clock()[1]
        return [self.push([rows.trade(self.listing, done, time + skew) for done, time in self._known])]

    def gather(self, change: Change) -> str | None:
        """Return the push of an execution."""
        if change.trade is None:
            return None
        self._known.appendleft((change.trade, self.listing.time // 10**6))
        return self.push([rows.trade(self.listing, change.trade, self.time_ms())], "update")


SPOT_FEEDS: dict[str, type[ChannelFeed]] = {
    feed.channel: feed for feed in (BestFeed, FiveFeed, FifteenFeed, BooksFeed, TickerFeed, TradeFeed)
}
CONTRACT_FEEDS: dict[str, type[ChannelFeed]] = SPOT_FEEDS | {
    "books1": ContractBestFeed, "ticker": ContractTickerFeed,
}  # fmt: skip
