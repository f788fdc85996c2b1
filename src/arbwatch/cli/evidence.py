"""`arbwatch venues --evidence`: what the reading of each channel rests on."""

from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from arbwatch.cli.output import Format, print_csv, print_json
from arbwatch.connector import evidence
from arbwatch.connector.evidence import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arbwatch.connector.venue import Venue

COLUMNS = ("venue", "channel", "basis", "date", "messages", "agreed", "source")


def gather(venues: "Iterable[type[Venue]]") -> list[Cell]:
    """Return the evidence that the venues' packages ship."""
    return [cell for venue in venues for cell in evidence.cells(venue, _shipped(venue))]


def show(cells: list[Cell], fmt: Format) -> None:
    """Print the evidence, and name every cell that is unconfirmed."""
    if fmt is Format.json:
        print_json([msgspec.to_builtins(cell) | {"confirmed": cell.confirmed} for cell in cells])
        return
    rows = [_row(cell) for cell in cells]
    if fmt is Format.csv:
        print_csv(rows, COLUMNS)
        return
    lines = [COLUMNS, *(tuple(row[name] for name in COLUMNS) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())
    open_cells = evidence.unconfirmed(cells)
    print(f"\n{len(cells)} cells, {len(open_cells)} that only live data can confirm (`arbwatch check --deep` looks):")
    print("\n".join(f"  {name}" for name in open_cells) if open_cells else "  none")


def _row(cell: Cell) -> dict[str, str]:
    return {
        "venue": cell.venue,
        "channel": cell.channel,
        "basis": cell.basis,
        "date": cell.date,
        "messages": f"{cell.messages:,}" if cell.messages else "",
        "agreed": cell.second,
        "source": cell.source,
    }


def _shipped(venue: "type[Venue]") -> bytes | None:
    package = venue.__module__.rpartition(".")[0]
    try:
        return files(package).joinpath(evidence.FILE).read_bytes()
    except (OSError, ModuleNotFoundError, ValueError):
        return None
