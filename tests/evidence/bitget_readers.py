"""Bitget messages as arbwatch and ccxt read them, offline: decoders alone, no socket."""

import asyncio
import json
from typing import Any

from arbwatch.connector.venue import Venue
from arbwatch.model import Book, Instrument, Network
from arbwatch.venues.bitget import BitgetPerp, BitgetSpot
from tests.evidence.ccxt_reader import DEPTH, Collecting, Reading, instrument
from tests.evidence.exchange_reader import ExchangeReader, told
from tests.evidence.material import Market, Piece
from tests.evidence.our_reader import reading

POLLS = {"tickers": "tickers", "quotes": "quotes", "rates": "funding", "clock": "clock", "networks": "networks"}
URL = "wss://ws.bitget.com/v2/ws/public"
QUOTES = ("USDT", "USDC", "BTC")
VENUES: dict[Market, type[Venue]] = {"spot": BitgetSpot, "perp": BitgetPerp}


def venue(market: Market) -> type[Venue]:
    """Return arbwatch's own venue for `market`."""
    return VENUES[market]


class OurReader(ExchangeReader):
    """Read with one fresh instance of the venue."""

    polls, numbered = POLLS, False

    def __init__(self, market: Market) -> None:
        super().__init__(venue(market))

    def read(self, piece: Piece) -> list[Reading]:
        """Return what arbwatch makes of `piece`; what it could not read is kept in `refused`."""
        return [found for one in self.said(piece) or () if (found := self._reading(one)) is not None]

    def _reading(self, said: object) -> Reading | None:
        if isinstance(said, Book):
            return self.book(said)
        if isinstance(said, Network):
            names = ("deposit", "withdraw", "withdraw_fee", "withdraw_min", "deposit_min")
            about = {name: getattr(said, name) for name in names}
            return {"kind": "network", "symbol": f"{said.coin} {said.name}", **about}
        found = reading(said)
        if found is None:
            return None
        if isinstance(said, Instrument):
            return {**found, "maker_fee": said.maker_fee, "taker_fee": said.taker_fee}
        return told(found)


class CcxtReader:
    """Read frames and bodies of one market with ccxt.pro, which holds books to their checksums."""

    def __init__(self, market: Market) -> None:
        import ccxt.pro

        self.market = market
        self.exchange: Any = ccxt.pro.bitget()
        self.exchange.set_markets([])
        self.client: Any = Collecting(URL)
        self.books: dict[str, Any] = {}
        self.broken: list[str] = []
        self.exchange.spawn = lambda _work, _client, symbol, _hash: self.broken.append(symbol)

    def read(self, piece: Piece) -> list[Reading]:
        """Return what ccxt makes of `piece`, in the order of the message."""
        message = json.loads(piece.raw)
        if not piece.body:
            return self._frame(piece, message)
        rows = message["data"]
        if piece.kind == "clock":
            return [{"kind": "clock", "time": self.exchange.safe_integer(rows, "serverTime")}]
        if piece.kind == "listing":
            return [_instrument(market) for market in asyncio.run(self._markets(message))]
        if piece.kind == "networks":
            return [_network(chain, coin) for coin in rows for chain in self._chains(coin)]
        if piece.kind == "rates":
            return [self._rate(row) for row in rows]
        parsed = [self.exchange.parse_ticker(self._known(row)) for row in rows]
        if piece.kind == "quotes":
            return [self._quote(one) for one in parsed]
        told = [self._ticker(one) for one in parsed]
        return told + [self._rate(row) for row in rows if "fundingRate" in row]

    def _chains(self, coin: Any) -> list[Any]:
        return list(self.exchange.parse_currency(coin)["networks"].values())

    async def _markets(self, message: Any) -> list[Any]:
        async def listed(*_: Any) -> Any:
            return message if self.market == "spot" or _[0]["productType"] == "USDT-FUTURES" else {"data": []}

        async def margins(*_: Any) -> Any:
            return {"data": []}

        self.exchange.options["fetchMarkets"] = {"types": ["spot" if self.market == "spot" else "swap"]}
        self.exchange.publicSpotGetV2SpotPublicSymbols = self.exchange.publicMixGetV2MixMarketContracts = listed
        self.exchange.publicMarginGetV2MarginCurrencies = margins
        found: list[Any] = await self.exchange.fetch_default_markets({})
        return found

    def _known(self, row: Any) -> Any:
        self._list(row["symbol"])
        return row

    def _list(self, symbol: str) -> str:
        """Tell ccxt of a symbol, as its own listing would, and return its word for it."""
        known = (self.exchange.markets_by_id or {}).get(symbol)
        if known:
            return str(known[0]["symbol"])
        currency = next((each for each in QUOTES if symbol.endswith(each)), "USDT")
        base, is_spot = symbol.removesuffix(currency), self.market == "spot"
        market = {
            "id": symbol,
            "symbol": f"{base}/{currency}" if is_spot else f"{base}/{currency}:{currency}",
            "base": base,
            "quote": currency,
            "settle": None if is_spot else currency,
            "baseId": base,
            "quoteId": currency,
            "type": self.market if is_spot else "swap",
            "spot": is_spot,
            "swap": not is_spot,
            "contract": not is_spot,
            "linear": None if is_spot else True,
        }
        markets = [*(self.exchange.markets or {}).values(), self.exchange.safe_market_structure(market)]
        self.exchange.set_markets(markets)
        return str(market["symbol"])

    def _frame(self, piece: Piece, message: Any) -> list[Reading]:
        symbol = self._list(piece.symbol or "")
        # Some samples of v3 name their symbol as v2 does.
        message["arg"].setdefault("symbol", piece.symbol)
        # ccxt keeps one book of a symbol, whichever channel it is from.
        self.exchange.orderbooks = self.books.setdefault(piece.kind, self.exchange.create_safe_dictionary())
        self.client.said.clear()
        self.exchange.handle_message(self.client, message)
        if piece.kind == "trade":
            return [self._trade(trade) for trade in list(self.exchange.trades[symbol])[-len(message["data"]) :]]
        if piece.kind == "ticker":
            rows = [{**row, "symbol": piece.symbol} for row in message["data"]]
            return [self._ticker(self.exchange.tickers[symbol]), *(self._rate(r) for r in rows if "fundingRate" in r)]
        found = dict(self.client.said).get(f"orderbook:{symbol}")
        if found is None:
            return []
        if piece.kind != "quote":
            return [self._book(found)]
        sides = {side: (*found[f"{side}s"][0][:2],) if found[f"{side}s"] else (None, None) for side in ("bid", "ask")}
        said = {
            "bid": sides["bid"][0],
            "bid_size": sides["bid"][1],
            "ask": sides["ask"][0],
            "ask_size": sides["ask"][1],
        }
        return [{"kind": "quote", "symbol": piece.symbol, "time": found["timestamp"], **said}]

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

    def _rate(self, row: Any) -> Reading:
        self._list(row["symbol"])
        rate = self.exchange.parse_funding_rate(row)
        said = {
            "rate": rate["fundingRate"],
            "next_time": rate["fundingTimestamp"],
            "interval_h": None if rate["interval"] in (None, "h") else float(rate["interval"].removesuffix("h")),
            "mark": rate["markPrice"],
            "index": rate["indexPrice"],
        }
        return {"kind": "funding", "symbol": row["symbol"], **{k: v for k, v in said.items() if v is not None}}

    def _trade(self, trade: Any) -> Reading:
        names = {"price": "price", "size": "amount", "side": "side", "id": "id", "time": "timestamp"}
        return {"kind": "trade", "symbol": self._id(trade["symbol"]), **{o: trade[t] for o, t in names.items()}}

    def _book(self, book: Any) -> Reading:
        sides = {side: [tuple(level[:2]) for level in book[side][:DEPTH]] for side in ("bids", "asks")}
        return {"kind": "book", "symbol": self._id(book["symbol"]), "time": book["timestamp"], **sides}


def _instrument(market: Any) -> Reading:
    fees = {"maker_fee": market["maker"], "taker_fee": market["taker"], "type": market["type"]}
    return {**instrument(market), **fees}


def _network(network: Any, coin: Any) -> Reading:
    limits = network["limits"]
    return {
        "kind": "network",
        "symbol": f"{coin['coin']} {network['id']}",
        "deposit": network["deposit"],
        "withdraw": network["withdraw"],
        "withdraw_fee": network["fee"],
        "withdraw_min": limits["withdraw"]["min"],
        "deposit_min": limits["deposit"]["min"],
    }
