"""What other programs would send to OKX, caught before it leaves: addresses, paths, parameters, frames."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.evidence.material import Market
from tests.evidence.senders import Asked, Call, Caught, Sent, asked, caught_frame, caught_requests

SYMBOLS: dict[Market, str] = {"spot": "BTC-USDT", "perp": "BTC-USDT-SWAP"}
ROWS: dict[Market, dict[str, str]] = {
    "spot": {"instType": "SPOT", "instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "state": "live"},
    "perp": {
        "instType": "SWAP",
        "instId": "BTC-USDT-SWAP",
        "uly": "BTC-USDT",
        "settleCcy": "USDT",
        "ctVal": "0.01",
        "state": "live",
    },
}


def ccxt_client(market: Market) -> Any:
    """Return ccxt.pro's client with one listed symbol and no network."""
    import ccxt.pro

    client: Any = ccxt.pro.okx()
    client.set_markets([client.parse_market(ROWS[market])])
    return client


async def ccxt_frame(market: Market, call: Call) -> Sent:
    """Return the frame ccxt.pro would send for `call(client, symbol)`, and where."""
    return await caught_frame(ccxt_client(market), call)


async def ccxt_request(market: Market, call: Call) -> list[Asked]:
    """Return the REST requests ccxt would make for `call(client, symbol)`; each is answered with nothing."""

    def answer(url: str) -> Any:
        return {"code": "0", "msg": "", "data": [{"ts": "1", "bids": [], "asks": []}] if "/books" in url else []}

    return await caught_requests(ccxt_client(market), call, answer)


async def sdk_frame(verb: str, args: list[dict[str, str]]) -> dict[str, Any]:
    """Return the frame that OKX's own client sends to subscribe or unsubscribe `args`."""
    from okx.websocket.WsPublicAsync import WsPublicAsync

    client = WsPublicAsync("wss://ws.okx.com:8443/ws/v5/public")
    sent: list[str] = []

    class Socket:
        async def send(self, text: str) -> None:
            sent.append(text)

    client.websocket = Socket()
    await getattr(client, verb)(args, None, id="1")
    found: dict[str, Any] = json.loads(sent[0])
    return found


def sdk_request(call: Callable[[Any, Any], Any]) -> Asked:
    """Return the REST request OKX's own client makes for `call(market data, public data)`, empty words left out."""
    from okx.MarketData import MarketAPI
    from okx.PublicData import PublicAPI

    found: list[Asked] = []

    def get(path: str, **_: Any) -> Any:
        where = asked(f"{data.domain}{path}")
        found.append(where._replace(params={name: value for name, value in where.params.items() if value}))
        raise Caught

    data, public = MarketAPI(flag="0"), PublicAPI(flag="0")
    data.get = public.get = get
    with suppress(Caught):
        call(data, public)
    data.close()
    public.close()
    return found[0]
