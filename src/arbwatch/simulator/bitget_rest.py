"""Answer the public REST questions of Bitget v2.

https://www.bitget.com/api-doc/spot/market/Get-Symbols, /api-doc/contract/market/Get-All-Symbols-Contracts and their
neighbours. Every answer is an envelope of `code`, `msg`, `requestTime` and `data`; a refusal comes with HTTP 400.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from arbwatch.simulator import bitget_rows as rows
from arbwatch.simulator.bitget_coins import coins
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Market
from arbwatch.simulator.protocol import Row

Query = Mapping[str, str]
SPOT, PERP = "bitget_spot", "bitget_perp"
MERGED = {"1": 1, "5": 5, "15": 15, "50": 50, "max": 400}
"""Levels of `merge-depth` by what is asked for."""
DEEPEST = 150
"""Levels of a spot book."""


class RefusedError(Exception):
    """A question that is answered by a code other than 00000."""

    def __init__(self, code: str, message: str) -> None:
        """Carry what the body says."""
        super().__init__(message)
        self.code, self.message = code, message


class Asked(NamedTuple):
    """What questions are answered from; one address answers for spot and contracts alike."""

    market: Market
    now_ms: int
    skew_ms: int

    def listings(self, venue: str) -> dict[str, Listing]:
        """Return what is listed on one side of the exchange, by symbol."""
        return self.market.venues.get(venue, {})


def server_time(asked: Asked, query: Query) -> Any:
    """Answer `public/time`."""
    return {"serverTime": str(asked.now_ms)}


def coin_list(asked: Asked, query: Query) -> Any:
    """Answer `spot/public/coins`: all that spot has, or one. Where spot is not simulated, the coins of contracts."""
    ordinary = [found for found in asked.listings(PERP).values() if found.kind == "perpetual" and found.multiplier == 1]
    listings = asked.listings(SPOT).values() or ordinary
    found = coins(asked.market, listings, query.get("coin"))
    if not found:
        raise _unknown(query.get("coin", ""))
    return found


def symbols(asked: Asked, query: Query) -> Any:
    """Answer `spot/public/symbols`, whatever the status."""
    return [rows.symbol(listing) for listing in _spots(asked, query)]


def spot_tickers(asked: Asked, query: Query) -> Any:
    """Answer `spot/market/tickers`."""
    return [rows.spot_ticker(listing, asked.skew_ms) for listing in _spots(asked, query) if rows.is_open(listing)]


def orderbook(asked: Asked, query: Query) -> Any:
    """Answer `spot/market/orderbook`: 150 levels at most."""
    listing = _named(asked.listings(SPOT), query)
    limit = query.get("limit", str(DEEPEST))
    if not limit.isdigit() or not int(limit):
        raise RefusedError("40020", "Parameter limit error")
    return rows.book(listing, min(int(limit), DEEPEST)) | {"ts": _time(asked, listing)}


def borrowable(asked: Asked, query: Query) -> Any:
    """Answer `margin/currencies`: nothing can be borrowed here."""
    return []


def contracts(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/contracts`."""
    return [rows.contract(listing) for listing in _contracts(asked, query)]


def contract_tickers(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/tickers`: what can be traded, contracts with a delivery date too."""
    return [rows.contract_ticker(found, asked.skew_ms) for found in _contracts(asked, query) if rows.is_open(found)]


def one_contract_ticker(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/ticker`, a list of one."""
    return [rows.contract_ticker(_contract(asked, query), asked.skew_ms)]


def merged_depth(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/merge-depth`, whose prices and sizes are numbers."""
    listing, limit = _contract(asked, query), MERGED.get(query.get("limit", "max"))
    if limit is None:
        raise RefusedError("40020", "Parameter limit error")
    found = rows.book(listing, limit)
    sides = {side: [[float(at), float(size)] for at, size in found[side]] for side in ("asks", "bids")}
    return sides | {
        "ts": _time(asked, listing), "scale": rows.trim(listing.price(listing.tick)), "precision": "scale0",
        "isMaxPrecision": "NO",
    }  # fmt: skip


def funding_rates(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/current-fund-rate`: one contract, or all of a product type."""
    known = [(found, found.funding) for found in _contracts(asked, query) if rows.is_open(found)]
    return [rows.funding(listing, funding) for listing, funding in known if funding and funding.interval_h]


def funding_time(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/funding-time`."""
    listing = _contract(asked, query)
    known = rows.state(listing)
    return [
        {"symbol": listing.symbol, "nextFundingTime": str(known.next_time), "ratePeriod": str(known.interval_h)}
    ]  # fmt: skip


def funding_history(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/history-fund-rate`, the newest first."""
    listing = _contract(asked, query)
    known, size = rows.state(listing), query.get("pageSize", "20")
    if not known.interval_h or not size.isdigit() or not 1 <= int(size) <= 100:
        raise RefusedError("40020", "Parameter pageSize error")
    found = []
    for ago in range(1, int(size) + 1):
        time = known.next_time - ago * known.interval_h * 3_600_000
        drawn = random.Random(f"{listing.symbol}:{time}").gauss(known.interest, 1e-4)
        rate = rows.fraction(min(max(drawn, known.floor), known.cap), 6)
        found.append({"symbol": listing.symbol, "fundingRate": rate, "fundingTime": str(time)})
    return found


def symbol_price(asked: Asked, query: Query) -> Any:
    """Answer `mix/market/symbol-price`."""
    listing = _contract(asked, query)
    known = rows.state(listing)
    return [
        {
            "symbol": listing.symbol, "price": rows.trim(listing.price(listing.statistics.last)),
            "indexPrice": rows.index(listing, known), "markPrice": rows.trim(rows.mark(listing, known)),
            "ts": str(known.time // 10**6 + asked.skew_ms),
        }
    ]  # fmt: skip


ANSWERS: dict[str, tuple[Callable[[Asked, Query], Any], int]] = {
    "public/time": (server_time, 20),
    "spot/public/coins": (coin_list, 3),
    "spot/public/symbols": (symbols, 20),
    "spot/market/tickers": (spot_tickers, 20),
    "spot/market/orderbook": (orderbook, 20),
    "margin/currencies": (borrowable, 10),
    "mix/market/contracts": (contracts, 20),
    "mix/market/tickers": (contract_tickers, 20),
    "mix/market/ticker": (one_contract_ticker, 20),
    "mix/market/merge-depth": (merged_depth, 20),
    "mix/market/current-fund-rate": (funding_rates, 20),
    "mix/market/funding-time": (funding_time, 20),
    "mix/market/history-fund-rate": (funding_history, 20),
    "mix/market/symbol-price": (symbol_price, 20),
}
"""By path under /api/v2/, with the requests that are allowed within a second."""


def envelope(data: Any, now_ms: int) -> Row:
    """Wrap an answer."""
    return {"code": "00000", "msg": "success", "requestTime": now_ms, "data": data}


def refusal(code: str, message: str, now_ms: int) -> Row:
    """Return the body of a refusal."""
    return {"code": code, "msg": message, "requestTime": now_ms, "data": None}


def _unknown(name: str) -> RefusedError:
    return RefusedError("40034", f"Parameter {name} does not exist")


def _named(listings: Mapping[str, Listing], query: Query) -> Listing:
    name = query.get("symbol", "")
    if not name:
        raise RefusedError("40019", "Parameter symbol cannot be empty")
    if name not in listings:
        raise _unknown(name)
    return listings[name]


def _spots(asked: Asked, query: Query) -> list[Listing]:
    listings = asked.listings(SPOT)
    return [_named(listings, query)] if query.get("symbol") else [*listings.values()]


def _contracts(asked: Asked, query: Query) -> list[Listing]:
    wanted = query.get("productType", "").upper()
    if not wanted:
        raise RefusedError("40019", "Parameter productType cannot be empty")
    if wanted not in (*rows.PRODUCTS, *rows.DEMO):
        raise RefusedError("40020", "Parameter productType error")
    listings = {name: found for name, found in asked.listings(PERP).items() if rows.product(found) == wanted}
    return [_named(listings, query)] if query.get("symbol") else [*listings.values()]


def _contract(asked: Asked, query: Query) -> Listing:
    found = _contracts(asked, query)
    return _named({listing.symbol: listing for listing in found}, query)


def _time(asked: Asked, listing: Listing) -> str:
    return str(listing.time // 10**6 + asked.skew_ms)
