"""Set two readings of the same messages side by side, field by field."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from tests.evidence.ccxt_reader import Reading
from tests.evidence.material import Market, Piece


class Reader(Protocol):
    """One program that turns messages into words."""

    def read(self, piece: Piece) -> list[Reading]:
        """Return what the message means."""


class Case(NamedTuple):
    """One field on which two programs differ; `field` is empty where only one of them says anything."""

    piece: Piece
    kind: str
    symbol: str
    field: str
    ours: Any
    theirs: Any

    @property
    def raw(self) -> Any:
        """The message itself, out of its envelope; of an array or a listing the row of this symbol."""
        return _row(self.piece.raw, self.symbol)


@lru_cache(maxsize=8192)
def _row(raw: bytes, symbol: str) -> Any:
    rows = _rows(raw)
    return rows.get(symbol, {}) if len(rows) > 1 else next(iter(rows.values()))


@lru_cache(maxsize=1)
def _rows(raw: bytes) -> dict[str, Any]:
    message = json.loads(raw)
    data = message.get("data", message) if isinstance(message, dict) else message
    rows = data.get("symbols", [data]) if isinstance(data, dict) else data
    return {row.get("symbol", row.get("s", "")): row for row in rows}


class Judgement(NamedTuple):
    """A difference that is understood: who is right, in words, and where the venue says so."""

    name: str
    kinds: str
    field: str
    holds: Callable[[Case], bool]
    words: str
    page: str = ""


class Row:
    """What came of one kind of message in one file."""

    def __init__(self, file: str, market: Market, kind: str) -> None:
        self.file, self.market, self.kind = file, market, kind
        self.pieces = self.ours = self.theirs = self.agreed = 0
        self.judged: Counter[str] = Counter()
        self.open: list[Case] = []


def compare(
    pieces: Iterable[Piece], make: Callable[[Market], tuple[Reader, Reader]], judgements: Sequence[Judgement]
) -> list[Row]:
    """Read every piece with both readers, fresh for each file and market, and judge what differs."""
    rows: dict[tuple[str, Market, str], Row] = {}
    readers: dict[tuple[str, Market], tuple[Reader, Reader]] = {}
    for piece in pieces:
        pair = readers.get((piece.file, piece.market))
        if pair is None:
            pair = readers[piece.file, piece.market] = make(piece.market)
        row = rows.setdefault((piece.file, piece.market, piece.kind), Row(piece.file, piece.market, piece.kind))
        _compare(row, piece, pair[0].read(piece), pair[1].read(piece), judgements)
    return list(rows.values())


def _compare(
    row: Row, piece: Piece, ours: list[Reading], theirs: list[Reading], judgements: Sequence[Judgement]
) -> None:
    row.pieces += 1
    row.ours += len(ours)
    row.theirs += len(theirs)
    for mine, other in _pairs(ours, theirs):
        cases = _cases(piece, mine, other)
        verdicts = [next((j.name for j in judgements if _fits(j, case)), None) for case in cases]
        row.agreed += not cases
        row.judged.update(name for name in verdicts if name)
        row.open += [case for case, name in zip(cases, verdicts, strict=True) if name is None]


def _pairs(ours: list[Reading], theirs: list[Reading]) -> Iterable[tuple[Reading | None, Reading | None]]:
    """Match readings of one message by kind and symbol, in order; one without a partner stands alone."""
    left: dict[tuple[str, str], list[Reading]] = {}
    for reading in theirs:
        left.setdefault((reading["kind"], reading.get("symbol", "")), []).append(reading)
    for reading in ours:
        found = left.get((reading["kind"], reading.get("symbol", "")))
        yield reading, found.pop(0) if found else None
    for rest in left.values():
        for reading in rest:
            yield None, reading


def _cases(piece: Piece, ours: Reading | None, theirs: Reading | None) -> list[Case]:
    some = ours or theirs
    assert some is not None
    kind, symbol = some["kind"], some.get("symbol", "")
    if ours is None or theirs is None:
        return [Case(piece, kind, symbol, "", ours, theirs)]
    fields = [field for field in theirs if field in ours]
    return [
        Case(piece, kind, symbol, field, ours[field], theirs[field])
        for field in fields
        if not same(ours[field], theirs[field])
    ]


def same(ours: Any, theirs: Any) -> bool:
    """Tell whether two values are one: the same number, text or levels."""
    if isinstance(ours, float | int) and isinstance(theirs, float | int):
        return math.isclose(ours, theirs, rel_tol=1e-12)
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs, strict=True))
    return bool(ours == theirs)


def _fits(judgement: Judgement, case: Case) -> bool:
    return (
        case.kind in judgement.kinds.split()
        and case.field in judgement.field.split() + ([""] if not judgement.field else [])
        and judgement.holds(case)
    )


def table(rows: Sequence[Row], other: str) -> str:
    """Print the rows, one line each: file, market, kind, messages, readings of both, agreed, judged, open."""
    lines: list[tuple[str, ...]] = [("file", "market", "kind", "messages", "ours", other, "agreed", "judged", "open")]
    for r in rows:
        counts = (str(n) for n in (r.pieces, r.ours, r.theirs, r.agreed))
        lines.append((r.file, r.market, r.kind, *counts, _counts(r.judged), str(len(r.open))))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def _counts(judged: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(judged.items())) or "-"
