"""Recorded answers by REST, fed to the flows of a venue that would have asked for them."""

from collections.abc import Generator, Iterator, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from arbwatch.connector.decoding import asks
from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import excerpt
from arbwatch.connector.recording import Item
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Polled, Reject, Request, Response
from arbwatch.model import Instrument
from arbwatch.net.reach import refusal

Found = Polled | Instrument
LISTING = "listing"


class Answer(NamedTuple):
    """What a flow ended in: a whole listing, a poll by name, or a book."""

    what: Literal["listing", "poll", "book"]
    name: str
    found: Sequence[Found]
    sent: int
    """When its first request was made, UTC ns."""


class _Waiting(NamedTuple):
    request: Request
    flow: Generator[Request, Response, Any]
    sent: int


class Answers:
    """The REST side of one recorded venue."""

    def __init__(self, venue: type[Venue]) -> None:
        self.venue = venue
        self._source = venue()
        self._waiting: dict[str, _Waiting] = {}
        self._pages: dict[str, Instrument] = {}
        self._whole = False

    def take(self, item: Item) -> Iterator[Answer]:
        """Feed one answer; yields what it completes. Refusals, which no flow ever saw, complete nothing."""
        url = urlsplit(item.address)
        if refusal(item.status, {}, url.hostname or "") is not None:
            return
        response = response_of(item)
        params = dict(parse_qsl(url.query, keep_blank_values=True))
        for name, wanted in self._wanted(url.path, params):
            yield from self._resume(name, wanted, response, item)
        yield from self._book(url.path, params, response)

    def _wanted(self, path: str, params: dict[str, str]) -> list[tuple[str, _Waiting]]:
        """Find the flows that ask for it: those that name all of its parameters before those that name some."""
        begun = {LISTING: self._source.listings()} | {poll.name: poll.flow() for poll in self._source.polls()}
        known = [*self._waiting.items(), *((name, _Waiting(next(flow), flow, 0)) for name, flow in begun.items())]
        fitting = [(name, one) for name, one in known if asks(one.request, path, params)]
        exact = [(name, one) for name, one in fitting if dict(one.request.params) == params]
        chosen: dict[str, _Waiting] = {}
        for name, one in exact or fitting:
            chosen.setdefault(name, one)
        return list(chosen.items())

    def _resume(self, name: str, one: _Waiting, response: Response, item: Item) -> Iterator[Answer]:
        sent = one.sent or response.sent
        self._waiting.pop(name, None)
        try:
            self._waiting[name] = _Waiting(one.flow.send(response), one.flow, sent)
        except StopIteration as end:
            self._whole = self._whole or name == LISTING
            yield Answer("listing" if name == LISTING else "poll", name, end.value, sent)
            return
        except (DecodeError, VenueError) as problem:
            reject = Reject(item.address, str(problem), excerpt(item.payload))
            yield Answer("poll", name, [reject], sent)
            return
        if name == LISTING and not self._whole:
            # Some recorders keep the first page only: until there is a whole listing its pages are one.
            pages = [one for one in self._source.instruments(item.payload) if isinstance(one, Instrument)]
            self._pages |= {page.symbol: page for page in pages}
            yield Answer("listing", name, list(self._pages.values()), sent)

    def _book(self, path: str, params: dict[str, str], response: Response) -> Iterator[Answer]:
        for symbol in params.values():
            request = self._source.book_request(symbol)
            if request and symbol in dict(request.params).values() and asks(request, path, params):
                try:
                    found: list[Found] = list(self._source.reply(request.tag, response))
                except (DecodeError, VenueError) as problem:
                    found = [Reject(path, str(problem), excerpt(response.body))]
                yield Answer("book", symbol, found, response.sent)
                return


def response_of(item: Item) -> Response:
    """Turn a recorded answer back into what it was."""
    received = item.time or 0
    return Response(item.status, item.payload, item.sent or received, received)
