"""Bybit v5, spot and linear contracts: what its sockets and its public REST answer.

https://bybit-exchange.github.io/docs/v5/ws/connect, /docs/v5/guide and /docs/v5/rate-limit. Errors come with HTTP 200
and a `retCode`; only an address that asks far too often gets HTTP 403. One bad topic refuses a whole request.
"""

import time
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec

from arbwatch.simulator import bybit_rest as rest
from arbwatch.simulator import bybit_rows as rows
from arbwatch.simulator.budget import Budget
from arbwatch.simulator.bybit_feeds import feed
from arbwatch.simulator.client import Client
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Market
from arbwatch.simulator.protocol import (
    Answer,
    Effect,
    Feed,
    Limits,
    Route,
    Row,
    Say,
    Stream,
    StreamKind,
    Subscribe,
    Unsubscribe,
    compact,
    page,
)

STATUS = "/v5/public/misc/status"
LONGEST_ARGS = 21_000
"""Characters of all topics on one connection."""
ARGS_AT_ONCE = 10
"""Topics in one request on spot."""
REQUESTS, REQUESTS_S, BAN_S = 600, 5.0, 600.0
"""Requests of one address, and how long it is shut out afterwards."""
PER_SECOND = 100
"""Requests a second to one path before `Too many visits!`."""
DEPTHS = {1: 500, 50: 20, 200: 100, 1000: 200}
"""Pace in ms by number of levels; the first is pushed at once and looked at again so often."""
SILENT = ("kline.", "allLiquidation.", "insurance.", "adlAlert.", "priceLimit.")
"""Topics that exist, and that nothing happens on here."""
BAD_ROWS: list[Any] = [
    "not a row",
    {"symbol": None, "status": "Trading", "baseCoin": 7, "quoteCoin": "USDT", "priceFilter": "none"},
    {"symbol": "BADUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BAD",
     "quoteCoin": "USDT", "settleCoin": "USDT", "symbolType": "", "fundingInterval": "often",
     "priceFilter": {"tickSize": "abc"}, "lotSizeFilter": {"qtyStep": "-", "basePrecision": "-"}},
    {"symbol": "NOFILTERUSDT"},
]  # fmt: skip


class Bybit:
    """One category of instruments of the exchange."""

    id: ClassVar[str]
    category: ClassVar[str]
    limits = Limits(connects=500, connect_status=403, idle_s=600.0)
    bad_rows = BAD_ROWS

    def __init__(self, market: Market, time_scale: float = 1.0) -> None:
        """Speak for one venue of `market`; windows, bans and idleness pass `time_scale` times as fast."""
        self.market, self.time_scale = market, time_scale
        self.skew_ms = 0
        self.budget = Budget(REQUESTS, REQUESTS_S / time_scale)
        self._paths: dict[str, Budget] = {}
        self._banned_until = 0.0

    @property
    def listings(self) -> dict[str, Listing]:
        """Return what the venue lists, by symbol."""
        return self.market.venues[self.id]

    def now_ms(self) -> int:
        """Return the venue's clock."""
        return self.market.clock() // 10**6 + self.skew_ms

    def time_ms(self, listing: Listing) -> int:
        """Return when the book last changed, by the venue's clock."""
        return listing.time // 10**6 + self.skew_ms

    def index(self, listing: Listing) -> float:
        """Return the index of a spot instrument in dollars."""
        return self.market.fair(listing, "index")

    def route(self, path: str, query: Mapping[str, str]) -> Route | None:
        """Understand a WebSocket address."""
        if path == STATUS:
            return Route("status")
        inverse = self.category == "linear" and path == "/v5/public/inverse"
        if path == f"/v5/public/{self.category}" or inverse:
            return Route(path.rpartition("/")[2])
        return None

    def stream(self, name: str, route: str) -> Stream | None:
        """Understand a topic."""
        if route == "status":
            return Stream(name, "status", None) if name == "system.status" else None
        head, _, symbol = name.rpartition(".")
        listing = self.listings.get(symbol)
        if listing is None or (listing.kind == "coin_margined") != (route == "inverse"):
            return None
        if head.startswith("orderbook."):
            text = head.removeprefix("orderbook.")
            levels = int(text) if text.isdigit() else 0
            kind: StreamKind = "quote" if levels == 1 else "depth"
            return Stream(name, kind, symbol, levels, DEPTHS[levels]) if levels in DEPTHS else None
        match head:
            case "tickers":
                return Stream(name, "ticker", symbol, 0, 50 if self.category == "spot" else 100)
            case "publicTrade":
                return Stream(name, "trade", symbol)
        return None

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a topic."""
        return feed(self, stream)

    def hear(self, client: Client, text: str) -> Iterator[Effect]:
        """Understand a request."""
        try:
            request = msgspec.json.decode(text)
        except msgspec.DecodeError:
            request = None
        if not isinstance(request, dict):
            yield Say(self._said(client, {}, "", "error:invalid request", success=False))
            return
        operation, topics = request.get("op"), request.get("args")
        if operation == "ping":
            yield Say(self._pong(client, request))
        elif operation not in ("subscribe", "unsubscribe"):
            yield Say(self._said(client, request, operation, "error:invalid op", success=False))
        else:
            yield self._subscription(client, request, operation, topics)

    def _subscription(self, client: Client, request: Row, operation: str, topics: Any) -> Effect:
        wrong = self._wrong(client, operation, topics)
        if wrong is not None:
            return Say(self._said(client, request, operation, wrong, success=False))
        names = tuple(topics)
        done = self._said(client, request, operation, operation if self.category == "spot" else "")
        if operation == "unsubscribe":
            return Unsubscribe(names, (done,))
        return Subscribe(
            names,
            (done,),
            lambda code, words: self._said(client, request, operation, words or "error:simulated", success=False),
        )

    def _wrong(self, client: Client, operation: str, topics: Any) -> str | None:
        """Say what is wrong with a list of topics."""
        if not isinstance(topics, list) or not topics or not all(isinstance(topic, str) for topic in topics):
            return "error:args must be a list of topics"
        if self.category == "spot" and len(topics) > ARGS_AT_ONCE:
            return f"args size >{ARGS_AT_ONCE}"
        if operation == "unsubscribe":
            return None
        if sum(map(len, {*client.streams, *topics})) > LONGEST_ARGS:
            return f"error:args length >{LONGEST_ARGS}"
        unknown = [t for t in topics if not t.startswith(SILENT) and self.stream(t, client.route) is None]
        return f"Invalid topic: {','.join(unknown)}" if unknown else None

    def _pong(self, client: Client, request: Row) -> str:
        """Answer a ping: in one spelling on market data, in the other elsewhere."""
        if client.route == "status":
            return compact({"op": "pong", "args": [str(self.now_ms())], "conn_id": self._connection(client)})
        return self._said(client, request, "ping", "pong")

    def _said(self, client: Client, request: Row, operation: Any, words: str, success: bool = True) -> str:
        """Write an answer; contracts repeat an id that was not given as an empty one, spot leaves it out."""
        row: Row = {"success": success, "ret_msg": words, "conn_id": self._connection(client)}
        if self.category != "spot" or "req_id" in request:
            row["req_id"] = str(request.get("req_id", ""))
        return compact(row | {"op": operation})

    def _connection(self, client: Client) -> str:
        known: str = client.notes.setdefault("conn_id", f"d9avt8shteep{zlib.crc32(client.name.encode()):08x}-4zd1x")
        return known

    def wrap(self, name: str, payload: str) -> str:
        """Write a push as it is: topics name themselves."""
        return payload

    def farewell(self, client: Client) -> list[str]:
        """Announce maintenance on the status topic; market data ends without a word."""
        if "system.status" not in client.streams:
            return []
        now = self.now_ms()
        row = {
            "id": "4d95b2a0-587f-11f0-bcc9-56f28c94d6ea", "title": "Maintenance", "state": "ongoing",
            "begin": str(now), "end": str(now + 60_000), "href": "", "serviceTypes": [2, 5], "product": [1, 2],
            "uidSuffix": [], "maintainType": 1, "env": 1,
        }  # fmt: skip
        return [compact({"topic": "system.status", "ts": now, "data": [row]})]

    def rows(self, message: Any) -> list[Any] | None:
        """Return the rows of an answer, or of a push that has several; a push of one is its own row."""
        if not isinstance(message, dict):
            return None
        inside = message.get("result", message)
        found = inside.get("list", inside.get("data"))
        if isinstance(found, dict):
            message["data"] = [found]
            found = message["data"]
        return found if isinstance(found, list) and found and isinstance(found[0], dict) else None

    def listing_rows(self, path: str, body: Any) -> list[Any] | None:
        """Return the rows of instruments-info."""
        found: list[Any] | None = None
        if path.endswith("/instruments-info") and body["retCode"] == 0:
            found = body["result"]["list"]
        return found

    def used(self) -> int:
        """Return the requests of this window."""
        return self.budget.used

    def day(self, listing: Listing) -> dict[str, float]:
        """Return 24 h figures as written."""
        stats = listing.statistics
        return {
            "last": listing.price_float(stats.last), "open": listing.price_float(stats.open),
            "high": listing.price_float(stats.high), "low": listing.price_float(stats.low),
            "base_volume": float(rows.volume(listing)), "quote_volume": float(rows.turnover(listing)),
        }  # fmt: skip

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer a request, within the address's budget."""
        now = time.monotonic()
        if now < self._banned_until or not self.budget.spend():
            self._banned_until = max(self._banned_until, now + BAN_S / self.time_scale)
            return self.refusal(403)
        window = self._paths.setdefault(path, Budget(PER_SECOND, 1.0 / self.time_scale))
        if not window.spend():
            return self.refusal(10006)
        if path not in rest.PATHS:
            return page(404)
        code, words, result = rest.answer(self, path, query)
        return Answer(self._body(code, words, result), headers=self._headers(window))

    def _body(self, code: int, words: str, result: Row) -> Row:
        return {"retCode": code, "retMsg": words, "result": result, "retExtInfo": {}, "time": self.now_ms()}

    def _headers(self, window: Budget) -> dict[str, str]:
        return {
            "X-Bapi-Limit": str(window.limit), "X-Bapi-Limit-Status": str(max(0, window.limit - window.used)),
            "X-Bapi-Limit-Reset-Timestamp": str(self.now_ms()),
        }  # fmt: skip

    def refusal(self, status: int, retry_after: object = None) -> Answer:
        """Return an error; numbers above HTTP's are codes that come with HTTP 200."""
        if status == 10006:
            return Answer(self._body(10006, "Too many visits!", {}), headers={"X-Bapi-Limit-Status": "0"})
        if status >= 10000:
            return Answer(self._body(status, "System error", {}))
        if status == 403:
            return Answer("<html><body>403, access too frequent</body></html>", 403)
        return page(status, retry_after)


class BybitSpot(Bybit):
    """Spot."""

    id = "bybit_spot"
    category = "spot"


class BybitPerp(Bybit):
    """Linear contracts, and the inverse ones beside them."""

    id = "bybit_perp"
    category = "linear"
