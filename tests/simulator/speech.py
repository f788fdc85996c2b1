"""How quotes and books are asked for on every simulated venue, and which pushes are whose."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.simulator.conftest import Outside, Peer, wait_until

Frame = dict[str, Any]
VENUES = (
    "binance_spot", "binance_perp", "bybit_spot", "bybit_perp", "okx_spot", "okx_perp", "bitget_spot", "bitget_perp",
    "mexc_spot", "mexc_perp",
)  # fmt: skip


class Speech(NamedTuple):
    """One exchange's words."""

    quote: str
    book: str
    request: Callable[[list[str]], Frame | list[Frame]]
    topic: Callable[[Frame], str]
    """The stream that a push belongs to, empty where a frame is none."""
    count: Callable[[Frame], int]
    """A number of a push that grows with every change."""


def _okx_arg(name: str) -> Frame:
    channel, _, symbol = name.partition(":")
    return {"channel": channel, "instId": symbol}


def _bitget_arg(name: str) -> Frame:
    product, channel, symbol = name.split(":")
    return {"instType": product, "channel": channel, "instId": symbol}


def _bitget_topic(frame: Frame) -> str:
    return ":".join(frame["arg"].values()) if "data" in frame else ""


def _bitget(product: str) -> Speech:
    return Speech(
        f"{product}:books1:{{symbol}}",
        f"{product}:books:{{symbol}}",
        lambda names: {"op": "subscribe", "args": [_bitget_arg(name) for name in names]},
        _bitget_topic,
        lambda frame: int(frame["data"][0]["seq"]),
    )


def _okx_topic(frame: Frame) -> str:
    return f"{frame['arg']['channel']}:{frame['arg']['instId']}" if "data" in frame else ""


def _mexc_request(name: str) -> Frame:
    channel, symbol, *levels = name.split(":")
    limit = {"limit": int(levels[0])} if levels else {}
    return {"method": f"sub.{channel}", "param": {"symbol": symbol} | limit, "gzip": False}


def _mexc_topic(frame: Frame) -> str:
    channel = str(frame.get("channel", ""))
    if not channel.startswith("push."):
        return ""
    levels = ":5" if channel == "push.depth.full" else ""
    return f"{channel.removeprefix('push.')}:{frame.get('symbol')}{levels}"


SPEECH = {
    "binance": Speech(
        "{lower}@bookTicker",
        "{lower}@depth@100ms",
        lambda names: {"method": "SUBSCRIBE", "params": names, "id": 1},
        lambda frame: str(frame.get("stream", "")),
        lambda frame: int(frame["data"]["u"]),
    ),
    "bybit": Speech(
        "orderbook.1.{symbol}",
        "orderbook.50.{symbol}",
        lambda names: {"op": "subscribe", "args": names},
        lambda frame: str(frame.get("topic", "")),
        lambda frame: int(frame["data"]["u"]),
    ),
    "okx": Speech(
        "bbo-tbt:{symbol}",
        "books:{symbol}",
        lambda names: {"op": "subscribe", "args": [_okx_arg(name) for name in names]},
        _okx_topic,
        lambda frame: int(frame["data"][0]["seqId"]),
    ),
    "bitget_spot": _bitget("SPOT"),
    "bitget_perp": _bitget("USDT-FUTURES"),
    "mexc_spot": Speech(
        "spot@public.aggre.bookTicker.v3.api.pb@10ms@{symbol}",
        "spot@public.aggre.depth.v3.api.pb@10ms@{symbol}",
        lambda names: {"method": "SUBSCRIPTION", "params": names, "id": 1},
        lambda frame: str(frame["channel"]) if any(key.startswith("public") for key in frame) else "",
        lambda frame: int(frame["publicAggreBookTicker"]["version"]),
    ),
    "mexc_perp": Speech(
        "depth.full:{symbol}:5",
        "depth:{symbol}",
        lambda names: [_mexc_request(name) for name in names],
        _mexc_topic,
        lambda frame: int(frame["data"]["version"]),
    ),
}
SOCKETS = {
    "binance_spot": "/stream", "binance_perp": "/public/stream", "bybit_spot": "/v5/public/spot",
    "bybit_perp": "/v5/public/linear", "okx_spot": "/ws/v5/public", "okx_perp": "/ws/v5/public",
    "bitget_spot": "/v2/ws/public", "bitget_perp": "/v2/ws/public", "mexc_spot": "/ws", "mexc_perp": "/edge",
}  # fmt: skip
LISTINGS = {
    "binance_spot": "/api/v3/exchangeInfo", "binance_perp": "/fapi/v1/exchangeInfo",
    "bybit_spot": "/v5/market/instruments-info?category=spot",
    "bybit_perp": "/v5/market/instruments-info?category=linear&limit=1000",
    "okx_spot": "/api/v5/public/instruments?instType=SPOT", "okx_perp": "/api/v5/public/instruments?instType=SWAP",
    "bitget_spot": "/api/v2/spot/public/symbols",
    "bitget_perp": "/api/v2/mix/market/contracts?productType=USDT-FUTURES",
    "mexc_spot": "/api/v3/exchangeInfo", "mexc_perp": "/api/v1/contract/detail",
}  # fmt: skip
CLOCKS = {
    "binance_spot": "/api/v3/time", "binance_perp": "/fapi/v1/time", "bybit_spot": "/v5/market/time",
    "bybit_perp": "/v5/market/time", "okx_spot": "/api/v5/public/time", "okx_perp": "/api/v5/public/time",
    "bitget_spot": "/api/v2/public/time", "bitget_perp": "/api/v2/public/time",
    "mexc_spot": "/api/v3/time", "mexc_perp": "/api/v1/contract/ping",
}  # fmt: skip


def speech(venue: str) -> Speech:
    """Return the words of a venue, or of its exchange where both sides speak alike."""
    return SPEECH.get(venue) or SPEECH[venue.partition("_")[0]]


def quote(venue: str, symbol: str) -> str:
    """Name the quotes of a symbol."""
    return speech(venue).quote.format(symbol=symbol, lower=symbol.lower())


def book(venue: str, symbol: str) -> str:
    """Name the changes of a symbol's book."""
    return speech(venue).book.format(symbol=symbol, lower=symbol.lower())


def pushes(venue: str, peer: Peer, name: str) -> list[Frame]:
    """Return every push of a stream that can be read."""
    return [frame for frame in peer.frames if isinstance(frame, dict) and speech(venue).topic(frame) == name]


async def follow(outside: Outside, venue: str, *names: str, speaking: bool = True) -> Peer:
    """Open a socket and follow streams, until each has spoken."""
    peer = await outside.connect(venue, SOCKETS[venue])
    await ask(venue, peer, *names)
    if speaking:
        await wait_until(lambda: all(pushes(venue, peer, name) for name in names), "every stream speaks")
    return peer


async def ask(venue: str, peer: Peer, *names: str) -> None:
    """Subscribe, without waiting for what is answered."""
    asked = speech(venue).request([*names])
    for frame in asked if isinstance(asked, list) else [asked]:
        await peer.ws.send_json(frame)


async def more(venue: str, peer: Peer, name: str, by: int = 5) -> None:
    """Wait for more pushes of a stream."""
    count = len(pushes(venue, peer, name))
    await wait_until(lambda: len(pushes(venue, peer, name)) >= count + by, f"more of {name}")


def rows(body: Any) -> list[Any]:
    """Return the rows of a listing."""
    found = body.get("symbols") or body.get("data") or body.get("result", {}).get("list")
    assert isinstance(found, list)
    return found
