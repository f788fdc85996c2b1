"""The board: which rows, in which order, with which texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from arbwatch.views.columns import BY_ID, COLUMNS, SETS, Column, choose
from arbwatch.views.listing import Key
from arbwatch.views.picture import Picture
from arbwatch.views.sheet import Sheet
from arbwatch.views.words import OLD

__all__ = [
    "BY_ID",
    "COLUMNS",
    "SETS",
    "Column",
    "Filter",
    "MarketChoice",
    "Row",
    "choose",
    "order",
    "row",
    "rows",
    "stale",
]


MarketChoice = Literal["spot", "perp", "p2p"] | None


class Filter(msgspec.Struct, frozen=True):
    """Which rows to show. An empty choice is every one; `text` is words that asset, symbol or venue must contain."""

    text: str = ""
    venues: frozenset[str] = frozenset()
    market: MarketChoice = None
    currency: str | None = None


class Row(msgspec.Struct, frozen=True):
    """One row as text, cells in the order of the columns asked for."""

    key: Key
    cells: tuple[str, ...]
    stale: bool
    """Its figures are not of this moment."""


def order(sheet: Sheet, choice: Filter, sort: str, descending: bool) -> NDArray[np.intp]:
    """Return the rows of `sheet` that pass `choice`, sorted by column `sort`.

    Unknown comes last in both directions; equals stay in order of asset, venue and symbol. `sort` is a column's id.
    """
    chosen = np.flatnonzero(_passing(sheet, choice))
    keys = BY_ID[sort].value(sheet)[chosen]
    return chosen[np.argsort(-keys if descending else keys, kind="stable")]


def stale(sheet: Sheet, row: int) -> bool:
    """Tell whether the figures of row `row` are not of this moment."""
    return sheet.state(row) in OLD


def row(sheet: Sheet, place: int, columns: Sequence[Column]) -> Row:
    """Return row `place` of `sheet` as text."""
    cells = tuple(column.text(sheet, place) for column in columns)
    return Row(sheet.listing.keys[place], cells, stale(sheet, place))


def rows(
    picture: Picture,
    choice: Filter | None = None,
    sort: str = "quote_volume",
    descending: bool = True,
    columns: Sequence[Column] = COLUMNS,
) -> list[Row]:
    """Return the whole board as text. Screens that show a part of it use `order` and `row` on a kept sheet."""
    sheet = Sheet(picture)
    return [row(sheet, int(place), columns) for place in order(sheet, choice or Filter(), sort, descending)]


def _passing(sheet: Sheet, choice: Filter) -> NDArray[np.bool_]:
    listing = sheet.listing
    passing = np.ones(len(sheet), dtype=np.bool_)
    if words := choice.text.split():
        passing &= listing.matching(words)
    if choice.venues:
        passing &= listing.among("venue", choice.venues)
    if choice.market:
        passing &= listing.among("market", frozenset((choice.market,)))
    if choice.currency:
        passing &= listing.among("quote_currency", frozenset((choice.currency,)))
    return passing
