"""Recorded and documented MEXC messages of spot and linear perpetuals, one piece at a time.

The container is described in the recordings' MANIFEST.md: a JSON object per line, `t` tells what it is, `b64` holds a
binary push of spot. Pushes of spot that others decoded to JSON, and those of the interface that ended in 2025, are left
out.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.evidence.material import Market, Piece

GONE = ("crypto-msg-parser-mexc.jsonl",)
SPOT_STREAMS = {
    b"spot@public.aggre.bookTicker.v3.api.pb@": "quote",
    b"spot@public.aggre.deals.v3.api.pb@": "trade",
    b"spot@public.aggre.depth.v3.api.pb@": "delta",
}
PERP_STREAMS = {
    "push.depth": "delta",
    "push.deal": "trade",
    "push.ticker": "ticker",
    "push.tickers": "ticker",
    "push.funding.rate": "funding",
}
PATHS: dict[str, tuple[Market, tuple[str, ...]]] = {
    "/api/v3/exchangeInfo": ("spot", ("listing",)),
    "/api/v3/time": ("spot", ("clock",)),
    "/api/v3/ticker/bookTicker": ("spot", ("quotes",)),
    "/api/v3/ticker/24hr": ("spot", ("tickers",)),
    "/api/v3/depth": ("spot", ("snapshot",)),
    "/api/v1/contract/detail": ("perp", ("listing",)),
    "/api/v1/contract/ping": ("perp", ("clock",)),
    "/api/v1/contract/ticker": ("perp", ("tickers", "quotes")),
    "/api/v1/contract/funding_rate": ("perp", ("rates",)),
    "/api/v1/contract/depth": ("perp", ("snapshot",)),
}


def pieces(folder: Path) -> Iterator[Piece]:
    """Yield every public message of the present interface, file by file, in recorded order."""
    for file in sorted((folder / "mexc").rglob("*.jsonl")):
        if file.parent.name != "p2p" and file.name not in GONE:
            yield from _file(file, str(file.relative_to(folder / "mexc")))


def samples(folder: Path) -> Iterator[Piece]:
    """Yield the documented samples of the venues' own tests; `folder` is the one of all tests."""
    for file in sorted((folder / "venues" / "mexc").rglob("frames.jsonl")):
        yield from _file(file, str(file.relative_to(folder)))


def _file(file: Path, name: str) -> Iterator[Piece]:
    with file.open() as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            if "b64" in line:
                yield from _push(name, number, line)
            elif line["t"] == "http":
                yield from _body(name, number, line)
            elif line["t"] == "recv":
                yield from _frame(name, number, line)


def _push(name: str, number: int, line: dict[str, Any]) -> Iterator[Piece]:
    raw = base64.b64decode(line["b64"])
    for stream, kind in SPOT_STREAMS.items():
        if stream in raw[:80]:
            # The symbol follows the stream's name: @100ms@BTCUSDT, then the next field's tag.
            symbol = raw.split(stream, 1)[1].split(b"@", 1)[1].split(b"\x1a", 1)[0].decode()
            yield Piece(name, number, "spot", False, kind, raw, "", symbol, _ns(line))


def _frame(name: str, number: int, line: dict[str, Any]) -> Iterator[Piece]:
    try:
        message = json.loads(line["data"])
    except ValueError:
        return
    kind = PERP_STREAMS.get(message.get("channel", "")) if isinstance(message, dict) else None
    if kind is not None and not str(message.get("symbol", "")).endswith("_USD"):
        yield Piece(name, number, "perp", False, kind, line["data"].encode(), "", message.get("symbol"), _ns(line))


def _body(name: str, number: int, line: dict[str, Any]) -> Iterator[Piece]:
    address = urlsplit(line.get("url", ""))
    path, symbol = address.path, dict(parse_qsl(address.query)).get("symbol")
    head, _, last = path.rpartition("/")
    if last.endswith("_USDT") and head in PATHS:
        path, symbol = head, last
    market, kinds = PATHS.get(path, ("spot", ()))
    for kind in kinds:
        if kind != "snapshot" or symbol:
            yield Piece(name, number, market, True, kind, line["data"].encode(), path, symbol, _ns(line))


def _ns(line: dict[str, Any]) -> int:
    return round((line.get("ts") or 0) * 1_000_000) * 1000
