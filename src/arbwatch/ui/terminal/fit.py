"""Which columns fit a width, and how wide each is: numbers are never cut, columns go instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

MOST_GAP = 3


class Head(Protocol):
    """What is needed of a column to place it."""

    @property
    def id(self) -> str:
        """Name."""

    @property
    def title(self) -> str:
        """Heading."""

    @property
    def width(self) -> int:
        """Least width."""

    @property
    def align(self) -> Literal["left", "right"]:
        """On which side its texts end."""

    @property
    def priority(self) -> int:
        """How early it goes: the highest first."""

    @property
    def most(self) -> int | None:
        """Width that words may be cut to; None for numbers."""

    @property
    def stretch(self) -> bool:
        """Whether it takes the room that is left."""


class Place(NamedTuple):
    """Where a column stands: its place among all, first cell and width."""

    at: int
    start: int
    width: int


def needed(head: Head, longest: int) -> int:
    """Return the width a column needs whose longest text is `longest` cells."""
    wanted = max(head.width, len(head.title), longest)
    return wanted if head.most is None else min(wanted, max(head.most, len(head.title)))


def fit(heads: Sequence[Head], longest: Mapping[str, int], width: int) -> tuple[list[Place], int]:
    """Place as many columns as `width` has room for, in their order; return them and the gap between two.

    `longest` is the longest text seen by column id. Words without enough room get what there is, at least the column's
    `width`. One cell stays free at the left. At least one column is placed.
    """
    widths: dict[int, int] = {}
    room = width - 1
    for index in sorted(range(len(heads)), key=lambda index: heads[index].priority):
        head = heads[index]
        wanted = needed(head, longest.get(head.id, 0))
        least = wanted if head.most is None else min(wanted, max(head.width, len(head.title)))
        if least + 1 > room and widths:
            continue
        widths[index] = least if head.stretch else min(wanted, max(room - 1, least))
        room -= widths[index] + 1
    for index, width_now in widths.items():
        if heads[index].stretch:
            extra = min(needed(heads[index], longest.get(heads[index].id, 0)) - width_now, max(room, 0))
            widths[index] += extra
            room -= extra
    gap = max(1, min(MOST_GAP, 1 + room // len(widths))) if widths else 1
    places, start = [], 1
    for index in sorted(widths):
        places.append(Place(index, start, widths[index]))
        start += widths[index] + gap
    return places, gap
