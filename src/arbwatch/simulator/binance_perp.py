"""Binance USD-M futures: https://developers.binance.com/docs/derivatives/usds-margined-futures."""

import random
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from arbwatch.simulator.binance import Binance, Routed
from arbwatch.simulator.book import LevelChange
from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.market import TradeDone
from arbwatch.simulator.protocol import Limits, Row, Stream, compact

USD_M, COIN_M = 1, 2
"""Values of `st`, which tells the two products apart in streams since they were merged."""


def _depth_weight(query: Mapping[str, str]) -> int:
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else 500
    return 2 if limit <= 50 else 5 if limit == 100 else 10 if limit == 500 else 20


def _one_or_all(one: int, everything: int) -> Callable[[Mapping[str, str]], int]:
    return lambda query: one if "symbol" in query else everything


class BinancePerp(Binance):
    """The USD-M venue."""

    id = "binance_perp"
    prefix = "/fapi/v1/"
    weight_limit = 2400
    limits = Limits(300, frames_per_second=10, streams=200, ping_s=180, pong_s=600, lifetime_s=86_400.0)
    routes: ClassVar[dict[str, tuple[str, bool]]] = {
        "/public/ws": ("public", False), "/public/stream": ("public", True),
        "/market/ws": ("market", False), "/market/stream": ("market", True),
        "/private/ws": ("private", False), "/private/stream": ("private", True),
        "/ws": ("unrouted", False), "/stream": ("unrouted", True),
    }  # fmt: skip
    weights: ClassVar[dict[str, Callable[[Mapping[str, str]], int]]] = {
        "ping": lambda q: 1,
        "time": lambda q: 1,
        "exchangeInfo": lambda q: 1,
        "ticker/24hr": _one_or_all(1, 40),
        "ticker/bookTicker": _one_or_all(2, 5),
        "ticker/price": _one_or_all(1, 2),
        "premiumIndex": _one_or_all(1, 10),
        "fundingInfo": lambda q: 0,
        "fundingRate": lambda q: 0,
        "depth": _depth_weight,
    }

    def body(self, path: str, query: Mapping[str, str]) -> Any:
        """Return the body for a path under /fapi/v1."""
        match path:
            case "ping":
                return {}
            case "time":
                return {"serverTime": self.now_ms()}
            case "exchangeInfo":
                return self._exchange_info()
            case "depth":
                return self._depth(query)
            case "fundingInfo":
                return [row for listing in self._own() if (row := self._funding_info(listing))]
            case "fundingRate":
                return self._history(query)
        listings, one = self.some(query)
        if path == "premiumIndex":
            listings = [listing for listing in listings if listing.funding]
        rows = [self._row(path, listing) for listing in listings]
        return rows[0] if one else rows

    def _own(self) -> list[Listing]:
        return [listing for listing in self.listings.values() if listing.kind != "coin_margined"]

    def _row(self, path: str, listing: Listing) -> Row:
        if path == "ticker/bookTicker":
            return self.book_ticker(listing) | {"time": self.time_ms(listing)}
        if path == "ticker/price":
            price = listing.price(listing.statistics.last)
            return {"symbol": listing.symbol, "price": price, "time": self.time_ms(listing)}
        if path == "ticker/24hr":
            return self.full_ticker(listing)
        return self._premium(listing, listing.funding) if listing.funding else {}

    def _premium(self, listing: Listing, funding: FundingState) -> Row:
        perpetual = funding.interval_h > 0
        return {
            "symbol": listing.symbol, "markPrice": f"{funding.mark:.8f}", "indexPrice": f"{funding.index:.8f}",
            "estimatedSettlePrice": f"{funding.settle:.8f}",
            "lastFundingRate": f"{funding.rate:.8f}" if perpetual else "",
            "interestRate": f"{funding.interest:.8f}" if perpetual else "",
            "nextFundingTime": funding.next_time, "time": funding.time // 10**6 + self.skew_ms,
        }  # fmt: skip

    def _depth(self, query: Mapping[str, str]) -> Row:
        listing = self.find(query)
        limit = self.limit(query, 500, (5, 10, 20, 50, 100, 500, 1000))
        return {
            "lastUpdateId": listing.book.id, "E": self.now_ms(), "T": self.time_ms(listing),
            "bids": self.levels(listing, True, limit), "asks": self.levels(listing, False, limit),
        }  # fmt: skip

    def _funding_info(self, listing: Listing) -> Row | None:
        funding = listing.funding
        if funding is None or not funding.interval_h or (funding.interval_h == 8 and funding.cap == 0.003):
            return None
        return {
            "symbol": listing.symbol, "adjustedFundingRateCap": f"{funding.cap:.8f}",
            "adjustedFundingRateFloor": f"{funding.floor:.8f}", "fundingIntervalHours": funding.interval_h,
            "disclaimer": False, "updateTime": listing.listed,
        }  # fmt: skip

    def _history(self, query: Mapping[str, str]) -> list[Row]:
        listings = [self.find(query)] if "symbol" in query else self._own()[:100]
        limit = self.limit(query, 100, range(1, 1001))
        rows: list[Row] = []
        for listing in listings:
            if listing.funding is not None and listing.funding.interval_h:
                rows += self._settled(listing, listing.funding, limit)
        return sorted(rows, key=lambda row: row["fundingTime"])[-limit:]

    def _settled(self, listing: Listing, funding: FundingState, limit: int) -> list[Row]:
        interval = funding.interval_h * 3_600_000
        times = [funding.next_time - interval * ago for ago in range(1, limit + 1)]
        rows = []
        for time in (time for time in times if time > listing.listed):
            rng = random.Random(f"{listing.symbol}:{time}")
            rate = min(max(rng.gauss(funding.interest, 1e-4), funding.floor), funding.cap)
            mark = funding.index * (1 + rng.gauss(0, 0.01))
            rows.append({
                "symbol": listing.symbol, "fundingTime": time, "fundingRate": f"{rate:.8f}",
                "markPrice": f"{mark:.8f}", "rateType": "NORMAL",
            })  # fmt: skip
        return rows

    def _exchange_info(self) -> Row:
        return {
            "timezone": "UTC", "serverTime": self.now_ms(), "futuresType": "U_MARGINED",
            "rateLimits": [
                _rate("REQUEST_WEIGHT", "MINUTE", 1, self.weight_limit), _rate("ORDERS", "MINUTE", 1, 1200),
                _rate("ORDERS", "SECOND", 10, 300),
            ],
            "exchangeFilters": [],
            "assets": [{"asset": asset, "marginAvailable": True, "autoAssetExchange": "-10000"}
                       for asset in ("USDT", "USDC", "BTC", "BNB", "ETH")],
            "symbols": [self._symbol(listing) for listing in self._own()],
        }  # fmt: skip

    def _symbol(self, listing: Listing) -> Row:
        tick, lot = listing.price(listing.tick), listing.size(listing.lot)
        return {
            "symbol": listing.symbol, "pair": listing.base + listing.quote, "contractType": listing.contract_type,
            "deliveryDate": listing.delivery, "onboardDate": listing.listed, "status": listing.status,
            "maintMarginPercent": "2.5000", "requiredMarginPercent": "5.0000", "baseAsset": listing.base,
            "quoteAsset": listing.quote, "marginAsset": listing.quote, "pricePrecision": listing.price_decimals + 1,
            "quantityPrecision": listing.size_decimals, "baseAssetPrecision": 8, "quotePrecision": 8,
            "underlyingType": listing.underlying, "underlyingSubType": ["Layer-1"] if listing.rate > 5 else [],
            "triggerProtect": "0.0500", "liquidationFee": "0.012500", "marketTakeBound": "0.05",
            "maxMoveOrderLimit": 10000,
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
                {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "1000000", "stepSize": lot},
                {"filterType": "MARKET_LOT_SIZE", "minQty": lot, "maxQty": "120000", "stepSize": lot},
                {"filterType": "MAX_NUM_ORDERS", "limit": 200},
                {"filterType": "MIN_NOTIONAL", "notional": listing.min_notional},
                {"filterType": "PERCENT_PRICE", "multiplierUp": "1.0500", "multiplierDown": "0.9500",
                 "multiplierDecimal": "4"},
                {"filterType": "POSITION_RISK_CONTROL", "positionControlSide": "NONE"},
            ],
            "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET",
                           "TRAILING_STOP_MARKET"],
            "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"], "permissionSets": ["GRID", "COPY", "DCA", "PSB"],
        }  # fmt: skip

    def whole_market(self, name: str) -> Routed:
        """Understand all-market names."""
        match name:
            case "!bookTicker":
                return ("public", Stream(name, "quote", None, 0, 5000))
            case "!miniTicker@arr":
                return ("market", Stream(name, "mini", None, 0, 1000))
            case "!ticker@arr":
                return ("market", Stream(name, "ticker", None, 0, 1000))
            case "!markPrice@arr" | "!markPrice@arr@1s":
                return ("market", Stream(name, "mark", None, 0, 1000 if name.endswith("1s") else 3000))
            case "!contractInfo":
                return ("market", Stream(name, "listing", None, 0, 0))
        return None

    def symbol_stream(self, name: str, symbol: str, kind: str, digits: str, speed: str | None) -> Routed:
        """Understand the name of a stream of one symbol."""
        if kind == "depth" and speed in (None, "100ms", "500ms") and digits in ("", "5", "10", "20"):
            period = {"100ms": 100, "500ms": 500}.get(speed or "", 250)
            return ("public", Stream(name, "partial" if digits else "depth", symbol, int(digits or 0), period))
        if kind == "markPrice" and not digits and speed in (None, "1s"):
            return ("market", Stream(name, "mark", symbol, 0, 1000 if speed else 3000))
        if digits or speed:
            return None
        match kind:
            case "bookTicker":
                return ("public", Stream(name, "quote", symbol, 0, 0))
            case "trade":
                return ("public", Stream(name, "trade", symbol, 0, 0))
            case "aggTrade":
                return ("market", Stream(name, "aggregate", symbol, 0, 0))
            case "ticker":
                return ("market", Stream(name, "ticker", symbol, 0, 2000))
            case "miniTicker":
                return ("market", Stream(name, "mini", symbol, 0, 2000))
        return None

    def _product(self, listing: Listing) -> int:
        return COIN_M if listing.kind == "coin_margined" else USD_M

    def quote(self, listing: Listing) -> str:
        """Write a bookTicker push: `T` is the matching time, `E` the push time."""
        bid, bid_size, ask, ask_size = listing.top()
        return (
            f'{{"e":"bookTicker","u":{listing.book.id},"s":"{listing.symbol}","ps":"{listing.base}{listing.quote}",'
            f'"b":"{bid}","B":"{bid_size}","a":"{ask}","A":"{ask_size}","T":{self.time_ms(listing)},'
            f'"E":{self.now_ms()},"st":{self._product(listing)}}}'
        )

    def diff(self, listing: Listing, first: int, previous: int, levels: list[LevelChange]) -> str:
        """Write a depthUpdate push; `pu` is the `u` of the push before."""
        return self._depth_update(
            listing, first, previous,
            [(listing.price(x.price), listing.size(x.size)) for x in levels if x.bid],
            [(listing.price(x.price), listing.size(x.size)) for x in levels if not x.bid],
        )  # fmt: skip

    def partial(self, listing: Listing, levels: int) -> str:
        """Write a push of the top levels: the same event name as a diff."""
        bids, asks = self.levels(listing, True, levels), self.levels(listing, False, levels)
        return self._depth_update(listing, listing.book.id, listing.book.id - 1, bids, asks)

    def _depth_update(
        self, listing: Listing, first: int, previous: int, bids: list[tuple[str, str]], asks: list[tuple[str, str]]
    ) -> str:
        return compact({
            "e": "depthUpdate", "E": self.now_ms(), "T": self.time_ms(listing), "s": listing.symbol,
            "ps": listing.base + listing.quote, "st": self._product(listing), "U": first, "u": listing.book.id,
            "pu": previous, "b": bids, "a": asks,
        })  # fmt: skip

    def trade(self, listing: Listing, done: TradeDone, aggregate: bool) -> str:
        """Write a trade or aggTrade push."""
        time = self.time_ms(listing)
        row: Row = {"e": "aggTrade" if aggregate else "trade", "E": self.now_ms(), "T": time, "s": listing.symbol}
        price, size = listing.price(done.price), listing.size(done.size)
        if aggregate:
            row |= {"a": done.id - 1000, "p": price, "q": size, "nq": size, "f": done.id, "l": done.id}
        else:
            row |= {"t": done.id, "p": price, "q": size, "X": "MARKET"}
        return compact(row | {"m": not done.buy, "st": self._product(listing)})

    def ticker(self, listing: Listing, mini: bool) -> Row:
        """Return the 24 h statistics as streams spell them: no bid or ask."""
        row = self.stream_ticker(listing, mini)
        return row | {"ps": listing.base + listing.quote, "st": self._product(listing)}

    def mark(self, listing: Listing) -> Row | None:
        """Return mark, index and funding; a dated future has an empty rate."""
        funding = listing.funding
        if funding is None:
            return None
        return {
            "e": "markPriceUpdate", "E": funding.time // 10**6 + self.skew_ms, "s": listing.symbol,
            "p": f"{funding.mark:.8f}", "ap": f"{funding.average:.8f}", "i": f"{funding.index:.8f}",
            "P": f"{funding.settle:.8f}", "r": f"{funding.rate:.8f}" if funding.interval_h else "",
            "T": funding.next_time, "st": self._product(listing),
        }  # fmt: skip

    def contract(self, listing: Listing) -> Row | None:
        """Return what !contractInfo says of a listing."""
        return {
            "e": "contractInfo", "E": self.now_ms(), "s": listing.symbol, "ps": listing.base + listing.quote,
            "ct": listing.contract_type, "dt": listing.delivery, "ot": listing.listed, "cs": listing.status,
            "st": self._product(listing),
        }  # fmt: skip


def _rate(kind: str, interval: str, number: int, limit: int) -> Row:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
