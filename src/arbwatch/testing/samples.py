"""The samples of one venue, and a way to play them to it.

`frames.jsonl` is a recording (see `arbwatch.connector.recording`) whose lines say more:
- `channel` on `recv` lines: a kind of the contract (`quote`, `ticker`, `funding`, `trade`, `book`, `notice`), or
  `ack` and `refusal` (the venue's answers to a subscription, with `id`), `ping` (what the venue wants answered, with
  `answer`: the text to be sent back), or `unknown` (what a client must pass over);
- `empty` on a `quote` line: `bid`, `ask` or `both`, the side that has no price in it;
- `book` on a `book` line: `snapshot` or `delta`;
- `leaves_out`: symbols of other products in the line, which must not come out;
- `http` lines answer the venue's own requests; `url` is path and query as the venue asks for them.
Every line carries `ts`: events must lie within a day of it.
"""

from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn
from urllib.parse import parse_qsl, urlsplit

import msgspec

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.recording import Item, read
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Emission, Poll, Polled, Reject, Request, Response
from arbwatch.model import Instrument

Found = Polled | Instrument


class ConformanceError(AssertionError):
    """A venue does not keep its contract; the sentence says what, where, and what to do."""


class Marks(msgspec.Struct):
    """What a sample line says beside its frame."""

    channel: str = ""
    id: str | None = None
    answer: str | None = None
    empty: Literal["bid", "ask", "both"] | None = None
    book: Literal["snapshot", "delta"] | None = None
    leaves_out: list[str] = []


class Sample(NamedTuple):
    """One line of frames.jsonl."""

    item: Item
    marks: Marks

    @property
    def where(self) -> str:
        """Name the line."""
        return f"frames.jsonl line {self.item.line}"


class Played(NamedTuple):
    """What one sample turned into."""

    sample: Sample
    found: list[Found]


class Samples:
    """A venue and its samples."""

    def __init__(self, venue: type[Venue], folder: Path) -> None:
        """Take the venue's class and the folder of its samples."""
        self.venue = venue
        self.folder = folder
        self._asked: set[int] = set()

    def fail(self, where: str, what: str, todo: str) -> NoReturn:
        """Say in one sentence what is wrong."""
        raise ConformanceError(f"{self.venue.id}, {where}: {what}; {todo}.")

    @cached_property
    def lines(self) -> list[Sample]:
        """Every line of frames.jsonl."""
        path = self.folder / "frames.jsonl"
        if not path.is_file():
            self.fail(str(path), "there are no samples", "write down one frame of each channel")
        marks = msgspec.json.Decoder(Marks)
        return [
            Sample(item, Marks() if item.bare else marks.decode(item.extra))
            for item in read(path.read_bytes().splitlines())
        ]

    @property
    def frames(self) -> list[Sample]:
        """The received frames, in order."""
        return [line for line in self.lines if line.item.part == "recv"]

    @property
    def answers(self) -> list[Sample]:
        """The REST answers."""
        return [line for line in self.lines if line.item.part == "http"]

    def decode(self, source: Venue, sample: Sample) -> list[Found]:
        """Give a sample's frame to a source."""
        try:
            return list(source.decode(sample.item.payload, sample.item.time or 0))
        except (DecodeError, VenueError) as problem:
            self.fail(sample.where, f"the sample is refused ({problem})", "read it, or mark what is wrong with it")

    def play(self) -> list[Played]:
        """Give every frame, in order, to a fresh source."""
        source = self.venue()
        return [Played(sample, self.decode(source, sample)) for sample in self.frames]

    @cached_property
    def played(self) -> list[Played]:
        """What the frames turn into."""
        return self.play()

    def answer(self, request: Request) -> Response:
        """Answer a request from the samples."""
        item = next((line.item for line in self.answers if _is_for(line.item, request)), None)
        if item is None:
            asked = "&".join(f"{name}={value}" for name, value in request.params)
            self.fail("frames.jsonl", f"nothing answers {request.path}?{asked}", "add an http line with path and query")
        self._asked.add(item.line)
        return Response(item.status, item.payload, item.time or 0, item.time or 0)

    def run(self, flow: Generator[Request, Response, Any], what: str) -> Any:
        """Answer a flow's requests to its end."""
        try:
            request = next(flow)
            while True:
                request = flow.send(self.answer(request))
        except StopIteration as end:
            return end.value
        except (DecodeError, VenueError) as problem:
            self.fail(what, f"the sample is refused ({problem})", "read it, or correct the sample")

    @cached_property
    def listing(self) -> list[Instrument | Reject]:
        """What `listings` ends in."""
        found: list[Instrument | Reject] = self.run(self.venue().listings(), "listings")
        return found

    @property
    def instruments(self) -> dict[str, Instrument]:
        """The listed instruments by symbol."""
        return {one.symbol: one for one in self.listing if isinstance(one, Instrument)}

    @cached_property
    def polled(self) -> dict[str, Sequence[Polled]]:
        """What each poll ends in."""
        return {poll.name: self.poll(poll) for poll in self.venue().polls()}

    def poll(self, poll: Poll) -> Sequence[Polled]:
        """Run one poll."""
        found: Sequence[Polled] = self.run(poll.flow(), f"poll {poll.name!r}")
        return found

    @cached_property
    def books(self) -> dict[str, list[Emission]]:
        """The snapshots fetched for every symbol that has book samples, where the venue has them fetched."""
        symbols = dict.fromkeys(getattr(e, "symbol", "") for p in self.played for e in p.found if _is(p, "book"))
        found = {}
        for symbol in symbols:
            if symbol and (request := self.venue().book_request(symbol)) is not None:
                response = self.answer(request)
                found[symbol] = list(self.venue().reply(request.tag, response))
        return found

    @property
    def unasked(self) -> list[Sample]:
        """The REST answers that no request of the venue asks for."""
        _ = self.listing, self.polled, self.books
        for played in self.played:
            for found in played.found:
                if isinstance(found, Request):
                    self.answer(found)
        return [line for line in self.answers if line.item.line not in self._asked]

    def events(self) -> Iterator[tuple[str, int, Found]]:
        """Give everything the samples turn into, with its place and the time it was received (UTC ns)."""
        for played in self.played:
            yield from ((played.sample.where, played.sample.item.time or 0, found) for found in played.found)
        for name, polled in self.polled.items():
            yield from ((f"poll {name!r}", getattr(found, "received", 0), found) for found in polled)
        for symbol, book in self.books.items():
            yield from ((f"book of {symbol}", getattr(found, "received", 0), found) for found in book)


def _is(played: Played, channel: str) -> bool:
    return played.sample.marks.channel == channel


def _is_for(item: Item, request: Request) -> bool:
    address = urlsplit(item.address)
    return (address.path, sorted(parse_qsl(address.query))) == (request.path, sorted(request.params))
