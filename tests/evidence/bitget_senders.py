"""What ccxt would send to Bitget, caught before it leaves."""

from typing import Any

from tests.evidence.material import Market
from tests.evidence.senders import Asked, Call, Sent, caught_frame, caught_requests

SYMBOL = "BTCUSDT"


def ccxt_client(market: Market) -> Any:
    """Return ccxt.pro's client of one market with one listed symbol and no network."""
    import ccxt.pro

    client: Any = ccxt.pro.bitget({"options": {"defaultType": "spot" if market == "spot" else "swap"}})
    is_spot = market == "spot"
    listed = {
        "id": SYMBOL,
        "symbol": "BTC/USDT" if is_spot else "BTC/USDT:USDT",
        "base": "BTC",
        "quote": "USDT",
        "settle": None if is_spot else "USDT",
        "baseId": "BTC",
        "quoteId": "USDT",
        "settleId": None if is_spot else "USDT",
        "type": "spot" if is_spot else "swap",
        "spot": is_spot,
        "swap": not is_spot,
        "future": False,
        "contract": not is_spot,
        "linear": None if is_spot else True,
        "active": True,
        "precision": {"amount": 0.001, "price": 0.1},
        "limits": {},
        "info": {},
    }
    client.set_markets([client.safe_market_structure(listed)])
    return client


async def ccxt_frame(market: Market, call: Call) -> Sent:
    """Return the frame ccxt.pro would send for `call(client, symbol)`, and where."""
    return await caught_frame(ccxt_client(market), call)


async def ccxt_requests(market: Market, call: Call) -> list[Asked]:
    """Return the REST requests ccxt would make for `call(client, symbol)`; each is answered with nothing."""
    client = ccxt_client(market)
    client.options["fetchMarkets"] = {"types": ["spot" if market == "spot" else "swap"]}
    return await caught_requests(client, call, lambda _: {"code": "00000", "msg": "success", "data": []})
