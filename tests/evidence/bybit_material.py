"""Recorded and documented Bybit messages of spot and linear, one piece at a time.

The container is described in the recordings' MANIFEST.md: a JSON object per line, `t` tells what it is.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.evidence.material import Market, Piece

MARKETS: dict[str, Market] = {"spot": "spot", "linear": "perp"}
TOPICS = {"orderbook": "delta", "tickers": "ticker", "publicTrade": "trade"}
# The list of tickers answers two questions, and the listing of linear another.
PATHS = {
    "/v5/market/instruments-info": ("listing", "intervals"),
    "/v5/market/tickers": ("tickers", "quotes"),
    "/v5/market/time": ("clock",),
}
# Options, inverse perpetuals and dated contracts of them.
ELSEWHERE = re.compile(r"-|USD$|USD[HMUZ]\d\d$|^BTC$")


def pieces(folder: Path) -> Iterator[Piece]:
    """Yield every public spot and linear message of the present interface, file by file, in recorded order."""
    for file in sorted((folder / "bybit").rglob("*.jsonl")):
        if file.parent.name != "p2p" and "OLDAPI" not in file.name:
            yield from _file(file, str(file.relative_to(folder / "bybit")))


def samples(folder: Path) -> Iterator[Piece]:
    """Yield the documented samples of the venues' own tests; `folder` is the one of all tests."""
    for file in sorted((folder / "venues" / "bybit").rglob("frames.jsonl")):
        yield from _file(file, str(file.relative_to(folder)))


def _file(file: Path, name: str) -> Iterator[Piece]:
    sockets: dict[str, Market] = {}
    with file.open() as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            if line["t"] == "connect":
                sockets[line["conn"]] = MARKETS[line["addr"].rpartition("/")[2]]
            elif line["t"] == "recv":
                yield from _frame(name, number, line, sockets.get(line.get("conn", "")))
            elif line["t"] == "http":
                yield from _body(name, number, line)


def _frame(name: str, number: int, line: dict[str, Any], market: Market | None) -> Iterator[Piece]:
    raw = line["data"]
    try:
        message = json.loads(raw)
    except ValueError:
        return
    if not isinstance(message, dict) or "topic" not in message or "data" not in message:
        return
    topic, _, symbol = message["topic"].partition(".")
    symbol = symbol.rpartition(".")[2]
    if market is None:
        if ELSEWHERE.search(symbol) or "type" not in message:
            return
        market = "spot" if "spot" in (name + line.get("ctx", "")).lower() else "perp"
    kind = "quote" if message["topic"].startswith("orderbook.1.") else TOPICS.get(topic, "other")
    yield Piece(name, number, market, False, kind, raw.encode(), "", symbol, _ns(line))


def _body(name: str, number: int, line: dict[str, Any]) -> Iterator[Piece]:
    address = urlsplit(line.get("url", ""))
    path = address.path or ("/v5/market/instruments-info" if "http_get_instruments" in line["ctx"] else "")
    if path not in PATHS or any(word in line.get("ctx", "").lower() for word in ("inverse_", "inverse.", "option")):
        return
    body = json.loads(line["data"])
    category = dict(parse_qsl(address.query)).get("category") or body.get("result", {}).get("category")
    if category is None:
        category = "spot" if "spot" in line.get("ctx", "") or "/spot/" in name else "linear"
    if category not in MARKETS or body.get("retCode", 0):
        return
    market = MARKETS[category]
    for kind in PATHS[path]:
        if kind != "intervals" or market == "perp":
            yield Piece(name, number, market, True, kind, line["data"].encode(), path, None, _ns(line))


def _ns(line: dict[str, Any]) -> int:
    return round((line.get("ts") or 0) * 1_000_000) * 1000
