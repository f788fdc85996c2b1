"""Bybit messages as arbwatch, ccxt and cryptofeed read them, offline: decoders alone, no socket."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from arbwatch.connector import registry
from arbwatch.connector.venue import Venue
from arbwatch.model import Book, Funding, Ticker
from tests.evidence.ccxt_reader import DEPTH, Collecting, Reading, finish, instrument
from tests.evidence.exchange_reader import ExchangeReader
from tests.evidence.material import Market, Piece
from tests.evidence.our_reader import reading

POLLS = {"tickers": "tickers", "quotes": "quotes", "intervals": "funding", "clock": "clock"}
CATEGORY = {"spot": "spot", "perp": "linear"}


def venue(market: Market) -> type[Venue]:
    """Return arbwatch's own venue for `market`."""
    return registry.venues()[f"bybit_{market}"]


class OurReader(ExchangeReader):
    """Read with one fresh instance of the venue; statistics are merged field by field, as the table does."""

    polls, numbered = POLLS, False

    def __init__(self, market: Market, leave_out: str = "") -> None:
        """Read all but `leave_out`, a kind of event."""
        super().__init__(venue(market))
        self.leave_out = leave_out
        self.merged: dict[tuple[str, str], Reading] = {}

    def read(self, piece: Piece) -> list[Reading]:
        """Return what arbwatch makes of `piece`; what it could not read is kept in `refused`."""
        said = self.said(piece)
        if said is None:
            return []
        if piece.kind != "ticker":
            return [found for one in said if (found := self._reading(one, merge=False))]
        for one in said:
            self._reading(one, merge=True)
        return [
            dict(kept)
            for (kind, symbol), kept in self.merged.items()
            if symbol == piece.symbol and kind != self.leave_out
        ]

    def polled(self, piece: Piece) -> Iterable[object]:
        """Answer the poll that asks for `piece` with it, as the last page."""
        last = json.loads(piece.raw)
        last["result"].pop("nextPageCursor", None)
        return super().polled(piece._replace(raw=json.dumps(last).encode()))

    def _reading(self, said: object, *, merge: bool) -> Reading | None:
        if isinstance(said, Book):
            return self.book(said)
        found = reading(said)
        if found is None or not isinstance(said, Ticker | Funding) or not merge:
            return found
        kept = self.merged.setdefault((found["kind"], found["symbol"]), dict(found))
        kept.update({field: value for field, value in found.items() if value is not None})
        kept.pop("time", None)
        return kept


class CcxtReader:
    """Read frames and bodies of one market with ccxt.pro."""

    def __init__(self, market: Market) -> None:
        import ccxt.pro

        self.market = market
        self.exchange: Any = ccxt.pro.bybit()
        self.exchange.set_markets([])
        self.listed: list[Any] = []
        self.client = Collecting(f"wss://stream.bybit.com/v5/public/{CATEGORY[market]}")

    def read(self, piece: Piece) -> list[Reading]:
        """Return what ccxt makes of `piece`, in the order of the message."""
        message = json.loads(piece.raw)
        if not piece.body:
            return self._frame(piece, message)
        if piece.kind == "clock":
            return [{"kind": "clock", "time": self.exchange.safe_integer(message, "time")}]
        rows = message["result"]["list"]
        if piece.kind in ("listing", "intervals"):
            markets = self._markets(message)
            return [_instrument(m) if piece.kind == "listing" else self._interval(m) for m in markets]
        parsed = [self.exchange.parse_ticker(row) for row in rows]
        if piece.kind == "quotes":
            return [self._quote(ticker) for ticker in parsed]
        said = [self._ticker(ticker) for ticker in parsed]
        return said + ([self._rate(row) for row in rows] if self.market == "perp" else [])

    def _markets(self, message: Any) -> list[Any]:
        async def answer(params: Any) -> Any:
            return {} if "cursor" in params or "status" in params else message

        self.exchange.publicGetV5MarketInstrumentsInfo = answer
        fetch = self.exchange.fetch_spot_markets if self.market == "spot" else self.exchange.fetch_future_markets
        # A sample may come without what the envelope of its category says.
        message["result"].setdefault("category", CATEGORY[self.market])
        found: list[Any] = asyncio.run(fetch({"category": CATEGORY[self.market]}))
        self.listed += found
        self.exchange.set_markets(self.listed)
        return found

    def _frame(self, piece: Piece, message: Any) -> list[Reading]:
        self.client.said.clear()
        self.exchange.handle_message(self.client, message)
        prefix = {"quote": "bidask:", "delta": "orderbook:", "ticker": "ticker:", "trade": "trade:"}[piece.kind]
        found = next((result for name, result in self.client.said if name.startswith(prefix)), None)
        if found is None:
            return []
        if piece.kind == "quote":
            return [self._quote(ticker) for ticker in found.values()]
        if piece.kind == "delta":
            return [self._book(found)]
        if piece.kind == "trade":
            return [self._trade(trade) for trade in list(found)[-len(message["data"]) :]]
        said = [{field: value for field, value in self._ticker(found).items() if field != "time"}]
        return said + ([self._rate(found["info"])] if self.market == "perp" else [])

    def _id(self, symbol: str) -> str:
        known = self.exchange.markets.get(symbol)
        return str(known["id"]) if known else symbol

    def _quote(self, ticker: Any) -> Reading:
        sides = {"bid": "bid", "bid_size": "bidVolume", "ask": "ask", "ask_size": "askVolume"}
        time = {"time": ticker["timestamp"]} if ticker["timestamp"] is not None else {}
        said = {ours: ticker[theirs] for ours, theirs in sides.items()}
        return {"kind": "quote", "symbol": self._id(ticker["symbol"]), **time, **said}

    def _ticker(self, ticker: Any) -> Reading:
        names = {"last": "last", "high": "high", "low": "low"}
        names |= {"base_volume": "baseVolume", "quote_volume": "quoteVolume"}
        change = ticker["percentage"]
        return {
            "kind": "ticker",
            "symbol": self._id(ticker["symbol"]),
            **{ours: ticker[theirs] for ours, theirs in names.items()},
            "change_24h": None if change is None else change / 100,
        }

    def _rate(self, row: Any) -> Reading:
        rate = self.exchange.parse_funding_rate(row)
        names = {"mark": "markPrice", "index": "indexPrice", "rate": "fundingRate", "next_time": "fundingTimestamp"}
        return {
            "kind": "funding",
            "symbol": self._id(rate["symbol"]),
            **{ours: rate[theirs] for ours, theirs in names.items()},
        }

    def _interval(self, market: Any) -> Reading:
        rate = self.exchange.parse_funding_rate({"symbol": market["id"]})
        info = market["info"]
        return {
            "kind": "funding",
            "symbol": market["id"],
            "interval_h": float(rate["interval"].removesuffix("h")) if rate["interval"] else None,
            "cap": self.exchange.safe_number(info, "upperFundingRate"),
            "floor": self.exchange.safe_number(info, "lowerFundingRate"),
        }

    def _trade(self, trade: Any) -> Reading:
        names = {"price": "price", "size": "amount", "side": "side", "id": "id", "time": "timestamp"}
        symbol = self._id(trade["symbol"])
        return {"kind": "trade", "symbol": symbol, **{ours: trade[theirs] for ours, theirs in names.items()}}

    def _book(self, book: Any) -> Reading:
        sides = {side: [tuple(level[:2]) for level in book[side][:DEPTH]] for side in ("bids", "asks")}
        return {"kind": "book", "symbol": self._id(book["symbol"]), "time": book["timestamp"], **sides}


def _instrument(market: Any) -> Reading:
    return instrument(market) | {"min_notional": market["limits"]["cost"]["min"]}


class CryptofeedReader:
    """Read books, trades and funding of one market with cryptofeed's Bybit class."""

    def __init__(self, market: Market) -> None:
        from cryptofeed.exchanges.bybit import Bybit

        reader = self
        self.market = market
        self.said: list[Reading] = []

        class Quiet(Bybit):
            def __init__(self) -> None:
                self._l2_book: dict[str, Any] = {}
                self.tickers: dict[str, Any] = {}
                self.max_depth = 0
                self.subscription: dict[str, list[str]] = {}

            def exchange_symbol_to_std_symbol(self, symbol: str) -> str:
                return symbol

            @staticmethod
            def convert_to_spot_name(_cls: Any, pair: str) -> str:
                return pair

            async def callback(self, kind: str, found: Any, _received: float) -> None:
                reader.said.append(_event(kind, found))

            async def book_callback(self, _kind: str, book: Any, _received: float, **told: Any) -> None:
                reader.said.append(_foreign_book(book, told))

        self.feed: Any = Quiet()

    def read(self, piece: Piece) -> list[Reading]:
        """Return what cryptofeed makes of `piece`; kinds it lacks say nothing."""
        self.said = []
        message, received = json.loads(piece.raw), piece.received / 1e9
        if piece.kind == "trade":
            finish(self.feed._trade(message, received, CATEGORY[self.market]))
        elif piece.kind == "delta":
            if message["type"] == "delta" and piece.symbol not in self.feed._l2_book:
                return []
            finish(self.feed._book(message, received, CATEGORY[self.market]))
        elif piece.kind == "ticker" and self.market == "perp":
            if message["type"] == "delta" and piece.symbol not in self.feed.tickers:
                return []
            self.feed.subscription = {"funding": [piece.symbol]}
            finish(self.feed._ticker_open_interest_funding_index(message, received, self.feed))
        return self.said


def _event(kind: str, found: Any) -> Reading:
    if kind == "trades":
        said = {"kind": "trade", "price": float(found.price), "size": float(found.amount), "side": found.side}
        return {**said, "symbol": found.symbol, "id": found.id, "time": round(found.timestamp * 1000)}
    return {
        "kind": "funding",
        "symbol": found.symbol,
        "mark": float(found.mark_price),
        "rate": float(found.rate),
        "next_time": found.next_funding_time,
    }


def _foreign_book(book: Any, told: dict[str, Any]) -> Reading:
    sides = {}
    for name, side in (("bids", book.book.bids), ("asks", book.book.asks)):
        sides[name] = [(float(price), float(side[price])) for price in list(side.keys())[:DEPTH]]
    return {"kind": "book", "symbol": book.symbol, "time": told["timestamp"], **sides}
