"""Print, when a run ends, the tables that its tests recorded row by row, in whichever process they ran.

A test records a row with `record_property(name, cells)`; `TABLES` knows the names.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import pytest


class Table(NamedTuple):
    """What stands above the rows."""

    title: str
    columns: tuple[str, ...]


Record = Callable[[str, object], None]
"""The fixture `record_property`."""
TABLES: dict[str, Table] = {
    "fault": Table("faults", ("fault", "venue", "expected", "seen after s", "recovered after s", "others disturbed")),
    "unfit": Table("faults that a venue cannot have", ("fault", "venue", "why")),
    "others": Table(
        "the other venues while one is hit: before -> during",
        ("hit", "by", "other", "messages/s", "lag p50 ms", "unconfirmed p99 ms", "busy rows p99 ms", "reconnects"),
    ),
    "wrong": Table("venues that are wrong in one way", ("mistake", "venue", "seconds", "what is said")),
}
Row = Sequence[str]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every table that has rows, whatever came of the tests."""
    rows: dict[str, list[Row]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, cells in getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ():
                if name in TABLES and cells not in rows.setdefault(name, []):
                    rows[name].append(cells)
    for name, table in TABLES.items():
        if name in rows:
            terminalreporter.section(table.title)
            for line in lines(table.columns, rows[name]):
                terminalreporter.write_line(line)


def lines(columns: Row, rows: Iterable[Row]) -> list[str]:
    """Return a table as text."""
    table = [columns, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(columns))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
