"""The columns of the board: what each is called, holds, shows and means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

import msgspec
from msgspec.structs import replace

from arbwatch.views import formats
from arbwatch.views import readings as r
from arbwatch.views.sheet import Numbers, Sheet
from arbwatch.views.words import STATES, Tone


class Column(msgspec.Struct, frozen=True):
    """One column; `width` is its least width; where there is little room the lowest `priority` stays longest."""

    id: str
    title: str
    width: int
    align: Literal["left", "right"]
    priority: int
    reading: r.Reading
    help: str
    flash: bool = False
    """A change is worth showing for a moment."""
    signed: bool = False
    """Above and below zero are good and bad news."""
    most: int | None = None
    """Words may be cut to this width; None for numbers, which are never cut."""
    stretch: bool = False
    """Takes what room is left when all others have theirs."""

    def value(self, sheet: Sheet) -> Numbers:
        """Return what rows are sorted by and, for numbers, exported as; the unit is in the id or in `help`."""
        return self.reading[0](sheet)

    def text(self, sheet: Sheet, row: int) -> str:
        """Return the cell of row `row`."""
        return self.reading[1](sheet, row)

    def tone(self, sheet: Sheet, row: int) -> Tone:
        """Tell how the cell of row `row` wants to be seen."""
        if self.id == "state":
            return STATES[sheet.state(row)][1]
        value = self.value(sheet)[row] if self.signed else 0.0
        if self.id == "spread_bps":
            return "bad" if self.value(sheet)[row] <= 0 else ""
        return "up" if value > 0 else "down" if value < 0 else ""


def choose(ids: Iterable[str] | None) -> tuple[Column, ...]:
    """Return the columns named, in that order, the first ones staying longest; all of them for None or no name.

    Raises ValueError naming the nearest right one.
    """
    names = list(dict.fromkeys(ids or ()))
    for name in names:
        if name not in BY_ID:
            near = get_close_matches(name, BY_ID, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(BY_ID)}"
            raise ValueError(f"there is no column {name!r}; {hint}")
    return tuple(replace(BY_ID[name], priority=rank) for rank, name in enumerate(names)) or COLUMNS


def chosen_set(name: str) -> tuple[Column, ...]:
    """Return a set of `SETS` in the order of the board."""
    return tuple(sorted(choose(SETS[name]), key=lambda column: list(BY_ID).index(column.id)))


# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("asset", "asset", 6, "left", 9, r.word("asset"), most=10,
           help="The coin, decided over all venues"),
    Column("venue", "venue", 8, "left", 2, r.word("venue"), most=14,
           help="Exchange and market"),
    Column("symbol", "symbol", 10, "left", 1, r.word("symbol"), most=18,
           help="The venue's own spelling"),
    Column("market", "mkt", 4, "left", 17, r.word("market"), most=4,
           help="spot or perp"),
    Column("bid", "bid", 7, "right", 3, r.price("bid"), flash=True,
           help="Best price somebody buys at"),
    Column("bid_size", "bid size", 8, "right", 12, r.number("bid_size", formats.size),
           help="What is bid for there, in the venue's units"),
    Column("ask", "ask", 7, "right", 4, r.price("ask"), flash=True,
           help="Best price somebody sells at"),
    Column("ask_size", "ask size", 8, "right", 13, r.number("ask_size", formats.size),
           help="What is offered there, in the venue's units"),
    Column("spread_bps", "spr bp", 7, "right", 5, r.SPREAD,
           help="Ask over bid, in basis points of the middle"),
    Column("last", "last", 7, "right", 11, r.price("last"), flash=True,
           help="Last price traded"),
    Column("change_24h", "24h %", 7, "right", 7, r.number("change_24h", formats.percent), signed=True,
           help="Change over 24 hours, %"),
    Column("quote_volume", "volume", 7, "right", 8, r.number("quote_volume", formats.size),
           help="Traded in 24 hours, in quote currency"),
    Column("funding", "fund %", 8, "right", 10, r.FUNDING, signed=True,
           help="Funding per interval, %; above zero longs pay shorts"),
    Column("funding_year", "fund/yr %", 9, "right", 14, r.YEAR, signed=True,
           help="Funding per year, %, not compounded; * = interval assumed"),
    Column("countdown_s", "next in", 8, "right", 15, r.COUNTDOWN,
           help="Until the next funding, h:mm:ss"),
    Column("interval_h", "every", 6, "right", 16, r.INTERVAL,
           help="Funding interval; * = assumed, the venue's default"),
    Column("mark_index", "mk-idx %", 8, "right", 18, r.MARK_INDEX,
           help="Mark price over index price, %"),
    Column("tick_size", "tick", 6, "right", 22, r.number("tick_size", formats.number),
           help="Smallest step of the price"),
    Column("tick_bps", "tick bp", 7, "right", 21, r.TICK,
           help="That step in basis points of the price"),
    Column("age_s", "age", 6, "right", 19, r.AGE,
           help="Since the quote changed"),
    Column("unconfirmed_s", "unconf", 6, "right", 20, r.UNCONFIRMED,
           help="Since anything proved the quote current"),
    Column("quote_currency", "quote", 5, "left", 23, r.word("quote_currency"), most=8,
           help="The currency of the prices"),
    Column("high", "high 24h", 8, "right", 24, r.price("high"),
           help="Highest price of 24 hours"),
    Column("low", "low 24h", 8, "right", 25, r.price("low"),
           help="Lowest price of 24 hours"),
    Column("state", "state", 8, "left", 6, r.STATE, most=9,
           help="What the stream of this row is doing"),
)
# fmt: on
BY_ID: dict[str, Column] = {column.id: column for column in COLUMNS}

SETS: dict[str, tuple[str, ...]] = {
    "prices": (),
    "funding": (
        "symbol", "venue", "state", "funding", "funding_year", "countdown_s", "interval_h", "mark_index", "asset",
        "quote_volume", "bid", "ask", "spread_bps",
    ),
    "quality": (
        "symbol", "venue", "state", "age_s", "unconfirmed_s", "spread_bps", "tick_bps", "tick_size", "bid", "ask",
        "asset", "bid_size", "ask_size", "market",
    ),
}  # fmt: skip
"""Columns for one question each, the most needed first; an empty one is all, by priority."""
