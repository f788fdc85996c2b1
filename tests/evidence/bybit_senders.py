"""What other programs would send to Bybit, caught before it leaves."""

import json
from collections.abc import Callable
from typing import Any

from tests.evidence.bybit_readers import CATEGORY
from tests.evidence.material import Market
from tests.evidence.senders import Asked, Call, Caught, Sent, asked, caught_frame, caught_requests

EMPTY = {"retCode": 0, "retMsg": "OK", "result": {"list": [], "nextPageCursor": ""}, "retExtInfo": {}, "time": 1}


def ccxt_client(market: Market, base: str = "BTC") -> Any:
    """Return ccxt.pro's client of one market with one listed symbol and no network."""
    import ccxt.pro

    client: Any = ccxt.pro.bybit({"options": {"defaultType": "spot" if market == "spot" else "swap"}})
    kind = market == "spot"
    listed = {
        "id": f"{base}USDT",
        "symbol": f"{base}/USDT" if kind else f"{base}/USDT:USDT",
        "base": base,
        "quote": "USDT",
        "settle": None if kind else "USDT",
        "baseId": base,
        "quoteId": "USDT",
        "settleId": None if kind else "USDT",
        "type": "spot" if kind else "swap",
        "spot": kind,
        "swap": not kind,
        "contract": not kind,
        "linear": None if kind else True,
        "option": False,
        "future": False,
        "active": True,
        "precision": {"amount": 0.001, "price": 0.1},
        "limits": {},
        "info": {},
    }
    client.set_markets([client.safe_market_structure(listed)])
    return client


async def ccxt_frame(market: Market, call: Call, base: str = "BTC") -> Sent:
    """Return the frame ccxt.pro would send for `call(client, symbol)`, and where."""
    return await caught_frame(ccxt_client(market, base), call)


async def ccxt_requests(market: Market, call: Call) -> list[Asked]:
    """Return the REST requests ccxt would make for `call(client, symbol)`; each is answered with an empty list."""
    return await caught_requests(ccxt_client(market), call, lambda _: json.loads(json.dumps(EMPTY)))


def pybit_frames(market: Market, call: Callable[[Any], None]) -> list[Sent]:
    """Return what the venue's own client sends for `call(socket)`, then to end it, then as a ping."""
    from pybit.unified_trading import PUBLIC_WSS, WebSocket

    sent: list[str] = []

    class Rim:
        def send(self, text: str) -> None:
            sent.append(text)

    class Quiet(WebSocket):
        def _connect(self, url: str) -> None:
            self.ws = Rim()
            self.endpoint = url.format(SUBDOMAIN="stream", DOMAIN="bybit", TLD="com")

        def is_connected(self) -> bool:
            return True

    socket = Quiet(CATEGORY[market], testnet=False)
    call(socket)
    for topic in json.loads(sent[0])["args"]:
        socket.unsubscribe(topic)
    socket._send_custom_ping()
    url = PUBLIC_WSS.format(SUBDOMAIN="stream", DOMAIN="bybit", CHANNEL_TYPE=CATEGORY[market])
    return [Sent(url, json.loads(text)) for text in sent]


def pybit_request(call: Callable[[Any], Any]) -> Asked:
    """Return the REST request the venue's own client makes for `call(http)`."""
    from pybit.unified_trading import HTTP

    http = HTTP()
    found: list[Asked] = []

    def send(request: Any, **_: Any) -> Any:
        found.append(asked(request.url))
        raise Caught

    http.client.send = send
    try:
        call(http)
    except Caught:
        return found[0]
    raise AssertionError("nothing was asked for")
