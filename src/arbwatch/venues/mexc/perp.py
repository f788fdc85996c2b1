"""MEXC's linear perpetuals, spoken in JSON. Docs: https://www.mexc.com/api-docs/futures."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, Literal

import msgspec

from arbwatch.connector.payload import UNREADABLE
from arbwatch.connector.talk import book_of, in_url, stream_of
from arbwatch.connector.wire import (
    Ack,
    Channel,
    Emission,
    Fees,
    Heartbeat,
    Kind,
    Limits,
    Listings,
    Notice,
    Poll,
    Reject,
    Request,
    Response,
    Subscribe,
    Topic,
)
from arbwatch.model import Instrument, Quote
from arbwatch.venues.mexc import perp_frames, perp_listing, perp_rest, perp_wire
from arbwatch.venues.mexc.perp_frames import METHODS, Said
from arbwatch.venues.mexc.perp_rows import owns

_ROUTE = "/edge"
_REMEMBERED = 5000
"""How many symbols are known to be of this market without looking again: more than it lists."""
_hot: Callable[[bytes | memoryview], perp_wire.FullPush] = msgspec.json.Decoder(perp_wire.FullPush).decode


class MexcPerp:
    """MEXC linear perpetuals. Sizes are in contracts: `contract_size` turns them into coins."""

    exchange: ClassVar[str] = "mexc"
    id: ClassVar[str] = "mexc_perp"
    market: ClassVar[Literal["spot", "perp"]] = "perp"
    name: ClassVar[str] = "MEXC linear perpetuals"
    # FUTURES/integration-guide; the older host still answers the same.
    rest_url: ClassVar[str] = "https://api.mexc.com"
    rest_mirrors: ClassVar[tuple[str, ...]] = ("https://contract.mexc.com",)
    ws_url: ClassVar[str] = "wss://contract.mexc.com"
    ws_hosts: ClassVar[tuple[str, ...]] = ("contract.mexc.com",)
    docs: ClassVar[str] = "https://www.mexc.com/api-docs/futures/websocket-api"
    # Of streams with the best prices only the whole books carry sizes. Statistics of all symbols come in one stream.
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("sub.depth.full:{symbol}", _ROUTE),
        "ticker": Channel("sub.tickers", _ROUTE, whole_market=True),
        "notice": Channel("sub.contract", _ROUTE, whole_market=True),
        "book": Channel("sub.depth:{symbol}", _ROUTE, on_demand=True),
        "trade": Channel("sub.deal:{symbol}", _ROUTE, on_demand=True),
    }
    # No page limits a socket; 40 streams were seen to work. One message subscribes one stream. REST is limited
    # endpoint by endpoint, mostly to 20 requests in 2 s, of which half is used for all together.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=40,
        topics_per_frame=1,
        frames_per_second=20,
        connects=100,
        connects_window_s=60,
        lifetime_s=None,
        weight=10,
        weight_window_s=2,
    )
    # FUTURES/websocket-api: cut 60 s after our last ping, however much it sends itself; 10 to 20 s are recommended.
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping='{"method":"ping"}', ping_interval_s=15, pong_timeout_s=10)
    # What the listing told of BTC_USDT and most others in 2026-09; the listing names those of each.
    fees: ClassVar[Fees] = Fees(maker=0.0, taker=0.0002, side="quote")

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state; a message carries one topic, whatever is set."""
        self._frames = 0
        self._asked: dict[Topic, str] = {}
        self._own: set[str] = set()

    def listings(self) -> Listings:
        """Ask for every instrument; there is one page."""
        response = yield Request(perp_listing.PATH, weight=5)
        return list(perp_listing.instruments(self.id, response.body, response.status))

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read a listing."""
        return perp_listing.instruments(self.id, body)

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: the clock, best prices, the change of 24 h, funding."""
        return (
            Poll("clock", 60, perp_rest.clock),
            Poll("quotes", 7, partial(perp_rest.tickers, self.id)),
            Poll("tickers", 60, partial(perp_rest.tickers, self.id)),
            Poll("funding", 20, partial(perp_rest.funding, self.id)),
        )

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into subscribe frames. Raises VenueError where a topic has no stream here."""
        frames = [self._request("sub", topic) for topic in topics]
        for frame in frames:
            (topic,) = frame.topics
            self._asked.pop(topic, None)
            self._asked[topic] = frame.id
        return frames

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into unsubscribe frames. Raises VenueError where a topic has no stream here."""
        return [self._request("unsub", topic) for topic in topics]

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        """Read one frame stamped `received` (UTC ns). Raises DecodeError."""
        try:
            push = _hot(frame)
        except UNREADABLE:
            return self._read(frame, received)
        symbol = push.symbol
        if symbol not in self._own and not self._owns(symbol):
            return ()
        bid, ask = push.data.bids[0], push.data.asks[0]
        return (Quote(self.id, symbol, bid.price, bid.size, ask.price, ask.size, push.ts * 1_000_000, received),)

    def book_request(self, symbol: str) -> Request | None:
        """Ask for a snapshot that changes can be joined to: the stream brings none. None of other products."""
        return perp_rest.book_request(symbol) if owns(symbol) else None

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Read the answer to `book_request`. Raises VenueError where it is a refusal, else DecodeError."""
        symbol = book_of(self.id, tag)
        return [perp_rest.book(self.id, symbol, response)]

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://www.mexc.com/futures/{in_url(instrument.symbol)}"

    def _owns(self, symbol: str) -> bool:
        if not owns(symbol):
            return False
        if len(self._own) < _REMEMBERED:
            self._own.add(symbol)
        return True

    def _read(self, frame: bytes | memoryview, received: int) -> list[Emission]:
        envelope = perp_frames.parse(frame)
        if not envelope.channel.startswith("rs."):
            return perp_frames.push(self.id, envelope, received)
        said = perp_frames.answer(envelope)
        if said is None or isinstance(said, Notice):
            return [] if said is None else [said]
        return [Ack(self._meant(said), said.error)]

    def _meant(self, said: Said) -> str | None:
        """Name the request that an answer is for: it tells at most its kind, or in words the contract."""
        fitting = (
            topic
            for topic in self._asked
            if (topic.kind == said.kind if said.kind else f"[{topic.symbol}]" in (said.error or ""))
        )
        topic = next(fitting, None)
        return None if topic is None else self._asked.pop(topic)

    def _request(self, verb: str, topic: Topic) -> Subscribe:
        channel, symbol = stream_of(self.id, self.channels, topic)
        self._frames += 1
        about: dict[str, str | int | bool] = {} if channel.whole_market else {"symbol": symbol}
        if verb == "sub":
            about |= _ABOUT.get(topic.kind, {})
        body = {"method": f"{verb}.{METHODS[topic.kind]}", "param": about, "gzip": False}
        return Subscribe(frame=msgspec.json.encode(body).decode(), id=str(self._frames), topics=(topic,))


# The fewest levels there are; changes one by one instead of merged.
_ABOUT: dict[Kind, dict[str, str | int | bool]] = {"quote": {"limit": 5}, "book": {"compress": False}}
