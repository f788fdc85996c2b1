"""Recorded and documented OKX messages of spot and linear swaps, one piece at a time.

The container is described in the recordings' MANIFEST.md: a JSON object per line, `t` tells what it is. The session of
2022 holds books of a channel that needs a login (`books-l2-tbt`); its levels are those of `books`, so its messages are
given to the readers under that name, numbered as the venue numbers them today, with the checksums of then.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.evidence.material import Market, Piece

SYMBOLS: dict[Market, re.Pattern[str]] = {
    "spot": re.compile(r"[^-]+-[^-]+"),
    "perp": re.compile(r"[^-]+-USD[TC]-SWAP"),
}
CHANNELS = {"bbo-tbt": "quote", "tickers": "ticker", "trades": "trade", "funding-rate": "funding", "books": "delta"}
PATHS = {
    "/api/v5/public/instruments": ("listing",),
    "/api/v5/market/tickers": ("tickers", "quotes"),
    "/api/v5/market/books": ("snapshot",),
    "/api/v5/public/funding-rate": ("rates",),
    "/api/v5/public/mark-price": ("marks",),
    "/api/v5/market/index-tickers": ("indexes",),
    "/api/v5/public/time": ("clock",),
}
SHAPES = (
    ("ctValCcy", "/api/v5/public/instruments"),
    ("markPx", "/api/v5/public/mark-price"),
    ("idxPx", "/api/v5/market/index-tickers"),
)
"""What tells a body whose address was not kept."""
PRODUCTS: dict[str, Market] = {"SPOT": "spot", "SWAP": "perp"}
FIRST = 100
"""Where the numbers begin that the messages of 2022 are given."""


def pieces(folder: Path) -> Iterator[Piece]:
    """Yield every public message of the present interface, file by file, in recorded order."""
    for file in sorted((folder / "okx").rglob("*.jsonl")):
        if file.parent.name != "p2p" and "OLDAPI" not in file.name and "_v3" not in file.name:
            yield from _file(file, str(file.relative_to(folder / "okx")))


def samples(folder: Path) -> Iterator[Piece]:
    """Yield the documented samples of the venues' own tests; `folder` is the one of all tests."""
    for file in sorted((folder / "venues" / "okx").rglob("frames.jsonl")):
        yield from _file(file, str(file.relative_to(folder)))


def market_of(symbol: str) -> Market | None:
    """Tell the market of a symbol; None where it is another product's."""
    return next((market for market, spelt in SYMBOLS.items() if spelt.fullmatch(symbol)), None)


def _file(file: Path, name: str) -> Iterator[Piece]:
    numbers: dict[str, int] = {}
    with file.open() as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            if line["t"] not in ("recv", "http"):
                continue
            try:
                message = json.loads(line["data"])
            except ValueError:
                continue
            if isinstance(message, dict):
                reader = _body if line["t"] == "http" or "code" in message else _frame
                yield from reader(name, number, line, message, numbers)


def _frame(name: str, number: int, line: dict[str, Any], message: Any, numbers: dict[str, int]) -> Iterator[Piece]:
    arg = message.get("arg", {})
    symbol = arg.get("instId", "")
    market = market_of(symbol)
    rows = message.get("data", [])
    if market is None or "event" in message or not rows:
        return
    if arg["channel"] == "books-l2-tbt":
        arg["channel"] = "books"
        _numbered(message, symbol, numbers)
    if arg["channel"] == "books" and "seqId" not in rows[0]:
        # Written down before the venue numbered its changes.
        return
    kind = CHANNELS.get(arg["channel"])
    # Some samples were put together from two: their stream is of another symbol than their row.
    if kind is not None and rows[0].get("instId", symbol) == symbol:
        yield Piece(name, number, market, False, kind, json.dumps(message).encode(), "", symbol, _ns(line))


def _numbered(message: Any, symbol: str, numbers: dict[str, int]) -> None:
    for row in message["data"]:
        before = numbers.get(symbol, FIRST)
        numbers[symbol] = before + 1
        row.update(seqId=before + 1, prevSeqId=-1 if message["action"] == "snapshot" else before)


def _body(name: str, number: int, line: dict[str, Any], message: Any, _: dict[str, int]) -> Iterator[Piece]:
    address = urlsplit(line.get("url", ""))
    params = dict(parse_qsl(address.query))
    rows = message.get("data") or []
    if message.get("code") != "0" or not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return
    first = rows[0]
    path = address.path or next((path for field, path in SHAPES if field in first), "")
    market = PRODUCTS.get(str(first.get("instType", params.get("instType")))) or market_of(params.get("instId", ""))
    if path.endswith(("time", "index-tickers")):
        market = "spot" if "/spot/" in name and path.endswith("time") else "perp"
    if "seqId" not in first and path.endswith("books"):
        return
    if market is None:
        return
    raw, symbol = line["data"].encode(), params.get("instId")
    for kind in PATHS.get(path, ()):
        yield Piece(name, number, market, True, kind, raw, path, symbol, _ns(line))


def _ns(line: dict[str, Any]) -> int:
    return round((line.get("ts") or 0) * 1_000_000) * 1000
