"""What other programs would send to Binance, caught before it leaves: addresses, paths, parameters, frames."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.evidence.material import Market

LISTINGS = {
    "spot": {"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "filters": []},
    "perp": {
        "symbol": "BTCUSDT",
        "status": "TRADING",
        "baseAsset": "BTC",
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "contractType": "PERPETUAL",
        "filters": [],
    },
}

Call = Callable[[Any, str], Awaitable[Any]]
"""What is asked of a client, and for which symbol."""


class Sent(NamedTuple):
    """One frame on one socket."""

    url: str
    frame: dict[str, Any]


class Asked(NamedTuple):
    """One REST request."""

    base: str
    path: str
    params: dict[str, str]


class Caught(Exception):  # noqa: N818 it is no error: it carries what was caught
    """Ends a foreign program's work at the moment it would send."""


def asked(url: str) -> Asked:
    """Take an address apart."""
    parts = urlsplit(url)
    return Asked(f"{parts.scheme}://{parts.netloc}", parts.path, dict(parse_qsl(parts.query)))


def ccxt_client(market: Market) -> Any:
    """Return ccxt.pro's client of one market with one listed symbol and no network."""
    import ccxt.pro

    client: Any = ccxt.pro.binance() if market == "spot" else ccxt.pro.binanceusdm()
    client.options["crossMarginPairsData"] = client.options["isolatedMarginPairsData"] = []
    client.set_markets([client.parse_market(LISTINGS[market])])
    return client


async def caught_frame(client: Any, call: Call) -> Sent:
    """Return the frame one of ccxt.pro's clients would send for `call(client, symbol)`, and where."""
    found: list[Sent] = []

    async def watch(url: str, _hash: Any, message: Any, *_: Any) -> None:
        found.append(Sent(url, dict(message)))
        raise Caught

    client.watch = client.watch_multiple = watch
    try:
        await call(client, client.symbols[0])
    except Caught:
        pass
    finally:
        await client.close()
    return found[0]


async def caught_requests(client: Any, call: Call, answer: Callable[[str], Any]) -> list[Asked]:
    """Return the REST requests one of ccxt's clients would make for `call(client, symbol)`; `answer(url)` answers."""
    found: list[Asked] = []

    async def fetch(url: str, *_: Any, **__: Any) -> Any:
        found.append(asked(url))
        return answer(url)

    client.fetch = fetch
    try:
        await call(client, client.symbols[0])
    finally:
        await client.close()
    return found


async def ccxt_frame(market: Market, call: Call) -> Sent:
    """Return the frame ccxt.pro would send to Binance for `call(client, symbol)`, and where."""
    return await caught_frame(ccxt_client(market), call)


async def ccxt_request(market: Market, call: Call) -> list[Asked]:
    """Return the REST requests ccxt would make for `call(client, symbol)`; each is answered with an empty list."""

    def answer(url: str) -> Any:
        lists = ("ticker", "premiumIndex", "fundingInfo")
        return [] if any(word in url for word in lists) else {"symbols": [], "bids": [], "asks": []}

    return await caught_requests(ccxt_client(market), call, answer)


class _Socket:
    def __init__(self, url: str, sent: list[Sent]) -> None:
        self.url, self.sent = url, sent

    async def send_str(self, text: str) -> None:
        self.sent.append(Sent(self.url, json.loads(text)))

    def __aiter__(self) -> "_Socket":
        return self

    async def __anext__(self) -> Any:
        await asyncio.Event().wait()

    async def close(self) -> None:
        return None


class _Sockets:
    """Stand where the SDK expects aiohttp's session."""

    sent: list[Sent]

    async def ws_connect(self, url: str, **_: Any) -> _Socket:
        return _Socket(url, self.sent)

    async def close(self) -> None:
        return None


def sdk_client(market: Market, **configuration: Any) -> Any:
    """Return Binance's own client; without configuration it goes where it goes by default."""
    if market == "spot":
        from binance_sdk_spot.spot import Spot

        return Spot(**configuration)
    from binance_sdk_derivatives_trading_usds_futures import derivatives_trading_usds_futures as package

    return package.DerivativesTradingUsdsFutures(**configuration)


async def sdk_frames(market: Market, call: Callable[[Any], Awaitable[Any]]) -> list[Sent]:
    """Return the frames Binance's SDK sends for `call(streams)` and for the unsubscription that follows."""
    import binance_common.websocket as rim
    from binance_common.configuration import ConfigurationWebSocketStreams

    before = asyncio.all_tasks()
    sockets = _Sockets()
    sockets.sent = []
    delay, rim.SUBSCRIBE_MESSAGE_DELAY_SECONDS = rim.SUBSCRIBE_MESSAGE_DELAY_SECONDS, 0
    try:
        streams = sdk_client(market, config_ws_streams=ConfigurationWebSocketStreams()).websocket_streams
        streams.session = sockets
        await streams.create_connection()
        stream = await call(streams)
        await stream.unsubscribe()
    finally:
        rim.SUBSCRIBE_MESSAGE_DELAY_SECONDS = delay
        left = asyncio.all_tasks() - before
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    return sockets.sent


def sdk_request(market: Market, call: Callable[[Any], Any]) -> Asked:
    """Return the REST request Binance's SDK makes for `call(rest_api)`."""
    rest = sdk_client(market).rest_api
    found: list[Asked] = []

    def request(*, method: str, url: str, params: str, **_: Any) -> Any:
        assert method == "GET"
        found.append(asked(f"{url}?{params}"))
        raise Caught

    for part in vars(rest).values():
        session = getattr(part, "_session", None)
        if session is not None:
            session.request = request
    with suppress(Caught):
        call(rest)
    return found[0]
