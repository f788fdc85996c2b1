"""Answer the public REST questions of OKX v5.

https://www.okx.com/docs-v5/en/#public-data-rest-api and #order-book-trading-market-data.
Every answer is an envelope of `code`, `msg` and `data`; a refusal about an instrument comes with HTTP 200.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from arbwatch.simulator import okx_rows as rows
from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.protocol import Row

Query = Mapping[str, str]
NO_INSTRUMENT = "Instrument ID, Instrument ID code, or Spread ID doesn't exist."
TYPES = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS")


class RefusedError(Exception):
    """A question that is answered by a code other than 0."""

    def __init__(self, code: str, message: str, status: int = 200) -> None:
        """Carry what the body says."""
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Limit(NamedTuple):
    """Requests to one path within two seconds, counted by address and, where named, by a parameter."""

    requests: int
    by: str = ""


class Market(NamedTuple):
    """What questions are answered from."""

    listings: dict[str, Listing]
    now_ms: int
    skew_ms: int
    instrument: Callable[[Listing], Row]


def server_time(market: Market, query: Query) -> list[Row]:
    """Answer `public/time`."""
    return [{"ts": str(market.now_ms)}]


def instruments(market: Market, query: Query) -> list[Row]:
    """Answer `public/instruments`: everything that is listed, whatever its state."""
    chosen = _of_type(market, query)
    if "instId" in query:
        chosen = [found for found in chosen if found.symbol == query["instId"]]
        if not chosen:
            raise RefusedError("51001", NO_INSTRUMENT)
    if uly := query.get("uly") or query.get("instFamily"):
        chosen = [found for found in chosen if rows.is_contract(found) and rows.family(found) == uly]
    return [market.instrument(listing) for listing in chosen]


def tickers(market: Market, query: Query) -> list[Row]:
    """Answer `market/tickers`: what is open to trading or was."""
    return [rows.ticker(found, market.skew_ms, streamed=False) for found in _open(_of_type(market, query))]


def one_ticker(market: Market, query: Query) -> list[Row]:
    """Answer `market/ticker`."""
    return [rows.ticker(_named(market, query), market.skew_ms, streamed=False)]


def books(market: Market, query: Query) -> list[Row]:
    """Answer `market/books`: one level unless more are asked for, 400 at most."""
    return [rows.book(_named(market, query), _depth(query, 400), market.skew_ms)]


def full_books(market: Market, query: Query) -> list[Row]:
    """Answer `market/books-full`: without the dead zero in each level."""
    row = rows.book(_named(market, query), _depth(query, 5000), market.skew_ms)
    return [{side: [[p, s, n] for p, s, _, n in row[side]] for side in ("asks", "bids")} | {"ts": row["ts"]}]


def funding_rates(market: Market, query: Query) -> list[Row]:
    """Answer `public/funding-rate`: one swap, or every one for ANY."""
    if query.get("instId") == "ANY":
        known = [found for found in _open(market.listings.values()) if found.funding and found.funding.interval_h]
        return [rows.funding(found, found.funding, market.skew_ms) for found in known if found.funding]
    listing, state = _contract(market, query)
    return [rows.funding(listing, state, market.skew_ms)]


def funding_history(market: Market, query: Query) -> list[Row]:
    """Answer `public/funding-rate-history`, the newest first."""
    listing, state = _contract(market, query)
    limit = _count(query, "limit", 400, 400)
    interval = state.interval_h * 3_600_000
    times = [state.next_time - interval * ago for ago in range(1, limit + 1)]
    found = []
    for time in (time for time in times if time > listing.listed):
        rng = random.Random(f"{listing.symbol}:{time}")
        charged = min(max(rng.gauss(state.interest * state.interval_h / 8, 1e-4), state.floor), state.cap)
        found.append(rows.settlement(listing, charged, time))
    return found


def marks(market: Market, query: Query) -> list[Row]:
    """Answer `public/mark-price`."""
    chosen = _of_type(market, query)
    if "instId" in query:
        chosen = [found for found in chosen if found.symbol == query["instId"]]
        if not chosen:
            raise RefusedError("51001", NO_INSTRUMENT)
    return [rows.mark(found, found.funding, market.skew_ms) for found in _open(chosen) if found.funding]


def indices(market: Market, query: Query) -> list[Row]:
    """Answer `market/index-tickers`, by quote currency or by the name of one index."""
    quote, name = query.get("quoteCcy"), query.get("instId")
    if not quote and not name:
        raise RefusedError("50015", "Either parameter quoteCcy or instId is required", 400)
    swaps = {rows.family(found): found for found in _open(market.listings.values()) if rows.inst_type(found) == "SWAP"}
    if name and name not in swaps:
        raise RefusedError("51001", NO_INSTRUMENT)
    chosen = [found for index, found in swaps.items() if index == name or (not name and index.endswith(f"-{quote}"))]
    return [rows.index(found, found.funding, market.skew_ms) for found in chosen if found.funding]


ANSWERS: dict[str, tuple[Callable[[Market, Query], list[Row]], Limit]] = {
    "public/time": (server_time, Limit(10)),
    "public/instruments": (instruments, Limit(20, "instType")),
    "public/funding-rate": (funding_rates, Limit(20, "instId")),
    "public/funding-rate-history": (funding_history, Limit(10, "instId")),
    "public/mark-price": (marks, Limit(10, "instId")),
    "market/tickers": (tickers, Limit(20)),
    "market/ticker": (one_ticker, Limit(20)),
    "market/books": (books, Limit(40)),
    "market/books-full": (full_books, Limit(10)),
    "market/index-tickers": (indices, Limit(20)),
}
"""By path under /api/v5/."""


def envelope(path: str, data: list[Row]) -> Row:
    """Wrap an answer in the key order of its group of paths."""
    if path.startswith("public/"):
        return {"code": "0", "data": data, "msg": ""}
    return {"code": "0", "msg": "", "data": data}


def refusal(code: str, message: str) -> Row:
    """Return the body of a refusal."""
    return {"code": code, "data": [], "msg": message}


def _of_type(market: Market, query: Query) -> list[Listing]:
    wanted = query.get("instType", "")
    if not wanted:
        raise RefusedError("50014", "Parameter instType can not be empty.", 400)
    if wanted not in TYPES:
        raise RefusedError("51000", "Parameter instType error", 400)
    return [listing for listing in market.listings.values() if rows.inst_type(listing) == wanted]


def _open(listings: Iterable[Listing]) -> list[Listing]:
    return [listing for listing in listings if listing.status != "preopen"]


def _named(market: Market, query: Query) -> Listing:
    name = query.get("instId", "")
    if not name:
        raise RefusedError("50014", "Parameter instId can not be empty.", 400)
    if name not in market.listings:
        raise RefusedError("51001", NO_INSTRUMENT)
    return market.listings[name]


def _contract(market: Market, query: Query) -> tuple[Listing, FundingState]:
    listing = _named(market, query)
    if listing.funding is None or not listing.funding.interval_h:
        raise RefusedError("51001", NO_INSTRUMENT)
    return listing, listing.funding


def _depth(query: Query, most: int) -> int:
    return _count(query, "sz", 1, most)


def _count(query: Query, name: str, default: int, most: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise RefusedError("51000", f"Parameter {name} error", 400)
    return int(text)
