"""Read SOURCE.md: what the reading of each channel rests on, and put it into what a package ships."""

import re
from pathlib import Path
from typing import NamedTuple, cast, get_args

import msgspec

from arbwatch.connector.evidence import Basis, Cell

BASES = get_args(Basis)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Row(NamedTuple):
    """One channel's evidence."""

    channel: str
    basis: Basis
    source: str
    date: str


def rows(path: Path) -> list[Row]:
    """Read the table `channel | basis | source | date`. Raises OSError, and ValueError where it is not well formed."""
    found: list[Row] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "channel" or set(cells[0]) <= {"-", ":", " "}:
            continue
        if len(cells) != 4:
            raise ValueError(f"line {number} has {len(cells)} cells instead of 4")
        channel, basis, source, date = cells[0].strip("`"), *cells[1:]
        if basis not in BASES:
            raise ValueError(f"line {number} gives the basis {basis!r}; it is one of {', '.join(BASES)}")
        if not source or not _DATE.fullmatch(date):
            raise ValueError(f"line {number} lacks a source or a date such as 2026-01-31")
        found.append(Row(channel, cast("Basis", basis), source, date))
    return found


def ship(venue: str, source: Path, target: Path) -> int:
    """Put what a SOURCE.md tells of a venue into the `evidence.json` of its package; return how many channels it is.

    Cells of other venues stay. Raises OSError and ValueError as `rows` does, and where `target` is no such file.
    """
    known = msgspec.json.decode(target.read_bytes(), type=list[Cell]) if target.exists() else []
    told = [Cell(venue, row.channel, row.basis, row.source, row.date) for row in rows(source)]
    cells = [cell for cell in known if cell.venue != venue] + told
    target.write_bytes(b"[\n" + b",\n".join(msgspec.json.encode(cell) for cell in cells) + b"\n]\n")
    return len(told)
