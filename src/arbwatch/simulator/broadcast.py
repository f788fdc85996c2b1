"""Turn changes of the market into pushes: who subscribed what, and what is due at which pace."""

import msgspec

from arbwatch.simulator.client import Client
from arbwatch.simulator.faults import Faults
from arbwatch.simulator.market import STEP, Change, ListingChange
from arbwatch.simulator.protocol import Feed, Stream, Venue, compact, spoil

MS_PER_STEP = STEP // 10**6
BOOKS = ("depth", "partial")


class Broadcast:
    """The streams of one venue and their subscribers."""

    def __init__(self, protocol: Venue, faults: Faults) -> None:
        """Start with no subscriber."""
        self.protocol, self.faults = protocol, faults
        self.clients: dict[str, dict[Client, None]] = {}
        self.known: dict[str, Stream] = {}
        self.feeds: dict[str, Feed] = {}
        self._of_symbol: dict[str | None, dict[str, Feed]] = {}
        self._paced: dict[int, dict[str, Feed]] = {}
        self.steps = 0
        self._holding: set[Client] = set()
        """Who has frames held back."""

    def subscribe(self, client: Client, name: str) -> None:
        """Add a stream to a client; a name that does not exist there stays silent."""
        client.streams[name] = None
        stream = self.protocol.stream(name, client.route)
        if stream is None:
            return
        if stream.symbol is not None:
            self.faults.subscribed(client.name, stream.symbol)
        self.clients.setdefault(name, {})[client] = None
        feed = self.feeds.get(name)
        if feed is None:
            self.known[name] = stream
            feed = self.feeds[name] = self.protocol.feed(stream)
            others = self._of_symbol.get(stream.symbol, {})
            # Of one change quotes are pushed first, whatever was subscribed first.
            first = stream.kind == "quote"
            self._of_symbol[stream.symbol] = {name: feed, **others} if first else {**others, name: feed}
            if stream.period_ms:
                self._paced.setdefault(stream.period_ms, {})[name] = feed
        if stream.kind == "depth" and self.faults.find("no_snapshot"):
            return
        for payload in feed.greet():
            self._deliver(client, stream, payload)

    def unsubscribe(self, client: Client, name: str) -> None:
        """Take a stream from a client."""
        client.streams.pop(name, None)
        client.held.pop(name, None)
        clients = self.clients.get(name, {})
        clients.pop(client, None)
        if not clients and name in self.known:
            del self.clients[name], self.feeds[name]
            stream = self.known.pop(name)
            del self._of_symbol[stream.symbol][name]
            self._paced.get(stream.period_ms, {}).pop(name, None)

    def forget(self, client: Client) -> None:
        """Drop a client that is gone."""
        self._holding.discard(client)
        for name in list(client.streams):
            self.unsubscribe(client, name)

    def carriers(self, symbol: str) -> list[Client]:
        """Return the clients that carry the quotes of a symbol."""
        names = [name for name in self._of_symbol.get(symbol, {}) if self.known[name].kind == "quote"]
        return [client for name in names for client in self.clients[name]]

    def push(self, stream: Stream, payload: str) -> None:
        """Send a payload to every subscriber of a stream, but for those a fault keeps from it."""
        name = stream.name
        if not self.faults.standing and not self._holding:
            wrapped = None
            for client in self.clients[name]:
                if client.combined:
                    wrapped = wrapped or self.protocol.wrap(name, payload)
                    client.send(wrapped)
                else:
                    client.send(payload)
            return
        if stream.kind in BOOKS and self.faults.use("gap", symbol=stream.symbol or ""):
            return
        if self.faults.find("wrong_types"):
            payload = self._spoiled(payload)
        for client in list(self.clients[name]):
            self._deliver(client, stream, payload)

    def _spoiled(self, payload: str) -> str:
        message = msgspec.json.decode(payload)
        rows = self.protocol.rows(message)
        if not rows:
            return payload
        self.faults.use("wrong_types")
        spoil(rows)
        return compact(message)

    def _deliver(self, client: Client, stream: Stream, payload: str) -> None:
        """Send a payload to one subscriber, as the faults in force have it."""
        name, symbol, faults = stream.name, stream.symbol or "", self.faults
        text = self.protocol.wrap(name, payload) if client.combined else payload
        if not faults.standing and client not in self._holding:
            client.send(text)
            return
        if symbol and faults.silent(client.name, symbol):
            return
        if faults.use("truncated", symbol=symbol, socket=client.name):
            text = text[: len(text) * 2 // 3]
        if name not in client.held and faults.use("reordered", symbol=symbol, socket=client.name):
            client.held[name] = text
            self._holding.add(client)
            return
        client.send(text)
        if name in client.held:
            client.send(client.held.pop(name))
            if not client.held:
                self._holding.discard(client)
        if faults.use("duplicated", symbol=symbol, socket=client.name):
            client.send(text)

    def publish(self, change: Change) -> None:
        """Push what is pushed at once and gather the rest."""
        known = self.known
        for of in (change.listing.symbol, None):
            feeds = self._of_symbol.get(of)
            if feeds:
                for name, feed in feeds.items():
                    text = feed.gather(change)
                    if text is not None:
                        self.push(known[name], text)

    def announce(self, change: ListingChange) -> None:
        """Push a change of what is listed."""
        for name, feed in self._of_symbol.get(None, {}).items():
            for text in feed.announced(change):
                self.push(self.known[name], text)

    def restart(self) -> list[str]:
        """Have every feed begin anew; return the streams that tell of it."""
        told = []
        for name, feed in self.feeds.items():
            for text in feed.restart():
                self.push(self.known[name], text)
                told.append(name)
        return told

    def pace(self) -> None:
        """Count one step of the market and push what is due."""
        self.steps += 1
        elapsed = self.steps * MS_PER_STEP
        for period, feeds in self._paced.items():
            if elapsed % period == 0:
                self._flush(feeds)

    def flush(self) -> None:
        """Push everything that has a pace now, so that subscribers know all that is true."""
        for feeds in self._paced.values():
            self._flush(feeds)
        for client in self._holding:
            while client.held:
                client.send(client.held.popitem()[1])
        self._holding.clear()

    def _flush(self, feeds: dict[str, Feed]) -> None:
        for name, feed in feeds.items():
            for text in feed.flush():
                self.push(self.known[name], text)
