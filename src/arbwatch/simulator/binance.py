"""What the two Binance venues share on the wire: stream names, errors, REST parameters.

Read from the exchange's own pages:
https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
https://developers.binance.com/docs/derivatives/usds-margined-futures
"""

import math
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import msgspec

from arbwatch.simulator import binance_dialogue
from arbwatch.simulator.binance_feeds import feed
from arbwatch.simulator.book import LevelChange
from arbwatch.simulator.budget import Budget
from arbwatch.simulator.client import Client
from arbwatch.simulator.listing import Listing, decimal_text
from arbwatch.simulator.market import Market, TradeDone
from arbwatch.simulator.protocol import Answer, Effect, Feed, Limits, Route, Row, Stream, compact, page

PATIENCE = 10
"""Requests in spite of 429 before an address is banned."""
BAN_S = 120.0
FUNDING_REQUESTS, FUNDING_WINDOW_S = 500, 300.0
"""What fundingInfo and fundingRate share."""


Routed = tuple[str, Stream] | None
"""A stream and the socket category that serves it, empty where there are no categories; None never speaks."""


class ApiError(Exception):
    """A request the venue refuses with a JSON body of `code` and `msg`."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        """Carry what the body says."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


SYMBOL_STREAM = re.compile(r"^([^@!]+)@([A-Za-z]+)(\d*)(?:@(\d+ms|1s))?$")


BAD_ROWS: list[Any] = [
    "not a row",
    {"symbol": None, "status": "TRADING", "baseAsset": 7, "quoteAsset": "USDT", "filters": "none"},
    {"symbol": "BADUSDT", "status": "TRADING", "baseAsset": "BAD", "quoteAsset": "USDT", "contractType": "PERPETUAL",
     "isSpotTradingAllowed": True,
     "filters": [{"filterType": "PRICE_FILTER", "tickSize": "abc"}, {"filterType": "LOT_SIZE", "stepSize": "-"}]},
    {"symbol": "NOFILTERUSDT"},
]  # fmt: skip


class Binance(ABC):
    """One Binance venue: answers REST questions and writes stream payloads. Holds no connections."""

    id: ClassVar[str]
    prefix: ClassVar[str]
    limits: ClassVar[Limits]
    routes: ClassVar[dict[str, tuple[str, bool]]]
    """WebSocket path and the category it serves; whether payloads come wrapped."""
    weights: ClassVar[dict[str, Callable[[Mapping[str, str]], int]]]
    weight_limit: ClassVar[int]
    bad_rows: ClassVar[list[Any]] = BAD_ROWS

    def __init__(self, market: Market, time_scale: float = 1.0) -> None:
        """Speak for one venue of `market`; windows and bans pass `time_scale` times as fast."""
        self.market, self.time_scale = market, time_scale
        self.skew_ms = 0
        self.weight = Budget(self.weight_limit, 60.0 / time_scale)
        self.funding_budget = Budget(FUNDING_REQUESTS, FUNDING_WINDOW_S / time_scale)
        self._warnings = 0
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

    def route(self, path: str, query: Mapping[str, str]) -> Route | None:
        """Understand a socket's path: category, wrapping and the streams named in it."""
        for prefix, (name, combined) in self.routes.items():
            if path == prefix or path.startswith(prefix + "/"):
                text = query.get("streams", "") if combined else path[len(prefix) :]
                return Route(name, combined, tuple(stream for stream in text.split("/") if stream))
        return None

    def hear(self, client: Client, text: str) -> Iterable[Effect]:
        """Understand a request."""
        return binance_dialogue.hear(client, text, self.limits.streams or 0)

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a stream."""
        return feed(self, stream)

    def wrap(self, name: str, payload: str) -> str:
        """Write a push of a combined socket."""
        return f'{{"stream":"{name}","data":{payload}}}'

    def farewell(self, client: Client) -> list[str]:
        """Return serverShutdown."""
        payload = compact({"e": "serverShutdown", "E": self.now_ms()})
        return [self.wrap("!serverShutdown", payload) if client.combined else payload]

    def rows(self, message: Any) -> list[Any] | None:
        """Return the rows of an array."""
        return message if isinstance(message, list) and message and isinstance(message[0], dict) else None

    def listing_rows(self, path: str, body: Any) -> list[Any] | None:
        """Return the symbols of exchangeInfo."""
        found: list[Any] | None = body["symbols"] if path.endswith("/exchangeInfo") else None
        return found

    def used(self) -> int:
        """Return the weight of this minute."""
        return self.weight.used

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer a request, within its budget."""
        name = path.removeprefix(self.prefix)
        weigh = self.weights.get(name)
        if not path.startswith(self.prefix) or weigh is None:
            return page(404)
        if (limited := self._spend(name, weigh(query))) is not None:
            return limited
        headers = {"X-MBX-USED-WEIGHT-1M": str(self.weight.used), "X-MBX-USED-WEIGHT": str(self.weight.used)}
        try:
            return Answer(self.body(name, query), headers=headers)
        except ApiError as error:
            return Answer({"code": error.code, "msg": error.message}, error.status, headers)

    def _spend(self, name: str, weight: int) -> Answer | None:
        now = time.monotonic()
        if now < self._banned_until:
            return self.refusal(418, math.ceil(self._banned_until - now))
        window = self.funding_budget if name.startswith("funding") else self.weight
        if window.spend(1 if window is self.funding_budget else weight):
            if window is self.weight and window.used == weight:
                self._warnings = 0
            return None
        self._warnings += 1
        if self._warnings > PATIENCE:
            self._banned_until = now + BAN_S / self.time_scale
            return self.refusal(418, math.ceil(BAN_S / self.time_scale))
        return self.refusal(429, math.ceil(window.left_s()))

    def refusal(self, status: int, retry_after: object = None) -> Answer:
        """Return an answer with an error status as the venue, or what stands before it, words it."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        if status in (418, 429):
            words = "Way too much request weight used; IP banned" if status == 418 else "Too much request weight used"
            headers.setdefault("Retry-After", "1")
            return Answer({"code": -1003, "msg": words + "."}, status, headers)
        if status == 451:
            return Answer({"code": 0, "msg": "Service unavailable from a restricted location."}, status, headers)
        return page(status, retry_after)

    def day(self, listing: Listing) -> dict[str, float]:
        """Return the 24 h figures as written."""
        text = self.statistics(listing)
        keys = {"last": "last", "open": "open", "high": "high", "low": "low", "volume": "base_volume"}
        return {name: float(text[key]) for key, name in keys.items()} | {"quote_volume": float(text["quote_volume"])}

    @abstractmethod
    def body(self, path: str, query: Mapping[str, str]) -> Any:
        """Return the body for a REST path (without prefix); ApiError where the venue refuses."""

    @abstractmethod
    def quote(self, listing: Listing) -> str:
        """Write the push for a changed top of book."""

    @abstractmethod
    def diff(self, listing: Listing, first: int, previous: int, levels: list[LevelChange]) -> str:
        """Write the push for changed levels."""

    @abstractmethod
    def partial(self, listing: Listing, levels: int) -> str:
        """Write the push of the top levels."""

    @abstractmethod
    def trade(self, listing: Listing, done: TradeDone, aggregate: bool) -> str:
        """Write the push for an execution."""

    @abstractmethod
    def ticker(self, listing: Listing, mini: bool) -> Row:
        """Return the 24 h statistics as streams spell them."""

    def mark(self, listing: Listing) -> Row | None:
        """Return mark, index and funding as streams spell them; None where there are none."""
        return None

    def contract(self, listing: Listing) -> Row | None:
        """Return what is announced when a listing changes; None where nothing is."""
        return None

    @abstractmethod
    def whole_market(self, name: str) -> Routed:
        """Understand the name of a stream that carries every symbol."""

    @abstractmethod
    def symbol_stream(self, name: str, symbol: str, kind: str, digits: str, speed: str | None) -> Routed:
        """Understand the name of a stream of one symbol."""

    def stream(self, name: str, route: str) -> Stream | None:
        """Understand a stream name; None is one that will never speak on this socket."""
        found = self._stream(name)
        return found[1] if found and found[0] == route else None

    def _stream(self, name: str) -> Routed:
        if name.startswith("!"):
            return self.whole_market(name)
        match = SYMBOL_STREAM.match(name)
        if match is None or match[1] != match[1].lower():
            return None
        found = self.symbol_stream(name, match[1].upper(), match[2], match[3], match[4])
        return found if found and found[1].symbol in self.listings else None

    def find(self, query: Mapping[str, str]) -> Listing:
        """Return the listing that `symbol` names."""
        symbol = query.get("symbol", "")
        if not symbol:
            raise ApiError(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
        found = self.listings.get(symbol)
        if found is None or found.kind == "coin_margined":
            raise ApiError(-1121, "Invalid symbol.")
        return found

    def some(self, query: Mapping[str, str]) -> tuple[list[Listing], bool]:
        """Return the listings asked for by `symbol`, `symbols` or neither, and whether one was asked for."""
        if "symbol" in query:
            return [self.find(query)], True
        listed = [li for li in self.listings.values() if li.kind != "coin_margined"]
        if "symbols" not in query:
            return listed, False
        try:
            wanted = msgspec.json.decode(query["symbols"].encode(), type=list[str])
        except msgspec.MsgspecError:
            raise ApiError(-1100, "Illegal characters found in parameter 'symbols'.") from None
        return [self.find({"symbol": symbol}) for symbol in wanted], False

    def limit(self, query: Mapping[str, str], default: int, allowed: range | tuple[int, ...]) -> int:
        """Read the `limit` parameter."""
        text = query.get("limit", str(default))
        if not text.isdigit() or int(text) not in allowed:
            raise ApiError(-1130, "Data sent for parameter 'limit' is not valid.")
        return int(text)

    def levels(self, listing: Listing, bid: bool, limit: int) -> list[tuple[str, str]]:
        """Write the best levels of one side."""
        return [(listing.price(p), listing.size(s)) for p, s in listing.book.side(bid, limit)]

    def book_ticker(self, listing: Listing) -> Row:
        """Return the best bid and ask as REST spells them."""
        bid, bid_size, ask, ask_size = listing.top()
        return {"symbol": listing.symbol, "bidPrice": bid, "bidQty": bid_size, "askPrice": ask, "askQty": ask_size}

    def statistics(self, listing: Listing) -> dict[str, str]:
        """Write the figures of 24 h that every ticker is made of."""
        stats = listing.statistics
        decimals = listing.price_decimals
        change = stats.last - stats.open
        percent = decimal_text(round(change * 100_000 / stats.open), 3)
        mean = stats.quote_volume // max(1, stats.volume)
        volume_decimals = min(8, decimals + listing.size_decimals)
        quote_units = stats.quote_volume // 10 ** (decimals + listing.size_decimals - volume_decimals)
        return {
            "change": listing.price(change), "percent": percent, "mean": listing.price(mean),
            "last": listing.price(stats.last), "last_size": listing.size(stats.last_size),
            "open": listing.price(stats.open), "high": listing.price(stats.high), "low": listing.price(stats.low),
            "volume": listing.size(stats.volume), "quote_volume": decimal_text(quote_units, volume_decimals),
        }  # fmt: skip

    def full_ticker(self, listing: Listing) -> Row:
        """Return the fields of a 24 h ticker that REST answers of both venues share."""
        stats, text = listing.statistics, self.statistics(listing)
        return {
            "symbol": listing.symbol, "priceChange": text["change"], "priceChangePercent": text["percent"],
            "weightedAvgPrice": text["mean"], "lastPrice": text["last"], "lastQty": text["last_size"],
            "openPrice": text["open"], "highPrice": text["high"], "lowPrice": text["low"], "volume": text["volume"],
            "quoteVolume": text["quote_volume"], "openTime": stats.closed // 10**6 + self.skew_ms - 86_400_000,
            "closeTime": stats.closed // 10**6 + self.skew_ms, "firstId": stats.first_id,
            "lastId": stats.first_id + stats.count - 1, "count": stats.count,
        }  # fmt: skip

    def stream_ticker(self, listing: Listing, mini: bool) -> Row:
        """Return the fields of a streamed ticker that both venues share."""
        stats, text = listing.statistics, self.statistics(listing)
        row: Row = {"e": "24hrMiniTicker" if mini else "24hrTicker", "E": self.now_ms(), "s": listing.symbol}
        if mini:
            pairs = {"c": "last", "o": "open", "h": "high", "l": "low", "v": "volume", "q": "quote_volume"}
            return row | {key: text[name] for key, name in pairs.items()}
        closed = stats.closed // 10**6 + self.skew_ms
        return row | {
            "p": text["change"], "P": text["percent"], "w": text["mean"], "c": text["last"], "Q": text["last_size"],
            "o": text["open"], "h": text["high"], "l": text["low"], "v": text["volume"], "q": text["quote_volume"],
            "O": closed - 86_400_000, "C": closed, "F": stats.first_id, "L": stats.first_id + stats.count - 1,
            "n": stats.count,
        }  # fmt: skip
