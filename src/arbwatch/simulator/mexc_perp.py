"""MEXC contracts: JSON text both ways, numbers as numbers, one channel of one contract per request.

https://www.mexc.com/api-docs/futures/websocket-api. A request without a contract that exists is answered by
`rs.error` in words; a connection that does not ping is cut after a minute. `gzip` in a request is understood as false.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec

from arbwatch.simulator import mexc_perp_feeds as feeds
from arbwatch.simulator import mexc_perp_rest as rest
from arbwatch.simulator import mexc_perp_rows as rows
from arbwatch.simulator.budget import Budget
from arbwatch.simulator.client import Client
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Market
from arbwatch.simulator.protocol import (
    Answer,
    Effect,
    Feed,
    Limits,
    Route,
    Say,
    Stream,
    Subscribe,
    Unsubscribe,
    compact,
    page,
)  # fmt: skip

REQUESTS, REQUESTS_S = 20, 2.0
"""Requests within a window, by path and address."""
COMMITS = 5000
"""Changed levels of a book that can be asked for afterwards."""
BAD_ROWS: list[Any] = [
    "not a row",
    {"symbol": None, "state": "open", "futureType": [], "contractSize": {}},
    {"symbol": "BAD_USDT", "baseCoin": "BAD", "quoteCoin": "USDT", "settleCoin": "USDT", "contractSize": "abc",
     "priceUnit": -1, "volUnit": None, "state": 0, "futureType": 1, "isHidden": False},
    {"symbol": "NOTYPE_USDT"},
]  # fmt: skip


class MexcPerp:
    """Contracts: linear, inverse, on stocks."""

    id: ClassVar[str] = "mexc_perp"
    limits = Limits(connects=300, idle_s=60.0)
    bad_rows = BAD_ROWS

    def __init__(self, market: Market, time_scale: float = 1.0) -> None:
        """Speak for one venue of `market`; windows and idleness pass `time_scale` times as fast."""
        self.market, self.time_scale = market, time_scale
        self.skew_ms = 0
        self.commits: dict[str, feeds.Commits] = {}
        self._budgets: dict[str, Budget] = {}

    @property
    def listings(self) -> dict[str, Listing]:
        """Return what the venue lists, by symbol."""
        return self.market.venues[self.id]

    def now_ms(self) -> int:
        """Return the venue's clock."""
        return self.market.clock() // 10**6 + self.skew_ms

    def _skew(self) -> int:
        return self.skew_ms

    def route(self, path: str, query: Mapping[str, str]) -> Route | None:
        """Understand a WebSocket address."""
        return Route("contract") if path == "/edge" else None

    def hear(self, client: Client, text: str) -> Iterator[Effect]:
        """Understand a request."""
        try:
            request = msgspec.json.decode(text)
        except msgspec.DecodeError:
            request = None
        method = request.get("method") if isinstance(request, dict) else None
        if not isinstance(request, dict) or not isinstance(method, str):
            yield Say(self._said("rs.error", "Request is illegal"))
            return
        param = request.get("param")
        verb, _, channel = method.partition(".")
        if method == "ping":
            now = self.now_ms()
            yield Say(compact({"channel": "pong", "data": now, "ts": now}))
        elif verb not in ("sub", "unsub"):
            yield Say(self._said("rs.error", f"Method [{method}] not exists"))
        else:
            yield self._subscription(client, method, channel, param if isinstance(param, dict) else {})

    def _subscription(self, client: Client, method: str, channel: str, param: Mapping[str, Any]) -> Effect:
        name = stream_name(channel, param)
        ack = self._said(f"rs.{method}", "success")
        if method.startswith("unsub."):
            plain = name if "limit" in param else ":".join(name.split(":")[:2])
            return Unsubscribe(tuple(each for each in client.streams if f"{each}:".startswith(f"{plain}:")), (ack,))
        if self.stream(name, client.route) is None:
            symbol = param.get("symbol")
            about_one = channel in feeds.FEEDS or channel.startswith("depth")
            unknown = about_one and symbol not in self.listings
            words = f"Contract [{symbol}] not exists" if unknown else f"Method [{method}] not exists"
            return Say(self._said("rs.error", words))

        def refuse(code: int | str | None, words: str | None) -> str:
            return self._said("rs.error", words or "Contract doesn't exist!")

        return Subscribe((name,), (ack,), refuse)

    def _said(self, channel: str, words: str) -> str:
        return compact({"channel": channel, "data": words, "ts": self.now_ms()})

    def stream(self, name: str, route: str) -> Stream | None:
        """Understand `channel:symbol`, `depth.full:symbol:levels`, or the channels of the whole market."""
        channel, *parts = name.split(":")
        match channel, parts:
            case "tickers", []:
                return Stream(name, "ticker", None, 0, feeds.TickersFeed.period_ms)
            case "contract", []:
                return Stream(name, "listing", None)
            case "depth", [symbol] if symbol in self.listings:
                return Stream(name, "depth", symbol)
            case "depth.full", [symbol, levels] if symbol in self.listings and levels in ("5", "10", "20"):
                return Stream(name, "quote", symbol, int(levels), feeds.FullFeed.period_ms)
            case known, [symbol] if symbol in self.listings and known in feeds.FEEDS:
                feed = feeds.FEEDS[known]
                period = feed.period_ms
                if known == "funding.rate":
                    period = max(10, round(period / self.time_scale / 10) * 10)
                return Stream(name, feed.kind, symbol, 0, period)
        return None

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a stream."""
        if stream.symbol is None:
            if stream.kind == "listing":
                return feeds.ContractsFeed(self.now_ms)
            return feeds.TickersFeed(self.listings, self._skew, self.now_ms)
        listing = self.listings[stream.symbol]
        if listing.funding is None:
            return Feed()
        match stream.kind:
            case "quote":
                return feeds.FullFeed(listing, listing.funding, self._skew, stream.levels)
            case "depth":
                commits = self.commits[stream.symbol] = deque(maxlen=COMMITS)
                return feeds.DepthFeed(listing, listing.funding, self._skew, commits)
        return feeds.FEEDS[stream.name.partition(":")[0]](listing, listing.funding, self._skew)

    def wrap(self, name: str, payload: str) -> str:
        """Write a push as it is: every push names its channel itself."""
        return payload

    def farewell(self, client: Client) -> list[str]:
        """Return nothing: a connection ends without a word."""
        return []

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer a GET request under /api/v1/contract/."""
        name, *parts = path.removeprefix(rest.PREFIX).split("/")
        if not path.startswith(rest.PREFIX) or name not in rest.ANSWERS:
            return page(404)
        budget = self._budgets.setdefault(name, Budget(REQUESTS, REQUESTS_S / self.time_scale))
        if not budget.spend():
            return self.refusal(510)
        asked = rest.Market(self.listings, self.now_ms(), self.skew_ms, self.commits)
        try:
            return Answer({"success": True, "code": 0, "data": rest.ANSWERS[name](asked, parts, query)})
        except rest.RefusedError as refused:
            return Answer({"success": False, "code": refused.code, "message": refused.message})

    def refusal(self, status: int, retry_after: object = None) -> Answer:
        """Return a refusal: too frequent is a code of the envelope, anything else a page of what stands before it."""
        if status in (429, 510):
            words = "Requests are too frequent, please try again later"
            return Answer({"success": False, "code": 510, "message": words})
        return page(status, retry_after)

    def rows(self, message: Any) -> list[Any] | None:
        """Return the rows of an answer or a push; a push of one is its own row."""
        data = message.get("data") if isinstance(message, dict) else None
        if isinstance(data, dict) and "channel" in message:
            message["data"] = data = [data]
        return data if isinstance(data, list) and data and isinstance(data[0], dict) else None

    def listing_rows(self, path: str, body: Any) -> list[Any] | None:
        """Return the rows of `contract/detail`."""
        data = body.get("data") if path == f"{rest.PREFIX}detail" else None
        return data if isinstance(data, list) else None

    def day(self, listing: Listing) -> dict[str, float]:
        """Return 24 h figures; the base volume in coins, where the venue counts contracts."""
        stats, (contracts, worth) = listing.statistics, rows.volumes(listing)
        coins = float(contracts) * float(listing.contract)
        return {
            "last": listing.price_float(stats.last), "open": listing.price_float(stats.open),
            "high": listing.price_float(stats.high), "low": listing.price_float(stats.low),
            "base_volume": worth if rows.inverse(listing) else coins,
            "quote_volume": coins if rows.inverse(listing) else worth,
        }  # fmt: skip

    def used(self) -> int:
        """Return the requests of the windows that are open."""
        return sum(budget.used for budget in self._budgets.values())


def stream_name(channel: str, param: Mapping[str, Any]) -> str:
    """Return how a subscription goes by here; limited books have twenty levels unless fewer are asked for."""
    if channel in ("tickers", "contract"):
        return channel
    levels = f":{param.get('limit', 20)}" if channel == "depth.full" else ""
    return f"{channel}:{param.get('symbol')}{levels}"
