"""What the two Binance venues share on the wire: stream names, errors, REST parameters.

Read from the exchange's own pages:
https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
https://developers.binance.com/docs/derivatives/usds-margined-futures
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, NamedTuple

import msgspec

from arbwatch.simulator.book import LevelChange
from arbwatch.simulator.listing import Listing, decimal_text
from arbwatch.simulator.market import Market, TradeDone

Row = dict[str, Any]
StreamKind = Literal["quote", "trade", "aggregate", "depth", "partial", "ticker", "mini", "mark", "contract"]


class ApiError(Exception):
    """A request the venue refuses with a JSON body of `code` and `msg`."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        """Carry what the body says."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Stream(NamedTuple):
    """One stream name, understood."""

    name: str
    kind: StreamKind
    symbol: str | None
    """Uppercase; None is the whole market."""
    levels: int
    period_ms: int
    """0 is at once."""
    route: str
    """Socket category that serves it; empty where there are no categories."""


class Limits(NamedTuple):
    """What one venue allows."""

    weight: int
    frames_per_second: int
    streams: int
    ping_s: float
    pong_s: float
    connects: int
    connects_s: float = 300.0
    lifetime_s: float = 86_400.0


SYMBOL_STREAM = re.compile(r"^([^@!]+)@([A-Za-z]+)(\d*)(?:@(\d+ms|1s))?$")


def compact(value: Any) -> str:
    """Write JSON without spaces, as the venues do."""
    return msgspec.json.encode(value).decode()


class Binance:
    """One Binance venue: answers REST questions and writes stream payloads. Holds no connections."""

    id: ClassVar[str]
    prefix: ClassVar[str]
    limits: ClassVar[Limits]
    routes: ClassVar[dict[str, tuple[str, bool]]]
    """WebSocket path and the category it serves; whether payloads come wrapped."""
    weights: ClassVar[dict[str, Callable[[Mapping[str, str]], int]]]

    def __init__(self, market: Market) -> None:
        """Speak for one venue of `market`."""
        self.market = market
        self.skew_ms = 0

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

    def answer(self, path: str, query: Mapping[str, str]) -> Any:
        """Return the body for a REST path (without prefix); ApiError where the venue refuses."""
        raise NotImplementedError

    def quote(self, listing: Listing) -> str:
        """Write the push for a changed top of book."""
        raise NotImplementedError

    def diff(self, listing: Listing, first: int, previous: int, levels: list[LevelChange]) -> str:
        """Write the push for changed levels."""
        raise NotImplementedError

    def partial(self, listing: Listing, levels: int) -> str:
        """Write the push of the top levels."""
        raise NotImplementedError

    def trade(self, listing: Listing, done: TradeDone, aggregate: bool) -> str:
        """Write the push for an execution."""
        raise NotImplementedError

    def ticker(self, listing: Listing, mini: bool) -> Row:
        """Return the 24 h statistics as streams spell them."""
        raise NotImplementedError

    def mark(self, listing: Listing) -> Row | None:
        """Return mark, index and funding as streams spell them; None where there are none."""
        return None

    def contract(self, listing: Listing) -> Row | None:
        """Return what is announced when a listing changes; None where nothing is."""
        return None

    def whole_market(self, name: str) -> Stream | None:
        """Understand the name of a stream that carries every symbol."""
        raise NotImplementedError

    def symbol_stream(self, name: str, symbol: str, kind: str, digits: str, speed: str | None) -> Stream | None:
        """Understand the name of a stream of one symbol."""
        raise NotImplementedError

    def stream(self, name: str) -> Stream | None:
        """Understand a stream name; None is one that will never speak."""
        if name.startswith("!"):
            return self.whole_market(name)
        match = SYMBOL_STREAM.match(name)
        if match is None or match[1] != match[1].lower():
            return None
        stream = self.symbol_stream(name, match[1].upper(), match[2], match[3], match[4])
        return stream if stream and stream.symbol in self.listings else None

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
