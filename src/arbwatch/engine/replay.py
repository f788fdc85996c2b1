"""Run recorded traffic through the path that live traffic takes, by the recording's clock and no other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from arbwatch.analytics.spreads import Rules, Spreads, scan
from arbwatch.connector.decoding import asks, streaming
from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import excerpt
from arbwatch.connector.recording import Item
from arbwatch.connector.venue import Venue, mirrors
from arbwatch.connector.wire import Emission, Reject, Request
from arbwatch.engine.answers import response_of
from arbwatch.engine.replayed import ReplayedVenue, Socket
from arbwatch.engine.tracks import Played
from arbwatch.market.table import Lane, Table
from arbwatch.model import Down, Event, Instrument, Up

MS = 1_000_000
S = 1000 * MS
DRAIN_NS = 10 * MS
LOOK_NS = 250 * MS
QUIET_NS = 60 * S
"""After so long without a line nothing new is to be seen until the next."""


class Scan(NamedTuple):
    """The spreads at one moment (UTC ns)."""

    time: int
    spreads: Spreads


class Output(NamedTuple):
    """What came of a line, or of the clock (UTC ns): an event, an instrument, spreads."""

    time: int
    what: Event | Instrument | Scan


class Replay:
    """One run over recorded lines. The same lines give the same output, however fast they are handed in."""

    def __init__(self, venues: Mapping[str, type[Venue]], rules: Rules, *, step_ns: int = S) -> None:
        """Read with `venues` by id; look for spreads every `step_ns` of recorded time."""
        self.table = Table([Lane(v.id, v.exchange, v.market) for v in venues.values()])
        self.venues = {venue.id: ReplayedVenue(venue, self.table) for venue in venues.values()}
        self.counts: Counter[str] = Counter()
        """What came out, by type."""
        self.strange: Counter[str] = Counter()
        """Messages of no venue here, by connection."""
        self.first: int | None = None
        """When the recording begins, UTC ns."""
        self.now = 0
        self._classes = tuple(venues.values())
        self._rules = rules
        self._step = step_ns
        self._named: dict[int, type[Venue] | None] = {}
        self._sockets: dict[tuple[int, str], Socket] = {}
        self._opened = 0
        self._drain_at = self._look_at = self._scan_at = 0

    def run(self, lines: Iterable[Played]) -> Iterator[Output]:
        """Replay lines that come in the order of time."""
        for line in lines:
            yield from self._tick(line.time)
            for what in self._line(line):
                self._count(what)
                yield Output(line.time, what)
        if self.first is not None:
            self.table.drain(self.now)
            yield self._scan(self.now)

    def _tick(self, now: int) -> Iterator[Output]:
        """Let the clock come to `now`: empty the doors, look at the rows, compare prices, each in its time."""
        if self.first is None:
            self.first = now
            self._drain_at, self._look_at, self._scan_at = (_next(now, every) for every in self._periods)
        end = min(now, self.now + QUIET_NS) if self.now else now
        while (at := min(self._look_at, self._scan_at)) <= end:
            self.table.drain(at)
            if at == self._look_at:
                self._look_at += LOOK_NS
                for venue in self.venues.values():
                    if venue.listed:
                        venue.look(at)
            if at == self._scan_at:
                self._scan_at += self._step
                yield self._scan(at)
        if now > end:
            self._look_at, self._scan_at = _next(now, LOOK_NS), _next(now, self._step)
        if now >= self._drain_at:
            self.table.drain(self._drain_at)
            self._drain_at = _next(now, DRAIN_NS)
        self.now = now

    @property
    def _periods(self) -> tuple[int, int, int]:
        return DRAIN_NS, LOOK_NS, self._step

    def _scan(self, now: int) -> Output:
        found = Scan(now, scan(self.table.view(now), self._rules))
        self._count(found)
        return Output(now, found)

    def _count(self, what: Event | Instrument | Scan) -> None:
        self.counts["spreads" if isinstance(what, Scan) else type(what).__name__.lower()] += 1

    def _line(self, line: Played) -> Iterator[Event | Instrument]:
        item, key = line.item, (line.track, line.item.conn)
        if item.part == "header":
            self._named[line.track] = next(
                (v for v in self._classes if (v.exchange, v.market) == (item.venue, item.product)), None
            )
        elif item.part == "connect":
            yield from self._connect(key, item, line.time)
        elif item.part == "recv":
            yield from self._frame(key, item, line.time)
        elif item.part == "http":
            yield from self._answer(line.track, item, line.time)

    def _connect(self, key: tuple[int, str], item: Item, now: int) -> Iterator[Event]:
        if (gone := self._sockets.pop(key, None)) is not None:
            reason = item.lost or "it was opened anew"
            for venue, _ in gone.sources:
                venue.lost(gone, reason, now)
                yield Down(venue.venue.id, f"{key[1]}: {reason}")
        if item.lost is None:
            socket = self._open(key, item.address)
            for venue, _ in socket.sources:
                yield Up(venue.venue.id, f"{key[1]}: open")

    def _open(self, key: tuple[int, str], address: str) -> Socket:
        named = self._named.get(key[0])
        found = streaming(self._classes, address, named) or ([named] if named else [])
        self._opened += 1
        socket = self._sockets[key] = Socket(self._opened, [self.venues[venue.id] for venue in found])
        return socket

    def _frame(self, key: tuple[int, str], item: Item, now: int) -> Iterator[Event]:
        socket = self._sockets.get(key) or self._open(key, "")
        if not socket.sources:
            self.strange[key[1]] += 1
            return
        refused: tuple[ReplayedVenue, Reject] | None = None
        for place, (venue, source) in enumerate(socket.sources):
            try:
                found = list(source.decode(item.payload, item.time or now))
            except (DecodeError, VenueError) as problem:
                refused = refused or (venue, Reject("frame", str(problem), excerpt(item.payload)))
                continue
            if found:
                yield from self._take(socket, place, found, now)
                return
        if refused is not None:
            refused[0].reject(refused[1])

    def _take(self, socket: Socket, place: int, found: Iterable[Emission], now: int) -> Iterator[Event]:
        venue = socket.sources[place][0]
        for piece in found:
            if isinstance(piece, Event):
                if venue.take(socket, piece, now):
                    yield piece
            elif isinstance(piece, Request):
                socket.asked.append((place, piece))
            elif isinstance(piece, Reject):
                venue.reject(piece)

    def _answer(self, track: int, item: Item, now: int) -> Iterator[Event | Instrument]:
        yield from self._reply(track, item, now)
        for venue in self._whose(track, item):
            for answer in venue.answers.take(item):
                yield from venue.answer(answer, now)

    def _reply(self, track: int, item: Item, now: int) -> Iterator[Event]:
        """Give an answer to the source on a socket that waits for it."""
        url = urlsplit(item.address)
        params = dict(parse_qsl(url.query, keep_blank_values=True))
        for key, socket in self._sockets.items():
            if key[0] != track:
                continue
            for waiting in socket.asked:
                place, request = waiting
                if not asks(request, url.path, params):
                    continue
                socket.asked.remove(waiting)
                venue, source = socket.sources[place]
                try:
                    found = list(source.reply(request.tag, response_of(item)))
                except (DecodeError, VenueError) as problem:
                    venue.reject(Reject(item.address, str(problem), excerpt(item.payload)))
                    return
                yield from self._take(socket, place, found, now)
                return

    def _whose(self, track: int, item: Item) -> list[ReplayedVenue]:
        if named := self._named.get(track):
            return [self.venues[named.id]]
        host = urlsplit(item.address).hostname
        return [self.venues[v.id] for v in self._classes if host in (urlsplit(url).hostname for url in _addresses(v))]


def _addresses(venue: type[Venue]) -> tuple[str, ...]:
    return venue.rest_url, *mirrors(venue).rest


def _next(now: int, every: int) -> int:
    return (now // every + 1) * every
