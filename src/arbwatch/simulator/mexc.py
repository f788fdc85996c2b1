"""MEXC spot v3: requests and acknowledgements in JSON text, pushes in protobuf.

https://www.mexc.com/api-docs/spot-v3/websocket-market-streams. An acknowledgement always has code 0: whether a topic is
carried is told by its `msg`, which repeats the topics or says that they were not subscribed. Thirty topics per
connection; a connection without any ends after 30 s, a silent one after 60 s, every one after 24 h.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec

from arbwatch.simulator import mexc_feeds as feeds
from arbwatch.simulator import mexc_rest as rest
from arbwatch.simulator import mexc_rows as rows
from arbwatch.simulator import mexc_wire as wire
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
    StreamKind,
    Subscribe,
    Unsubscribe,
    compact,
    page,
)  # fmt: skip

MOST_TOPICS = 30
WEIGHT, WEIGHT_S = 500, 10.0
"""Weight within a window, by path and address."""
STRANGE_EVERY = 97
"""One push in so many carries fields that no schema names yet."""
BLOCKED = "Reason\uff1a Blocked! "
"""With a full-width colon and a space at its end."""
PACES = {"10ms": 10, "100ms": 100}
MINI_MS = 3000
AGGREGATED: dict[str, tuple[StreamKind, type[feeds.PairFeed]]] = {
    "public.aggre.bookTicker.v3.api.pb": ("quote", feeds.BestFeed),
    "public.aggre.depth.v3.api.pb": ("depth", feeds.DepthFeed),
    "public.aggre.deals.v3.api.pb": ("trade", feeds.DealsFeed),
}
LIMITED, BATCH = "public.limit.depth.v3.api.pb", "public.bookTicker.batch.v3.api.pb"
MINI, MINIS = "public.miniTicker.v3.api.pb", "public.miniTickers.v3.api.pb"
BAD_ROWS: list[Any] = [
    "not a row",
    {"symbol": None, "status": 1, "baseAsset": 7, "quoteAsset": "USDT", "isSpotTradingAllowed": "yes"},
    {"symbol": "BADUSDT", "status": "1", "baseAsset": "BAD", "quoteAsset": "USDT", "quoteAssetPrecision": "many",
     "baseAssetPrecision": -1, "baseSizePrecision": "-", "isSpotTradingAllowed": True, "tradeSideType": 1},
    {"symbol": "NOASSETUSDT", "status": "1"},
]  # fmt: skip


class MexcSpot:
    """Spot."""

    id: ClassVar[str] = "mexc_spot"
    limits = Limits(
        connects=300, frames_per_second=100, idle_s=60.0, idle_counts_pushes=True, idle_close=(1005, ""), bare_s=30.0,
        lifetime_s=86_400.0,
    )  # fmt: skip
    bad_rows = BAD_ROWS

    def __init__(self, market: Market, time_scale: float = 1.0) -> None:
        """Speak for one venue of `market`; windows and idleness pass `time_scale` times as fast."""
        self.market, self.time_scale = market, time_scale
        self.skew_ms = 0
        self._budgets: dict[str, Budget] = {}
        self._written = 0

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
        """Understand a WebSocket address; what is pushed there is wrapped into protobuf."""
        return Route("spot", combined=True) if path == "/ws" else None

    def hear(self, client: Client, text: str) -> Iterator[Effect]:
        """Understand a request; what is none is passed over."""
        try:
            request = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return
        if not isinstance(request, dict):
            return
        number = request.get("id")
        number = number if isinstance(number, int) and number >= 0 else 0
        method, params = request.get("method"), request.get("params")
        topics = tuple(each for each in params if isinstance(each, str)) if isinstance(params, list) else ()
        if method == "PING":
            yield Say(said(number, "PONG"))
        elif method == "SUBSCRIPTION":
            yield self._subscription(client, number, topics)
        elif method == "UNSUBSCRIPTION":
            yield Unsubscribe(topics, (said(number, ",".join(topics)),))

    def _subscription(self, client: Client, number: int, topics: tuple[str, ...]) -> Effect:
        known = [topic for topic in topics if self.stream(topic, client.route) is not None]
        new = [topic for topic in dict.fromkeys(known) if topic not in client.streams]
        over = new[max(0, MOST_TOPICS - len(client.streams)) :]
        taken = tuple(topic for topic in known if topic not in over)
        blocked = [topic for topic in topics if topic not in known]
        ack = said(number, outcome(taken, blocked, over))
        if not taken:
            return Say(ack)

        def refuse(code: int | str | None, words: str | None) -> str:
            return said(number, words or outcome((), list(topics), []), int(code or 0))

        return Subscribe(taken, (ack,), refuse)

    def stream(self, name: str, route: str) -> Stream | None:
        """Understand a topic: `spot@channel@pace@symbol`, `spot@channel@symbol@levels`, `spot@channel@zone`."""
        market, _, rest_of = name.partition("@")
        channel, *parts = rest_of.split("@")
        if market != "spot":
            return None
        if channel == MINIS:
            return Stream(name, "mini", None, 0, self._mini_ms()) if len(parts) == 1 and _zone(parts[0]) else None
        symbols = [part for part in parts if part in self.listings]
        if len(symbols) != 1:
            return None
        match parts:
            case [pace, symbol] if channel in AGGREGATED and pace in PACES and symbol in symbols:
                return Stream(name, AGGREGATED[channel][0], symbol, 0, PACES[pace])
            case [symbol, levels] if channel == LIMITED and levels in ("5", "10", "20") and symbol in symbols:
                return Stream(name, "partial", symbol, int(levels), 100)
            case [symbol, zone] if channel == MINI and _zone(zone) and symbol in symbols:
                return Stream(name, "mini", symbol, 0, self._mini_ms())
            case [symbol] if channel == BATCH:
                return Stream(name, "quote", symbol, 0, 100)
        return None

    def _mini_ms(self) -> int:
        step = 10
        return max(step, round(MINI_MS / self.time_scale / step) * step)

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a stream."""
        if stream.symbol is None:
            return feeds.EveryFeed(self.listings, stream.name, self.now_ms)
        channel = stream.name.split("@")[1]
        others: dict[str, type[feeds.PairFeed]] = {LIMITED: feeds.LimitFeed, MINI: feeds.MiniFeed}
        kind = AGGREGATED[channel][1] if channel in AGGREGATED else others.get(channel, feeds.BatchFeed)
        return kind(self.listings[stream.symbol], stream.name, self._skew, self.now_ms)

    def wrap(self, name: str, payload: str) -> bytes:
        """Write a push as protobuf."""
        self._written += 1
        more = wire.strange() if self._written % STRANGE_EVERY == 0 else b""
        return wire.message(msgspec.json.decode(payload)) + more

    def farewell(self, client: Client) -> list[str]:
        """Return nothing: a connection ends without a word."""
        return []

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer a GET request under /api/v3/."""
        name = path.removeprefix(rest.PREFIX)
        if not path.startswith(rest.PREFIX) or name not in rest.ANSWERS:
            return page(404)
        ask, weight = rest.ANSWERS[name]
        budget = self._budgets.setdefault(name, Budget(WEIGHT, WEIGHT_S / self.time_scale))
        if not budget.spend(1 if name == "ticker/24hr" and "symbol" in query else weight):
            return self.refusal(429)
        try:
            return Answer(ask(rest.Market(self.listings, self.now_ms(), self.skew_ms), query))
        except rest.RefusedError as refused:
            return Answer({"code": refused.code, "msg": refused.message}, 400)

    def refusal(self, status: int, retry_after: object = None) -> Answer:
        """Return a refusal: words of the venue for 429, the page of what stands before it for anything else."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        if status == 429:
            return Answer({"code": 429, "msg": "Too Many Requests"}, 429, headers)
        return page(status, retry_after)

    def rows(self, message: Any) -> list[Any] | None:
        """Return the rows of an answer, or of a push; a push of one is its own row."""
        if isinstance(message, list):
            return message if message and isinstance(message[0], dict) else None
        if not isinstance(message, dict):
            return None
        body = next((name for name in message if name.startswith("public")), None)
        if body is None:
            return None
        lists = [value for value in message[body].values() if isinstance(value, list) and value]
        if lists:
            found: list[Any] = lists[0]
            return found
        message[body] = [message[body]]
        one: list[Any] = message[body]
        return one

    def listing_rows(self, path: str, body: Any) -> list[Any] | None:
        """Return the pairs of exchangeInfo."""
        found: list[Any] | None = body["symbols"] if path.endswith("/exchangeInfo") else None
        return found

    def day(self, listing: Listing) -> dict[str, float]:
        """Return 24 h figures as written."""
        stats, (coins, turnover) = listing.statistics, rows.volumes(listing)
        return {
            "last": listing.price_float(stats.last), "open": listing.price_float(stats.open),
            "high": listing.price_float(stats.high), "low": listing.price_float(stats.low),
            "base_volume": float(coins), "quote_volume": float(turnover),
        }  # fmt: skip

    def used(self) -> int:
        """Return the weight of the windows that are open."""
        return sum(budget.used for budget in self._budgets.values())


def said(number: int, words: str, code: int = 0) -> str:
    """Write an answer to a request."""
    return compact({"id": number, "code": code, "msg": words})


def outcome(taken: tuple[str, ...], blocked: list[str], over: list[str]) -> str:
    """Say which topics are carried now and which are not, in the venue's words; all are well if none is refused."""
    if not blocked and not over:
        return ",".join(taken)
    refused = f"Not Subscribed successfully! [{','.join([*blocked, *over])}]."
    refused += f"  {BLOCKED}" if blocked else ""
    return f"Subscribed successful! [{','.join(taken)}]. {refused}" if taken or over else refused


def _zone(text: str) -> bool:
    """Tell whether a text names how a day is counted: 24H, or a time zone."""
    hours = text.removeprefix("UTC")
    return text == "24H" or (hours != text and hours[:1] in ("+", "-") and hours[1:].replace(":", "").isdigit())
