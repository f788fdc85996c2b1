"""Recorded and documented Binance messages, one piece at a time.

The container is described in the recordings' MANIFEST.md: a JSON object per line, `t` tells what it is.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

Market = Literal["spot", "perp"]

KINDS = {
    "bookTicker": "quote",
    "depthUpdate": "delta",
    "trade": "trade",
    "aggTrade": "aggTrade",
    "24hrTicker": "ticker",
    "24hrMiniTicker": "miniTicker",
    "markPriceUpdate": "funding",
    "kline": "candle",
    "contractInfo": "notice",
}
PATHS = {
    "exchangeInfo": "listing",
    "depth": "snapshot",
    "ticker/24hr": "tickers",
    "ticker/bookTicker": "quotes",
    "premiumIndex": "premium",
    "fundingInfo": "intervals",
    "time": "clock",
}
SHAPES = (
    ({"symbols", "rateLimits"}, "listing"),
    ({"bidPrice", "lastPrice"}, "tickers"),
    ({"bidPrice", "askQty"}, "quotes"),
    ({"serverTime"}, "clock"),
)
PARTIAL = re.compile(r"@depth(5|10|20)\b")
PREFIXES: dict[str, Market] = {"/api/v1/": "spot", "/api/v3/": "spot", "/fapi/v1/": "perp"}


class Piece(NamedTuple):
    """One message with what is known of it."""

    file: str
    line: int
    market: Market
    body: bool
    """A REST body; else a WebSocket frame."""
    kind: str
    raw: bytes
    path: str
    """Of a REST body whose address was kept."""
    symbol: str | None
    """Of a REST body that is asked for by symbol."""
    received: int
    """Our clock at the recording, UTC ns; 0 where it was not kept."""


def pieces(folder: Path) -> Iterator[Piece]:
    """Yield every public spot and USD-M message under `folder/binance`, file by file, in recorded order."""
    for file in sorted((folder / "binance").rglob("*.jsonl")):
        if file.parent.name != "p2p":
            yield from _file(file, str(file.relative_to(folder / "binance")))


def samples(folder: Path) -> Iterator[Piece]:
    """Yield the documented samples of the venues' own tests; `folder` is the one of all tests."""
    for file in sorted((folder / "venues" / "binance").rglob("frames.jsonl")):
        yield from _file(file, str(file.relative_to(folder)))


def _file(file: Path, name: str) -> Iterator[Piece]:
    product = ""
    with file.open() as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            if line["t"] == "header":
                product = line.get("product", "")
            elif line["t"] in ("recv", "http"):
                piece = _piece(name, number, product, line)
                if piece is not None:
                    yield piece


def _piece(name: str, number: int, product: str, line: dict[str, Any]) -> Piece | None:
    raw = line["data"].encode()
    received = int(line.get("ts_ns") or round((line.get("ts") or 0) * 1_000_000) * 1000)
    url = line.get("url", "")
    if url:
        path = urlsplit(url).path
        for prefix, market in PREFIXES.items():
            if path.startswith(prefix):
                kind = PATHS.get(path.removeprefix(prefix), "other")
                return Piece(name, number, market, True, kind, raw, path, _asked(url), received)
        return None
    context = product or line.get("ctx", "")
    side = _market(name, context)
    if side is None:
        return None
    body, kind, data, symbol = _kind(json.loads(raw), context)
    return Piece(name, number, side, body, kind, json.dumps(data).encode() if body else raw, "", symbol, received)


def _asked(url: str) -> str | None:
    found = [part[7:] for part in urlsplit(url).query.split("&") if part.startswith("symbol=")]
    return found[0] if found else None


def _market(name: str, context: str) -> Market | None:
    """Tell the market of a message that has no address; None where it is another product's."""
    if context in ("spot", "perp"):
        return "spot" if context == "spot" else "perp"
    if any(word in context for word in ("inverse", "option", "Coin")):
        return None
    if any(word in name + context for word in ("futures", "Usd", "linear")):
        return "perp"
    return "spot"


def _kind(message: Any, context: str) -> tuple[bool, str, Any, str | None]:
    """Tell by its shape what a message without an address is: body or frame, kind, payload, symbol of a body."""
    stream = message.get("stream", "") if isinstance(message, dict) else ""
    data = message["data"] if stream else message
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, dict):
        return False, "other", data, None
    if PARTIAL.search(stream) or ("l2_topk" in context):
        return False, "partial", data, None
    if "lastUpdateId" in first:
        return True, "snapshot", data, stream.split("@")[0].upper() or "BTCUSDT"
    for keys, kind in SHAPES:
        if keys <= first.keys():
            return True, kind, data, None
    if "e" not in first and {"s", "b", "B", "a", "A"} <= first.keys():
        return False, "quote", data, None
    return False, KINDS.get(first.get("e", ""), "other"), data, None
