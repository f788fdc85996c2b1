"""OKX messages as arbwatch, ccxt and cryptofeed read them, offline: decoders alone, no socket."""

import json
from collections.abc import Iterable
from typing import Any

from arbwatch.connector import registry
from arbwatch.connector.venue import Venue
from arbwatch.model import Book
from tests.evidence.ccxt_reader import DEPTH, Collecting, Reading, finish, instrument
from tests.evidence.exchange_reader import ExchangeReader, answer, told
from tests.evidence.material import Market, Piece
from tests.evidence.okx_material import market_of
from tests.evidence.our_reader import reading

POLLS = {
    "tickers": "tickers",
    "quotes": "quotes",
    "rates": "funding",
    "marks": "funding",
    "indexes": "funding",
    "clock": "clock",
}
URL = "wss://ws.okx.com:8443/ws/v5/public"
NOTHING = b'{"code":"0","msg":"","data":[]}'


def venue(market: Market) -> type[Venue]:
    """Return arbwatch's own venue for `market`."""
    return registry.venues()[f"okx_{market}"]


class OurReader(ExchangeReader):
    """Read with one fresh instance of the venue."""

    polls = POLLS

    def __init__(self, market: Market) -> None:
        super().__init__(venue(market))

    def read(self, piece: Piece) -> list[Reading]:
        """Return what arbwatch makes of `piece`; what it could not read is kept in `refused`."""
        found = [self.book(one) if isinstance(one, Book) else reading(one) for one in self.said(piece) or ()]
        return [told(one) for one in found if one is not None]

    def polled(self, piece: Piece) -> Iterable[object]:
        """Answer the poll with `piece`, and with as little as it needs whatever else it asks for."""
        flow = self.flow(piece)
        request, given = next(flow), False
        try:
            while True:
                fits = request.path == piece.path and not given
                given |= fits
                request = flow.send(answer(piece, piece.raw if fits else self._beside(piece, request.path)))
        except StopIteration as end:
            # Marks that were only sent so that an index finds its swap are no reading of this message.
            return [one for one in end.value if piece.kind != "indexes" or getattr(one, "index", 0) is not None]

    def _beside(self, piece: Piece, path: str) -> bytes:
        """Answer what the same poll asks for besides: an index is only told of swaps that there are."""
        if piece.kind != "indexes" or not path.endswith("mark-price"):
            return NOTHING
        marks = [{"instId": f"{row['instId']}-SWAP", "markPx": "1"} for row in json.loads(piece.raw)["data"]]
        return json.dumps({"code": "0", "msg": "", "data": marks}).encode()


class CcxtReader:
    """Read frames and bodies of one market with ccxt.pro."""

    def __init__(self, market: Market) -> None:
        import ccxt.pro

        self.market = market
        self.exchange: Any = ccxt.pro.okx()
        self.exchange.set_markets([])
        self.client = Collecting(URL)
        self.names: dict[str, str] = {}

    def read(self, piece: Piece) -> list[Reading]:
        """Return what ccxt makes of `piece`, in the order of the message."""
        message = json.loads(piece.raw)
        if not piece.body:
            return self._frame(piece, message)
        rows = message["data"]
        if piece.kind == "clock":
            return [{"kind": "clock", "time": self.exchange.safe_integer(rows[0], "ts")}]
        if piece.kind == "listing":
            markets = [market for row in rows if (market := self.exchange.parse_market(row)) is not None]
            self.exchange.set_markets(markets)
            return [_instrument(market) for market in markets]
        if piece.kind == "snapshot":
            return [self._snapshot(piece, rows[0])]
        if piece.kind == "rates":
            return [self._rate(self.exchange.parse_funding_rate(row)) for row in rows if market_of(row["instId"])]
        if piece.kind in ("marks", "indexes"):
            return [self._mark(row) for row in rows if piece.kind == "indexes" or market_of(row["instId"])]
        parsed = [self.exchange.parse_ticker(self._known(row)) for row in rows if market_of(row["instId"])]
        return [self._quote(one) if piece.kind == "quotes" else self._ticker(one) for one in parsed]

    def _known(self, row: Any) -> Any:
        self._list(row["instId"])
        return row

    def _list(self, symbol: str) -> None:
        """Tell ccxt of a symbol, as its own listing would: without it the two markets of a pair have one name."""
        if symbol in (self.exchange.markets_by_id or {}):
            return
        base, currency, *_ = symbol.split("-")
        row = {"instType": "SPOT", "instId": symbol, "baseCcy": base, "quoteCcy": currency, "state": "live"}
        if self.market == "perp":
            row |= {"instType": "SWAP", "uly": f"{base}-{currency}", "settleCcy": currency, "ctVal": "1"}
        known = list((self.exchange.markets or {}).values())
        self.exchange.set_markets([*known, self.exchange.parse_market(row)])

    def _frame(self, piece: Piece, message: Any) -> list[Reading]:
        name = piece.symbol or ""
        self._list(name)
        symbol = self.exchange.safe_market(name)["symbol"]
        self.client.subscriptions.setdefault(f"books:{symbol}", {})
        self.client.said.clear()
        self.exchange.handle_message(self.client, message)
        said = dict(self.client.said)
        if piece.kind == "quote":
            return [self._quote(said[f"bidask::{symbol}"])]
        if piece.kind == "trade":
            trades = list(self.exchange.trades[symbol])[-len(message["data"]) :]
            return [self._trade(trade) for trade in trades]
        if piece.kind == "funding":
            return [self._rate(self.exchange.fundingRates[symbol])]
        if piece.kind == "ticker":
            return [self._ticker(self.exchange.tickers[symbol])]
        found = said.get(f"books:{symbol}")
        if isinstance(found, Exception):
            return [{"kind": "gap", "symbol": name}]
        return [] if found is None else [self._book(found)]

    def _snapshot(self, piece: Piece, row: Any) -> Reading:
        self._list(piece.symbol or "")
        symbol = self.exchange.safe_market(piece.symbol)["symbol"]
        book = self.exchange.parse_order_book(row, symbol, self.exchange.safe_integer(row, "ts"))
        found = self._book(book)
        # ccxt joins nothing to a book that was asked for, and does not say its number.
        del found["seq"]
        return found

    def _id(self, symbol: str) -> str:
        known = self.exchange.markets.get(symbol)
        return str(known["id"]) if known else symbol

    def _quote(self, ticker: Any) -> Reading:
        sides = {"bid": "bid", "bid_size": "bidVolume", "ask": "ask", "ask_size": "askVolume"}
        said = {ours: ticker[theirs] for ours, theirs in sides.items()}
        return {"kind": "quote", "symbol": self._id(ticker["symbol"]), "time": ticker["timestamp"], **said}

    def _ticker(self, ticker: Any) -> Reading:
        names = {"last": "last", "high": "high", "low": "low", "time": "timestamp"}
        names |= {"base_volume": "baseVolume", "quote_volume": "quoteVolume"}
        change = ticker["percentage"]
        said = {ours: ticker[theirs] for ours, theirs in names.items()}
        symbol = self._id(ticker["symbol"])
        return {"kind": "ticker", "symbol": symbol, **said, "change_24h": None if change is None else change / 100}

    def _rate(self, rate: Any) -> Reading:
        hours = rate["interval"]
        self._list(rate["info"]["instId"])
        said = {
            "rate": rate["fundingRate"],
            "next_time": rate["fundingTimestamp"],
            "interval_h": None if hours is None else float(hours.removesuffix("h")),
        }
        return {"kind": "funding", "symbol": rate["info"]["instId"], **{k: v for k, v in said.items() if v is not None}}

    def _mark(self, row: Any) -> Reading:
        ticker = self.exchange.parse_ticker(row)
        said = {"mark": ticker["markPrice"], "index": ticker["indexPrice"], "time": ticker["timestamp"]}
        symbol = row["instId"] if "markPx" in row else f"{row['instId']}-SWAP"
        return {"kind": "funding", "symbol": symbol, **{k: v for k, v in said.items() if v is not None}}

    def _trade(self, trade: Any) -> Reading:
        names = {"price": "price", "size": "amount", "side": "side", "id": "id", "time": "timestamp"}
        return {"kind": "trade", "symbol": self._id(trade["symbol"]), **{o: trade[t] for o, t in names.items()}}

    def _book(self, book: Any) -> Reading:
        sides = {side: [tuple(level[:2]) for level in book[side][:DEPTH]] for side in ("bids", "asks")}
        said = {"kind": "book", "symbol": self._id(book["symbol"]), "seq": book["nonce"], "time": book["timestamp"]}
        return {**said, **sides}


def _instrument(market: Any) -> Reading:
    more = {"settle_currency": market["settleId"] or None, "type": market["type"], "inverse": market["inverse"]}
    return instrument(market) | more


class CryptofeedReader:
    """Read books, trades and funding of one market with cryptofeed's OKX class; it holds books to their checksums."""

    def __init__(self, market: Market) -> None:
        from cryptofeed.exchanges.okx import OKX

        reader = self
        self.said: list[Reading] = []
        self.checked = 0

        class Quiet(OKX):
            def __init__(self) -> None:
                self._l2_book: dict[str, Any] = {}
                self.max_depth = 0

            def exchange_symbol_to_std_symbol(self, symbol: str) -> str:
                return symbol

            async def callback(self, kind: str, found: Any, _received: float) -> None:
                reader.said.append(_event(kind, found))

            async def book_callback(self, _kind: str, book: Any, _received: float, **told: Any) -> None:
                reader.checked += self.checksum_validation
                reader.said.append(_foreign_book(book, told))

        self.feed: Any = Quiet()

    def read(self, piece: Piece) -> list[Reading]:
        """Return what cryptofeed makes of `piece`; kinds it lacks say nothing."""
        self.said = []
        message, received = json.loads(piece.raw), piece.received / 1e9
        if piece.kind == "trade":
            finish(self.feed._trade(message, received))
        elif piece.kind == "funding":
            for row in message["data"]:
                row.setdefault("nextFundingRate", "")
            finish(self.feed._funding(message, received))
        elif message.get("action") == "snapshot" or piece.symbol in self.feed._l2_book:
            # Those of samples are made up, and since 2026-08 the venue sends 0.
            self.feed.checksum_validation = piece.file.startswith("recordings/")
            finish(self.feed._book(message, received))
        return self.said


def _event(kind: str, found: Any) -> Reading:
    time = round(found.timestamp * 1000) if found.timestamp else None
    if kind == "trades":
        said = {"kind": "trade", "price": float(found.price), "size": float(found.amount), "side": found.side}
        return {**said, "symbol": found.symbol, "id": found.id, "time": time}
    # cryptofeed keeps fundingTime as the time of the rate itself.
    return {"kind": "funding", "symbol": found.symbol, "rate": float(found.rate), "next_time": time}


def _foreign_book(book: Any, told: dict[str, Any]) -> Reading:
    sides = {}
    for name, side in (("bids", book.book.bids), ("asks", book.book.asks)):
        sides[name] = [(float(price), float(side[price])) for price in list(side.keys())[:DEPTH]]
    return {"kind": "book", "symbol": book.symbol, "time": round(told["timestamp"] * 1000), **sides}
