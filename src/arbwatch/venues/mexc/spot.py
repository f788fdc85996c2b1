"""MEXC's spot market: JSON text asks and answers, protobuf tells. Docs: https://www.mexc.com/api-docs/spot-v3."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Literal

import msgspec

from arbwatch.connector.talk import batches, book_of, in_url, stream_of
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
from arbwatch.venues.mexc import spot_frames, spot_listing, spot_rest
from arbwatch.venues.mexc.push_pb2 import Push
from arbwatch.venues.mexc.spot_frames import BROKEN, NAMES
from arbwatch.venues.mexc.values import LARGEST, LATEST_MS

_ROUTE = "/ws"
_parse = Push.FromString


class MexcSpot:
    """MEXC spot."""

    exchange: ClassVar[str] = "mexc"
    id: ClassVar[str] = "mexc_spot"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name: ClassVar[str] = "MEXC spot"
    rest_url: ClassVar[str] = "https://api.mexc.com"
    ws_url: ClassVar[str] = "wss://wbs-api.mexc.com"
    ws_hosts: ClassVar[tuple[str, ...]] = ("wbs-api.mexc.com",)
    docs: ClassVar[str] = "https://www.mexc.com/api-docs/spot-v3/websocket-market-streams"
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel(NAMES["quote"], _ROUTE),
        "ticker": Channel(NAMES["ticker"], _ROUTE, whole_market=True),
        "book": Channel(NAMES["book"], _ROUTE, on_demand=True),
        "trade": Channel(NAMES["trade"], _ROUTE, on_demand=True),
    }
    # websocket-market-streams: at most 30 subscriptions a socket, which lives for 24 hours. A request may have 1024
    # bytes (JKorf's Mexc.Net): ten streams of long names are 800. Nothing is said of connections and messages; of REST
    # general-info tells 500 of weight in 10 s for each endpoint and address, of which half is used for all together.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=30,
        topics_per_frame=10,
        frames_per_second=10,
        connects=100,
        connects_window_s=60,
        lifetime_s=86_400,
        weight=250,
        weight_window_s=10,
    )
    # websocket-market-streams, "PING/PONG Mechanism": cut after 60 s without data, 30 s without a subscription.
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping='{"method":"PING"}', ping_interval_s=15, pong_timeout_s=10)
    # Of most symbols, taken from what a trade brings; the listing names those of each.
    fees: ClassVar[Fees] = Fees(maker=0.0, taker=0.0005)

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state."""
        self._per_frame = topics_per_frame or self.limits.topics_per_frame
        self._frames = 0

    def listings(self) -> Listings:
        """Ask for every instrument; there is one page."""
        response = yield Request(spot_listing.PATH, weight=10)
        return list(spot_listing.instruments(self.id, response.body, response.status))

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read a listing."""
        return spot_listing.instruments(self.id, body)

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: the clock, a check of the quotes, statistics where no stream told them."""
        return (
            Poll("clock", 60, spot_rest.clock),
            Poll("quotes", 7, partial(spot_rest.quotes, self.id)),
            Poll("tickers", 600, partial(spot_rest.tickers, self.id)),
        )

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into subscribe frames. Raises VenueError where a topic has no stream here."""
        return self._requests("SUBSCRIPTION", topics)

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into unsubscribe frames. Raises VenueError where a topic has no stream here."""
        return self._requests("UNSUBSCRIPTION", topics)

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        """Read one frame stamped `received` (UTC ns). Raises DecodeError."""
        try:
            push = _parse(frame)  # type: ignore[arg-type] # a view is taken as well; the stubs know bytes only
            top = push.publicAggreBookTicker
            bid, bid_size = float(top.bidPrice), float(top.bidQuantity)
            ask, ask_size = float(top.askPrice), float(top.askQuantity)
        except (*BROKEN, ValueError):
            return spot_frames.read(self.id, frame, received)
        symbol, time = push.symbol, push.sendTime
        whole = 0 < bid <= LARGEST and 0 < bid_size <= LARGEST and 0 < ask <= LARGEST and 0 < ask_size <= LARGEST
        if not (whole and symbol and 0 < time <= LATEST_MS):
            return spot_frames.read(self.id, frame, received)
        return (Quote(self.id, symbol, bid, bid_size, ask, ask_size, time * 1_000_000, received),)

    def book_request(self, symbol: str) -> Request | None:
        """Ask for a snapshot that changes can be joined to: the stream brings none."""
        return spot_rest.book_request(symbol)

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Read the answer to `book_request`. Raises VenueError where it is a refusal, else DecodeError."""
        symbol = book_of(self.id, tag)
        return [spot_rest.book(self.id, symbol, response)]

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        pair = f"{in_url(instrument.base)}_{in_url(instrument.quote_currency)}"
        return f"https://www.mexc.com/exchange/{pair}"

    def _requests(self, verb: str, topics: Iterable[Topic]) -> list[Subscribe]:
        return [self._request(verb, batch) for batch in batches(topics, self._per_frame)]

    def _request(self, verb: str, topics: tuple[Topic, ...]) -> Subscribe:
        self._frames += 1
        body = {"method": verb, "params": [self._stream(topic) for topic in topics], "id": self._frames}
        return Subscribe(frame=msgspec.json.encode(body).decode(), id=str(self._frames), topics=topics)

    def _stream(self, topic: Topic) -> str:
        channel, symbol = stream_of(self.id, self.channels, topic)
        return channel.name.replace("{symbol}", symbol)
