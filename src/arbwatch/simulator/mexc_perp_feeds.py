"""What each public channel of MEXC contracts pushes, and when.

https://www.mexc.com/api-docs/futures/websocket-api: changes of books and deals at once, limited books whole, tickers
once a second, fair prices and indices where they change, funding once a minute.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from typing import ClassVar

from arbwatch.simulator import mexc_perp_rows as rows
from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.market import Change, ListingChange
from arbwatch.simulator.protocol import Feed, Row, StreamKind, compact

WAY_MS = 4
"""From the matching of an order to the push that tells of it."""
Clock = Callable[[], int]
"""Returns by how many milliseconds the venue's clock is ahead, or its time."""
Commits = deque[Row]


class ContractFeed(Feed):
    """One channel of one contract."""

    channel: ClassVar[str]
    kind: ClassVar[StreamKind]
    period_ms: ClassVar[int] = 0

    def __init__(self, listing: Listing, known: FundingState, skew: Clock) -> None:
        """Follow a contract."""
        self.listing, self.known, self.skew = listing, known, skew

    def time_ms(self) -> int:
        """Return when the book last changed, by the venue's clock."""
        return self.listing.time // 10**6 + self.skew()

    def known_ms(self) -> int:
        """Return when mark, index and funding were last worked out, by the venue's clock."""
        return self.known.time // 10**6 + self.skew()

    def push(self, data: object, ts: int) -> str:
        """Write a push."""
        return compact({"symbol": self.listing.symbol, "data": data, "channel": f"push.{self.channel}", "ts": ts})


class ChangedFeed(ContractFeed, ABC):
    """A channel that tells a state: at once to whoever subscribes, then where it changed."""

    def __init__(self, listing: Listing, known: FundingState, skew: Clock) -> None:
        """Start from the state as it is."""
        super().__init__(listing, known, skew)
        self.last = self.state()

    @abstractmethod
    def state(self) -> object:
        """Return what a push would say, for comparing."""

    @abstractmethod
    def write(self) -> str:
        """Write the state."""

    def greet(self) -> list[str]:
        """Return the state."""
        return [self.write()]

    def flush(self) -> list[str]:
        """Return the state where it changed."""
        before, self.last = self.last, self.state()
        return [] if before == self.last else [self.write()]


class FullFeed(ChangedFeed):
    """`depth.full`: so many levels of both sides, whole each time."""

    channel, period_ms = "depth.full", 100
    kind: ClassVar[StreamKind] = "quote"

    def __init__(self, listing: Listing, known: FundingState, skew: Clock, levels: int) -> None:
        """Follow so many levels."""
        self.levels = levels
        self.moved = False
        super().__init__(listing, known, skew)

    def gather(self, change: Change) -> str | None:
        """Note that there is something to look at."""
        self.moved = True
        return None

    def flush(self) -> list[str]:
        """Return the levels where one of them changed."""
        moved, self.moved = self.moved, False
        return super().flush() if moved else []

    def state(self) -> object:
        """Return the levels."""
        return self.listing.book.side(True, self.levels), self.listing.book.side(False, self.levels)

    def write(self) -> str:
        """Write the levels."""
        now = self.time_ms()
        return self.push({"cts": now, **rows.sides(self.listing, self.levels)}, now + WAY_MS)


class DepthFeed(ContractFeed):
    """`depth`: the levels of each change with the first and the last of their versions; no snapshot."""

    channel = "depth"
    kind: ClassVar[StreamKind] = "depth"

    def __init__(self, listing: Listing, known: FundingState, skew: Clock, commits: Commits) -> None:
        """Leave every level that changes in `commits` as well, for those who lost one."""
        super().__init__(listing, known, skew)
        self.commits = commits

    def gather(self, change: Change) -> str | None:
        """Push the change."""
        if not change.levels:
            return None
        data, now = rows.changes(self.listing, change), self.time_ms()
        for version, (bid, at, amount) in enumerate(change.levels, change.first_id):
            level = [rows.level(self.listing, at, amount)]
            self.commits.append({"asks": [] if bid else level, "bids": level if bid else [], "version": version})
        places = {"end": self.listing.book.id, "begin": change.first_id, "version": self.listing.book.id}
        return self.push({"cts": now, **data, **places}, now + WAY_MS)

    def restart(self) -> list[str]:
        """Begin to count anew, as after a restart of the service."""
        self.listing.book.id = self.listing.book.id % 1000
        self.commits.clear()
        return []


class DealFeed(ContractFeed):
    """`deal`: each execution at once."""

    channel = "deal"
    kind: ClassVar[StreamKind] = "trade"

    def gather(self, change: Change) -> str | None:
        """Push an execution."""
        if change.trade is None:
            return None
        return self.push([rows.deal(self.listing, change.trade, self.skew())], self.time_ms() + WAY_MS)


class TickerFeed(ChangedFeed):
    """`ticker`: the row of REST, at most once a second."""

    channel, period_ms = "ticker", 1000
    kind: ClassVar[StreamKind] = "ticker"

    def state(self) -> object:
        """Return the last execution, the best prices, mark, index and funding."""
        stats, known, top = self.listing.statistics, self.known, self.listing.book.top()
        return stats.count, top[0], top[2], known.mark, known.index, known.rate

    def write(self) -> str:
        """Write the row."""
        data = rows.streamed(self.listing, self.known, self.skew())
        return self.push(data, data["timestamp"])


class FundingFeed(ChangedFeed):
    """`funding.rate`: the rate and when it is charged, once a minute."""

    channel, period_ms = "funding.rate", 60_000
    kind: ClassVar[StreamKind] = "funding"

    def state(self) -> object:
        """Return the time of the figures."""
        return self.known.time

    def write(self) -> str:
        """Write rate and time."""
        data = {"symbol": self.listing.symbol, "rate": self.known.rate, "nextSettleTime": self.known.next_time}
        return self.push(data, self.known_ms())


class FairFeed(ChangedFeed):
    """`fair.price`: the mark price."""

    channel, period_ms = "fair.price", 200
    kind: ClassVar[StreamKind] = "mark"

    def state(self) -> object:
        """Return the price as written."""
        return rows.near(self.listing, self.known.mark)

    def write(self) -> str:
        """Write the price."""
        return self.push({"symbol": self.listing.symbol, "price": self.state()}, self.known_ms())


class IndexFeed(FairFeed):
    """`index.price`."""

    channel = "index.price"
    kind: ClassVar[StreamKind] = "index"

    def state(self) -> object:
        """Return the price as written."""
        return rows.near(self.listing, self.known.index)


class TickersFeed(Feed):
    """`tickers`: every contract that is open, once a second; neither best prices nor funding."""

    period_ms: ClassVar[int] = 1000

    def __init__(self, listings: Mapping[str, Listing], skew: Clock, now: Clock) -> None:
        """Follow a market."""
        self.listings, self.skew, self.now = listings, skew, now

    def greet(self) -> list[str]:
        """Return every row."""
        return self.flush()

    def flush(self) -> list[str]:
        """Return every row, changed or not."""
        open_ = [listing for listing in self.listings.values() if listing.status == "enabled"]
        data = [rows.brief(listing, listing.funding, self.skew()) for listing in open_ if listing.funding]
        return [compact({"channel": "push.tickers", "data": data, "ts": self.now()})]


class ContractsFeed(Feed):
    """`contract`: the row of a contract that changed."""

    def __init__(self, now: Clock) -> None:
        """Tell by the venue's clock."""
        self.now = now

    def announced(self, change: ListingChange) -> list[str]:
        """Return the row."""
        row = rows.instrument(change.listing)
        return [compact({"channel": "push.contract", "data": row, "symbol": row["symbol"], "ts": self.now()})]


FEEDS: dict[str, type[ContractFeed]] = {
    feed.channel: feed for feed in (DealFeed, TickerFeed, FundingFeed, FairFeed, IndexFeed)
}
"""Channels about one contract that need nothing but it."""
