"""Binance messages as ccxt reads them, offline: its own decoders, a client that only collects, no socket."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from tests.evidence.material import Market, Piece

Reading = dict[str, Any]
"""What one side says a message means: words of arbwatch's events; times in ms, books cut to the best levels."""

DEPTH = 20
URLS = {"spot": "wss://stream.binance.com:9443/ws/0", "perp": "wss://fstream.binance.com/public/ws/0"}


class Collecting:
    """Stand where ccxt expects its WebSocket client; keeps what is resolved or rejected."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.subscriptions: dict[str, Any] = {}
        self.futures: dict[str, Any] = {}
        self.said: list[tuple[str, Any]] = []

    def resolve(self, result: Any, message_hash: str) -> Any:
        """Keep a result."""
        self.said.append((message_hash, result))
        return result

    def reject(self, error: Any, message_hash: str) -> None:
        """Keep an error."""
        self.said.append((message_hash, error))


def instrument(market: Any) -> Reading:
    """Return what ccxt says of a market of any exchange."""
    return {
        "kind": "instrument",
        "symbol": market["id"],
        "base": market["baseId"],
        "quote_currency": market["quoteId"],
        "settle_currency": market["settleId"],
        "tick_size": market["precision"]["price"],
        "lot_size": market["precision"]["amount"],
        "contract_size": market["contractSize"],
        "trading": market["active"],
        "listed": market["created"],
    }


class CcxtReader:
    """Read frames and bodies of one market with ccxt.pro."""

    def __init__(self, market: Market, exchange: Any = None) -> None:
        """Read with a ccxt exchange of one's own, or one that knows no market yet."""
        import ccxt.pro

        self.market = market
        if exchange is None:
            exchange = ccxt.pro.binance() if market == "spot" else ccxt.pro.binanceusdm()
            exchange.options["crossMarginPairsData"] = exchange.options["isolatedMarginPairsData"] = []
            exchange.set_markets([])
        self.exchange: Any = exchange
        self.client = Collecting(URLS[market])
        self.bodies: dict[str, Callable[[Any], list[Reading]]] = {
            "listing": self._listing,
            "tickers": lambda body: [self.ticker(self.exchange.parse_ticker(row)) for row in _rows(body)],
            "quotes": lambda body: [self.quote(self.exchange.parse_ticker(row)) for row in _rows(body)],
            "premium": lambda body: [self.rate(self.exchange.parse_funding_rate(row)) for row in _rows(body)],
            "intervals": lambda body: [self.interval(self.exchange.parse_funding_rate(row)) for row in _rows(body)],
            "clock": lambda body: [{"kind": "clock", "time": self.exchange.safe_integer(body, "serverTime")}],
        }

    def read(self, piece: Piece) -> list[Reading]:
        """Return what ccxt makes of `piece`, in the order of the message."""
        message = json.loads(piece.raw)
        if piece.kind == "snapshot":
            return self._snapshot(message, piece.symbol or "")
        if piece.body:
            read = self.bodies.get(piece.kind)
            return read(message) if read else []
        return [] if piece.kind == "other" else self.frame(message)

    def frame(self, message: Any) -> list[Reading]:
        """Return what ccxt makes of one WebSocket message."""
        if isinstance(message, dict) and isinstance(message.get("data"), list):
            message = message["data"]  # ccxt listens on raw paths, where arrays come without an envelope
        if isinstance(message, dict):
            data = message.get("data", message)
            if data.get("e") == "depthUpdate":
                self._open(data["s"])
        self.client.said.clear()
        self.exchange.handle_message(self.client, message)
        return [found for said in self.client.said if (found := self._said(*said))]

    def _said(self, message_hash: str, result: Any) -> Reading | None:
        if isinstance(result, Exception):
            return {"kind": "gap", "symbol": message_hash.split("::")[1]}
        if message_hash.startswith("bidask:"):
            return self.quote(result)
        if message_hash.startswith("ticker:"):
            return self.ticker(result)
        if message_hash.startswith("markPrice:"):
            return self.mark(result)
        if message_hash.startswith("trade::"):
            return self._trade(result[-1])
        if message_hash.startswith("orderbook::"):
            return self.book(result)
        return None

    def id(self, symbol: str) -> str:
        """Return Binance's word for ccxt's symbol."""
        known = self.exchange.markets.get(symbol)
        return str(known["id"]) if known else symbol

    def _listing(self, body: Any) -> list[Reading]:
        markets = [m for row in body["symbols"] if (m := self.exchange.parse_market(row)) is not None]
        self.exchange.set_markets(markets)
        return [self.instrument(market) for market in markets]

    def instrument(self, market: Any) -> Reading:
        return instrument(market) | {"min_notional": market["limits"]["cost"]["min"], "type": market["type"]}

    def quote(self, ticker: Any) -> Reading:
        sides = {"bid": "bid", "bid_size": "bidVolume", "ask": "ask", "ask_size": "askVolume"}
        return {
            "kind": "quote",
            "symbol": self.id(ticker["symbol"]),
            "time": ticker["timestamp"],
            **{ours: ticker[theirs] for ours, theirs in sides.items()},
        }

    def ticker(self, ticker: Any) -> Reading:
        change = ticker["percentage"]
        return {
            "kind": "ticker",
            "symbol": self.id(ticker["symbol"]),
            "last": ticker["last"],
            "change_24h": None if change is None else change / 100,
            "high": ticker["high"],
            "low": ticker["low"],
            "base_volume": ticker["baseVolume"],
            "quote_volume": ticker["quoteVolume"],
            "time": ticker["timestamp"],
        }

    def mark(self, ticker: Any) -> Reading:
        return {
            "kind": "funding",
            "symbol": self.id(ticker["symbol"]),
            "mark": ticker["markPrice"],
            "index": ticker["indexPrice"],
            "time": ticker["timestamp"],
        }

    def rate(self, rate: Any) -> Reading:
        return {
            "kind": "funding",
            "symbol": self.id(rate["symbol"]),
            "mark": rate["markPrice"],
            "index": rate["indexPrice"],
            "rate": rate["fundingRate"],
            "next_time": rate["fundingTimestamp"],
            "time": rate["timestamp"],
        }

    def interval(self, rate: Any) -> Reading:
        hours = rate["interval"]
        return {
            "kind": "funding",
            "symbol": self.id(rate["symbol"]),
            "interval_h": None if hours is None else float(hours.removesuffix("h")),
            "cap": self.exchange.safe_number(rate["info"], "adjustedFundingRateCap"),
            "floor": self.exchange.safe_number(rate["info"], "adjustedFundingRateFloor"),
        }

    def _trade(self, trade: Any) -> Reading:
        return {
            "kind": "trade",
            "symbol": self.id(trade["symbol"]),
            "price": trade["price"],
            "size": trade["amount"],
            "side": trade["side"],
            "id": trade["id"],
            "time": trade["timestamp"],
        }

    def book(self, book: Any) -> Reading:
        return {
            "kind": "book",
            "symbol": self.id(book["symbol"]),
            "seq": book["nonce"],
            "time": book["timestamp"],
            "bids": [tuple(level[:2]) for level in book["bids"][:DEPTH]],
            "asks": [tuple(level[:2]) for level in book["asks"][:DEPTH]],
        }

    def _open(self, symbol_id: str) -> None:
        """Do what ccxt does on the acknowledgement: an empty book that keeps deltas until its snapshot comes."""
        kind = "spot" if self.market == "spot" else "contract"
        symbol = self.exchange.safe_market(symbol_id, None, None, kind)["symbol"]
        if symbol not in self.exchange.orderbooks:
            self.exchange.orderbooks[symbol] = self.exchange.order_book({}, 1000)
            self.exchange.orderbooks[symbol]["symbol"] = symbol

    def _snapshot(self, body: Any, symbol_id: str) -> list[Reading]:
        self._open(symbol_id)
        kind = "spot" if self.market == "spot" else "contract"
        symbol = self.exchange.safe_market(symbol_id, None, None, kind)["symbol"]

        async def fetched(*_: Any) -> Any:
            book = self.exchange.parse_order_book(body, symbol, self.exchange.safe_integer(body, "T"))
            book["nonce"] = self.exchange.safe_integer(body, "lastUpdateId")
            return book

        self.exchange.fetch_rest_order_book_safe = fetched
        self.client.said.clear()
        self.client.subscriptions[f"orderbook::{symbol}"] = {}
        asked = {"symbol": symbol, "type": "spot" if self.market == "spot" else "linear"}
        finish(self.exchange.fetch_order_book_snapshot(self.client, {}, asked))
        return [found for said in self.client.said if (found := self._said(*said))]


def _rows(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]


def finish(work: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine that never has to wait."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("a foreign program wanted to wait for something while it read a recording")
