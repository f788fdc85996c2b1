"""What a viewer has chosen: rows, order, columns, pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from arbwatch.views import asset, board, spreads
from arbwatch.views.board import Filter
from arbwatch.views.columns import BY_ID, COLUMNS, SETS, Column, chosen_set

PACES = (100, 250, 500, 1000, 2000, 5000)
"""Refresh periods that + and - go through, ms."""
MARKETS: tuple[board.MarketChoice, ...] = (None, "spot", "perp")


@dataclass
class Order:
    """What a table is sorted by."""

    sort: str
    descending: bool = True

    def step(self, columns: Sequence[str], by: int) -> None:
        """Sort by the next column, or the one before."""
        at = columns.index(self.sort) if self.sort in columns else -1 if by > 0 else 0
        self.choose(columns[(at + by) % len(columns)])

    def choose(self, column: str) -> None:
        """Sort by a column; by the same one again turns the direction around."""
        if column == self.sort:
            self.descending = not self.descending
            return
        known = BY_ID.get(column) or spreads.BY_ID.get(column) or asset.BY_ID[column]
        self.sort, self.descending = column, known.align == "right"


@dataclass
class Choices:
    """All of a viewer's choices."""

    refresh_ms: int = 250
    columns: tuple[Column, ...] = COLUMNS
    venues: frozenset[str] = frozenset()
    text: str = ""
    market: board.MarketChoice = None
    currency: str | None = None
    excluded: bool = False
    """Show only the spreads that do not count."""
    rows: Order = field(default_factory=lambda: Order("quote_volume"))
    spreads: Order = field(default_factory=lambda: Order("gross"))
    markets: Order = field(default_factory=lambda: Order("number", descending=False))
    """Of the asset's pane."""
    asset: str | None = None
    """The asset looked at; None is that of the best spread."""
    asset_currency: str | None = None
    """In which; None is the one with most markets."""
    set_name: str = ""
    """The set of columns chosen last; empty for columns of one's own."""

    def filter(self) -> Filter:
        """Return which rows to show."""
        return Filter(self.text, self.venues, self.market, self.currency)

    def pace(self, step: int) -> None:
        """Go to the next faster pace, or the next slower one for a step below zero."""
        if step > 0:
            self.refresh_ms = max((ms for ms in PACES if ms < self.refresh_ms), default=PACES[0])
        else:
            self.refresh_ms = min((ms for ms in PACES if ms > self.refresh_ms), default=PACES[-1])

    def next_market(self) -> None:
        """Go from all to spot, to perp and back to all."""
        self.market = MARKETS[(MARKETS.index(self.market) + 1) % len(MARKETS)] if self.market in MARKETS else None

    def next_currency(self, currencies: Sequence[str]) -> None:
        """Go through the quote currencies there are, then back to all."""
        turn = [None, *currencies]
        self.currency = turn[(turn.index(self.currency) + 1) % len(turn)] if self.currency in turn else None

    def next_set(self) -> None:
        """Show the next set of columns."""
        names = list(SETS)
        self.set_name = names[(names.index(self.set_name or names[0]) + 1) % len(names)]
        self.columns = chosen_set(self.set_name)

    def words(self, count: str, shown: int, total: int) -> str:
        """Say in a line what is chosen, how many columns fit and how many rows there are."""
        parts = [f"find {self.text!r}"] if self.text else []
        if self.venues:
            parts.append(f"{len(self.venues)} venues" if len(self.venues) > 1 else next(iter(self.venues)))
        parts += [chosen for chosen in (self.market, self.currency) if chosen]
        if 0 < shown < total:
            parts.append(f"{shown} of {total} columns")
        return " · ".join([*parts, count])
