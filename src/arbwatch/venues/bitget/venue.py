"""What spot and perpetuals have in common: one protocol, spoken from the facts of each twin."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, Literal

import msgspec

from arbwatch.connector.errors import VenueError
from arbwatch.connector.payload import UNREADABLE
from arbwatch.connector.talk import batches, stream_of
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
from arbwatch.venues.bitget import listing, rest, wire
from arbwatch.venues.bitget.frames import Reader
from arbwatch.venues.bitget.rows import Twin

_hot: Callable[[bytes | memoryview], wire.TopPush] = msgspec.json.Decoder(wire.TopPush, strict=False).decode

ROUTE = "/v2/ws/public"


class Bitget:
    """Speak Bitget's protocol; a twin adds the facts of its market. One socket path serves both."""

    exchange: ClassVar[str] = "bitget"
    id: ClassVar[str]
    market: ClassVar[Literal["spot", "perp"]]
    name: ClassVar[str]
    # No page names another host that serves the same, so that there is no mirror.
    rest_url: ClassVar[str] = "https://api.bitget.com"
    ws_url: ClassVar[str] = "wss://ws.bitget.com"
    ws_hosts: ClassVar[tuple[str, ...]] = ("ws.bitget.com",)
    docs: ClassVar[str] = "https://www.bitget.com/api-doc/common/websocket-intro"
    # `books1` is whole each time. Statistics of perpetuals carry their funding.
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("books1:{symbol}", ROUTE),
        "ticker": Channel("ticker:{symbol}", ROUTE),
        "book": Channel("books:{symbol}", ROUTE, on_demand=True),
        "trade": Channel("trade:{symbol}", ROUTE, on_demand=True),
    }
    # DOCS/common/websocket-intro: 1000 channels a socket, of which no more than 50 are advised; 10 messages a second,
    # 240 subscriptions an hour; of one address 100 sockets and 300 attempts in 5 minutes, which both twins share; cut
    # after 24 hours. A frame of 40 args stays below 4 KB. REST: 20 requests a second and endpoint, 6000 a minute in
    # all. Each twin keeps to half of what they share.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=50,
        topics_per_frame=40,
        frames_per_second=5,
        connects=150,
        connects_window_s=300,
        lifetime_s=86_400,
        weight=10,
        weight_window_s=1,
    )
    # The same page: bare text every 30 s; after 2 minutes without it the socket is cut.
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping="ping", ping_interval_s=25, pong_timeout_s=10)
    fees: ClassVar[Fees]

    twin: ClassVar[Twin]

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state."""
        self._per_frame = topics_per_frame or self.limits.topics_per_frame
        self._frames = 0
        self._reader = Reader(self.twin)

    def listings(self) -> Listings:
        """Ask for every instrument; there is one page."""
        response = yield (request := rest.LISTINGS[self.market])
        rest.answer(response.body, request.path, response.status)
        return list(self.instruments(response.body))

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read a listing."""
        return listing.instruments(self.twin, body)

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
            return self._reader.read(frame, received)
        if push.arg.instType != self.twin.product:
            return self._reader.read(frame, received)
        (top,) = push.data
        (ask,), (bid,) = top.asks, top.bids
        # `ts` outside is when it was pushed; the row's own would make a book that stands still look late.
        time = push.ts * 1_000_000
        return (Quote(self.id, push.arg.instId, bid.price, bid.size, ask.price, ask.size, time, received),)

    def book_request(self, symbol: str) -> Request | None:
        """Return None: the stream begins with a snapshot of its own."""
        return None

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Refuse: no request is ever wanted. Raises VenueError."""
        raise VenueError(f"{self.id} never made a request with the tag {tag!r}")

    def _requests(self, verb: str, topics: Iterable[Topic]) -> list[Subscribe]:
        return [self._request(verb, batch) for batch in batches(topics, self._per_frame)]

    def _request(self, verb: str, topics: tuple[Topic, ...]) -> Subscribe:
        # A request has no number on the wire: each answer names its stream.
        self._frames += 1
        body = {"op": verb, "args": [self._stream(topic) for topic in topics]}
        return Subscribe(frame=msgspec.json.encode(body).decode(), id=str(self._frames), topics=topics)

    def _stream(self, topic: Topic) -> dict[str, str]:
        channel, symbol = stream_of(self.id, self.channels, topic)
        name = channel.name.partition(":")[0]
        return {"instType": self.twin.product, "channel": name, "instId": symbol}
