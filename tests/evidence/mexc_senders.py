"""What ccxt would send to MEXC, caught before it leaves."""

from typing import Any

from tests.evidence.material import Market
from tests.evidence.senders import Asked, Call, Sent, caught_frame, caught_requests

SYMBOLS: dict[Market, str] = {"spot": "BTCUSDT", "perp": "BTC_USDT"}


def ccxt_client(market: Market) -> Any:
    """Return ccxt.pro's client of one market with one listed symbol and no network."""
    import ccxt.pro

    is_spot = market == "spot"
    client: Any = ccxt.pro.mexc({"options": {"defaultType": "spot" if is_spot else "swap"}})
    listed = {
        "id": SYMBOLS[market],
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

    def answer(url: str) -> Any:
        if "/contract/" in url:
            return {"success": True, "code": 0, "data": {"asks": [], "bids": []} if "/depth/" in url else []}
        lists = ("ticker", "klines")
        return [] if any(word in url for word in lists) else {"symbols": [], "bids": [], "asks": []}

    return await caught_requests(ccxt_client(market), call, answer)
