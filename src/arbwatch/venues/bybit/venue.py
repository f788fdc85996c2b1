"""What spot and linear have in common: one protocol, spoken from the facts of each twin."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, Literal

import msgspec

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import UNREADABLE, decoder
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
from arbwatch.venues.bybit import listing, rest, wire
from arbwatch.venues.bybit.frames import TOP, Reader

_hot: Callable[[bytes | memoryview], wire.TopFrame] = msgspec.json.Decoder(wire.TopFrame, strict=False).decode


class Bybit:
    """Speak Bybit's protocol; a twin adds the facts of its market."""

    exchange: ClassVar[str] = "bybit"
    id: ClassVar[str]
    market: ClassVar[Literal["spot", "perp"]]
    name: ClassVar[str]
    rest_url: ClassVar[str] = "https://api.bybit.com"
    ws_url: ClassVar[str] = "wss://stream.bybit.com"
    # V5/guide names a second host that serves the same; of V5/ws/connect the others serve accounts of one region each.
    rest_mirrors: ClassVar[tuple[str, ...]] = ("https://api.bytick.com",)
    ws_mirrors: ClassVar[tuple[str, ...]] = ("wss://stream.bytick.com",)
    ws_hosts: ClassVar[tuple[str, ...]] = (
        "stream.bybit.com",
        "stream.bytick.com",
        "stream.bybit.nl",
        "stream.bybit-tr.com",
        "stream.bybit.kz",
        "stream.bybitgeorgia.ge",
        "stream.bybit.ae",
        "stream.bybit.eu",
        "stream.bybit.id",
    )
    channels: ClassVar[dict[Kind, Channel]]
    limits: ClassVar[Limits]
    # V5/ws/connect, "How to Send the Heartbeat Packet": every 20 s; an idle socket is cut after about 10 minutes.
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping='{"op":"ping"}', ping_interval_s=20, pong_timeout_s=10)
    fees: ClassVar[Fees]
    docs: ClassVar[str] = "https://bybit-exchange.github.io/docs/v5/ws/connect"

    category: ClassVar[str]
    """The venue's word for the market, in paths and parameters."""
    listed: ClassVar[tuple[str, ...]] = ("",)
    """What the listing is asked for: "" is what trades, other states must be named. V5/market/instrument."""

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state."""
        self._per_frame = topics_per_frame or self.limits.topics_per_frame
        self._frames = 0
        self._reader = Reader(self.id)

    def listings(self) -> Listings:
        """Ask for every instrument, pages to the end; a state that is refused costs only those in it."""
        found: dict[str, Instrument] = {}
        rejects: list[Instrument | Reject] = []
        for status in self.listed:
            try:
                pages = yield from rest.pages(self.category, status)
            except VenueError as refused:
                if not status:
                    raise
                rejects.append(listing.reject(str(refused), b""))
                continue
            for response in pages:
                for one in self.instruments(response.body):
                    if isinstance(one, Reject):
                        rejects.append(one)
                    elif one.symbol in found:
                        rejects.append(
                            listing.reject(f"{one.symbol} is listed twice; the first row stands", one.symbol.encode())
                        )
                    else:
                        found[one.symbol] = one
        return [*found.values(), *rejects]

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read one page of instruments-info. Raises DecodeError where the body is none."""
        try:
            rows = _listing(body).result.rows
        except UNREADABLE as problem:
            raise DecodeError(f"{rest.INSTRUMENTS}: {problem}") from None
        return listing.instruments(self.id, self.market, rows)

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: the clock, a check of the quotes, statistics of quiet symbols."""
        return (
            Poll("clock", 60, rest.clock),
            Poll("quotes", 7, partial(rest.quotes, self.id, self.category)),
            Poll("tickers", 600, partial(rest.tickers, self.id, self.category)),
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
            top = _hot(frame)
        except UNREADABLE:
            return self._reader.read(frame, received)
        if not top.topic.startswith(TOP):
            return self._reader.read(frame, received)
        data = top.data
        (bid,), (ask,) = data.b, data.a
        # `ts` is when it was pushed. `cts`, the engine's time of the last change, would make a book that stands still
        # look late: the same top is pushed again every 3 s.
        return (Quote(self.id, data.s, bid[0], bid[1], ask[0], ask[1], top.ts * 1_000_000, received),)

    def book_request(self, symbol: str) -> Request | None:
        """Return None: the stream begins with a snapshot of its own."""
        return None

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Refuse: no request is ever wanted. Raises VenueError."""
        raise VenueError(f"{self.id} never made a request with the tag {tag!r}")

    def _requests(self, verb: str, topics: Iterable[Topic]) -> list[Subscribe]:
        return [self._request(verb, batch) for batch in batches(topics, self._per_frame)]

    def _request(self, verb: str, topics: tuple[Topic, ...]) -> Subscribe:
        self._frames += 1
        number = str(self._frames)
        body = {"req_id": number, "op": verb, "args": [self._stream(topic) for topic in topics]}
        return Subscribe(frame=msgspec.json.encode(body).decode(), id=number, topics=topics)

    def _stream(self, topic: Topic) -> str:
        channel, symbol = stream_of(self.id, self.channels, topic)
        return channel.name.replace("{symbol}", symbol)


class _Listing(msgspec.Struct):
    result: wire.Page


_listing = decoder(_Listing)
