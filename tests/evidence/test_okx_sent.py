"""What arbwatch sends to OKX with no setting in force: literally, and against what other people's clients send.

A difference is listed with the page that justifies ours; an unlisted one fails, and so does a listed one that is gone.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from arbwatch.connector.wire import Kind, Request, Response, Topic
from tests.evidence.material import Market
from tests.evidence.okx import V5
from tests.evidence.okx_readers import NOTHING, venue
from tests.evidence.okx_senders import SYMBOLS, ccxt_client, ccxt_frame, ccxt_request, sdk_frame, sdk_request
from tests.evidence.senders import Asked, Sent, asked

MARKETS: tuple[Market, ...] = ("spot", "perp")
REST, WS, PATH = "https://www.okx.com", "wss://ws.okx.com:8443", "/ws/v5/public"
PRODUCTS: dict[Market, str] = {"spot": "SPOT", "perp": "SWAP"}
CHANNELS: dict[Market, dict[Kind, str]] = {
    "spot": {"quote": "bbo-tbt", "ticker": "tickers", "notice": "instruments", "book": "books", "trade": "trades"},
    "perp": {
        "quote": "bbo-tbt",
        "ticker": "tickers",
        "funding": "funding-rate",
        "notice": "instruments",
        "book": "books",
        "trade": "trades",
    },
}
REQUESTS: dict[Market, dict[str, list[tuple[str, dict[str, str]]]]] = {
    "spot": {
        "listings": [("/api/v5/public/instruments", {"instType": "SPOT"})],
        "clock": [("/api/v5/public/time", {})],
        "quotes": [("/api/v5/market/tickers", {"instType": "SPOT"})],
        "tickers": [("/api/v5/market/tickers", {"instType": "SPOT"})],
        "book": [("/api/v5/market/books", {"instId": "BTC-USDT", "sz": "400"})],
    },
    "perp": {
        "listings": [("/api/v5/public/instruments", {"instType": "SWAP"})],
        "clock": [("/api/v5/public/time", {})],
        "quotes": [("/api/v5/market/tickers", {"instType": "SWAP"})],
        "tickers": [("/api/v5/market/tickers", {"instType": "SWAP"})],
        "funding": [
            ("/api/v5/public/funding-rate", {"instId": "ANY"}),
            ("/api/v5/public/mark-price", {"instType": "SWAP"}),
            ("/api/v5/market/index-tickers", {"quoteCcy": "USDT"}),
            ("/api/v5/market/index-tickers", {"quoteCcy": "USDC"}),
        ],
        "book": [("/api/v5/market/books", {"instId": "BTC-USDT-SWAP", "sz": "400"})],
    },
}
# Requests that each page allows within 2 s, from one address; where pages of different years differ, the fewest.
ALLOWED = {
    "/api/v5/public/instruments": 20,
    "/api/v5/public/time": 10,
    "/api/v5/market/tickers": 20,
    "/api/v5/market/books": 40,
    "/api/v5/public/funding-rate": 10,
    "/api/v5/public/mark-price": 10,
    "/api/v5/market/index-tickers": 20,
}
CCXT_STREAMS: dict[Kind, Callable[[Any, str], Any]] = {
    "quote": lambda client, symbol: client.watch_bids_asks([symbol], {"channel": "bbo-tbt"}),
    "ticker": lambda client, symbol: client.watch_ticker(symbol),
    "funding": lambda client, symbol: client.watch_funding_rate(symbol),
    "book": lambda client, symbol: client.watch_order_book(symbol),
    "trade": lambda client, symbol: client.watch_trades(symbol),
}
CCXT_ENDS: dict[Kind, Callable[[Any, str], Any]] = {
    "ticker": lambda client, symbol: client.un_watch_ticker(symbol),
    "book": lambda client, symbol: client.un_watch_order_book(symbol),
    "trade": lambda client, symbol: client.un_watch_trades(symbol),
}
CCXT_REQUESTS: dict[Market, dict[str, list[Callable[[Any, str], Any]]]] = {
    "spot": {
        "listings": [lambda client, _: client.fetch_markets_by_type("spot")],
        "clock": [lambda client, _: client.fetch_time()],
        "tickers": [lambda client, symbol: client.fetch_tickers([symbol])],
        "book": [lambda client, symbol: client.fetch_order_book(symbol, 400)],
    },
    "perp": {
        "listings": [lambda client, _: client.fetch_markets_by_type("swap")],
        "clock": [lambda client, _: client.fetch_time()],
        "tickers": [lambda client, symbol: client.fetch_tickers([symbol])],
        "funding": [
            lambda client, _: client.fetch_funding_rates(),
            lambda client, symbol: client.fetch_mark_prices([symbol]),
        ],
        "book": [lambda client, symbol: client.fetch_order_book(symbol, 400)],
    },
}
SDK_REQUESTS: dict[str, list[Callable[..., Any]]] = {
    "listings": [lambda data, public, product, symbol: public.get_instruments(product)],
    "clock": [lambda data, public, product, symbol: public.get_system_time()],
    "quotes": [lambda data, public, product, symbol: data.get_tickers(product)],
    "tickers": [lambda data, public, product, symbol: data.get_tickers(product)],
    "funding": [
        lambda data, public, product, symbol: public.get_funding_rate("ANY"),
        lambda data, public, product, symbol: public.get_mark_price(product),
        lambda data, public, product, symbol: data.get_index_tickers(quoteCcy="USDT"),
        lambda data, public, product, symbol: data.get_index_tickers(quoteCcy="USDC"),
    ],
    "book": [lambda data, public, product, symbol: data.get_orderbook(symbol, "400")],
}


class Difference(NamedTuple):
    """Something of ours that another client does otherwise."""

    market: Market
    what: str
    ours: Any
    theirs: Any
    page: str
    """Where OKX documents ours."""


DIFFERENCES = (
    # The pages name port 8443; ccxt takes 443, which arbwatch keeps for a mirror.
    *(
        Difference(market, f"{kind} host", WS, "wss://ws.okx.com:443", f"{V5}#overview-production-trading-services")
        for market in MARKETS
        for kind in CCXT_STREAMS
        if kind in CHANNELS[market]
    ),
    # ccxt does not number its requests; with a number every answer finds the frame that it answers.
    *(
        Difference(market, f"{kind} keys", ["args", "id", "op"], ["args", "op"], f"{V5}#overview-websocket-subscribe")
        for market in MARKETS
        for kind in CCXT_STREAMS
        if kind in CHANNELS[market]
    ),
    # ccxt asks for indexes one by one.
    Difference(
        "perp",
        "GET funding",
        REQUESTS["perp"]["funding"],
        REQUESTS["perp"]["funding"][:2],
        f"{V5}#public-data-rest-api-get-index-tickers",
    ),
)


def _topic(market: Market, kind: Kind) -> Topic:
    return Topic(kind, None if venue(market).channels[kind].whole_market else SYMBOLS[market])


def _ours(market: Market, kind: Kind, *, end: bool = False) -> Sent:
    source = venue(market)()
    topic = _topic(market, kind)
    (said,) = source.unsubscribe([topic]) if end else source.subscribe([topic])
    return Sent(source.ws_url + source.channels[kind].route, json.loads(said.frame))


def _arg(market: Market, kind: Kind) -> dict[str, str]:
    channel = CHANNELS[market][kind]
    if kind == "notice":
        return {"channel": channel, "instType": PRODUCTS[market]}
    return {"channel": channel, "instId": SYMBOLS[market]}


def _requests(market: Market, name: str) -> list[Request]:
    source = venue(market)()
    if name == "book":
        request = source.book_request(SYMBOLS[market])
        assert request is not None
        return [request]
    flow: Any = source.listings() if name == "listings" else next(p for p in source.polls() if p.name == name).flow()
    answer = b'{"code":"0","msg":"","data":[{"ts":"1"}]}' if name == "clock" else NOTHING
    found: list[Request] = []
    try:
        request = next(flow)
        while True:
            assert request.method == "GET" and request.body is None and not request.headers
            found.append(request)
            request = flow.send(Response(200, answer, 0, 0))
    except StopIteration:
        return found


def _asked(market: Market, name: str) -> list[Asked]:
    return [Asked(venue(market).rest_url, request.path, dict(request.params)) for request in _requests(market, name)]


def _facts(kind: str, sent: Sent) -> dict[str, Any]:
    where = asked(sent.url)
    (arg,) = sent.frame["args"]
    keys = sorted(sent.frame)
    return {
        f"{kind} host": where.base,
        f"{kind} path": where.path,
        f"{kind} op": sent.frame["op"],
        f"{kind} arg": arg,
        f"{kind} keys": keys,
    }


def _differing(market: Market, ours: dict[str, Any], theirs: dict[str, Any]) -> list[tuple[Any, ...]]:
    assert ours.keys() >= theirs.keys() and theirs, "the other client was asked for something arbwatch does not want"
    return [(market, what, ours[what], theirs[what]) for what in sorted(theirs) if ours[what] != theirs[what]]


def _listed(market: Market, *, requests: bool) -> list[tuple[Any, ...]]:
    found = [d[:4] for d in DIFFERENCES if d.market == market]
    return sorted((d for d in found if d[1].startswith("GET ") == requests), key=lambda d: d[1])


@pytest.mark.parametrize("market", MARKETS)
def test_hosts_are_literally_these(market: Market) -> None:
    assert (venue(market).rest_url, venue(market).ws_url) == (REST, WS)
    assert {channel.route for channel in venue(market).channels.values()} == {PATH}


@pytest.mark.parametrize("market", MARKETS)
def test_frames_are_literally_these(market: Market) -> None:
    assert venue(market).channels.keys() == CHANNELS[market].keys()
    for kind in CHANNELS[market]:
        wanted = {"id": "1", "op": "subscribe", "args": [_arg(market, kind)]}
        assert _ours(market, kind) == Sent(WS + PATH, wanted)
        assert _ours(market, kind, end=True) == Sent(WS + PATH, {**wanted, "op": "unsubscribe"})


@pytest.mark.parametrize("market", MARKETS)
def test_requests_are_literally_these(market: Market) -> None:
    assert {"listings", "book", *(poll.name for poll in venue(market)().polls())} == REQUESTS[market].keys()
    for name, wanted in REQUESTS[market].items():
        assert _asked(market, name) == [Asked(REST, *request) for request in wanted]


@pytest.mark.parametrize("market", MARKETS)
def test_both_markets_together_stay_within_what_every_page_allows(market: Market) -> None:
    limits = venue(market).limits
    for name in REQUESTS[market]:
        for request in _requests(market, name):
            most = limits.weight // request.weight
            assert limits.weight_window_s == 2 and 2 * most <= ALLOWED[request.path]
    assert 2 * limits.connects / limits.connects_window_s <= 3


@pytest.mark.parametrize("market", MARKETS)
async def test_the_heartbeat_is_the_text_that_ccxt_sends(market: Market) -> None:
    client = ccxt_client(market)
    heartbeat = venue(market).heartbeat
    assert heartbeat.ping == client.ping(None) == "ping"
    assert heartbeat.ping_interval_s + heartbeat.pong_timeout_s < 30
    await client.close()


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_sends_the_same_frames_to_the_same_places(market: Market) -> None:
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for kind, call in CCXT_STREAMS.items():
        if kind in CHANNELS[market]:
            ours |= _facts(kind, _ours(market, kind))
            theirs |= _facts(kind, await ccxt_frame(market, call))
    assert _differing(market, ours, theirs) == _listed(market, requests=False)


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("kind", CCXT_ENDS)
async def test_ccxt_ends_a_subscription_with_the_same_frame(market: Market, kind: Kind) -> None:
    theirs = await ccxt_frame(market, CCXT_ENDS[kind])
    ours = _ours(market, kind, end=True).frame
    assert {name: ours[name] for name in ("op", "args")} == {name: theirs.frame[name] for name in ("op", "args")}


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize("market", MARKETS)
async def test_the_official_client_sends_the_same_frames(market: Market, verb: str) -> None:
    for kind in CHANNELS[market]:
        theirs = await sdk_frame(verb, [_arg(market, kind)])
        assert theirs == _ours(market, kind, end=verb == "unsubscribe").frame


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_makes_the_same_requests(market: Market) -> None:
    calls = CCXT_REQUESTS[market]
    ours = {f"GET {name}": REQUESTS[market][name] for name in calls}
    theirs = {}
    for name, parts in calls.items():
        found = [request for call in parts for request in await ccxt_request(market, call)]
        assert {request.base for request in found} == {REST}
        theirs[f"GET {name}"] = [request[1:] for request in found]
    assert _differing(market, ours, theirs) == _listed(market, requests=True)


@pytest.mark.parametrize("market", MARKETS)
def test_the_official_client_makes_the_same_requests(market: Market) -> None:
    product, symbol = PRODUCTS[market], SYMBOLS[market]
    for name in REQUESTS[market]:
        calls = SDK_REQUESTS[name]
        theirs = [sdk_request(partial(call, product=product, symbol=symbol)) for call in calls]
        assert theirs == _asked(market, name)


def test_every_listed_difference_names_the_page_that_justifies_it() -> None:
    assert all(d.page.startswith(V5) and d.ours != d.theirs for d in DIFFERENCES)
