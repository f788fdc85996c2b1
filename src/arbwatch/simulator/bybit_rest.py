"""The public REST questions of Bybit v5: https://bybit-exchange.github.io/docs/v5/market/time and its neighbours."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote

from arbwatch.simulator import bybit_rows as rows
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.protocol import Row

if TYPE_CHECKING:
    from arbwatch.simulator.bybit import Bybit

PREFIX = "/v5/market/"
PATHS = {f"{PREFIX}{name}" for name in ("time", "instruments-info", "tickers", "orderbook", "funding/history")}
VENUES = {"spot": "bybit_spot", "linear": "bybit_perp", "inverse": "bybit_perp"}
PAGE, LONGEST_PAGE = 500, 1000
Query = Mapping[str, str]
Result = tuple[int, str, Row]


class ParamsError(Exception):
    """A request with a parameter that makes no sense."""


def answer(venue: "Bybit", path: str, query: Query) -> Result:
    """Return code, message and result."""
    name = path.removeprefix(PREFIX)
    try:
        if name == "time":
            now = venue.now_ms()
            return 0, "OK", {"timeSecond": str(now // 1000), "timeNano": str(now * 10**6 + 123_456)}
        category = query.get("category", "")
        listed = _listed(venue, category)
        match name:
            case "instruments-info":
                return 0, "OK", _instruments(category, listed, query)
            case "tickers":
                return 0, "OK", _tickers(venue, category, listed, query)
            case "orderbook":
                return 0, "OK", _book(venue, category, listed, query)
        return 0, "OK", _history(venue, category, listed, query)
    except ParamsError as error:
        return 10001, f"params error: {error}", {}


def _listed(venue: "Bybit", category: str) -> dict[str, Listing]:
    if category not in VENUES:
        raise ParamsError("category invalid")
    listings = venue.market.venues.get(VENUES[category], {})
    inverse = category == "inverse"
    return {name: li for name, li in listings.items() if (li.kind == "coin_margined") == inverse}


def _one(listed: dict[str, Listing], query: Query) -> Listing:
    found = listed.get(query.get("symbol", ""))
    if found is None:
        raise ParamsError("symbol invalid")
    return found


def _limit(query: Query, default: int, most: int) -> int:
    text = query.get("limit", str(default))
    if not text.isdigit() or not 0 < int(text) <= most:
        raise ParamsError("limit invalid")
    return int(text)


def _instruments(category: str, listed: dict[str, Listing], query: Query) -> Row:
    status = query.get("status", "Trading")
    wanted = [_one(listed, query)] if "symbol" in query else [listed[name] for name in sorted(listed)]
    found = [listing for listing in wanted if listing.status == status]
    if category == "spot":
        return {"category": category, "list": [rows.spot_instrument(listing) for listing in found]}
    after = parse_qs(unquote(query.get("cursor", ""))).get("last", [""])[0]
    size = _limit(query, PAGE, LONGEST_PAGE)
    found = [listing for listing in found if listing.symbol > after]
    shown = found[:size]
    cursor = ""
    if len(found) > size:
        cursor = quote(f"first={shown[0].symbol}&last={shown[-1].symbol}", safe="")
    return {
        "category": category, "list": [rows.linear_instrument(listing) for listing in shown],
        "nextPageCursor": cursor,
    }  # fmt: skip


def _tickers(venue: "Bybit", category: str, listed: dict[str, Listing], query: Query) -> Row:
    wanted = [_one(listed, query)] if "symbol" in query else list(listed.values())
    trading = [listing for listing in wanted if listing.trading]
    if category == "spot":
        found = [rows.spot_ticker(listing, venue.index(listing)) for listing in trading]
    else:
        found = [rows.linear_ticker(listing, listing.funding) for listing in trading if listing.funding]
    return {"category": category, "list": found}


def _book(venue: "Bybit", category: str, listed: dict[str, Listing], query: Query) -> Row:
    listing = _one(listed, query)
    limit = _limit(query, 1 if category == "spot" else 25, 1000)
    return {
        "s": listing.symbol, "a": rows.levels(listing, False, limit), "b": rows.levels(listing, True, limit),
        "ts": venue.now_ms(), "u": 2 + listing.book.id % 10**8, "seq": listing.book.id, "cts": venue.time_ms(listing),
    }  # fmt: skip


def _history(venue: "Bybit", category: str, listed: dict[str, Listing], query: Query) -> Row:
    listing = _one(listed, query)
    if "startTime" in query and "endTime" not in query:
        raise ParamsError("startTime needs endTime")
    until = query.get("endTime", str(venue.now_ms()))
    if not until.isdigit():
        raise ParamsError("endTime invalid")
    state, limit = listing.funding, _limit(query, 200, 200)
    found = rows.settled(listing, state, limit, int(until)) if state and state.interval_h else []
    earliest = int(query.get("startTime", "0"))
    return {"category": category, "list": [row for row in found if int(row["fundingRateTimestamp"]) >= earliest]}
