"""What spot and USD-M have in common: one protocol, spoken from the facts of each twin."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, Literal

import msgspec

from arbwatch.connector.payload import UNREADABLE
from arbwatch.connector.talk import batches, book_of, book_tag, stream_of
from arbwatch.connector.wire import (
    Channel,
    Emission,
    Fees,
    Heartbeat,
    Kind,
    Limits,
    Listings,
    Poll,
    Reject,
    Request,
    Response,
    Subscribe,
    Topic,
)
from arbwatch.model import Instrument, Quote
from arbwatch.venues.binance import frames, listing, rest, wire

_hot: Callable[[bytes | memoryview], wire.CombinedTop] = msgspec.json.Decoder(wire.CombinedTop, strict=False).decode

# Stream names are in lower case. Only ASCII is turned: lower-casing may change the length of other letters.
_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class Binance:
    """Speak Binance's protocol; a twin adds the facts of its market."""

    exchange: ClassVar[str] = "binance"
    id: ClassVar[str]
    market: ClassVar[Literal["spot", "perp"]]
    name: ClassVar[str]
    rest_url: ClassVar[str]
    ws_url: ClassVar[str]
    ws_hosts: ClassVar[tuple[str, ...]]
    channels: ClassVar[dict[Kind, Channel]]
    limits: ClassVar[Limits]
    heartbeat: ClassVar[Heartbeat]
    fees: ClassVar[Fees]
    docs: ClassVar[str]

    api: ClassVar[str]
    """Path that all REST endpoints begin with."""
    listing_request: ClassVar[Request]
    quotes_weight: ClassVar[int]
    tickers_weight: ClassVar[int]
    book_weight: ClassVar[int]
    book_depth: ClassVar[int] = 1000

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state."""
        self._per_frame = topics_per_frame or self.limits.topics_per_frame
        self._frames = 0

    def listings(self) -> Listings:
        """Ask for every instrument; there is one page."""
        response = yield self.listing_request
        return list(self.instruments(rest.body(response, self.listing_request.path)))

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read exchangeInfo."""
        return listing.instruments(self.id, self.market, body)

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: the clock, a check of the quotes, statistics of quiet symbols."""
        return (
            Poll("clock", 60, partial(rest.clock, f"{self.api}/time")),
            Poll("quotes", 7, partial(rest.quotes, self.id, f"{self.api}/ticker/bookTicker", self.quotes_weight)),
            Poll("tickers", 600, partial(rest.tickers, self.id, f"{self.api}/ticker/24hr", self.tickers_weight)),
        )

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into SUBSCRIBE frames. Raises VenueError where a topic has no stream here."""
        return self._requests("SUBSCRIBE", topics)

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into UNSUBSCRIBE frames. Raises VenueError where a topic has no stream here."""
        return self._requests("UNSUBSCRIBE", topics)

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        """Read one frame stamped `received` (UTC ns). Raises DecodeError."""
        try:
            top = _hot(frame).data
        except UNREADABLE:
            return frames.read(self.id, frame, received)
        time = top.T
        if time is not None:
            time *= 1_000_000
        return (Quote(self.id, top.s, top.b, top.B, top.a, top.A, time, received),)

    def book_request(self, symbol: str) -> Request | None:
        """Ask for a snapshot that deltas can be joined to."""
        return Request(
            f"{self.api}/depth",
            params=(("symbol", symbol), ("limit", str(self.book_depth))),
            weight=self.book_weight,
            tag=book_tag(symbol),
        )

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Read the answer to `book_request`. Raises VenueError where it is a refusal, else DecodeError."""
        symbol = book_of(self.id, tag)
        return [frames.book(self.id, symbol, rest.body(response, f"{self.api}/depth"), response.received)]

    def _requests(self, method: str, topics: Iterable[Topic]) -> list[Subscribe]:
        return [self._request(method, batch) for batch in batches(topics, self._per_frame)]

    def _request(self, method: str, topics: tuple[Topic, ...]) -> Subscribe:
        self._frames += 1
        body = {"method": method, "params": [self._stream(topic) for topic in topics], "id": self._frames}
        return Subscribe(frame=msgspec.json.encode(body).decode(), id=str(self._frames), topics=topics)

    def _stream(self, topic: Topic) -> str:
        channel, symbol = stream_of(self.id, self.channels, topic)
        return channel.name.replace("{symbol}", symbol.translate(_LOWER))
