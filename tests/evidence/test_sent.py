"""What arbwatch sends to Binance with no setting in force: literally, and against what other people's clients send.

A difference is listed with the page that justifies ours; an unlisted one fails, and so does a listed one that is gone.
SPOT and USDM stand for the halves of https://developers.binance.com/en/docs/catalog/.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from arbwatch.connector.wire import Kind, Request, Response, Topic
from tests.evidence.judgements import SPOT, USDM
from tests.evidence.material import Market
from tests.evidence.our_reader import venue
from tests.evidence.senders import (
    LISTINGS,
    Asked,
    Sent,
    asked,
    ccxt_client,
    ccxt_frame,
    ccxt_request,
    sdk_frames,
    sdk_request,
)

MARKETS: tuple[Market, ...] = ("spot", "perp")

HOSTS = {
    "spot": ("https://api.binance.com", "wss://stream.binance.com:9443"),
    "perp": ("https://fapi.binance.com", "wss://fstream.binance.com"),
}
STREAMS: dict[Market, dict[Kind, tuple[str, str]]] = {
    "spot": {
        "quote": ("/stream", "btcusdt@bookTicker"),
        "ticker": ("/stream", "!miniTicker@arr"),
        "book": ("/stream", "btcusdt@depth@100ms"),
        "trade": ("/stream", "btcusdt@trade"),
    },
    "perp": {
        "quote": ("/public/stream", "btcusdt@bookTicker"),
        "ticker": ("/market/stream", "!ticker@arr"),
        "funding": ("/market/stream", "!markPrice@arr@1s"),
        "notice": ("/market/stream", "!contractInfo"),
        "book": ("/public/stream", "btcusdt@depth@100ms"),
        "trade": ("/public/stream", "btcusdt@trade"),
    },
}
REQUESTS: dict[Market, dict[str, list[tuple[str, dict[str, str]]]]] = {
    "spot": {
        "listings": [("/api/v3/exchangeInfo", {"showPermissionSets": "false"})],
        "clock": [("/api/v3/time", {})],
        "quotes": [("/api/v3/ticker/bookTicker", {})],
        "tickers": [("/api/v3/ticker/24hr", {})],
        "book": [("/api/v3/depth", {"symbol": "BTCUSDT", "limit": "1000"})],
    },
    "perp": {
        "listings": [("/fapi/v1/exchangeInfo", {})],
        "clock": [("/fapi/v1/time", {})],
        "quotes": [("/fapi/v1/ticker/bookTicker", {})],
        "tickers": [("/fapi/v1/ticker/24hr", {})],
        "funding": [("/fapi/v1/fundingInfo", {}), ("/fapi/v1/premiumIndex", {})],
        "book": [("/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": "1000"})],
    },
}
# What each request costs of the budget, as the official client's own documentation of the call says.
WEIGHTS: dict[Market, dict[str, list[int]]] = {
    "spot": {"listings": [20], "clock": [1], "quotes": [4], "tickers": [80], "book": [50]},
    "perp": {"listings": [1], "clock": [1], "quotes": [5], "tickers": [40], "funding": [0, 10], "book": [20]},
}
SPELLINGS = ("1000PEPEUSDT", "1MBABYDOGEUSDT", "4USDT", "币安人生USDT", "BTCUSDT_261225")

# What another client is told to do so that it wants the same as arbwatch.
CCXT_STREAMS: dict[Market, dict[Kind, Callable[[Any, str], Any]]] = {
    "spot": {
        "quote": lambda client, symbol: client.watch_bids_asks([symbol]),
        "ticker": lambda client, _: client.watch_tickers(None, {"name": "miniTicker"}),
        "book": lambda client, symbol: client.watch_order_book(symbol),
        "trade": lambda client, symbol: client.watch_trades(symbol),
    },
    "perp": {
        "quote": lambda client, symbol: client.watch_bids_asks([symbol]),
        "ticker": lambda client, _: client.watch_tickers(None, {"name": "ticker"}),
        "funding": lambda client, _: client.watch_mark_prices(),
        "book": lambda client, symbol: client.watch_order_book(symbol),
        "trade": lambda client, symbol: client.watch_trades(symbol),
    },
}
CCXT_ENDS: dict[Kind, Callable[[Any, str], Any]] = {
    "quote": lambda client, symbol: client.un_watch_bids_asks([symbol]),
    "book": lambda client, symbol: client.un_watch_order_book(symbol),
    "trade": lambda client, symbol: client.un_watch_trades(symbol),
}
SDK_STREAMS: dict[Market, dict[Kind, Callable[[Any], Any]]] = {
    "spot": {
        "quote": lambda streams: streams.book_ticker("BTCUSDT"),
        "ticker": lambda streams: streams.all_mini_ticker(),
        "book": lambda streams: streams.diff_book_depth("BTCUSDT", update_speed="100ms"),
        "trade": lambda streams: streams.trade("BTCUSDT"),
    },
    "perp": {
        "quote": lambda streams: streams.individual_symbol_book_ticker_streams("BTCUSDT"),
        "ticker": lambda streams: streams.all_market_tickers_streams(),
        "funding": lambda streams: streams.mark_price_stream_for_all_market(update_speed="1s"),
        "notice": lambda streams: streams.contract_info_stream(),
        "book": lambda streams: streams.diff_book_depth_streams("BTCUSDT", update_speed="100ms"),
        "trade": lambda streams: streams.aggregate_trade_streams("BTCUSDT"),
    },
}
CCXT_REQUESTS: dict[str, Callable[[Any, str], Any]] = {
    "listings": lambda client, _: client.fetch_markets(),
    "clock": lambda client, _: client.fetch_time(),
    "quotes": lambda client, _: client.fetch_bids_asks(),
    "tickers": lambda client, _: client.fetch_tickers(),
    "book": lambda client, symbol: client.fetch_order_book(symbol, 1000),
}
SDK_REQUESTS: dict[Market, dict[str, list[Callable[[Any], Any]]]] = {
    "spot": {
        "listings": [lambda rest: rest.exchange_info(show_permission_sets=False)],
        "clock": [lambda rest: rest.time()],
        "quotes": [lambda rest: rest.ticker_book_ticker()],
        "tickers": [lambda rest: rest.ticker24hr()],
        "book": [lambda rest: rest.depth("BTCUSDT", 1000)],
    },
    "perp": {
        "listings": [lambda rest: rest.exchange_information()],
        "clock": [lambda rest: rest.check_server_time()],
        "quotes": [lambda rest: rest.symbol_order_book_ticker()],
        "tickers": [lambda rest: rest.ticker24hr_price_change_statistics()],
        "funding": [lambda rest: rest.get_funding_rate_info(), lambda rest: rest.mark_price()],
        "book": [lambda rest: rest.order_book("BTCUSDT", 1000)],
    },
}


class Difference(NamedTuple):
    """Something of ours that another client does otherwise."""

    who: str
    market: Market
    what: str
    ours: Any
    theirs: Any
    page: str
    """Where Binance documents ours."""


COMBINED = "https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#general-wss-information"
ROUTED = f"{USDM}/ws-streams/public"
# ccxt opens raw sockets (/ws/<a number of its own>) and subscribes there; combined ones name each payload's stream.
DIFFERENCES = (
    *(Difference("ccxt", "spot", f"{kind} path", "/stream", "/ws/0", COMBINED) for kind in STREAMS["spot"]),
    *(
        Difference("ccxt", "perp", f"{kind} path", path, path.replace("stream", "ws/0"), ROUTED)
        for kind, (path, _) in STREAMS["perp"].items()
        if kind != "notice"
    ),
    # The SDK numbers its requests with UUIDs; the page allows integers and strings.
    *(
        Difference("sdk", market, f"{kind} id", "int", "str", f"{SPOT if market == 'spot' else USDM}/ws-streams/~")
        for market in MARKETS
        for kind in STREAMS[market]
    ),
    Difference(
        "ccxt",
        "spot",
        "GET listings",
        [("/api/v3/exchangeInfo", {"showPermissionSets": "false"})],
        [("/api/v3/exchangeInfo", {})],
        f"{SPOT}/rest-api/general#exchange-info",
    ),
    # Single trades are streamed but not documented on USD-M; the documented stream is the aggregated one.
    Difference(
        "sdk",
        "perp",
        "trade stream",
        "btcusdt@trade",
        "btcusdt@aggTrade",
        f"{USDM}/ws-streams/market#aggregate-trade-streams",
    ),
    Difference(
        "sdk",
        "perp",
        "trade path",
        "/public/stream",
        "/market/stream",
        f"{USDM}/ws-streams/market#aggregate-trade-streams",
    ),
)


def _ours(market: Market, kind: Kind, *, end: bool = False) -> Sent:
    source = venue(market)()
    channel = source.channels[kind]
    topic = Topic(kind, None if channel.whole_market else "BTCUSDT")
    (said,) = source.unsubscribe([topic]) if end else source.subscribe([topic])
    return Sent(source.ws_url + channel.route, json.loads(said.frame))


def _our_requests(market: Market, name: str) -> list[Asked]:
    base = venue(market).rest_url
    return [Asked(base, request.path, dict(request.params)) for request in _requests(market, name)]


def _requests(market: Market, name: str) -> list[Request]:
    source = venue(market)()
    if name == "book":
        request = source.book_request("BTCUSDT")
        assert request is not None
        return [request]
    answers = {"listings": b'{"symbols": []}', "clock": b'{"serverTime": 1}'}
    flow: Any = source.listings() if name == "listings" else next(p for p in source.polls() if p.name == name).flow()
    found: list[Request] = []
    try:
        request = next(flow)
        while True:
            assert request.method == "GET" and request.body is None and not request.headers
            found.append(request)
            request = flow.send(Response(200, answers.get(name, b"[]"), 0, 0))
    except StopIteration:
        return found


def _facts(kind: str, sent: Sent) -> dict[str, Any]:
    where = asked(sent.url)
    (stream,) = sent.frame["params"]
    return {
        f"{kind} host": where.base,
        f"{kind} path": where.path,
        f"{kind} query": where.params,
        f"{kind} method": sent.frame["method"],
        f"{kind} stream": stream,
        f"{kind} keys": sorted(sent.frame),
        f"{kind} id": type(sent.frame["id"]).__name__,
    }


def _differing(who: str, market: Market, ours: dict[str, Any], theirs: dict[str, Any]) -> list[tuple[Any, ...]]:
    assert ours.keys() >= theirs.keys() and theirs, "the other client was asked for something arbwatch does not want"
    return [(who, market, what, ours[what], theirs[what]) for what in sorted(theirs) if ours[what] != theirs[what]]


def _listed(who: str, market: Market, *, requests: bool) -> list[tuple[Any, ...]]:
    found = [d[:5] for d in DIFFERENCES if d.who == who and d.market == market]
    return sorted((d for d in found if d[2].startswith("GET ") == requests), key=lambda d: d[2])


@pytest.mark.parametrize("market", MARKETS)
def test_hosts_are_literally_these(market: Market) -> None:
    assert (venue(market).rest_url, venue(market).ws_url) == HOSTS[market]


@pytest.mark.parametrize("market", MARKETS)
def test_streams_are_literally_these(market: Market) -> None:
    assert venue(market).channels.keys() == STREAMS[market].keys()
    for kind, (path, stream) in STREAMS[market].items():
        assert _ours(market, kind) == Sent(
            HOSTS[market][1] + path, {"method": "SUBSCRIBE", "params": [stream], "id": 1}
        )
        assert _ours(market, kind, end=True).frame == {"method": "UNSUBSCRIBE", "params": [stream], "id": 1}


@pytest.mark.parametrize("market", MARKETS)
def test_requests_are_literally_these(market: Market) -> None:
    asked_for = {"listings", "book", *(poll.name for poll in venue(market)().polls())}
    assert asked_for == REQUESTS[market].keys()
    for name, wanted in REQUESTS[market].items():
        assert _our_requests(market, name) == [Asked(HOSTS[market][0], *request) for request in wanted]


@pytest.mark.parametrize("market", MARKETS)
def test_requests_are_counted_with_these_weights(market: Market) -> None:
    assert {name: [request.weight for request in _requests(market, name)] for name in WEIGHTS[market]} == WEIGHTS[
        market
    ]


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("symbol", SPELLINGS)
def test_symbols_are_spelt_in_stream_names_as_other_clients_spell_them(market: Market, symbol: str) -> None:
    from binance_common.utils import ws_streams_placeholder

    (said,) = venue(market)().subscribe([Topic("quote", symbol)])
    (stream,) = json.loads(said.frame)["params"]
    listed = ccxt_client(market).parse_market({**LISTINGS[market], "symbol": symbol})
    assert stream == f"{listed['lowercaseId']}@bookTicker"
    assert stream == ws_streams_placeholder("<symbol>@bookTicker", {"symbol": symbol})


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_sends_the_same_frames_to_the_same_places(market: Market) -> None:
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for kind, call in CCXT_STREAMS[market].items():
        ours |= _facts(kind, _ours(market, kind))
        theirs |= _facts(kind, await ccxt_frame(market, call))
    assert _differing("ccxt", market, ours, theirs) == _listed("ccxt", market, requests=False)


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("kind", CCXT_ENDS)
async def test_ccxt_ends_a_subscription_with_the_same_frame(market: Market, kind: Kind) -> None:
    theirs = await ccxt_frame(market, CCXT_ENDS[kind])
    assert theirs.frame == _ours(market, kind, end=True).frame


@pytest.mark.parametrize("market", MARKETS)
async def test_the_official_client_sends_the_same_frames_to_the_same_places(market: Market) -> None:
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for kind, call in SDK_STREAMS[market].items():
        begins, ends = await sdk_frames(market, call)
        ours |= _facts(kind, _ours(market, kind))
        theirs |= _facts(kind, begins)
        assert ends.frame["params"] == begins.frame["params"]
        assert sorted(ends.frame) == sorted(_ours(market, kind, end=True).frame)
        assert ends.frame["method"] == _ours(market, kind, end=True).frame["method"]
    assert _differing("sdk", market, ours, theirs) == _listed("sdk", market, requests=False)


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_makes_the_same_requests(market: Market) -> None:
    calls = dict(CCXT_REQUESTS)
    if market == "perp":
        calls["funding"] = lambda client, _: _both(client)
    base = HOSTS[market][0]
    ours = {f"GET {name}": [request[1:] for request in _our_requests(market, name)] for name in calls}
    theirs = {}
    for name, call in calls.items():
        # A spot client of ccxt lists its other markets too.
        requests = [request for request in await ccxt_request(market, call) if request.base == base]
        theirs[f"GET {name}"] = [request[1:] for request in requests]
    assert _differing("ccxt", market, ours, theirs) == _listed("ccxt", market, requests=True)


async def _both(client: Any) -> None:
    await client.fetch_funding_intervals()
    await client.fetch_funding_rates()


@pytest.mark.parametrize("market", MARKETS)
def test_the_official_client_makes_the_same_requests(market: Market) -> None:
    calls = SDK_REQUESTS[market]
    ours = {f"GET {name}": _our_requests(market, name) for name in calls}
    theirs = {f"GET {name}": [sdk_request(market, call) for call in parts] for name, parts in calls.items()}
    assert _differing("sdk", market, ours, theirs) == _listed("sdk", market, requests=True)


def test_every_listed_difference_names_the_page_that_justifies_it() -> None:
    assert all(d.page.startswith("https://developers.binance.com/") and d.ours != d.theirs for d in DIFFERENCES)
