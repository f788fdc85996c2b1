"""One venue from its listing to the table: what is followed, asked for, and told about its health."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from time import time_ns

import msgspec

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Channel, Clock, Emission, Kind, Notice, Poll, Reject, Request, Topic
from arbwatch.engine.depth import Depth
from arbwatch.market.book import BookState
from arbwatch.market.health import VenueHealth
from arbwatch.market.networks import Reading, reading
from arbwatch.market.proof import Evidence
from arbwatch.market.table import Changes, Table
from arbwatch.model import Book, Event, Funding, Instrument, Network, Quote, Ticker, Trade
from arbwatch.net.http import Http, RefusedError
from arbwatch.net.options import Connect
from arbwatch.net.pool import Pool
from arbwatch.views.picture import Progress

log = logging.getLogger(__name__)

NS = 1_000_000_000
LISTING_RETRY_FIRST_S = 1.0
LISTING_RETRY_MAX_S = 60.0
RELIST_LEAST_S = 1.0
TRADES_KEPT = 1000
CLOCK_READINGS = 8
"""So many are made at once: of several readings the fastest one is the truest."""
CLOCK_QUICK_S = 1.0
LIVE = "live"
"""The stage of a venue that has started."""


class FeedRules(msgspec.Struct, frozen=True):
    """What of a venue is followed, and how often its listing is read again."""

    wants: Callable[[str], bool] = lambda symbol: True
    """Tells whether a symbol is watched."""
    relist_s: float = 600.0


class Feed:
    """Everything that runs for one venue; its methods are called on the engine's loop."""

    def __init__(self, venue: type[Venue], connect: Connect, table: Table, rules: FeedRules) -> None:
        self.venue = venue
        self.rules = rules
        self.table = table
        self.quotes = table.door(venue.id)
        self.health = VenueHealth(venue.id)
        self.http = Http(venue, connect)
        self.pool = Pool(venue, connect, self, self.http)
        self.depth = Depth(self)
        self.heard: dict[Kind, int] = {}
        """When each whole-market stream last spoke, UTC ns."""
        self.sockets: dict[Topic, str] = {}
        """Which socket carries each live topic."""
        self.first: dict[Kind, int] = {}
        """When each kind of stream first brought anything, UTC ns."""
        self.trades: dict[str, deque[Trade]] = {}
        """The newest trades of the symbols somebody looks at."""
        self.instruments: dict[str, Instrument] = {}
        """What is listed and wanted, by symbol."""
        self.evidence = Evidence()
        """What REST lists said of the rows, for the proof."""
        self.doubts: Mapping[tuple[str, str], str] = {}
        """Why rows do not count, by venue and symbol; an empty symbol is the whole venue."""
        self.networks: Reading | None = None
        """What the exchange last told about its networks, where it tells that without a key."""
        self.stage = "waiting to start"
        self.listed = asyncio.Event()
        self._control = venue()
        self._relist = asyncio.Event()
        self._following: frozenset[str] = frozenset()
        self.dropped: set[str] = set()
        """What is not followed because the program fell behind."""
        self._refused: set[str] = set()
        self._carried: dict[str, list[str]] | None = None

    # what net tells (the Sink protocol)

    def apply(self, event: Event) -> None:
        """Take an event that is not a quote."""
        if isinstance(event, Ticker | Funding):
            kind: Kind = "ticker" if isinstance(event, Ticker) else "funding"
            self.heard[kind] = event.received
            self.first.setdefault(kind, event.received)
            self.table.apply(event)
        elif isinstance(event, Book):
            self.depth.apply(event)
        elif isinstance(event, Trade) and (kept := self.trades.get(event.symbol)) is not None:
            kept.append(event)

    def up(self, socket: str, topics: frozenset[Topic]) -> None:
        """Take note that topics are live on a socket."""
        now = time_ns()
        self._carried = None
        for topic in topics:
            self.sockets[topic] = socket
            if topic.symbol is None:
                self.heard.setdefault(topic.kind, now)
        self.table.up(self.venue.id, _symbols(topics, "quote"), now)

    def down(self, socket: str, topics: frozenset[Topic], reason: str) -> None:
        """Make the rows of topics that no socket carries stale at once."""
        self._forget(topics)
        self.table.down(self.venue.id, _symbols(topics, "quote"), reason, time_ns())
        for symbol in _symbols(topics, "book"):
            self.depth.down(symbol, reason)
        self.health.error(f"{socket}: {reason}", time_ns())
        log.warning("%s %s is down: %s (%d streams)", self.venue.id, socket, reason, len(topics))

    def refused(self, topic: Topic, reason: str) -> None:
        """Mark a stream that the venue will not serve."""
        self.health.error(f"{topic.kind} {topic.symbol or 'of the whole market'} was refused: {reason}", time_ns())
        if topic.kind == "quote" and topic.symbol is not None:
            self._refused.add(topic.symbol)
            self.table.refuse(self.venue.id, topic.symbol)
        log.warning("%s refused %s %s: %s", self.venue.id, topic.kind, topic.symbol, reason)

    def reject(self, socket: str, what: str, reason: str, raw: bytes) -> None:
        """Count a piece that could not be read, and keep it verbatim."""
        self.health.reject(time_ns(), what, reason, raw)
        log.debug("%s %s rejected %s: %s", self.venue.id, socket, what, reason)

    def notice(self, notice: Notice) -> None:
        """Act on what the venue announces."""
        log.info("%s announces: %s", self.venue.id, notice.reason)
        if notice.action == "relist":
            self._relist.set()

    # the listing

    async def keep_listing(self) -> None:
        """Read the listing until it answers, then again every `relist_s` seconds and on notice."""
        wait = LISTING_RETRY_FIRST_S
        while True:
            try:
                await self.read_listing()
            except RefusedError as refused:
                if not self.listed.is_set():
                    self.stage = "no instruments yet"
                    self.health.listing = str(refused)
                self.health.error(f"listing: {refused}", time_ns())
                told = str(refused) == self.http.words
                log.log(logging.INFO if told else logging.WARNING, "%s listing: %s", self.venue.id, refused)
                await asyncio.sleep(wait * random.uniform(0.8, 1.2))
                wait = min(wait * 2, LISTING_RETRY_MAX_S)
                continue
            wait, self.health.listing = LISTING_RETRY_FIRST_S, ""
            self._relist.clear()
            # One change is often announced in several messages.
            await asyncio.sleep(RELIST_LEAST_S)
            try:
                await asyncio.wait_for(self._relist.wait(), self.rules.relist_s)
            except TimeoutError:
                continue

    async def read_listing(self) -> Changes:
        """Read every instrument once and follow what is new; raises RefusedError."""
        if not self.listed.is_set():
            self.stage = "reading instruments"
        pieces = await self.http.run(self._control.listings())
        rejects = [piece for piece in pieces if isinstance(piece, Reject)]
        for reject in rejects:
            self.health.reject(time_ns(), reject.what, reject.reason, reject.raw.encode())
        listed = [piece for piece in pieces if not isinstance(piece, Reject)]
        if rejects and not listed:
            raise RefusedError(
                f"{len(rejects)} of {len(pieces)} rows of its listing cannot be read: {rejects[0].reason}", "failing"
            )
        instruments = [one for one in (*listed, *self._unread(listed, rejects)) if self.rules.wants(one.symbol)]
        self.instruments = {instrument.symbol: instrument for instrument in instruments}
        changes = self.table.relist(self.venue.id, instruments, time_ns())
        self._follow(instruments)
        if not self.listed.is_set():
            self.stage = "subscribing"
            self.listed.set()
            log.info("%s lists %d instruments", self.venue.id, len(instruments))
        elif any(changes):
            log.info(
                "%s listing: %d new, %d gone, %d changed",
                self.venue.id,
                len(changes.added),
                len(changes.ended),
                len(changes.changed),
            )
        return changes

    def _unread(self, listed: Iterable[Instrument], rejects: Iterable[Reject]) -> list[Instrument]:
        """Return what was known before and is still listed, in rows that cannot be read this time."""
        missing = self.instruments.keys() - {instrument.symbol for instrument in listed}
        named = [reject.raw for reject in rejects]
        return [self.instruments[symbol] for symbol in sorted(missing) if any(f'"{symbol}"' in raw for raw in named)]

    def _follow(self, instruments: Iterable[Instrument]) -> None:
        symbols = frozenset(i.symbol for i in instruments if i.status == "trading")
        streamed = [kind for kind, channel in self.venue.channels.items() if _always(channel)]
        for kind in streamed:
            if self.venue.channels[kind].whole_market:
                self.pool.follow([Topic(kind)])
            else:
                gone = [Topic(kind, symbol) for symbol in sorted(self._following - symbols)]
                self.pool.unfollow(gone)
                self._forget(gone)
                self.pool.follow([Topic(kind, symbol) for symbol in sorted(symbols - self._following)])
        self._following = symbols
        self.dropped &= symbols
        self.health.dropped = len(self.dropped)

    @property
    def following(self) -> frozenset[str]:
        """What is to be followed, dropped or not; empty where one stream carries every symbol."""
        channel = self.venue.channels.get("quote")
        return frozenset() if channel is None or channel.whole_market else self._following

    def shed(self, symbols: Collection[str]) -> None:
        """Stop following symbols for now."""
        topics = self._topics(symbols)
        self.pool.unfollow(topics)
        self._forget(topics)
        self.dropped.update(symbols)
        self.health.dropped = len(self.dropped)
        self.table.shed(self.venue.id, symbols, time_ns())

    def regain(self, symbols: Collection[str]) -> None:
        """Follow symbols again that were dropped."""
        self.dropped.difference_update(symbols)
        self.health.dropped = len(self.dropped)
        self.table.follow(self.venue.id, symbols)
        self.pool.follow(self._topics(symbols))

    def _topics(self, symbols: Iterable[str]) -> list[Topic]:
        kinds = [kind for kind, c in self.venue.channels.items() if _always(c) and not c.whole_market]
        return [Topic(kind, symbol) for kind in kinds for symbol in symbols]

    def _forget(self, topics: Iterable[Topic]) -> None:
        self._carried = None
        for topic in topics:
            self.sockets.pop(topic, None)

    # what is asked for again and again

    async def keep_polling(self, poll: Poll) -> None:
        """Ask at once and then every `period_s` seconds; a refusal costs one turn."""
        await self.listed.wait()
        quick = CLOCK_READINGS if poll.name == "clock" else 0
        while True:
            try:
                await self.ask(poll)
            except RefusedError as refused:
                self.health.error(f"{poll.name}: {refused}", time_ns())
                log.debug("%s %s: %s", self.venue.id, poll.name, refused)
            quick -= 1
            await asyncio.sleep(CLOCK_QUICK_S if quick > 0 else poll.period_s * random.uniform(0.9, 1.1))

    async def ask(self, poll: Poll) -> list[str]:
        """Make one poll; return the symbols whose streamed quote it contradicts."""
        sent = time_ns()
        quotes: list[Quote] = []
        tickers: list[Ticker] = []
        pieces = await self.http.run(poll.flow())
        rejects = [piece for piece in pieces if isinstance(piece, Reject)]
        for piece in pieces:
            if isinstance(piece, Quote):
                quotes.append(piece)
            elif isinstance(piece, Ticker | Funding):
                self.table.apply(piece)
                if isinstance(piece, Ticker):
                    tickers.append(piece)
            elif isinstance(piece, Clock):
                received = time_ns()
                self.health.clock(piece.time - (sent + received) // 2, received - sent)
                self.table.set_clock_offset(self.venue.id, self.health.clock_offset or 0)
            elif isinstance(piece, Reject):
                self.health.reject(time_ns(), piece.what, piece.reason, piece.raw.encode())
        if found := [piece for piece in pieces if isinstance(piece, Network)]:
            self.networks = reading(found, sent)
        self.evidence.read(poll.name, len(pieces) - len(rejects), [reject.reason for reject in rejects])
        self.evidence.counted(tickers)
        if not quotes:
            return []
        self.evidence.quoted(quotes, sent, time_ns())
        return self.table.check(self.venue.id, quotes, sent)

    def polls(self) -> Sequence[Poll]:
        """Tell what this venue is asked for."""
        return self._control.polls()

    def carried(self) -> dict[str, list[str]]:
        """Return the symbols whose quotes each socket carries."""
        if self._carried is None:
            self._carried = {}
            for topic, socket in self.sockets.items():
                if topic.kind == "quote" and topic.symbol is not None:
                    self._carried.setdefault(socket, []).append(topic.symbol)
        return self._carried

    # books

    def watch_book(self, symbol: str) -> BookState:
        """Follow a symbol's whole book."""
        return self.depth.watch(symbol)

    def watch_trades(self, symbol: str) -> None:
        """Keep the newest trades of a symbol."""
        if symbol not in self.trades:
            self.trades[symbol] = deque(maxlen=TRADES_KEPT)
            self.pool.follow([Topic("trade", symbol)])

    def book_request(self, symbol: str) -> Request | None:
        """Ask for a snapshot that deltas can be joined to."""
        return self._control.book_request(symbol)

    async def fetch_book(self, request: Request) -> list[Emission]:
        """Fetch a snapshot; raises RefusedError."""
        return list(self._control.reply(request.tag, await self.http.fetch(request)))

    def follow(self, topic: Topic) -> None:
        """Begin one stream."""
        self.pool.follow([topic])

    def unfollow(self, topic: Topic) -> None:
        """End one stream."""
        self.pool.unfollow([topic])

    def resubscribe(self, topic: Topic) -> None:
        """Begin one stream anew, alone."""
        self.pool.resubscribe(topic)

    # for the screens

    def detours(self) -> list[str]:
        """Say in words which mirrors are in use, and why."""
        sides = (("REST", self.http.hosts.detour), ("streams", self.pool.detour))
        return [f"{side} {words}" for side, words in sides if words]

    def progress(self) -> Progress:
        """Tell how far this venue has come; callable from any thread."""
        total = len(self._following - self.dropped)
        live = sum(1 for topic in list(self.sockets) if topic.kind == "quote")
        if self.listed.is_set():
            self.stage = LIVE if live + len(self._refused & self._following) >= total else "subscribing"
        return Progress(self.venue.id, self.stage, live, total)

    async def stop(self) -> None:
        """Close every socket and connection."""
        await self.depth.stop()
        await self.pool.stop()
        await self.http.close()


def _always(channel: Channel) -> bool:
    return not channel.on_demand


def _symbols(topics: Iterable[Topic], kind: Kind) -> list[str]:
    return [topic.symbol for topic in topics if topic.kind == kind and topic.symbol is not None]
