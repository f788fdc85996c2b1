"""What each public stream of MEXC spot pushes, and when.

https://www.mexc.com/api-docs/spot-v3/websocket-market-streams: best prices, changes of books and deals are gathered for
10 or 100 ms and pushed where there are any; limited books come whole; mini tickers come every three seconds. Pushes are
written here with the names of their fields; the socket gets them as protobuf.
"""

from collections.abc import Callable, Iterable, Mapping

from arbwatch.simulator import mexc_rows as rows
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Change, TradeDone
from arbwatch.simulator.protocol import Feed, Row, compact

WAY_MS = 4
"""From the matching of an order to the push that tells of it."""
QUIET_MS = 10_000
"""Without a change for so long a pair is quiet."""
Clock = Callable[[], int]
"""Returns by how many milliseconds the venue's clock is ahead, or its time."""
Named = Iterable[tuple[str, str]]


class PairFeed(Feed):
    """A stream of one pair."""

    def __init__(self, listing: Listing, name: str, skew: Clock, now: Clock) -> None:
        """Follow a pair under the name of the stream."""
        self.listing, self.name, self.skew, self.now = listing, name, skew, now
        self.event = name.rpartition("@")[0]
        """What the stream goes by without its last part."""

    def time_ms(self) -> int:
        """Return when the book last changed, by the venue's clock."""
        return self.listing.time // 10**6 + self.skew()

    def push(self, body: str, fields: Row) -> str:
        """Write a push that tells of the last change."""
        return compact(self._head(self.time_ms() + WAY_MS) | {body: fields})

    def quiet(self) -> list[str]:
        """Return a push without a body for a pair in which nothing has happened for a while, else nothing."""
        now = self.now()
        return [compact(self._head(now))] if now - self.time_ms() > QUIET_MS else []

    def _head(self, sent: int) -> Row:
        return {"channel": self.name, "symbol": self.listing.symbol, "sendTime": sent}


class BestFeed(PairFeed):
    """`aggre.bookTicker`: the best prices where they changed; nothing is said of them before."""

    def __init__(self, listing: Listing, name: str, skew: Clock, now: Clock) -> None:
        """Start from the book as it is."""
        super().__init__(listing, name, skew, now)
        self.moved = False
        self.last = listing.book.top()

    def greet(self) -> list[str]:
        """Return no prices: a push without a body where the pair is quiet."""
        return self.quiet()

    def gather(self, change: Change) -> str | None:
        """Note that there is something to look at."""
        self.moved = True
        return None

    def flush(self) -> list[str]:
        """Return the push for a change."""
        if not self.moved:
            return []
        self.moved, before, self.last = False, self.last, self.listing.book.top()
        return [] if before == self.last else [self.write()]

    def write(self) -> str:
        """Write the best prices."""
        bid, bid_size, ask, ask_size = rows.best(self.listing, trimmed=True)
        return self.push(
            "publicAggreBookTicker",
            {
                "bidPrice": bid, "bidQuantity": bid_size, "askPrice": ask, "askQuantity": ask_size,
                "version": str(self.listing.book.id), "lastOrderCreateTime": self.time_ms(),
            },
        )  # fmt: skip


class BatchFeed(BestFeed):
    """`bookTicker.batch`: the same as a list."""

    def greet(self) -> list[str]:
        """Return the best prices."""
        return [self.write()]

    def write(self) -> str:
        """Write the best prices as the one item of a list."""
        bid, bid_size, ask, ask_size = rows.best(self.listing, trimmed=True)
        item = {"bidPrice": bid, "bidQuantity": bid_size, "askPrice": ask, "askQuantity": ask_size}
        said = {"version": str(self.listing.book.id), "lastOrderCreateTime": self.time_ms()}
        return self.push("publicBookTickerBatch", {"items": [item], **said})


class LimitFeed(PairFeed):
    """`limit.depth`: so many levels of both sides, whole each time."""

    def __init__(self, listing: Listing, name: str, skew: Clock, now: Clock) -> None:
        """Start from the book as it is."""
        super().__init__(listing, name, skew, now)
        self.event, _, levels = self.event.rpartition("@")[0], *name.rpartition("@")[1:]
        self.levels = int(levels)
        self.moved = False
        self.last = self._view()

    def _view(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        return rows.side(self.listing, False, self.levels), rows.side(self.listing, True, self.levels)

    def greet(self) -> list[str]:
        """Return the levels."""
        return [self._write()]

    def gather(self, change: Change) -> str | None:
        """Note that there is something to look at."""
        self.moved = True
        return None

    def flush(self) -> list[str]:
        """Return the push where one of the levels changed."""
        if not self.moved:
            return []
        self.moved, before, self.last = False, self.last, self._view()
        return [] if before == self.last else [self._write()]

    def _write(self) -> str:
        asks, bids = self._view()
        return self.push(
            "publicLimitDepths",
            {
                "asks": _levels(asks), "bids": _levels(bids), "eventType": self.event,
                "version": str(self.listing.book.id), "lastOrderCreateTime": self.time_ms(),
            },
        )  # fmt: skip


class DepthFeed(PairFeed):
    """`aggre.depth`: the levels that changed, with the first and the last of their versions; no snapshot."""

    def __init__(self, listing: Listing, name: str, skew: Clock, now: Clock) -> None:
        """Start with nothing gathered."""
        super().__init__(listing, name, skew, now)
        self.sides: dict[bool, dict[int, int]] = {False: {}, True: {}}
        self.first: int | None = None

    def greet(self) -> list[str]:
        """Return no prices: a push without a body where the pair is quiet."""
        return self.quiet()

    def gather(self, change: Change) -> str | None:
        """Take in what changed."""
        if change.levels and self.first is None:
            self.first = change.first_id
        for bid, at, amount in change.levels:
            self.sides[bid][at] = amount
        return None

    def flush(self) -> list[str]:
        """Return the push for everything gathered."""
        if self.first is None:
            return []
        first, self.first = self.first, None
        asks, bids = ([self._level(*level) for level in sorted(self.sides[bid].items())] for bid in (False, True))
        self.sides = {False: {}, True: {}}
        fields: Row = {
            "asks": asks, "bids": bids, "eventType": self.event, "fromVersion": str(first),
            "toVersion": str(self.listing.book.id), "lastOrderCreateTime": self.time_ms(),
        }  # fmt: skip
        return [self.push("publicAggreDepths", fields)]

    def restart(self) -> list[str]:
        """Begin to count anew, as after a restart of the service."""
        self.listing.book.id = self.listing.book.id % 1000
        self.sides, self.first = {False: {}, True: {}}, None
        return []

    def _level(self, at: int, amount: int) -> Row:
        return {"price": rows.price(self.listing, at), "quantity": rows.size(self.listing, amount)}


class DealsFeed(PairFeed):
    """`aggre.deals`: the executions since the last push."""

    def __init__(self, listing: Listing, name: str, skew: Clock, now: Clock) -> None:
        """Start with nothing gathered."""
        super().__init__(listing, name, skew, now)
        self.deals: list[Row] = []

    def greet(self) -> list[str]:
        """Return no prices: a push without a body where the pair is quiet."""
        return self.quiet()

    def gather(self, change: Change) -> str | None:
        """Take in an execution."""
        done: TradeDone | None = change.trade
        if done is not None:
            self.deals.append(rows.trade(self.listing, done, self.skew()))
        return None

    def flush(self) -> list[str]:
        """Return the push for everything gathered."""
        if not self.deals:
            return []
        deals, self.deals = self.deals, []
        return [self.push("publicAggreDeals", {"deals": deals, "eventType": self.event})]


class MiniFeed(PairFeed):
    """`miniTicker`: 24 h statistics of one pair."""

    def greet(self) -> list[str]:
        """Return the statistics."""
        return self.flush()

    def flush(self) -> list[str]:
        """Return the statistics, changed or not."""
        return [compact(self._head(self.now()) | {"publicMiniTicker": rows.mini(self.listing)})]


class EveryFeed(Feed):
    """`miniTickers`: the statistics of every pair that is open."""

    def __init__(self, listings: Mapping[str, Listing], name: str, now: Clock) -> None:
        """Follow a market under the name of the stream."""
        self.listings, self.name, self.now = listings, name, now

    def greet(self) -> list[str]:
        """Return the statistics."""
        return self.flush()

    def flush(self) -> list[str]:
        """Return the statistics of all, changed or not."""
        items = [rows.mini(listing) for listing in self.listings.values() if listing.status == "online"]
        head: Row = {"channel": self.name, "sendTime": self.now()}
        return [compact(head | {"publicMiniTickers": {"items": items}})]


def _levels(side: Named) -> list[Row]:
    return [{"price": at, "quantity": amount} for at, amount in side]
