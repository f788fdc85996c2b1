"""What arbwatch sends to MEXC with no setting in force: literally, and against what ccxt sends.

A difference is listed with the page that justifies ours; an unlisted one fails, and so does a listed one that is gone.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from arbwatch.connector.venue import mirrors
from arbwatch.connector.wire import Kind, Request, Response, Topic
from tests.evidence.material import Market
from tests.evidence.mexc import DOCS, FUTURES, SPOT
from tests.evidence.mexc_readers import venue
from tests.evidence.mexc_senders import SYMBOLS, ccxt_client, ccxt_frame, ccxt_requests
from tests.evidence.senders import Asked, Sent

MARKETS: tuple[Market, ...] = ("spot", "perp")
REST = "https://api.mexc.com"
SOCKETS: dict[Market, tuple[str, str]] = {
    "spot": ("wss://wbs-api.mexc.com", "/ws"),
    "perp": ("wss://contract.mexc.com", "/edge"),
}
STREAMS: dict[Kind, str] = {
    "quote": "spot@public.aggre.bookTicker.v3.api.pb@100ms@BTCUSDT",
    "ticker": "spot@public.miniTickers.v3.api.pb@24H",
    "book": "spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT",
    "trade": "spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT",
}
BTC = {"symbol": "BTC_USDT"}
METHODS: dict[Kind, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "quote": ("depth.full", {**BTC, "limit": 5}, BTC),
    "ticker": ("tickers", {}, {}),
    "notice": ("contract", {}, {}),
    "book": ("depth", {**BTC, "compress": False}, BTC),
    "trade": ("deal", BTC, BTC),
}
REQUESTS: dict[Market, dict[str, tuple[str, dict[str, str]]]] = {
    "spot": {
        "listings": ("/api/v3/exchangeInfo", {}),
        "clock": ("/api/v3/time", {}),
        "quotes": ("/api/v3/ticker/bookTicker", {}),
        "tickers": ("/api/v3/ticker/24hr", {}),
        "book": ("/api/v3/depth", {"symbol": "BTCUSDT", "limit": "1000"}),
    },
    "perp": {
        "listings": ("/api/v1/contract/detail", {}),
        "clock": ("/api/v1/contract/ping", {}),
        "quotes": ("/api/v1/contract/ticker", {}),
        "tickers": ("/api/v1/contract/ticker", {}),
        "funding": ("/api/v1/contract/funding_rate", {}),
        "book": ("/api/v1/contract/depth/BTC_USDT", {"limit": "1000"}),
    },
}
CCXT_STREAMS: dict[Market, dict[Kind, Callable[[Any, str], Any]]] = {
    "spot": {
        "quote": lambda client, symbol: client.watch_bids_asks([symbol]),
        "book": lambda client, symbol: client.watch_order_book(symbol),
        "trade": lambda client, symbol: client.watch_trades(symbol),
    },
    "perp": {
        "ticker": lambda client, symbol: client.watch_tickers([symbol]),
        "book": lambda client, symbol: client.watch_order_book(symbol),
        "trade": lambda client, symbol: client.watch_trades(symbol),
    },
}
CCXT_REQUESTS: dict[Market, dict[str, Callable[[Any, str], Any]]] = {
    "spot": {
        "listings": lambda client, _: client.fetch_spot_markets(),
        "clock": lambda client, _: client.fetch_time({"type": "spot"}),
        "quotes": lambda client, _: client.fetch_bids_asks(),
        "tickers": lambda client, _: client.fetch_tickers(),
        "book": lambda client, symbol: client.fetch_order_book(symbol, 1000),
    },
    "perp": {
        "listings": lambda client, _: client.fetch_swap_markets(),
        "clock": lambda client, _: client.fetch_time({"type": "swap"}),
        "quotes": lambda client, _: client.fetch_tickers(),
        "tickers": lambda client, _: client.fetch_tickers(),
        "book": lambda client, symbol: client.fetch_order_book(symbol, 1000),
    },
}


class Difference(NamedTuple):
    """A field of a frame that ccxt writes otherwise."""

    market: Market
    kind: Kind
    field: str
    ours: Any
    theirs: Any
    page: str


NUMBERED = f"{SPOT}/websocket-market-streams"
DIFFERENCES = (
    # ccxt does not number its requests; with a number every answer finds the frame that it answers.
    *(Difference("spot", kind, "id", 1, None, NUMBERED) for kind in CCXT_STREAMS["spot"]),
    # Plain frames are asked for word by word; ccxt takes what it is given.
    *(Difference("perp", kind, "gzip", False, None, f"{FUTURES}/websocket-api") for kind in CCXT_STREAMS["perp"]),
    Difference("perp", "book", "param", {**BTC, "compress": False}, BTC, f"{FUTURES}/websocket-api"),
    # ccxt writes `params` where the page, and its other requests, have `param`; both are empty.
    Difference("perp", "ticker", "param", {}, None, f"{FUTURES}/websocket-api"),
    Difference("perp", "ticker", "params", None, {}, f"{FUTURES}/websocket-api"),
)


def _ours(market: Market, kind: Kind, *, end: bool = False) -> Sent:
    source = venue(market)()
    topic = Topic(kind, None if source.channels[kind].whole_market else SYMBOLS[market])
    (said,) = source.unsubscribe([topic]) if end else source.subscribe([topic])
    return Sent(source.ws_url + source.channels[kind].route, json.loads(said.frame))


def _request(market: Market, name: str) -> Request:
    source = venue(market)()
    if name == "book":
        request = source.book_request(SYMBOLS[market])
        assert request is not None
        return request
    flow: Any = source.listings() if name == "listings" else next(p for p in source.polls() if p.name == name).flow()
    request = next(flow)
    bodies = {"listings": {"symbols": []}, "clock": {"serverTime": 1}} if market == "spot" else {"clock": 1}
    body: Any = bodies.get(name, [])
    answer = body if market == "spot" else {"success": True, "code": 0, "data": body}
    with pytest.raises(StopIteration):
        flow.send(Response(200, json.dumps(answer).encode(), 0, 0))
    assert isinstance(request, Request)
    return request


def _asked(market: Market, name: str) -> Asked:
    request = _request(market, name)
    assert request.method == "GET" and request.body is None and not request.headers
    return Asked(venue(market).rest_url, request.path, dict(request.params))


@pytest.mark.parametrize("market", MARKETS)
def test_hosts_are_literally_these(market: Market) -> None:
    host, path = SOCKETS[market]
    assert (venue(market).rest_url, venue(market).ws_url) == (REST, host)
    assert {channel.route for channel in venue(market).channels.values()} == {path}
    others = () if market == "spot" else ("https://contract.mexc.com",)
    assert mirrors(venue(market)) == (others, ())


def test_frames_of_spot_are_literally_these() -> None:
    assert venue("spot").channels.keys() == STREAMS.keys()
    for kind, stream in STREAMS.items():
        wanted = {"method": "SUBSCRIPTION", "params": [stream], "id": 1}
        assert _ours("spot", kind) == Sent("".join(SOCKETS["spot"]), wanted)
        ending = {**wanted, "method": "UNSUBSCRIPTION"}
        assert _ours("spot", kind, end=True) == Sent("".join(SOCKETS["spot"]), ending)


def test_frames_of_perpetuals_are_literally_these() -> None:
    assert venue("perp").channels.keys() == METHODS.keys()
    for kind, (method, about, ending) in METHODS.items():
        address = "".join(SOCKETS["perp"])
        begun = {"method": f"sub.{method}", "param": about, "gzip": False}
        ended = {"method": f"unsub.{method}", "param": ending, "gzip": False}
        assert (_ours("perp", kind), _ours("perp", kind, end=True)) == (Sent(address, begun), Sent(address, ended))


@pytest.mark.parametrize("market", MARKETS)
def test_requests_are_literally_these(market: Market) -> None:
    assert {"listings", "book", *(poll.name for poll in venue(market)().polls())} == REQUESTS[market].keys()
    for name, wanted in REQUESTS[market].items():
        assert _asked(market, name) == Asked(REST, *wanted)


@pytest.mark.parametrize("market", MARKETS)
def test_the_busiest_window_stays_within_half_of_what_one_endpoint_allows(market: Market) -> None:
    limits, allowed = venue(market).limits, {"spot": (500, 10), "perp": (20, 2)}[market]
    assert (2 * limits.weight, limits.weight_window_s) == allowed
    spent = sum(_request(market, name).weight for name in REQUESTS[market])
    assert spent <= limits.weight


async def test_heartbeats_are_text_and_come_often_enough() -> None:
    spot, perp = ccxt_client("spot"), ccxt_client("perp")
    # Of spot the page wants capitals; ccxt sends both markets the same.
    assert json.loads(str(venue("spot").heartbeat.ping)) == {"method": "PING"}
    assert json.loads(str(venue("perp").heartbeat.ping)) == perp.ping(None) == spot.ping(None) == {"method": "ping"}
    assert all(venue(market).heartbeat.ping_interval_s <= 20 for market in MARKETS)
    await spot.close()
    await perp.close()


@pytest.mark.parametrize(("market", "kind"), [(market, kind) for market in MARKETS for kind in CCXT_STREAMS[market]])
async def test_ccxt_sends_the_same_frames_to_the_same_places(market: Market, kind: Kind) -> None:
    ours, theirs = _ours(market, kind), await ccxt_frame(market, CCXT_STREAMS[market][kind])
    assert ours.url == theirs.url
    fields = sorted({*ours.frame, *theirs.frame})
    found = [(f, ours.frame.get(f), theirs.frame.get(f)) for f in fields if ours.frame.get(f) != theirs.frame.get(f)]
    listed = [(d.field, d.ours, d.theirs) for d in DIFFERENCES if (d.market, d.kind) == (market, kind)]
    differing = [(f, None if f not in ours.frame else o, t) for f, o, t in found]
    assert differing == sorted(listed, key=lambda d: d[0])


@pytest.mark.parametrize(("market", "name"), [(market, name) for market in MARKETS for name in CCXT_REQUESTS[market]])
async def test_ccxt_makes_the_same_requests(market: Market, name: str) -> None:
    assert await ccxt_requests(market, CCXT_REQUESTS[market][name]) == [_asked(market, name)]


def test_every_listed_difference_names_the_page_that_justifies_it() -> None:
    assert all(d.page.startswith(DOCS) and d.ours != d.theirs for d in DIFFERENCES)
