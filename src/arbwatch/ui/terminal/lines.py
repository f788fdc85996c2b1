"""Lines of a table as strips of styled text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from arbwatch.ui.terminal.fit import Head, Place
from arbwatch.ui.terminal.look import BAND, CURSOR, GROUND, MARKS, RAISED, style
from arbwatch.views.words import Tone


class Cell(NamedTuple):
    """One cell; `value` is compared with the one before to tell up from down, None where that says nothing."""

    text: str
    tone: Tone = ""
    value: float | None = None


class Line(NamedTuple):
    """One row in sight: two that are equal look the same."""

    cells: list[Cell]
    flashes: tuple[int, ...]
    """By cell: 1 where it just went up, -1 down."""
    cursor: bool
    band: bool
    """Every second line stands out a little."""


def ground(line: Line) -> str:
    """Return the colour a line stands on."""
    return CURSOR if line.cursor else BAND if line.band else GROUND


def draw(line: Line, places: Sequence[Place], columns: Sequence[Head], gap: int) -> Strip:
    """Draw one row; the first cell of each gap tells whether the figure before it went up or down."""
    below, space = ground(line), " " * (gap - 1)
    segments = [Segment("▌" if line.cursor else " ", style("strong", ground=below))]
    for place, cell, flash in zip(places, line.cells, line.flashes, strict=True):
        text = _sized(cell.text, place.width, columns[place.at].align)
        segments.append(Segment(text, style(cell.tone, ground=below, flash=flash)))
        segments.append(Segment(MARKS[flash] + space, style("up" if flash > 0 else "down", ground=below)))
    return Strip(segments)


def heading(places: Sequence[Place], columns: Sequence[Head], gap: int, sort: str, *, descending: bool) -> Strip:
    """Draw the titles; an arrow marks the column that is sorted by."""
    segments = [Segment(" ", style("", ground=RAISED))]
    for place in places:
        column = columns[place.at]
        arrow = ("▼" if descending else "▲") if column.id == sort else " "
        if len(column.title) >= place.width:
            text = column.title + arrow
        elif column.align == "right":
            text = f"{arrow + column.title:>{place.width}} "
        else:
            text = f"{column.title + arrow:<{place.width}} "
        look = style("strong" if column.id == sort else "", ground=RAISED, bold=True)
        segments.append(Segment(text + " " * (gap - 1), look))
    return Strip(segments)


def column_at(places: Sequence[Place], columns: Sequence[Head], x: int) -> str | None:
    """Return the id of the column at cell `x`; None beside all."""
    return next((columns[place.at].id for place in places if place.start <= x <= place.start + place.width), None)


def _sized(text: str, width: int, align: str) -> str:
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - length) + text if align == "right" else text + " " * (width - length)
