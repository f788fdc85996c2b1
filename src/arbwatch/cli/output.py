"""Print results: a table for people, JSON for programs, CSV for spreadsheets."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

_NO_EDGE = 10_000


class Format(StrEnum):
    """How a result is printed."""

    table = "table"
    json = "json"
    csv = "csv"


def print_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows as CSV with a header; text that a spreadsheet would run as a formula is made harmless."""
    from arbwatch.views.export import safe  # noqa: PLC0415 views bring numpy along

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(v) if isinstance(v := row.get(name), str) else v for name in columns])


def print_table(title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> None:
    """Print a title and a table under it; a column is its heading and `left` or `right`."""
    from rich.console import Console  # noqa: PLC0415 only a table needs it
    from rich.table import Table  # noqa: PLC0415 as above
    from rich.text import Text  # noqa: PLC0415 as above

    table = Table(header_style="bold", box=None, pad_edge=False)
    for heading, side in columns:
        # Where there is too little room texts go on below; a number is never cut.
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=side == "right")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    above = [Text(title, style="italic")] if title else []
    if sys.stdout.isatty():
        Console().print(*above, table, sep="\n")
        return
    # What goes into a pipe or a file is as wide as it is, and has no blanks at the end of its lines.
    console = Console(width=_NO_EDGE)
    with console.capture() as captured:
        console.print(*above, table, sep="\n")
    sys.stdout.writelines(line.rstrip() + "\n" for line in captured.get().splitlines())
