"""Binance frames as cryptofeed reads them: its own message functions, called without a feed around them."""

import json
from decimal import Decimal
from typing import Any

from tests.evidence.ccxt_reader import DEPTH, Reading, finish
from tests.evidence.material import Market, Piece


class CryptofeedReader:
    """Read quotes, trades, funding and books of one market with cryptofeed's Binance classes."""

    def __init__(self, market: Market) -> None:
        from cryptofeed.exchanges.binance import Binance
        from cryptofeed.exchanges.binance_futures import BinanceFutures

        kind = Binance if market == "spot" else BinanceFutures
        reader = self
        self.said: list[Reading] = []
        self.waiting: dict[str, list[Any]] = {}
        self.body = b""

        class Quiet(kind):  # type: ignore[misc, valid-type] # the base is chosen by the market
            def __init__(self) -> None:
                self._l2_book: dict[str, Any] = {}
                self.last_update_id: dict[str, int] = {}
                self.max_depth = 0
                self.sandbox = False
                self.http_conn = self

            async def read(self, _url: str) -> bytes:
                return reader.body

            def exchange_symbol_to_std_symbol(self, symbol: str) -> str:
                return symbol

            async def callback(self, _kind: str, found: Any, _received: float) -> None:
                reader.said.append(_event(found))

            async def book_callback(self, _kind: str, book: Any, _received: float, **told: Any) -> None:
                reader.said.append(_book(book, told))

        self.feed: Any = Quiet()

    def read(self, piece: Piece) -> list[Reading]:
        """Return what cryptofeed makes of `piece`; bodies other than books and kinds it lacks say nothing."""
        self.said = []
        received = piece.received / 1e9
        if piece.kind == "snapshot":
            return self._snapshot(piece, received)
        message = json.loads(piece.raw)
        data = message.get("data", message) if isinstance(message, dict) else message
        if piece.kind == "delta":
            if data["s"] in self.feed._l2_book:
                finish(self.feed._book(data, data["s"], received))
            else:
                self.waiting.setdefault(data["s"], []).append(data)
        elif piece.kind == "quote":
            finish(self.feed._ticker(data, received))
        elif piece.kind == "aggTrade" and "a" in data:  # a vendor's sample lacks the id that cryptofeed insists on
            finish(self.feed._trade(data, received))
        elif piece.kind == "funding":
            for row in data if isinstance(data, list) else [data]:
                finish(self.feed._funding(row, received))
        return self.said

    def _snapshot(self, piece: Piece, received: float) -> list[Reading]:
        symbol, self.body = piece.symbol or "", piece.raw
        finish(self.feed._snapshot(symbol))
        for data in self.waiting.pop(symbol, ()):
            finish(self.feed._book(data, symbol, received))
        return self.said[-1:]


def _event(found: Any) -> Reading:
    kind = type(found).__name__.lower()
    time = _ms(found.timestamp)
    if kind == "ticker":
        return {"kind": "quote", "symbol": found.symbol, "bid": float(found.bid), "ask": float(found.ask), "time": time}
    if kind == "trade":
        return {"kind": "trade", "symbol": found.symbol, "price": float(found.price), "id": found.id, "time": time}
    return {
        "kind": "funding",
        "symbol": found.symbol,
        "mark": float(found.mark_price),
        "rate": _number(found.rate),
        "next_time": _ms(found.next_funding_time),
        "time": time,
    }


def _book(book: Any, told: dict[str, Any]) -> Reading:
    sides = {}
    for name, side in (("bids", book.book.bids), ("asks", book.book.asks)):
        prices = list(side.keys())[:DEPTH]
        sides[name] = [(float(price), float(side[price])) for price in prices]
    return {
        "kind": "book",
        "symbol": book.symbol,
        "seq": told["sequence_number"],
        "time": _ms(told["timestamp"]),
        **sides,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
