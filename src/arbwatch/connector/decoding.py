"""Turn recorded traffic of any venue into what its connector emits, as if it arrived now. Pure over items."""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import excerpt
from arbwatch.connector.recording import Item
from arbwatch.connector.venue import Venue, mirrors
from arbwatch.connector.wire import Emission, Polled, Reject, Request, Response
from arbwatch.model import Book, Instrument

_VERSION = re.compile(r"/v\d+(?=/)")


_Flow = Generator[Request, Response, Sequence[Polled]]


class Decoded(NamedTuple):
    """Something a recorded line holds; rejects are among it."""

    line: int
    venue: str
    found: Polled | Instrument


class Decoding:
    """Read one recording. State lives as in a running program: one source per connection."""

    def __init__(
        self, venues: Mapping[str, type[Venue]], bare: type[Venue] | tuple[type[Venue], ...] | None = None
    ) -> None:
        """Read with `venues` by id; `bare` is whose the messages are that do not tell, tried in this order."""
        self._venues = tuple(venues.values())
        self._bare = bare if isinstance(bare, tuple) else (bare,) if bare else ()
        self._named: type[Venue] | None = None
        self._unnamed = "nothing tells whose message this is: name its venue"
        self._connections: dict[str, _Connection | str] = {}
        self._rest: dict[str, _Rest] = {}

    def read(self, items: Iterable[Item]) -> Iterator[Decoded]:
        """Decode items in order."""
        for item in items:
            yield from self.feed(item)

    def feed(self, item: Item) -> Iterator[Decoded]:
        """Decode one item."""
        match item.part:
            case "header":
                self._name(item)
            case "connect" if item.lost is not None:
                self._connections.pop(item.conn, None)
            case "connect":
                self._connections[item.conn] = self._connect(item)
            case "recv":
                yield from self._frame(item)
            case "http":
                yield from self._answer(item)

    def _name(self, item: Item) -> None:
        found = [v for v in self._venues if v.exchange == item.venue and v.market == item.product]
        self._named = found[0] if found else None
        if not found:
            self._unnamed = f"no venue here is {item.venue or '?'} {item.product or '?'}"

    def _connect(self, item: Item) -> "_Connection | str":
        if found := streaming(self._venues, item.address, self._named):
            return _Connection(found)
        host = urlsplit(item.address).hostname
        return f"no venue here streams from {host}" if host and not self._named else self._fallback()

    def _fallback(self) -> "_Connection | str":
        venues = (self._named,) if self._named else self._bare
        return _Connection(venues) if venues else self._unnamed

    def _frame(self, item: Item) -> Iterator[Decoded]:
        connection = self._connections.get(item.conn)
        if connection is None:
            connection = self._connections[item.conn] = self._fallback()
        if isinstance(connection, str):
            yield Decoded(item.line, "", Reject("message", connection, excerpt(item.payload)))
            return
        yield from connection.decode(item)

    def _answer(self, item: Item) -> Iterator[Decoded]:
        host = urlsplit(item.address).hostname
        asked = [v for v in self._venues if host in {urlsplit(url).hostname for url in (v.rest_url, *mirrors(v).rest)}]
        for venue in asked or ((self._named,) if self._named else self._bare):
            rest = self._rest.setdefault(venue.id, _Rest(venue))
            try:
                if (found := rest.decode(item)) is None:
                    continue
                yield from (Decoded(item.line, venue.id, one) for one in found)
            except (DecodeError, VenueError) as problem:
                yield Decoded(item.line, venue.id, Reject(item.address, str(problem), excerpt(item.payload)))
            return


def streaming(venues: Iterable[type[Venue]], address: str, named: type[Venue] | None) -> list[type[Venue]]:
    """Return the venues that stream from an address; `named` is whose the recording is, where it tells."""
    url = urlsplit(address)
    found = [v for v in venues if url.hostname in v.ws_hosts]
    if len(found) > 1:
        # One host for both markets: the path or the header tells them apart.
        found = [v for v in found if url.path in _paths(v)] or [v for v in found if v is named]
    return [v for v in found if v is named] or found


def _paths(venue: type[Venue]) -> set[str]:
    return {urlsplit(channel.route).path for channel in venue.channels.values()}


class _Connection:
    """One recorded socket. Where one serves several markets, each passes over what is another's."""

    def __init__(self, venues: Iterable[type[Venue]]) -> None:
        self._sources = [_Source(venue) for venue in venues]

    def decode(self, item: Item) -> Iterator[Decoded]:
        refused: Decoded | None = None
        for source in self._sources:
            try:
                found = source.decode(item)
            except (DecodeError, VenueError) as problem:
                reject = Reject("message", str(problem), excerpt(item.payload))
                refused = refused or Decoded(item.line, source.id, reject)
                continue
            if found:
                yield from (Decoded(item.line, source.id, one) for one in found)
                return
        if refused is not None:
            yield refused


class _Source:
    """One venue on a recorded socket."""

    def __init__(self, venue: type[Venue]) -> None:
        self.id = venue.id
        self._source = venue()
        self._books: set[str] = set()

    def decode(self, item: Item) -> list[Emission]:
        found = list(self._source.decode(item.payload, item.time or 0))
        self._books.update(event.symbol for event in found if isinstance(event, Book))
        return found or self._aside(item)

    def _aside(self, item: Item) -> list[Emission]:
        # Some recorders write the snapshot they fetched among the frames; on a socket with one book it is that one's.
        if len(self._books) != 1 or (request := self._source.book_request(next(iter(self._books)))) is None:
            return []
        with suppress(DecodeError, VenueError):
            return list(self._source.reply(request.tag, _response(item)))
        return []


class _Rest:
    """One venue's recorded REST answers, matched to the requests its connector would make."""

    def __init__(self, venue: type[Venue]) -> None:
        self._source = venue()
        self._listing = next(self._source.listings())
        self._waiting: list[tuple[Request, _Flow]] = []

    def decode(self, item: Item) -> Iterable[Polled | Instrument] | None:
        """Read an answer; None where this venue's connector would not ask for it."""
        address = urlsplit(item.address)
        params = dict(parse_qsl(address.query))
        if asks(self._listing, address.path, params):
            return self._source.instruments(item.payload)
        for symbol in (*params.values(), address.path.rpartition("/")[2]):
            request = self._source.book_request(symbol)
            if request and _of(request, symbol, address.path, params):
                return self._source.reply(request.tag, _response(item))
        return self._poll(address.path, params, item)

    def _poll(self, path: str, params: Mapping[str, str], item: Item) -> Iterable[Polled] | None:
        """Resume the flow that waits for this answer, or begin the one that asks for it first."""
        fresh = [(next(flow), flow) for flow in (poll.flow() for poll in self._source.polls())]
        for request, flow in (*self._waiting, *fresh):
            if not asks(request, path, params):
                continue
            self._waiting = [entry for entry in self._waiting if entry[1] is not flow]
            try:
                self._waiting.append((flow.send(_response(item)), flow))
            except StopIteration as end:
                return list(end.value)
            return ()
        return None


def asks(request: Request, path: str, params: Mapping[str, str]) -> bool:
    """Tell whether a recorded address is the request's, whatever else it asks for and in whatever version."""
    return _path(request.path) == _path(path) and all(
        params.get(name, value) == value for name, value in request.params
    )


def _of(request: Request, symbol: str, path: str, params: Mapping[str, str]) -> bool:
    """Tell whether a recorded address is that of a symbol's book, named in the path or in the same parameter."""
    named = all(params.get(name) == value for name, value in request.params if value == symbol)
    return named and _path(request.path) == _path(path)


def _path(path: str) -> str:
    return _VERSION.sub("", path)


def _response(item: Item) -> Response:
    time = item.time or 0
    return Response(status=item.status, body=item.payload, sent=time, received=time)
