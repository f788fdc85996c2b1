"""Recorded and documented Bitget messages of spot and USDT perpetuals, one piece at a time.

The container is described in the recordings' MANIFEST.md: a JSON object per line, `t` tells what it is. Messages of the
interface that ended in 2025 are left out: their streams are of `sp` and `mc`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.evidence.material import Market, Piece

PRODUCTS: dict[str, Market] = {"SPOT": "spot", "USDT-FUTURES": "perp"}
CHANNELS = {
    "books1": "quote",
    "books": "delta",
    "books5": "partial",
    "books15": "partial",
    "ticker": "ticker",
    "trade": "trade",
    "publicTrade": "trade",
}
PATHS: dict[str, tuple[Market, tuple[str, ...]]] = {
    "/api/v2/public/time": ("spot", ("clock",)),
    "/api/v2/spot/public/symbols": ("spot", ("listing",)),
    "/api/v2/spot/market/tickers": ("spot", ("tickers", "quotes")),
    "/api/v2/spot/public/coins": ("spot", ("networks",)),
    "/api/v2/mix/market/contracts": ("perp", ("listing",)),
    "/api/v2/mix/market/tickers": ("perp", ("tickers", "quotes")),
    "/api/v2/mix/market/current-fund-rate": ("perp", ("rates",)),
}
NAMED = {path.removeprefix("/").replace("/", "_"): path for path in PATHS}
"""How a body is called whose address was not kept."""


def pieces(folder: Path) -> Iterator[Piece]:
    """Yield every public message of the present interface, file by file, in recorded order."""
    for file in sorted((folder / "bitget").rglob("*.jsonl")):
        if file.parent.name != "p2p" and "OLDAPI" not in file.name:
            yield from _file(file, str(file.relative_to(folder / "bitget")))


def samples(folder: Path) -> Iterator[Piece]:
    """Yield the documented samples of the venues' own tests; `folder` is the one of all tests."""
    for file in sorted((folder / "venues" / "bitget").rglob("frames.jsonl")):
        yield from _file(file, str(file.relative_to(folder)))


def frames(folder: Path) -> Iterator[bytes]:
    """Yield the frames of the recorded session of 2022, of the interface that ended."""
    (file,) = (folder / "bitget" / "recordings").glob("*OLDAPI*.jsonl")
    with file.open() as lines:
        yield from (line["data"].encode() for line in map(json.loads, lines) if line["t"] == "recv")


def _file(file: Path, name: str) -> Iterator[Piece]:
    with file.open() as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            if line["t"] not in ("recv", "http"):
                continue
            try:
                message = json.loads(line["data"])
            except ValueError:
                continue
            read = _body if line["t"] == "http" else _frame
            yield from read(name, number, line, message)


def _frame(name: str, number: int, line: dict[str, Any], message: Any) -> Iterator[Piece]:
    arg = message.get("arg", {})
    market = PRODUCTS.get(arg.get("instType", "").upper())
    if arg.get("instType") in ("sp", "mc"):
        return
    kind = CHANNELS.get(arg.get("channel") or arg.get("topic"))
    symbol = arg.get("instId") or arg.get("symbol")
    if market is not None and kind is not None and symbol and "event" not in message:
        yield Piece(name, number, market, False, kind, line["data"].encode(), "", symbol, _ns(line))


def _body(name: str, number: int, line: dict[str, Any], message: Any) -> Iterator[Piece]:
    path = urlsplit(line.get("url", "")).path or NAMED.get(line.get("ctx", ""), "")
    if message.get("code") != "00000" or path not in PATHS:
        return
    market, kinds = PATHS[path]
    if path.endswith("time") and "/perp/" in name:
        market = "perp"
    for kind in kinds:
        yield Piece(name, number, market, True, kind, line["data"].encode(), path, None, _ns(line))


def _ns(line: dict[str, Any]) -> int:
    return round((line.get("ts") or 0) * 1_000_000) * 1000
