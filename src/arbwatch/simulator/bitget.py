"""Bitget v2, spot and futures: what its sockets and its public REST answer.

https://www.bitget.com/api-doc/common/websocket-intro and /api-doc/spot/error-code/websocket. Each argument of a
subscription is answered by a message of its own; codes are numbers on sockets and strings in REST. Pings are the bare
text `ping`, and nothing else keeps a connection.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec

from arbwatch.simulator import bitget_rest as rest
from arbwatch.simulator import bitget_rows as rows
from arbwatch.simulator.bitget_feeds import CONTRACT_FEEDS, SPOT_FEEDS, ChannelFeed
from arbwatch.simulator.budget import Budget
from arbwatch.simulator.client import Client
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Market
from arbwatch.simulator.protocol import (
    Answer,
    Close,
    Effect,
    Feed,
    Limits,
    Route,
    Row,
    Say,
    Stream,
    Subscribe,
    Unsubscribe,
    compact,
    page,
)  # fmt: skip

PREFIX = "/api/v2/"
SOCKET = "/v2/ws/public"
REQUESTS_PER_HOUR = 240
"""Subscriptions of one connection."""
CHANNELS = 1000
"""Of one connection; more end it."""
PER_MINUTE = 6000
"""REST requests of one address, over all paths."""
PRIVATE = ("account", "positions", "orders", "orders-algo", "fill", "positions-history", "equity")
PARTS = ("instType", "channel", "instId")
LISTINGS = ("spot/public/symbols", "mix/market/contracts", "spot/public/coins")
BAD_ROWS: list[Any] = [
    "not a row",
    {"symbol": None, "coin": 7, "baseCoin": 7, "quoteCoin": [], "status": "online", "symbolStatus": "normal",
     "symbolType": "perpetual", "chains": "none"},
    {"symbol": "BADUSDT", "coin": "BAD", "baseCoin": "BAD", "quoteCoin": "USDT", "status": "online",
     "symbolStatus": "normal", "symbolType": "perpetual", "pricePrecision": "few", "quantityPrecision": "-",
     "pricePlace": "abc", "priceEndStep": "", "volumePlace": {}, "sizeMultiplier": "-", "supportMarginCoins": "USDT",
     "chains": [{"chain": 7, "withdrawable": "perhaps", "withdrawFee": "dear"}, "no chain"]},
    {"symbol": "NOCOINUSDT"},
]  # fmt: skip


class Bitget:
    """One side of the exchange."""

    id: ClassVar[str]
    feeds: ClassVar[Mapping[str, type[ChannelFeed]]]
    limits = Limits(
        connects=300, connects_s=300.0, frames_per_second=10, idle_s=120.0, idle_text="ping", lifetime_s=86_400.0
    )
    bad_rows = BAD_ROWS

    def __init__(self, market: Market, time_scale: float = 1.0) -> None:
        """Speak for one venue of `market`; windows, idleness and lifetimes pass `time_scale` times as fast."""
        self.market, self.time_scale = market, time_scale
        self.skew_ms = 0
        self.whole = Budget(PER_MINUTE, 60.0 / time_scale)
        self._paths: dict[str, Budget] = {}

    @property
    def listings(self) -> dict[str, Listing]:
        """Return what the venue lists, by symbol."""
        return self.market.venues[self.id]

    def now_ms(self) -> int:
        """Return the venue's clock."""
        return self.market.clock() // 10**6 + self.skew_ms

    def route(self, path: str, query: Mapping[str, str]) -> Route | None:
        """Understand a WebSocket address."""
        return Route("public") if path == SOCKET else None

    def hear(self, client: Client, text: str) -> Iterator[Effect]:
        """Understand a text frame: a ping, or a request of one or more arguments."""
        if text == "ping":
            yield Say("pong")
            return
        try:
            request = msgspec.json.decode(text)
        except msgspec.DecodeError:
            request = None
        if not isinstance(request, dict):
            yield Say(error(30002, "Illegal request"))
            return
        op, args = request.get("op"), request.get("args")
        if op == "login":
            yield Say(error(30011, "Invalid ACCESS_KEY", op))
        elif op not in ("subscribe", "unsubscribe"):
            yield Say(error(30003, "Invalid op"))
        elif not isinstance(args, list) or not args:
            yield Say(error(30016, "Param error", op))
        elif op == "subscribe" and not self._within(client):
            yield Say(error(30006, "request too many", op))
        elif op == "subscribe" and len(client.streams) + len(args) > CHANNELS:
            yield Say(error(30007, "request over limit, connection close", op))
            yield Close(1008, "request over limit")
        else:
            for arg in args:
                yield self._effect(op, arg)

    def _effect(self, op: str, arg: Any) -> Effect:
        if not isinstance(arg, dict) or not all(isinstance(arg.get(part), str) for part in PARTS):
            return Say(error(30016, "Param error", op, arg if isinstance(arg, dict) else None))
        known = {part: arg[part] for part in PARTS}
        name, ack = stream_name(known), compact({"event": op, "arg": known})
        if op == "unsubscribe":
            return Unsubscribe((name,), (ack,))
        if known["channel"] in PRIVATE:
            return Say(error(30004, "User needs to log in", op, known))
        unknown = ",".join(f"{part}:{known[part]}" for part in PARTS) + " doesn't exist"
        if self.stream(name, "public") is None:
            return Say(error(30001, unknown, op, known))

        def refuse(code: int | str | None, words: str | None) -> str:
            return error(int(code or 30001), words or unknown, op, known)

        return Subscribe((name,), (ack,), refuse)

    def _within(self, client: Client) -> bool:
        """Count one subscription and tell whether the connection keeps to its hour."""
        asked: deque[float] = client.notes.setdefault("asked", deque())
        now = time.monotonic()
        asked.append(now)
        while asked[0] < now - 3600.0 / self.time_scale:
            asked.popleft()
        return len(asked) <= REQUESTS_PER_HOUR

    def stream(self, name: str, route: str) -> Stream | None:
        """Understand `instType:channel:instId`."""
        product, _, rest_of_it = name.partition(":")
        channel, _, symbol = rest_of_it.partition(":")
        listing, feed = self.listings.get(symbol), self.feeds.get(channel)
        if listing is None or feed is None or rows.product(listing) != product:
            return None
        return Stream(name, feed.kind, symbol, 0, feed.period_ms)

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a stream."""
        channel = stream.name.split(":")[1]
        return self.feeds[channel](self.listings[stream.symbol or ""], lambda: (self.now_ms(), self.skew_ms))

    def wrap(self, name: str, payload: str) -> str:
        """Return a push as it is: every push names its channel itself."""
        return payload

    def farewell(self, client: Client) -> list[str]:
        """Return nothing: connections end without a word."""
        return []

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer a GET request under /api/v2/."""
        name = path.removeprefix(PREFIX)
        if not path.startswith(PREFIX) or name not in rest.ANSWERS:
            return self.refusal(404)
        ask, limit = rest.ANSWERS[name]
        window = self._paths.setdefault(name, Budget(limit, 1.0 / self.time_scale))
        if not (window.spend() and self.whole.spend()):
            return self.refusal(429)
        now_ms = self.now_ms()
        try:
            return Answer(rest.envelope(ask(rest.Asked(self.market, now_ms, self.skew_ms), query), now_ms))
        except rest.RefusedError as refused:
            return Answer(rest.refusal(refused.code, refused.message, now_ms), 400)

    def refusal(self, status: int, retry_after: object = None) -> Answer:
        """Return a refusal in the venue's words, or the page of what stands before it."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        words = {
            404: ("40404", "Request URL NOT FOUND"), 429: ("429", "Too Many Requests"),
            500: ("40015", "System is abnormal, please try again later"),
        }.get(status)  # fmt: skip
        if words is None:
            return page(status, retry_after)
        return Answer(rest.refusal(*words, self.now_ms()), status, headers)

    def rows(self, message: Any) -> list[Any] | None:
        """Return the rows of an answer or a push."""
        data = message.get("data") if isinstance(message, dict) else None
        return data if isinstance(data, list) and data else None

    def listing_rows(self, path: str, body: Any) -> list[Any] | None:
        """Return the rows of the lists of symbols, contracts and coins."""
        return self.rows(body) if path.removeprefix(PREFIX) in LISTINGS else None

    def day(self, listing: Listing) -> dict[str, float]:
        """Return 24 h figures as written."""
        stats = listing.statistics
        return {
            "last": listing.price_float(stats.last), "open": listing.price_float(stats.open),
            "high": listing.price_float(stats.high), "low": listing.price_float(stats.low),
            "base_volume": listing.size_float(stats.volume), "quote_volume": float(rows.turnover(listing)),
        }  # fmt: skip

    def used(self) -> int:
        """Return the requests of this minute."""
        return self.whole.used


class BitgetSpot(Bitget):
    """Spot."""

    id = "bitget_spot"
    feeds = SPOT_FEEDS


class BitgetPerp(Bitget):
    """Futures: USDT-FUTURES, and the other two product types beside them."""

    id = "bitget_perp"
    feeds = CONTRACT_FEEDS


def stream_name(arg: Row) -> str:
    """Return how a channel goes by here: `instType:channel:instId`."""
    return ":".join(str(arg[part]) for part in PARTS)


def error(code: int, words: str, op: str | None = None, arg: Row | None = None) -> str:
    """Write an error event; what could not be understood is not repeated."""
    about: Row = {} if arg is None else {"arg": arg}
    return compact({"event": "error"} | about | {"code": code, "msg": words} | ({} if op is None else {"op": op}))
