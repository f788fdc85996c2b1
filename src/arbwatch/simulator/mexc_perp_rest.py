"""Answer the public REST questions of MEXC contracts: https://www.mexc.com/api-docs/futures/market-endpoints.

Every answer is an envelope of `success`, `code` and `data`; a refusal has a `message` instead, with HTTP 200.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from arbwatch.simulator import mexc_perp_rows as rows
from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.mexc_perp_feeds import Commits
from arbwatch.simulator.protocol import Row

PREFIX = "/api/v1/contract/"
NO_CONTRACT = 1001
Query = Mapping[str, str]


class RefusedError(Exception):
    """A question that is answered by a code other than 0."""

    def __init__(self, code: int, message: str) -> None:
        """Carry what the body says."""
        super().__init__(message)
        self.code, self.message = code, message


class Market(NamedTuple):
    """What questions are answered from."""

    listings: Mapping[str, Listing]
    now_ms: int
    skew_ms: int
    commits: Mapping[str, Commits]
    """The newest changes of the books that somebody follows, by symbol."""


def ping(market: Market, rest: list[str], query: Query) -> int:
    """Answer `ping` with the venue's clock."""
    return market.now_ms


def detail(market: Market, rest: list[str], query: Query) -> Any:
    """Answer `detail`: a list of all, or an object for one."""
    if "symbol" in query:
        return rows.instrument(_named(market, query["symbol"]))
    return [rows.instrument(listing) for listing in market.listings.values()]


def ticker(market: Market, rest: list[str], query: Query) -> Any:
    """Answer `ticker`: a list of all that are open, or an object for one."""
    if "symbol" in query:
        listing, known = _funded(_named(market, query["symbol"]))
        return rows.ticker(listing, known, market.skew_ms)
    return [rows.ticker(listing, known, market.skew_ms) for listing, known in _open(market)]


def funding_rate(market: Market, rest: list[str], query: Query) -> Any:
    """Answer `funding_rate` for all, `funding_rate/SYMBOL`, or `funding_rate/history`."""
    if not rest:
        found = [(listing, known) for listing, known in _open(market) if known.interval_h]
        return [rows.funding(listing, known, market.skew_ms) for listing, known in found]
    if rest == ["history"]:
        return _history(market, query)
    listing, known = _funded(_named(market, rest[0]))
    return rows.funding(listing, known, market.skew_ms)


def _history(market: Market, query: Query) -> Row:
    listing, known = _funded(_named(market, query.get("symbol", "")))
    page, many = _count(query, "page_num", 1, 10_000), _count(query, "page_size", 20, 1000)
    interval = known.interval_h * 3_600_000
    whole = max(0, (market.now_ms - listing.listed) // interval) if interval else 0
    found = []
    for ago in range((page - 1) * many + 1, min(page * many, whole) + 1):
        time = known.next_time - interval * ago
        drawn = random.Random(f"{listing.symbol}:{time}").gauss(known.interest * known.interval_h / 8, 1e-4)
        charged = round(min(max(drawn, known.floor), known.cap), 6)
        found.append(
            {"symbol": listing.symbol, "fundingRate": charged, "settleTime": time, "collectCycle": known.interval_h}
        )
    return {
        "pageSize": many, "totalCount": whole, "totalPage": -(-whole // many), "currentPage": page, "resultList": found,
    }  # fmt: skip


def index_price(market: Market, rest: list[str], query: Query) -> Row:
    """Answer `index_price/SYMBOL`."""
    return _price(market, rest, "indexPrice", lambda known: known.index)


def fair_price(market: Market, rest: list[str], query: Query) -> Row:
    """Answer `fair_price/SYMBOL`."""
    return _price(market, rest, "fairPrice", lambda known: known.mark)


def _price(market: Market, rest: list[str], key: str, of: Callable[[FundingState], float]) -> Row:
    listing, known = _funded(_named(market, rest[0] if rest else ""))
    return {
        "symbol": listing.symbol, key: rows.near(listing, of(known)), "timestamp": known.time // 10**6 + market.skew_ms,
    }  # fmt: skip


def depth(market: Market, rest: list[str], query: Query) -> Row:
    """Answer `depth/SYMBOL`: a thousand levels unless fewer are asked for."""
    listing = _named(market, rest[0] if rest else "")
    levels = _count(query, "limit", 1000, 5000)
    return rows.sides(listing, levels) | {"timestamp": listing.time // 10**6 + market.skew_ms}


def depth_commits(market: Market, rest: list[str], query: Query) -> list[Row]:
    """Answer `depth_commits/SYMBOL/N`: the newest changes of a book first; none of one that nobody follows."""
    listing = _named(market, rest[0] if rest else "")
    text = rest[1] if len(rest) > 1 else ""
    if not text.isdigit():
        raise RefusedError(600, "Parameter error")
    return [*market.commits.get(listing.symbol, ())][: -int(text) - 1 : -1]


def _named(market: Market, name: str) -> Listing:
    found = market.listings.get(name)
    if found is None:
        raise RefusedError(NO_CONTRACT, f"Contract [{name}] not exists")
    return found


def _funded(listing: Listing) -> tuple[Listing, FundingState]:
    if listing.funding is None:
        raise RefusedError(NO_CONTRACT, f"Contract [{listing.symbol}] not exists")
    return listing, listing.funding


def _open(market: Market) -> list[tuple[Listing, FundingState]]:
    shown = [listing for listing in market.listings.values() if listing.status in ("enabled", "paused")]
    return [(listing, listing.funding) for listing in shown if listing.funding]


def _count(query: Query, name: str, default: int, most: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdigit() or int(text) < 1:
        raise RefusedError(600, "Parameter error")
    return min(int(text), most)


ANSWERS: dict[str, Callable[[Market, list[str], Query], Any]] = {
    "ping": ping, "detail": detail, "ticker": ticker, "funding_rate": funding_rate, "index_price": index_price,
    "fair_price": fair_price, "depth": depth, "depth_commits": depth_commits,
}  # fmt: skip
"""By the first part of a path under /api/v1/contract/; what follows it is handed over."""
