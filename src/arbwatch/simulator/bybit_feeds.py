"""What each public topic of Bybit v5 pushes, and when.

https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook, /ticker, /trade and
https://bybit-exchange.github.io/docs/v5/websocket/system/system-status. Key order differs between spot and contracts.
"""

from typing import TYPE_CHECKING

from arbwatch.simulator import bybit_rows as rows
from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.market import Change
from arbwatch.simulator.protocol import Feed, Row, Stream, compact

if TYPE_CHECKING:
    from arbwatch.simulator.bybit import Bybit

REPEAT_MS = 3000
"""After so long without a change the best bid and ask are said again."""
Levels = dict[int, int]
Pairs = list[tuple[str, str]]


def feed(venue: "Bybit", stream: Stream) -> Feed:
    """Begin to make the pushes of a topic; those of a contract before its launch stay silent."""
    if stream.symbol is None:
        return Feed()
    listing = venue.listings[stream.symbol]
    if listing.kind == "prelaunch":
        return Feed()
    match stream.kind:
        case "quote":
            return Top(venue, listing, stream.name)
        case "depth":
            return Depth(venue, listing, stream.name, stream.levels)
        case "trade":
            return Trades(venue, listing, stream.name)
    if listing.funding is None:
        return SpotTicker(venue, listing, stream.name)
    return LinearTicker(venue, listing, listing.funding, stream.name)


def envelope(venue: "Bybit", listing: Listing, topic: str, kind: str) -> Row:
    """Return how a push begins."""
    now = venue.now_ms()
    if listing.trimmed:
        return {"topic": topic, "ts": now, "type": kind}
    return {"topic": topic, "type": kind, "ts": now}


def first_count(listing: Listing) -> int:
    """Return the count from which the updates of a topic go on."""
    return 2 + listing.book.id % 10**8


class Top(Feed):
    """The best bid and ask, always whole; said again where nothing changed for three seconds."""

    def __init__(self, venue: "Bybit", listing: Listing, topic: str) -> None:
        """Start from the book as it is."""
        self.venue, self.listing, self.topic = venue, listing, topic
        self.count = first_count(listing)
        self.last = listing.book.top()
        self.pushed = venue.now_ms()

    def greet(self) -> list[str]:
        """Return the best bid and ask."""
        return [self._write()]

    def gather(self, change: Change) -> str | None:
        """Push where the top changed."""
        now = self.listing.book.top()
        if now == self.last:
            return None
        self.last = now
        self.count += 1
        self.pushed = self.venue.now_ms()
        return self._write()

    def flush(self) -> list[str]:
        """Say it again, with the same count, when it is time."""
        now = self.venue.now_ms()
        if now - self.pushed < REPEAT_MS / self.venue.time_scale:
            return []
        self.pushed = now
        return [self._write()]

    def restart(self) -> list[str]:
        """Count from 1 again."""
        self.count = 1
        return [self._write()]

    def _write(self) -> str:
        listing, venue = self.listing, self.venue
        bid, bid_size, ask, ask_size = listing.book.top()
        bids = "[]" if bid is None else f'[["{listing.price(bid)}","{listing.size(bid_size)}"]]'
        asks = "[]" if ask is None else f'[["{listing.price(ask)}","{listing.size(ask_size)}"]]'
        now = venue.now_ms()
        head = f'"ts":{now},"type":"snapshot"' if listing.trimmed else f'"type":"snapshot","ts":{now}'
        return (
            f'{{"topic":"{self.topic}",{head},"data":{{"s":"{listing.symbol}","b":{bids},"a":{asks},'
            f'"u":{self.count},"seq":{listing.book.id}}},"cts":{venue.time_ms(listing)}}}'
        )


class Depth(Feed):
    """Some levels: a snapshot for each subscriber, then what changed of them."""

    def __init__(self, venue: "Bybit", listing: Listing, topic: str, limit: int) -> None:
        """Start from the book as it is."""
        self.venue, self.listing, self.topic, self.limit = venue, listing, topic, limit
        self.count = first_count(listing)
        self.sides: tuple[Levels, Levels] = self._now()
        self.seq, self.time = listing.book.id, venue.time_ms(listing)
        self.dirty = False

    def _now(self) -> tuple[Levels, Levels]:
        book = self.listing.book
        return dict(book.side(True, self.limit)), dict(book.side(False, self.limit))

    def greet(self) -> list[str]:
        """Return the book as the other subscribers know it."""
        bids, asks = self.sides
        return [self._write("snapshot", self._pairs(bids), self._pairs(asks))]

    def gather(self, change: Change) -> str | None:
        """Note that something changed."""
        self.dirty = True
        return None

    def flush(self) -> list[str]:
        """Return the levels that changed, came or went."""
        if not self.dirty:
            return []
        bids, asks = (self._changed(*sides) for sides in zip(self.sides, self._take(), strict=True))
        if not bids and not asks:
            return []
        self.count += 1
        return [self._write("delta", bids, asks)]

    def restart(self) -> list[str]:
        """Count from 1 again, with a snapshot."""
        self._take()
        self.count = 1
        return self.greet()

    def _take(self) -> tuple[Levels, Levels]:
        self.dirty = False
        self.sides = self._now()
        self.seq, self.time = self.listing.book.id, self.venue.time_ms(self.listing)
        return self.sides

    def _changed(self, before: Levels, now: Levels) -> Pairs:
        return self._pairs(
            {price: now.get(price, 0) for price in [*now, *before] if before.get(price, 0) != now.get(price, 0)}
        )

    def _pairs(self, levels: Levels) -> Pairs:
        listing = self.listing
        return [(listing.price(price), listing.size(size) if size else "0") for price, size in levels.items()]

    def _write(self, kind: str, bids: Pairs, asks: Pairs) -> str:
        data = {"s": self.listing.symbol, "b": bids, "a": asks, "u": self.count, "seq": self.seq}
        return compact(envelope(self.venue, self.listing, self.topic, kind) | {"data": data, "cts": self.time})


class Trades(Feed):
    """Executions."""

    def __init__(self, venue: "Bybit", listing: Listing, topic: str) -> None:
        """Say nothing until something is traded."""
        self.venue, self.listing, self.topic = venue, listing, topic
        self.price = listing.statistics.last

    def gather(self, change: Change) -> str | None:
        """Push an execution."""
        if change.trade is None:
            return None
        rising = change.trade.price >= self.price
        direction = ("Zero" if change.trade.price == self.price else "") + ("PlusTick" if rising else "MinusTick")
        self.price = change.trade.price
        row = rows.trade(self.listing, change.trade, self.venue.time_ms(self.listing), direction)
        return compact(envelope(self.venue, self.listing, self.topic, "snapshot") | {"data": [row]})


class SpotTicker(Feed):
    """24 h statistics of spot: always whole, without bid and ask."""

    def __init__(self, venue: "Bybit", listing: Listing, topic: str) -> None:
        """Push at the first change."""
        self.venue, self.listing, self.topic = venue, listing, topic
        self.dirty = False

    def greet(self) -> list[str]:
        """Return the statistics."""
        listing = self.listing
        row = {"symbol": listing.symbol} | rows.spot_day(listing, self.venue.index(listing))
        head = envelope(self.venue, listing, self.topic, "snapshot")
        return [compact(head | {"cs": listing.book.id, "data": row})]

    def gather(self, change: Change) -> str | None:
        """Note a trade."""
        self.dirty = self.dirty or change.trade is not None
        return None

    def flush(self) -> list[str]:
        """Return the statistics where something was traded."""
        if not self.dirty:
            return []
        self.dirty = False
        return self.greet()


class LinearTicker(Feed):
    """24 h statistics, best bid and ask, mark and funding of a contract: whole once, then what changed."""

    def __init__(self, venue: "Bybit", listing: Listing, state: FundingState, topic: str) -> None:
        """Start from what is true now."""
        self.venue, self.listing, self.state, self.topic = venue, listing, state, topic
        self.price, self.direction = listing.statistics.last, "ZeroPlusTick"
        self.marked = 0
        self.dirty = False
        self.last = self._row()

    def _row(self) -> Row:
        self.marked = self.state.time
        price = self.listing.statistics.last
        if price != self.price:
            self.direction = "PlusTick" if price > self.price else "MinusTick"
            self.price = price
        return rows.linear_push(self.listing, self.state, self.direction)

    def greet(self) -> list[str]:
        """Return every field as the other subscribers know it."""
        return [self._write("snapshot", self.last)]

    def gather(self, change: Change) -> str | None:
        """Note that something changed."""
        self.dirty = True
        return None

    def flush(self) -> list[str]:
        """Return the fields that changed; price and size of a side come together."""
        if not self.dirty and self.state.time == self.marked:
            return []
        self.dirty = False
        row = self._row()
        changed = {key for key, value in row.items() if self.last[key] != value}
        for side in ("bid1", "ask1"):
            pair = {f"{side}Price", f"{side}Size"}
            changed |= pair if changed & pair else set()
        self.last = row
        if not changed:
            return []
        return [self._write("delta", {key: value for key, value in row.items() if key in changed or key == "symbol"})]

    def _write(self, kind: str, data: Row) -> str:
        head: Row = {"topic": self.topic, "type": kind, "data": data}
        return compact(head | {"cs": self.listing.book.id, "ts": self.venue.now_ms()})
