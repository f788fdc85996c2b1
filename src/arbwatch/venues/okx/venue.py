"""What spot and swaps have in common: one protocol, spoken from the facts of each twin."""

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
from arbwatch.venues.okx import frames, listing, rest, wire
from arbwatch.venues.okx.rows import Twin

_hot: Callable[[bytes | memoryview], wire.TopPush] = msgspec.json.Decoder(wire.TopPush, strict=False).decode

_REMEMBERED = 5000
"""How many symbols are known to be of this market without looking again: more than it lists."""
_BOOKS = "/api/v5/market/books"
_DEEPEST = "400"


class Okx:
    """Speak OKX's protocol; a twin adds the facts of its market. One socket path serves both."""

    exchange: ClassVar[str] = "okx"
    id: ClassVar[str]
    market: ClassVar[Literal["spot", "perp"]]
    name: ClassVar[str]
    # "Overview", "Production trading services"; eea and us are those of residents there.
    rest_url: ClassVar[str] = "https://www.okx.com"
    ws_url: ClassVar[str] = "wss://ws.okx.com:8443"
    ws_hosts: ClassVar[tuple[str, ...]] = ("ws.okx.com", "wsaws.okx.com", "wseea.okx.com", "wsus.okx.com")
    # The same service by other ways; those of eea and us list other instruments.
    rest_mirrors: ClassVar[tuple[str, ...]] = ("https://aws.okx.com",)
    ws_mirrors: ClassVar[tuple[str, ...]] = ("wss://ws.okx.com:443", "wss://wsaws.okx.com:8443")
    docs: ClassVar[str] = "https://www.okx.com/docs-v5/en/"
    channels: ClassVar[dict[Kind, Channel]]
    # "Overview", "Connect" and "Subscribe": 3 connections a second and address, which both twins share; arguments of
    # one request up to 64 KB (200 fill a third of it); 480 requests an hour and connection, hence few large ones.
    # REST is limited endpoint by endpoint: 20 requests in 2 s where most is allowed least, 10 for those of weight 2.
    # Each twin keeps to half of every limit.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=200,
        topics_per_frame=200,
        frames_per_second=3,
        connects=3,
        connects_window_s=2,
        lifetime_s=None,
        weight=10,
        weight_window_s=2,
    )
    # "Overview", "Connect": cut after 30 s without a message; `ping` and `pong` are bare text.
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping="ping", ping_interval_s=15, pong_timeout_s=10)
    fees: ClassVar[Fees]

    twin: ClassVar[Twin]

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state."""
        self._per_frame = topics_per_frame or self.limits.topics_per_frame
        self._frames = 0
        self._own: set[str] = set()

    def listings(self) -> Listings:
        """Ask for every instrument; there is one page."""
        response = yield Request(listing.PATH, params=(("instType", self.twin.product),))
        rest.data(response.body, listing.PATH, response.status)
        return list(self.instruments(response.body))

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read a listing."""
        return listing.instruments(self.twin, self.market, body)

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: the clock, a check of the quotes, statistics of quiet symbols."""
        return (
            Poll("clock", 60, rest.clock),
            Poll("quotes", 7, partial(rest.quotes, self.twin)),
            Poll("tickers", 600, partial(rest.tickers, self.twin)),
        )

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into subscribe frames. Raises VenueError where a topic has no stream here."""
        return self._requests("subscribe", topics)

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into unsubscribe frames. Raises VenueError where a topic has no stream here."""
        return self._requests("unsubscribe", topics)

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        """Read one frame stamped `received` (UTC ns). Raises DecodeError."""
        try:
            push = _hot(frame)
        except UNREADABLE:
            return frames.read(self.twin, frame, received)
        symbol = push.arg.instId
        if symbol not in self._own and not self._owns(symbol):
            return ()
        (top,) = push.data
        (ask,), (bid,) = top.asks, top.bids
        return (Quote(self.id, symbol, bid.price, bid.size, ask.price, ask.size, top.ts * 1_000_000, received),)

    def book_request(self, symbol: str) -> Request | None:
        """Ask for a snapshot that deltas can be joined to: the stream may bring none. None of other products."""
        if not self.twin.owns(symbol):
            return None
        return Request(_BOOKS, params=(("instId", symbol), ("sz", _DEEPEST)), tag=book_tag(symbol))

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Read the answer to `book_request`. Raises VenueError where it is a refusal, else DecodeError."""
        symbol = book_of(self.id, tag)
        return [rest.book(self.twin, symbol, response, _BOOKS)]

    def _owns(self, symbol: str) -> bool:
        if not self.twin.owns(symbol):
            return False
        if len(self._own) < _REMEMBERED:
            self._own.add(symbol)
        return True

    def _requests(self, verb: str, topics: Iterable[Topic]) -> list[Subscribe]:
        return [self._request(verb, batch) for batch in batches(topics, self._per_frame)]

    def _request(self, verb: str, topics: tuple[Topic, ...]) -> Subscribe:
        self._frames += 1
        body = {"id": str(self._frames), "op": verb, "args": [self._stream(topic) for topic in topics]}
        return Subscribe(frame=msgspec.json.encode(body).decode(), id=str(self._frames), topics=topics)

    def _stream(self, topic: Topic) -> dict[str, str]:
        channel, symbol = stream_of(self.id, self.channels, topic)
        name = channel.name.partition(":")[0]
        if channel.whole_market:
            return {"channel": name, "instType": self.twin.product}
        return {"channel": name, "instId": symbol}
