"""MEXC messages as arbwatch and ccxt read them, offline: decoders alone, no socket."""

import asyncio
import json
from typing import Any

from arbwatch.connector.venue import Venue
from arbwatch.model import Book, Instrument
from arbwatch.venues.mexc import MexcPerp, MexcSpot
from tests.evidence.ccxt_reader import DEPTH, Collecting, Reading, instrument
from tests.evidence.exchange_reader import ExchangeReader, told
from tests.evidence.material import Market, Piece
from tests.evidence.our_reader import reading

POLLS = {"tickers": "tickers", "quotes": "quotes", "rates": "funding", "clock": "clock"}
URLS: dict[Market, str] = {"spot": "wss://wbs-api.mexc.com/ws", "perp": "wss://contract.mexc.com/edge"}
QUOTES = ("USDT", "USDC", "BTC")
VENUES: dict[Market, type[Venue]] = {"spot": MexcSpot, "perp": MexcPerp}


def venue(market: Market) -> type[Venue]:
    """Return arbwatch's own venue for `market`."""
    return VENUES[market]


class OurReader(ExchangeReader):
    """Read with one fresh instance of the venue."""

    polls = POLLS

    def __init__(self, market: Market) -> None:
        super().__init__(venue(market))

    def read(self, piece: Piece) -> list[Reading]:
        """Return what arbwatch makes of `piece`; what it could not read is kept in `refused`."""
        return [found for one in self.said(piece) or () if (found := self._reading(one, piece)) is not None]

    def _reading(self, said: object, piece: Piece) -> Reading | None:
        if isinstance(said, Book):
            return self.book(said)
        found = reading(said)
        if found is None:
            return None
        if isinstance(said, Instrument):
            return {**found, "maker_fee": said.maker_fee, "taker_fee": said.taker_fee}
        # ccxt makes statistics of a row of statistics, or a quote, nothing else.
        one = {"ticker": "ticker", "tickers": "ticker", "quotes": "quote"}.get(piece.kind)
        return told(found) if one in (None, found["kind"]) else None


class CcxtReader:
    """Read frames and bodies of one market with ccxt.pro."""

    def __init__(self, market: Market) -> None:
        import ccxt.pro

        self.market = market
        self.exchange: Any = ccxt.pro.mexc()
        self.exchange.set_markets([])
        self.client: Any = Collecting(URLS[market])

    def read(self, piece: Piece) -> list[Reading]:
        """Return what ccxt makes of `piece`, in the order of the message."""
        if not piece.body:
            return self._frame(piece)
        message = json.loads(piece.raw)
        if piece.kind == "clock":
            return [{"kind": "clock", "time": self.exchange.safe_integer_2(message, "serverTime", "data")}]
        if piece.kind == "listing":
            return [_instrument(market) for market in asyncio.run(self._markets(message))]
        if piece.kind == "snapshot":
            return [self._snapshot(piece, message)]
        rows = message["data"] if self.market == "perp" else message
        rows = [row for row in (rows if isinstance(rows, list) else [rows]) if self._list(row["symbol"])]
        if piece.kind == "rates":
            return [self._rate(self.exchange.parse_funding_rate(row)) for row in rows]
        parsed = [self.exchange.parse_ticker(row) for row in rows]
        return [self._quote(one) if piece.kind == "quotes" else self._ticker(one) for one in parsed]

    async def _markets(self, message: Any) -> list[Any]:
        async def listed(*_: Any) -> Any:
            if self.market == "perp" and not isinstance(message["data"], list):
                return {**message, "data": [message["data"]]}
            return message

        self.exchange.spotPublicGetExchangeInfo = self.exchange.contractPublicGetDetail = listed
        fetch = self.exchange.fetch_spot_markets if self.market == "spot" else self.exchange.fetch_swap_markets
        found: list[Any] = await fetch({})
        return found

    def _list(self, symbol: str) -> str:
        """Tell ccxt of a symbol, as its own listing would, and return its word for it."""
        known = (self.exchange.markets_by_id or {}).get(symbol)
        if known:
            return str(known[0]["symbol"])
        currency = symbol.split("_")[1] if "_" in symbol else next(q for q in QUOTES if symbol.endswith(q))
        base, is_spot = symbol.removesuffix(currency).removesuffix("_"), self.market == "spot"
        market = {
            "id": symbol,
            "symbol": f"{base}/{currency}" if is_spot else f"{base}/{currency}:{currency}",
            "base": base,
            "quote": currency,
            "settle": None if is_spot else currency,
            "baseId": base,
            "quoteId": currency,
            "type": "spot" if is_spot else "swap",
            "spot": is_spot,
            "swap": not is_spot,
            "contract": not is_spot,
            "linear": None if is_spot else True,
            "contractSize": None if is_spot else 1.0,
        }
        markets = [*(self.exchange.markets or {}).values(), self.exchange.safe_market_structure(market)]
        self.exchange.set_markets(markets)
        return str(market["symbol"])

    def _frame(self, piece: Piece) -> list[Reading]:
        message: Any = piece.raw if self.market == "spot" else json.loads(piece.raw)
        rows = message["data"] if self.market == "perp" and isinstance(message["data"], list) else []
        if piece.symbol:
            self._list(piece.symbol)
        for row in rows if piece.kind == "ticker" else []:
            self._list(row["symbol"])
        symbol = self._list(piece.symbol) if piece.symbol else ""
        if piece.kind == "delta" and symbol not in self.exchange.orderbooks:
            self.exchange.orderbooks[symbol] = self.exchange.order_book({})
            self.exchange.orderbooks[symbol]["symbol"] = symbol
        self.client.said.clear()
        self.client.subscriptions.setdefault(f"orderbook:{symbol}", {})
        before = len(self.exchange.trades.get(symbol) or ())
        self.exchange.handle_message(self.client, message)
        if piece.kind == "trade":
            return [self._trade(trade) for trade in list(self.exchange.trades[symbol])[before:]]
        told = dict(self.client.said)
        if piece.kind == "ticker":
            return [self._ticker(one) for name, one in told.items() if name.startswith("ticker:")]
        if piece.kind == "quote":
            return [self._quote(told[f"ticker:{symbol}"])]
        if piece.kind == "funding":
            return [self._rate(self.exchange.fundingRates[symbol])]
        found = told.get(f"orderbook:{symbol}")
        return [] if found is None else [self._book(found)]

    def _snapshot(self, piece: Piece, message: Any) -> Reading:
        symbol = self._list(piece.symbol or "")
        data, number = (message["data"], "version") if self.market == "perp" else (message, "lastUpdateId")
        book = self.exchange.parse_order_book(data, symbol, self.exchange.safe_integer(data, "timestamp"))
        book["nonce"] = self.exchange.safe_integer(data, number)
        kept = self.exchange.order_book(book)
        kept["symbol"] = symbol
        self.exchange.orderbooks[symbol] = kept
        return self._book(kept)

    def _id(self, symbol: str) -> str:
        return str(self.exchange.markets[symbol]["id"])

    def _quote(self, ticker: Any) -> Reading:
        sides = {"bid": "bid", "bid_size": "bidVolume", "ask": "ask", "ask_size": "askVolume"}
        said = {ours: ticker[theirs] for ours, theirs in sides.items()}
        return {"kind": "quote", "symbol": self._id(ticker["symbol"]), "time": ticker["timestamp"], **said}

    def _ticker(self, ticker: Any) -> Reading:
        names = {"last": "last", "high": "high", "low": "low", "time": "timestamp"}
        names |= {"base_volume": "baseVolume", "quote_volume": "quoteVolume"}
        change = ticker["percentage"]
        said = {ours: ticker[theirs] for ours, theirs in names.items()}
        change = None if change is None else change / 100
        return {"kind": "ticker", "symbol": self._id(ticker["symbol"]), **said, "change_24h": change}

    def _rate(self, rate: Any) -> Reading:
        hours = rate["interval"]
        said = {
            "rate": rate["fundingRate"],
            "next_time": rate["fundingTimestamp"],
            "interval_h": None if hours is None else float(hours.removesuffix("h")),
        }
        symbol = rate["info"]["symbol"]
        return {"kind": "funding", "symbol": symbol, **{k: v for k, v in said.items() if v is not None}}

    def _trade(self, trade: Any) -> Reading:
        names = {"price": "price", "size": "amount", "side": "side", "id": "id", "time": "timestamp"}
        return {"kind": "trade", "symbol": self._id(trade["symbol"]), **{o: trade[t] for o, t in names.items()}}

    def _book(self, book: Any) -> Reading:
        sides = {side: [tuple(level[:2]) for level in book[side][:DEPTH]] for side in ("bids", "asks")}
        said = {"kind": "book", "symbol": self._id(book["symbol"]), "seq": book["nonce"], "time": book["timestamp"]}
        return {**said, **sides}


def _instrument(market: Any) -> Reading:
    fees = {"maker_fee": market["maker"], "taker_fee": market["taker"], "inverse": market["inverse"]}
    return {**instrument(market), **fees, "min_notional": market["limits"]["cost"]["min"]}
