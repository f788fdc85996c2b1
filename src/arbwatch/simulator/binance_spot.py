"""Binance spot: https://developers.binance.com/docs/binance-spot-api-docs/rest-api and web-socket-streams."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from arbwatch.simulator.binance import ApiError, Binance, Routed
from arbwatch.simulator.book import LevelChange
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import TradeDone
from arbwatch.simulator.protocol import Limits, Row, Stream, compact


def _depth_weight(query: Mapping[str, str]) -> int:
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else 100
    return 5 if limit <= 100 else 25 if limit <= 500 else 50 if limit <= 1000 else 250


def _ticker_weight(query: Mapping[str, str]) -> int:
    count = 1 if "symbol" in query else query["symbols"].count(",") + 1 if "symbols" in query else 1000
    return 2 if count <= 20 else 40 if count <= 100 else 80


class BinanceSpot(Binance):
    """The spot venue."""

    id = "binance_spot"
    prefix = "/api/v3/"
    weight_limit = 6000
    limits = Limits(300, frames_per_second=5, streams=1024, ping_s=20, pong_s=60, lifetime_s=86_400.0)
    routes: ClassVar[dict[str, tuple[str, bool]]] = {"/ws": ("", False), "/stream": ("", True)}
    weights: ClassVar[dict[str, Callable[[Mapping[str, str]], int]]] = {
        "ping": lambda q: 1,
        "time": lambda q: 1,
        "exchangeInfo": lambda q: 20,
        "ticker/24hr": _ticker_weight,
        "ticker/bookTicker": lambda q: 2 if "symbol" in q else 4,
        "ticker/price": lambda q: 2 if "symbol" in q else 4,
        "depth": _depth_weight,
    }

    def body(self, path: str, query: Mapping[str, str]) -> Any:
        """Return the body for a path under /api/v3."""
        if path == "ping":
            return {}
        if path == "time":
            return {"serverTime": self.now_ms()}
        if path == "exchangeInfo":
            return self._exchange_info(query)
        if path == "depth":
            listing = self.find(query)
            limit = self.limit(query, 100, range(1, 5001))
            return {
                "lastUpdateId": listing.book.id,
                "bids": self.levels(listing, True, limit),
                "asks": self.levels(listing, False, limit),
            }
        listings, one = self.some(query)
        if query.get("symbolStatus"):
            listings = [listing for listing in listings if listing.status == query["symbolStatus"]]
        rows = [self._row(path, listing, query) for listing in listings]
        return rows[0] if one else rows

    def _row(self, path: str, listing: Listing, query: Mapping[str, str]) -> Row:
        if path == "ticker/bookTicker":
            return self.book_ticker(listing)
        if path == "ticker/price":
            return {"symbol": listing.symbol, "price": listing.price(listing.statistics.last)}
        kind = query.get("type", "FULL")
        if kind not in ("FULL", "MINI"):
            raise ApiError(-1100, "Illegal characters found in parameter 'type'.")
        row = self.full_ticker(listing)
        if kind == "MINI":
            dropped = {"priceChange", "priceChangePercent", "weightedAvgPrice", "lastQty"}
            return {key: value for key, value in row.items() if key not in dropped}
        top = self.book_ticker(listing)
        return row | {"prevClosePrice": row["openPrice"]} | top

    def _exchange_info(self, query: Mapping[str, str]) -> Row:
        listings, _ = self.some(query)
        if query.get("symbolStatus"):
            listings = [listing for listing in listings if listing.status == query["symbolStatus"]]
        return {
            "timezone": "UTC",
            "serverTime": self.now_ms(),
            "rateLimits": [
                _rate("REQUEST_WEIGHT", "MINUTE", 1, self.weight_limit), _rate("ORDERS", "SECOND", 10, 100),
                _rate("ORDERS", "DAY", 1, 200_000), _rate("RAW_REQUESTS", "MINUTE", 5, 300_000),
            ],
            "exchangeFilters": [],
            "symbols": [self._symbol(listing) for listing in listings],
        }  # fmt: skip

    def _symbol(self, listing: Listing) -> Row:
        tick, lot = listing.price(listing.tick), listing.size(listing.lot)
        modes = ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER"]
        return {
            "symbol": listing.symbol, "status": listing.status, "baseAsset": listing.base, "baseAssetPrecision": 8,
            "quoteAsset": listing.quote, "quotePrecision": 8, "quoteAssetPrecision": 8, "baseCommissionPrecision": 8,
            "quoteCommissionPrecision": 8,
            "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
                           "TAKE_PROFIT_LIMIT"],
            "icebergAllowed": True, "ocoAllowed": True, "otoAllowed": True, "opoAllowed": True,
            "quoteOrderQtyMarketAllowed": True, "allowTrailingStop": True, "cancelReplaceAllowed": True,
            "amendAllowed": True, "pegInstructionsAllowed": True, "isSpotTradingAllowed": listing.trading,
            "isMarginTradingAllowed": listing.rate > 1,
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "922327.00000000", "tickSize": tick},
                {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "9000000000.00000000", "stepSize": lot},
                {"filterType": "ICEBERG_PARTS", "limit": 100},
                {"filterType": "MARKET_LOT_SIZE", "minQty": "0.00000000", "maxQty": "1293.83077291",
                 "stepSize": "0.00000000"},
                {"filterType": "TRAILING_DELTA", "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 2000,
                 "minTrailingBelowDelta": 10, "maxTrailingBelowDelta": 2000},
                {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "2", "bidMultiplierDown": "0.5",
                 "askMultiplierUp": "2", "askMultiplierDown": "0.5", "avgPriceMins": 5},
                {"filterType": "NOTIONAL", "minNotional": f"{float(listing.min_notional):.8f}",
                 "applyMinToMarket": True, "maxNotional": "9000000.00000000", "applyMaxToMarket": False,
                 "avgPriceMins": 5},
                {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
                {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20},
                {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
                {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
            ],
            "permissions": [],
            "permissionSets": [["SPOT", "MARGIN", *(f"TRD_GRP_{n:03}" for n in range(4, 24) if n != 7)]],
            "defaultSelfTradePreventionMode": "EXPIRE_MAKER", "allowedSelfTradePreventionModes": modes,
        }  # fmt: skip

    def whole_market(self, name: str) -> Routed:
        """Understand all-market names; `!ticker@arr` and `!bookTicker` were retired and stay silent."""
        return ("", Stream(name, "mini", None, 0, 1000)) if name == "!miniTicker@arr" else None

    def symbol_stream(self, name: str, symbol: str, kind: str, digits: str, speed: str | None) -> Routed:
        """Understand the name of a stream of one symbol."""
        if kind == "depth" and speed in (None, "100ms") and digits in ("", "5", "10", "20"):
            period = 100 if speed else 1000
            return ("", Stream(name, "partial" if digits else "depth", symbol, int(digits or 0), period))
        if digits or speed:
            return None
        match kind:
            case "bookTicker":
                return ("", Stream(name, "quote", symbol, 0, 0))
            case "trade":
                return ("", Stream(name, "trade", symbol, 0, 0))
            case "aggTrade":
                return ("", Stream(name, "aggregate", symbol, 0, 0))
            case "ticker":
                return ("", Stream(name, "ticker", symbol, 0, 1000))
            case "miniTicker":
                return ("", Stream(name, "mini", symbol, 0, 1000))
        return None

    def quote(self, listing: Listing) -> str:
        """Write a bookTicker push: no event type and no time."""
        bid, bid_size, ask, ask_size = listing.top()
        return (
            f'{{"u":{listing.book.id},"s":"{listing.symbol}","b":"{bid}","B":"{bid_size}",'
            f'"a":"{ask}","A":"{ask_size}"}}'
        )

    def diff(self, listing: Listing, first: int, previous: int, levels: list[LevelChange]) -> str:
        """Write a depthUpdate push."""
        return compact({
            "e": "depthUpdate", "E": self.now_ms(), "s": listing.symbol, "U": first, "u": listing.book.id,
            "b": [(listing.price(x.price), listing.size(x.size)) for x in levels if x.bid],
            "a": [(listing.price(x.price), listing.size(x.size)) for x in levels if not x.bid],
        })  # fmt: skip

    def partial(self, listing: Listing, levels: int) -> str:
        """Write a push of the top levels: it names no symbol."""
        bids, asks = self.levels(listing, True, levels), self.levels(listing, False, levels)
        return compact({"lastUpdateId": listing.book.id, "bids": bids, "asks": asks})

    def trade(self, listing: Listing, done: TradeDone, aggregate: bool) -> str:
        """Write a trade or aggTrade push."""
        row: Row = {"e": "aggTrade" if aggregate else "trade", "E": self.now_ms(), "s": listing.symbol}
        price, size = listing.price(done.price), listing.size(done.size)
        if aggregate:
            row |= {"a": done.id - 1000, "p": price, "q": size, "f": done.id, "l": done.id}
        else:
            row |= {"t": done.id, "p": price, "q": size}
        return compact(row | {"T": self.time_ms(listing), "m": not done.buy, "M": True})

    def ticker(self, listing: Listing, mini: bool) -> Row:
        """Return the 24 h statistics as streams spell them."""
        row = self.stream_ticker(listing, mini)
        if not mini:
            bid, bid_size, ask, ask_size = listing.top()
            row |= {"x": row["o"], "b": bid, "B": bid_size, "a": ask, "A": ask_size}
        return row


def _rate(kind: str, interval: str, number: int, limit: int) -> Row:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
