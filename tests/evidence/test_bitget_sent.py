"""What arbwatch sends to Bitget with no setting in force: literally, and against what ccxt sends.

A difference is listed with the page that justifies ours; an unlisted one fails, and so does a listed one that is gone.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from arbwatch.connector.wire import Kind, Response, Topic
from tests.evidence.bitget import DOCS
from tests.evidence.bitget_readers import venue
from tests.evidence.bitget_senders import SYMBOL, ccxt_client, ccxt_frame, ccxt_requests
from tests.evidence.material import Market
from tests.evidence.senders import Asked, Sent

MARKETS: tuple[Market, ...] = ("spot", "perp")
REST, WS, PATH = "https://api.bitget.com", "wss://ws.bitget.com", "/v2/ws/public"
PRODUCTS: dict[Market, str] = {"spot": "SPOT", "perp": "USDT-FUTURES"}
CHANNELS: dict[Kind, str] = {"quote": "books1", "ticker": "ticker", "book": "books", "trade": "trade"}
PERPETUALS = {"productType": "USDT-FUTURES"}
REQUESTS: dict[Market, dict[str, tuple[str, dict[str, str]]]] = {
    "spot": {
        "listings": ("/api/v2/spot/public/symbols", {}),
        "clock": ("/api/v2/public/time", {}),
        "quotes": ("/api/v2/spot/market/tickers", {}),
        "tickers": ("/api/v2/spot/market/tickers", {}),
        "networks": ("/api/v2/spot/public/coins", {}),
    },
    "perp": {
        "listings": ("/api/v2/mix/market/contracts", PERPETUALS),
        "clock": ("/api/v2/public/time", {}),
        "quotes": ("/api/v2/mix/market/tickers", PERPETUALS),
        "tickers": ("/api/v2/mix/market/tickers", PERPETUALS),
        "funding": ("/api/v2/mix/market/current-fund-rate", PERPETUALS),
    },
}
CCXT_STREAMS: dict[Kind, Callable[[Any, str], Any]] = {
    "quote": lambda client, symbol: client.watch_order_book(symbol, 1),
    "ticker": lambda client, symbol: client.watch_ticker(symbol),
    "book": lambda client, symbol: client.watch_order_book(symbol),
    "trade": lambda client, symbol: client.watch_trades(symbol),
}
CCXT_ENDS: dict[Kind, Callable[[Any, str], Any]] = {
    "quote": lambda client, symbol: client.un_watch_order_book(symbol, {"limit": 1}),
    "ticker": lambda client, symbol: client.un_watch_ticker(symbol),
    "book": lambda client, symbol: client.un_watch_order_book(symbol),
    "trade": lambda client, symbol: client.un_watch_trades(symbol),
}
RATES = {"method": "publicMixGetV2MixMarketCurrentFundRate"}
CCXT_REQUESTS: dict[Market, dict[str, Callable[[Any, str], Any]]] = {
    "spot": {
        "listings": lambda client, _: client.fetch_default_markets({}),
        "clock": lambda client, _: client.fetch_time(),
        "tickers": lambda client, symbol: client.fetch_tickers([symbol]),
        "networks": lambda client, _: client.fetch_currencies(),
    },
    "perp": {
        "listings": lambda client, _: client.fetch_default_markets({}),
        "clock": lambda client, _: client.fetch_time(),
        "tickers": lambda client, symbol: client.fetch_tickers([symbol]),
        "funding": lambda client, symbol: client.fetch_funding_rates([symbol], RATES),
    },
}


class Difference(NamedTuple):
    """Requests that ccxt makes besides ours."""

    market: Market
    what: str
    besides: list[tuple[str, dict[str, str]]]
    page: str


OTHER_PRODUCTS = ("COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES")
DIFFERENCES = (
    # What may be lent concerns nobody who does not trade.
    Difference("spot", "listings", [("/api/v2/margin/currencies", {})], f"{DOCS}/spot/market/Get-Symbols"),
    # Coin-margined contracts, those in USDC and those of the demo are other products.
    Difference(
        "perp",
        "listings",
        [("/api/v2/mix/market/contracts", {"productType": product}) for product in OTHER_PRODUCTS],
        f"{DOCS}/contract/market/Get-All-Symbols-Contracts",
    ),
)


def _ours(market: Market, kind: Kind, *, end: bool = False) -> Sent:
    source = venue(market)()
    topic = Topic(kind, SYMBOL)
    (said,) = source.unsubscribe([topic]) if end else source.subscribe([topic])
    return Sent(source.ws_url + source.channels[kind].route, json.loads(said.frame))


def _asked(market: Market, name: str) -> Asked:
    source = venue(market)()
    flow: Any = source.listings() if name == "listings" else next(p for p in source.polls() if p.name == name).flow()
    request = next(flow)
    assert request.method == "GET" and request.body is None and not request.headers
    data = {"serverTime": "1"} if name == "clock" else []
    with pytest.raises(StopIteration):
        flow.send(Response(200, json.dumps({"code": "00000", "msg": "success", "data": data}).encode(), 0, 0))
    return Asked(source.rest_url, request.path, dict(request.params))


@pytest.mark.parametrize("market", MARKETS)
def test_hosts_are_literally_these(market: Market) -> None:
    assert (venue(market).rest_url, venue(market).ws_url) == (REST, WS)
    assert {channel.route for channel in venue(market).channels.values()} == {PATH}


@pytest.mark.parametrize("market", MARKETS)
def test_frames_are_literally_these(market: Market) -> None:
    assert venue(market).channels.keys() == CHANNELS.keys()
    for kind, channel in CHANNELS.items():
        args = [{"instType": PRODUCTS[market], "channel": channel, "instId": SYMBOL}]
        assert _ours(market, kind) == Sent(WS + PATH, {"op": "subscribe", "args": args})
        assert _ours(market, kind, end=True) == Sent(WS + PATH, {"op": "unsubscribe", "args": args})


@pytest.mark.parametrize("market", MARKETS)
def test_requests_are_literally_these(market: Market) -> None:
    assert {"listings", *(poll.name for poll in venue(market)().polls())} == REQUESTS[market].keys()
    for name, wanted in REQUESTS[market].items():
        assert _asked(market, name) == Asked(REST, *wanted)
    assert venue(market)().book_request(SYMBOL) is None


@pytest.mark.parametrize("market", MARKETS)
async def test_the_heartbeat_is_the_text_that_ccxt_sends(market: Market) -> None:
    client = ccxt_client(market)
    heartbeat = venue(market).heartbeat
    assert heartbeat.ping == client.ping(None) == "ping"
    assert heartbeat.ping_interval_s <= 30
    await client.close()


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("kind", CHANNELS)
async def test_ccxt_sends_the_same_frames_to_the_same_place(market: Market, kind: Kind) -> None:
    assert await ccxt_frame(market, CCXT_STREAMS[kind]) == _ours(market, kind)
    assert await ccxt_frame(market, CCXT_ENDS[kind]) == _ours(market, kind, end=True)


@pytest.mark.parametrize(("market", "name"), [(market, name) for market in MARKETS for name in CCXT_REQUESTS[market]])
async def test_ccxt_makes_the_same_requests(market: Market, name: str) -> None:
    theirs = await ccxt_requests(market, CCXT_REQUESTS[market][name])
    besides = [request for d in DIFFERENCES if (d.market, d.what) == (market, name) for request in d.besides]
    assert theirs == [_asked(market, name), *(Asked(REST, *request) for request in besides)]


def test_every_listed_difference_names_the_page_that_justifies_it() -> None:
    assert all(d.page.startswith(DOCS) and d.besides for d in DIFFERENCES)
