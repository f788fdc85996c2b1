"""Answer the public REST questions of MEXC spot: https://www.mexc.com/api-docs/spot-v3/market-data-endpoints.

Answers have no envelope; a refusal is a code and a message with HTTP 400.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from arbwatch.simulator import mexc_rows as rows
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.protocol import Row

PREFIX = "/api/v3/"
Query = Mapping[str, str]


class RefusedError(Exception):
    """A question that is answered by a code."""

    def __init__(self, code: int, message: str) -> None:
        """Carry what the body says."""
        super().__init__(message)
        self.code, self.message = code, message


class Market(NamedTuple):
    """What questions are answered from."""

    listings: Mapping[str, Listing]
    now_ms: int
    skew_ms: int


def ping(market: Market, query: Query) -> Row:
    """Answer `ping`."""
    return {}


def server_time(market: Market, query: Query) -> Row:
    """Answer `time`."""
    return {"serverTime": market.now_ms}


def exchange_info(market: Market, query: Query) -> Row:
    """Answer `exchangeInfo`: every pair, some, or one."""
    chosen = _chosen(market, query)
    return {
        "timezone": "CST", "serverTime": market.now_ms, "rateLimits": [], "exchangeFilters": [],
        "symbols": [rows.instrument(listing) for listing in chosen],
    }  # fmt: skip


def default_symbols(market: Market, query: Query) -> Row:
    """Answer `defaultSymbols`: the pairs that the API may trade."""
    found = [name for name, listing in market.listings.items() if rows.open_to_trade(listing)]
    return {"code": 0, "data": found, "msg": "success", "timestamp": market.now_ms}


def day(market: Market, query: Query) -> Any:
    """Answer `ticker/24hr`: a list, or an object for one pair."""
    return _listed(market, query, lambda listing: rows.day(listing, market.skew_ms))


def book_ticker(market: Market, query: Query) -> Any:
    """Answer `ticker/bookTicker`: a list, or an object for one pair."""
    return _listed(market, query, rows.book_ticker)


def last_price(market: Market, query: Query) -> Any:
    """Answer `ticker/price`: a list, or an object for one pair."""

    def row(listing: Listing) -> Row:
        return {"symbol": listing.symbol, "price": rows.price(listing, listing.statistics.last)}

    return _listed(market, query, row)


def depth(market: Market, query: Query) -> Row:
    """Answer `depth`: 100 levels unless more are asked for, 5000 at most."""
    listing = _one(market, query)
    text = query.get("limit") or "100"
    if not text.isdigit() or not 1 <= int(text) <= 5000:
        raise RefusedError(-1100, "Illegal characters found in parameter 'limit'")
    return {
        "lastUpdateId": listing.book.id, "bids": rows.side(listing, True, int(text)),
        "asks": rows.side(listing, False, int(text)), "timestamp": market.now_ms,
    }  # fmt: skip


def _one(market: Market, query: Query) -> Listing:
    if "symbol" not in query:
        raise RefusedError(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
    found = market.listings.get(query["symbol"])
    if found is None:
        raise RefusedError(-1121, "Invalid symbol.")
    return found


def _chosen(market: Market, query: Query) -> list[Listing]:
    if "symbol" in query:
        return [_one(market, query)]
    if "symbols" in query:
        return [_one(market, {"symbol": name}) for name in query["symbols"].split(",")]
    return list(market.listings.values())


def _listed(market: Market, query: Query, row: Callable[[Listing], Row]) -> Any:
    if "symbol" in query:
        return row(_one(market, query))
    return [row(listing) for listing in market.listings.values() if listing.status != "offline"]


ANSWERS: dict[str, tuple[Callable[[Market, Query], Any], int]] = {
    "ping": (ping, 1),
    "time": (server_time, 1),
    "exchangeInfo": (exchange_info, 10),
    "defaultSymbols": (default_symbols, 1),
    "ticker/24hr": (day, 40),
    "ticker/bookTicker": (book_ticker, 1),
    "ticker/price": (last_price, 1),
    "depth": (depth, 1),
}
"""What answers a path under /api/v3/, and its weight; statistics of one pair weigh 1."""
