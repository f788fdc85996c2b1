"""Turn changes of the market into pushes: who subscribed what, and what is due at which pace."""

from typing import Protocol

from arbwatch.simulator.binance import Binance, Row, Stream, compact
from arbwatch.simulator.book import LevelChange
from arbwatch.simulator.client import Client
from arbwatch.simulator.faults import Faults
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import STEP, Change, ListingChange

MS_PER_STEP = STEP // 10**6


class Feed(Protocol):
    """What gathers changes of one symbol until its next push."""

    def gather(self, change: Change) -> None:
        """Take a change in."""

    def flush(self) -> str | None:
        """Return the push that is due, or None where nothing changed."""


class DiffFeed:
    """Changed levels since the last push."""

    def __init__(self, protocol: Binance, listing: Listing) -> None:
        """Start at the book's present id."""
        self.protocol, self.listing = protocol, listing
        self.first = self.previous = listing.book.id
        self.levels: dict[tuple[bool, int], LevelChange] = {}

    def gather(self, change: Change) -> None:
        """Keep the newest size of every changed level."""
        if not self.levels:
            self.first = change.first_id
        for level in change.levels:
            self.levels[level.bid, level.price] = level

    def flush(self) -> str | None:
        """Return one diff from the first changed level since the last push up to the book's id."""
        if not self.levels:
            return None
        levels = sorted(self.levels.values(), key=lambda x: (x.bid, -x.price if x.bid else x.price))
        self.levels = {}
        text = self.protocol.diff(self.listing, self.first, self.previous, levels)
        self.previous = self.listing.book.id
        return text


class PartialFeed:
    """The top levels, whenever anything changed."""

    def __init__(self, protocol: Binance, listing: Listing, levels: int) -> None:
        """Push the present state at the first pace."""
        self.protocol, self.listing, self.levels = protocol, listing, levels
        self.dirty = True

    def gather(self, change: Change) -> None:
        """Note that something changed."""
        self.dirty = True

    def flush(self) -> str | None:
        """Return the top levels as they are now."""
        if not self.dirty:
            return None
        self.dirty = False
        return self.protocol.partial(self.listing, self.levels)


class Broadcast:
    """The streams of one venue and their subscribers."""

    def __init__(self, protocol: Binance, faults: Faults) -> None:
        """Start with no subscriber."""
        self.protocol, self.faults = protocol, faults
        self.clients: dict[str, dict[Client, None]] = {}
        self.known: dict[str, Stream] = {}
        self.feeds: dict[str, Feed] = {}
        self.feeds_of: dict[str, dict[str, Feed]] = {}
        self.dirty: dict[int, dict[Listing, None]] = {1000: {}, 2000: {}}
        self.steps = 0

    def subscribe(self, client: Client, name: str) -> None:
        """Add a stream to a client; a name or category that does not exist stays silent."""
        client.streams[name] = None
        stream = self.protocol.stream(name)
        if stream is None:
            return
        if stream.symbol is not None:
            self.faults.subscribed(client.name, stream.symbol)
        if stream.route != client.route:
            return
        self.known[name] = stream
        self.clients.setdefault(name, {})[client] = None
        if stream.kind in ("depth", "partial") and name not in self.feeds and stream.symbol is not None:
            listing = self.protocol.listings[stream.symbol]
            feed: Feed = DiffFeed(self.protocol, listing)
            if stream.kind == "partial":
                feed = PartialFeed(self.protocol, listing, stream.levels)
            self.feeds[name] = self.feeds_of.setdefault(stream.symbol, {})[name] = feed

    def unsubscribe(self, client: Client, name: str) -> None:
        """Take a stream from a client."""
        client.streams.pop(name, None)
        clients = self.clients.get(name, {})
        clients.pop(client, None)
        if not clients and name in self.known:
            del self.clients[name]
            stream = self.known.pop(name)
            if self.feeds.pop(name, None) and stream.symbol is not None:
                self.feeds_of[stream.symbol].pop(name, None)

    def forget(self, client: Client) -> None:
        """Drop a client that is gone."""
        for name in list(client.streams):
            self.unsubscribe(client, name)

    def push(self, name: str, symbol: str | None, payload: str) -> None:
        """Send a payload to every subscriber of a stream, but for those a fault keeps from it."""
        wrapped = None
        for client in list(self.clients.get(name, ())):
            if self.faults.standing and symbol is not None and self.faults.silent(client.name, symbol):
                continue
            text = payload
            if client.combined:
                text = wrapped = wrapped or f'{{"stream":"{name}","data":{payload}}}'
            if self.faults.standing and self.faults.use("truncated", symbol=symbol or "", socket=client.name):
                text = text[: len(text) * 2 // 3]
            client.send(text)

    def publish(self, change: Change) -> None:
        """Push what is pushed at once and gather the rest."""
        clients, protocol, listing = self.clients, self.protocol, change.listing
        lower, symbol = listing.lower, listing.symbol
        if (name := f"{lower}@bookTicker") in clients:
            self.push(name, symbol, protocol.quote(listing))
        for feed in self.feeds_of.get(symbol, {}).values():
            feed.gather(change)
        if change.trade is None:
            return
        for paced in self.dirty.values():
            paced[listing] = None
        if (name := f"{lower}@trade") in clients:
            self.push(name, symbol, protocol.trade(listing, change.trade, aggregate=False))
        if (name := f"{lower}@aggTrade") in clients:
            self.push(name, symbol, protocol.trade(listing, change.trade, aggregate=True))

    def announce(self, change: ListingChange) -> None:
        """Push a change of what is listed."""
        row = self.protocol.contract(change.listing)
        if row is not None and "!contractInfo" in self.clients:
            self.push("!contractInfo", None, compact(row))

    def pace(self) -> None:
        """Count one step of the market and push what is due."""
        self.steps += 1
        elapsed = self.steps * MS_PER_STEP
        if elapsed % 50:
            return
        for name, stream in list(self.known.items()):
            if stream.period_ms and elapsed % stream.period_ms == 0:
                self._push_due(name, stream)
        for period, dirty in self.dirty.items():
            if elapsed % period == 0:
                dirty.clear()

    def flush(self) -> None:
        """Push everything that has a pace now, so that subscribers know all that is true."""
        for name, stream in list(self.known.items()):
            if stream.period_ms:
                self._push_due(name, stream)
        for dirty in self.dirty.values():
            dirty.clear()

    def _push_due(self, name: str, stream: Stream) -> None:
        if stream.symbol is None:
            self._push_market(name, stream)
        elif (feed := self.feeds.get(name)) is not None:
            text = feed.flush()
            swallowed = text and self.faults.standing and self.faults.use("gap", symbol=stream.symbol)
            if text and not swallowed:
                self.push(name, stream.symbol, text)
        elif (listing := self.protocol.listings.get(stream.symbol)) is not None:
            if stream.kind == "mark":
                row = self.protocol.mark(listing)
            else:
                row = self._ticker(stream, listing) if listing in self.dirty[stream.period_ms] else None
            if row is not None:
                self.push(name, stream.symbol, compact(row))

    def _ticker(self, stream: Stream, listing: Listing) -> Row:
        return self.protocol.ticker(listing, stream.kind == "mini")

    def _push_market(self, name: str, stream: Stream) -> None:
        listings = list(self.protocol.listings.values())
        if stream.kind == "quote":
            for listing in listings:
                self.push(name, None, self.protocol.quote(listing))
            return
        if stream.kind == "mark":
            ordinary = [row for li in listings if li.kind != "stock" and (row := self.protocol.mark(li))]
            stocks = [row for li in listings if li.kind == "stock" and (row := self.protocol.mark(li))]
            self._push_array(name, ordinary)
            self._push_array(name, stocks)
            return
        dirty = self.dirty[stream.period_ms]
        changed = [listing for listing in listings if listing in dirty or listing.kind == "coin_margined"]
        self._push_array(name, [self._ticker(stream, listing) for listing in changed])

    def _push_array(self, name: str, rows: list[Row]) -> None:
        if not rows:
            return
        if self.faults.standing and self.faults.use("wrong_types"):
            rows = spoil(rows)
        self.push(name, None, compact(rows))


def spoil(rows: list[Row]) -> list[Row]:
    """Return rows with one in the middle whose values have other types."""
    at = len(rows) // 2
    bad = {key: {"not": "a number"} if isinstance(value, str) else "NaN" for key, value in rows[at].items()}
    return [*rows[:at], bad, *rows[at + 1 :]]
