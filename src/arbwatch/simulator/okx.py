"""OKX v5, spot and perpetual swaps: what its sockets and its public REST answer.

https://www.okx.com/docs-v5/en/#overview-websocket and #error-code. Each argument of a subscription is acknowledged by
a message of its own; an error names no argument, only words. Pings are the bare text `ping`.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from arbwatch.simulator import okx_rest as rest
from arbwatch.simulator import okx_rows as rows
from arbwatch.simulator.budget import Budget
from arbwatch.simulator.client import Client
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Market
from arbwatch.simulator.okx_feeds import ABOUT_CONTRACTS, FEEDS, InstrumentsFeed, TradeFeed
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

PREFIX = "/api/v5/"
SOCKETS = {"/ws/v5/public": "public", "/ws/v5/business": "business"}
LONGEST_REQUEST = 64 * 1024
"""Bytes of one request; more end the connection."""
REQUESTS_PER_HOUR = 480
"""Subscribe, unsubscribe and login together, per connection."""
BEHIND_LOGIN = ("books-l2-tbt", "books50-l2-tbt")
UNKNOWN = (
    "Subscribe failed, wrong URL or {0} doesn't exist. Please use the correct URL, channel and parameters referring "
    "to API document."
)
NOTICE = "The connection will soon be closed for a service upgrade. Please reconnect."
BAD_ROWS: list[Any] = [
    "not a row",
    {"instType": None, "instId": 7, "state": "live", "tickSz": "", "lotSz": []},
    {"instType": "SWAP", "instId": "BAD-USDT-SWAP", "uly": "BAD-USDT", "instFamily": "BAD-USDT", "settleCcy": "USDT",
     "ctVal": "abc", "ctMult": "1", "ctType": "linear", "tickSz": "-", "lotSz": "-", "minSz": "-", "state": "live"},
    {"instId": "NOTYPE-USDT"},
]  # fmt: skip


class Okx:
    """One type of instruments of the exchange."""

    id: ClassVar[str]
    inst_type: ClassVar[str]
    limits = Limits(
        connects=3, connects_s=1.0, idle_s=30.0, idle_counts_pushes=True, idle_close=(4004, "No data received in 30s")
    )
    bad_rows = BAD_ROWS

    def __init__(self, market: Market, time_scale: float = 1.0) -> None:
        """Speak for one venue of `market`; windows and signs of life pass `time_scale` times as fast."""
        self.market, self.time_scale = market, time_scale
        self.skew_ms = 0
        self.upcoming: dict[str, rows.Upcoming] = {}
        """Announced changes by symbol."""
        self._budgets: dict[str, Budget] = {}

    @property
    def listings(self) -> dict[str, Listing]:
        """Return what the venue lists, by symbol."""
        return self.market.venues[self.id]

    def instrument(self, listing: Listing) -> Row:
        """Return the row of an instrument."""
        return rows.instrument(listing, self.upcoming.get(listing.symbol))

    def route(self, path: str, query: Mapping[str, str]) -> Route | None:
        """Understand a WebSocket address."""
        name = SOCKETS.get(path)
        return None if name is None else Route(name)

    def hear(self, client: Client, text: str) -> Iterator[Effect]:
        """Understand a text frame: a ping, or a request of one or more arguments."""
        if text == "ping":
            yield Say("pong")
            return
        if len(text.encode()) > LONGEST_REQUEST:
            yield Close(1009, "Request message exceeds the maximum frame length")
            return
        try:
            request = msgspec.json.decode(text)
        except msgspec.DecodeError:
            request = None
        if not isinstance(request, dict) or not _legal_id(request.get("id")):
            yield Say(error(client, "60012", f"Illegal request: {text}"))
            return
        op, args, number = request.get("op"), request.get("args"), request.get("id")
        if op is not None and op not in ("subscribe", "unsubscribe", "login"):
            yield Say(error(client, "60019", f"Invalid op: {op}", number))
        elif op is None or not isinstance(args, list) or not args or not all(isinstance(arg, dict) for arg in args):
            yield Say(error(client, "60012", f"Illegal request: {text}", number))
        elif not self._within(client):
            yield Say(error(client, "60014", "Requests too frequent", number))
        elif op == "login":
            yield Say(error(client, "60005", "Invalid apiKey", number))
        else:
            for arg in args:
                yield self._effect(client, op, arg, number)

    def _effect(self, client: Client, op: str, arg: Row, number: str | None) -> Effect:
        name = stream_name(arg)
        known = {key: arg[key] for key in ("channel", "instType", "instFamily", "instId") if key in arg}
        said: Row = {} if number is None else {"id": number}
        ack = compact(said | {"event": op, "arg": known, "connId": connection(client)})
        if op == "unsubscribe":
            return Unsubscribe((name,), (ack,))
        if arg.get("channel") in BEHIND_LOGIN:
            return Say(error(client, "60011", "Please log in", number))
        unknown = UNKNOWN.format(",".join(f"{key}:{value}" for key, value in arg.items()))
        if self.stream(name, client.route) is None:
            return Say(error(client, "60018", unknown, number))

        def refuse(code: int | str | None, words: str | None) -> str:
            return error(client, str(code or "60018"), words or unknown, number)

        return Subscribe((name,), (ack,), refuse)

    def _within(self, client: Client) -> bool:
        """Count one request and tell whether the connection keeps to its hour."""
        asked: deque[float] = client.notes.setdefault("asked", deque())
        now = time.monotonic()
        asked.append(now)
        while asked[0] < now - 3600.0 / self.time_scale:
            asked.popleft()
        return len(asked) <= REQUESTS_PER_HOUR

    def stream(self, name: str, route: str) -> Stream | None:
        """Understand `channel:instId` on the public socket."""
        channel, _, about = name.partition(":")
        if route != "public":
            return None
        if channel == "instruments":
            return Stream(name, "listing", None) if about == self.inst_type else None
        listing = self.listings.get(f"{about}-SWAP" if channel == "index-tickers" else about)
        if listing is None or (channel in ABOUT_CONTRACTS and listing.funding is None):
            return None
        if channel == "trades":
            return Stream(name, "trade", listing.symbol)
        feed = FEEDS.get(channel)
        if feed is None:
            return None
        step = 10
        period = feed.period_ms
        if channel == "funding-rate":
            period = max(step, round(period / self.time_scale / step) * step)
        return Stream(name, feed.kind, listing.symbol, 0, period)

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a stream."""
        channel, _, about = stream.name.partition(":")
        if stream.symbol is None:
            return InstrumentsFeed(self.inst_type, self._listed, self.instrument)
        listing = self.listings[stream.symbol]
        if channel == "trades":
            return TradeFeed(listing, self._skew)
        return FEEDS[channel](listing, about, self._skew, self.time_scale)

    def _skew(self) -> int:
        return self.skew_ms

    def _listed(self) -> list[Row]:
        found = [listing for listing in self.listings.values() if rows.inst_type(listing) == self.inst_type]
        return [self.instrument(listing) for listing in found]

    def wrap(self, name: str, payload: str) -> str:
        """Return a push as it is: every push names its channel itself."""
        return payload

    def farewell(self, client: Client) -> list[str]:
        """Return the notice that is sent a minute before a service upgrade."""
        return [compact({"event": "notice", "code": "64008", "msg": NOTICE, "connId": connection(client)})]

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer a GET request under /api/v5/."""
        name = path.removeprefix(PREFIX)
        if not path.startswith(PREFIX) or name not in rest.ANSWERS:
            return self.refusal(404)
        ask, limit = rest.ANSWERS[name]
        key = f"{name}?{query.get(limit.by, '')}"
        budget = self._budgets.setdefault(key, Budget(limit.requests, 2.0 / self.time_scale))
        if not budget.spend():
            return self.refusal(429)
        now_ms = self.market.clock() // 10**6 + self.skew_ms
        asked = rest.Market(self.listings, now_ms, self.skew_ms, self.instrument)
        try:
            return Answer(rest.envelope(name, ask(asked, query)))
        except rest.RefusedError as refused:
            return Answer(rest.refusal(refused.code, refused.message), refused.status)

    def refusal(self, status: int, retry_after: object = None) -> Answer:
        """Return a refusal in the venue's words, or the page of what stands before it."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        match status:
            case 429:
                return Answer(rest.refusal("50011", "Too Many Requests"), 429, headers)
            case 404:
                body = {"code": 404, "data": {}, "detailMsg": "", "error_code": "404", "error_message": "Not Found",
                        "msg": "Not Found"}  # fmt: skip
                return Answer(body, 404, headers)
            case 503:
                words = "Service temporarily unavailable. Please try again later."
                return Answer(rest.refusal("50001", words), 503, headers)
        return page(status, retry_after)

    def rows(self, message: Any) -> list[Any] | None:
        """Return the rows of an answer or a push."""
        data = message.get("data") if isinstance(message, dict) else None
        return data if isinstance(data, list) and data else None

    def listing_rows(self, path: str, body: Any) -> list[Any] | None:
        """Return the rows of `public/instruments`."""
        return self.rows(body) if path == f"{PREFIX}public/instruments" else None

    def day(self, listing: Listing) -> dict[str, float]:
        """Return 24 h figures; volumes in coins and in quote currency, also where the venue counts contracts."""
        stats = listing.statistics
        volume, worth = (Decimal(text) for text in rows.volumes(listing))
        turnover = Decimal(stats.quote_volume) / (listing.size_scale * listing.price_scale)
        if rows.is_contract(listing):
            turnover = (volume if rows.inverse(listing) else turnover) * Decimal(listing.contract)
        return {
            "last": listing.price_float(stats.last), "open": listing.price_float(stats.open),
            "high": listing.price_float(stats.high), "low": listing.price_float(stats.low),
            "base_volume": float(worth if rows.is_contract(listing) else volume), "quote_volume": float(turnover),
        }  # fmt: skip

    def used(self) -> int:
        """Return the requests of the windows that are open."""
        return sum(budget.used for budget in self._budgets.values())


class OkxSpot(Okx):
    """Spot."""

    id = "okx_spot"
    inst_type = "SPOT"


class OkxPerp(Okx):
    """Perpetual swaps: linear, inverse, on stocks."""

    id = "okx_perp"
    inst_type = "SWAP"


def stream_name(arg: Row) -> str:
    """Return how a channel goes by here: `channel:instId`, or `instruments:instType`."""
    about = arg.get("instType") if arg.get("channel") == "instruments" else arg.get("instId")
    return f"{arg.get('channel')}:{about}"


def connection(client: Client) -> str:
    """Return the eight characters that a connection goes by."""
    return f"{sum(ord(letter) * 131**n for n, letter in enumerate(client.name)) % 2**32:08x}"


def error(client: Client, code: str, words: str, number: str | None = None) -> str:
    """Write an error event."""
    said: Row = {} if number is None else {"id": number}
    return compact(said | {"event": "error", "msg": words, "code": code, "connId": connection(client)})


def _legal_id(number: Any) -> bool:
    return number is None or (isinstance(number, str) and len(number) <= 32 and number.isalnum() and number.isascii())
