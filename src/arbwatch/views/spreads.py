"""Spreads as rows: both legs, what is left, and why some do not count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace

from arbwatch.analytics.spreads import Leg, Spread
from arbwatch.views import formats
from arbwatch.views.listing import Key, Listing
from arbwatch.views.picture import Picture
from arbwatch.views.text import plain
from arbwatch.views.words import Tone

COUNTS = "ok"
"""What the column `check` says of a spread that passed every test."""
COUNTS_WITH_COIN = "ok (coin)"
"""The same, of one that sells on a spot market: only who holds the coin can."""


class Line(msgspec.Struct, frozen=True):
    """One spread; `reason` says in words why it does not count, None where it does."""

    spread: Spread
    reason: str | None
    buy_tick: float | None
    """Step of the price per asset unit; None where unknown."""
    sell_tick: float | None

    @property
    def key(self) -> tuple[Key, Key]:
        """Both legs: which spread it is, whatever its place."""
        buy, sell = self.spread.buy, self.spread.sell
        return (buy.venue, buy.symbol), (sell.venue, sell.symbol)

    @property
    def size(self) -> float | None:
        """Asset units that both tops have."""
        sizes = (self.spread.buy.size, self.spread.sell.size)
        return None if None in sizes else min(size for size in sizes if size is not None)

    @property
    def money(self) -> float | None:
        """What buying that size costs, in quote currency."""
        return None if self.size is None or self.spread.buy.price is None else self.size * self.spread.buy.price


Reading = tuple[Callable[[Line], float | str | None], Callable[[Line], str]]
"""What a column sorts by, and what it shows."""


class SpreadColumn(msgspec.Struct, frozen=True):
    """One column of the list of spreads; laid out like those of the board."""

    id: str
    title: str
    width: int
    align: Literal["left", "right"]
    priority: int
    reading: Reading
    help: str
    flash: bool = False
    most: int | None = None
    stretch: bool = False

    def value(self, line: Line) -> float | str | None:
        """Return what lines are sorted by; None where unknown."""
        return self.reading[0](line)

    def text(self, line: Line) -> str:
        """Return the cell of a line."""
        return self.reading[1](line)

    def tone(self, line: Line) -> Tone:
        """Tell how the cell wants to be seen."""
        if self.id == "check":
            return "warn" if line.reason else "good"
        if self.id == "gross":
            return "dim" if line.reason else "up" if line.spread.gross > 0 else "down"
        return ""


def lines(picture: Picture, listing: Listing) -> list[Line]:
    """Return every spread found, then every excluded one."""
    good = [_line(spread, None, listing) for spread in picture.spreads.found]
    return good + [_line(entry.spread, plain(entry.reason), listing) for entry in picture.spreads.excluded]


def order(found: Iterable[Line], sort: str, descending: bool) -> list[Line]:
    """Return the lines sorted by column `sort`: those that count first, unknown last, in both directions."""
    column = BY_ID[sort]
    valued = [(column.value(line), line) for line in found]
    ordered: list[Line] = []
    for excluded in (False, True):
        group = [(value, line) for value, line in valued if (line.reason is not None) == excluded]
        known = [(value, line) for value, line in group if value is not None]
        known.sort(key=lambda pair: pair[0], reverse=descending)
        ordered += [line for _, line in known] + [line for value, line in group if value is None]
    return ordered


def matching(found: Iterable[Line], text: str) -> list[Line]:
    """Return the lines whose asset, venues and symbols contain every word of `text`, in any case."""
    words = text.casefold().split()
    return [line for line in found if all(word in _search(line) for word in words)]


def uncounted(picture: Picture) -> str:
    """Say how many more pairs do not count, by reason; empty where all do."""
    reasons = sorted(picture.spreads.reasons.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{plain(reason)} {formats.count(number)}" for reason, number in reasons if number)


def _line(spread: Spread, reason: str | None, listing: Listing) -> Line:
    return Line(spread, reason, _tick(spread.buy, listing), _tick(spread.sell, listing))


def _tick(leg: Leg, listing: Listing) -> float | None:
    row = listing.rows.get((leg.venue, leg.symbol))
    if row is None:
        return None
    instrument = listing.instruments[row]
    return None if instrument.tick_size is None else instrument.tick_size / instrument.multiplier


def _search(line: Line) -> str:
    spread = line.spread
    legs = f"{spread.buy.venue} {spread.buy.symbol} {spread.sell.venue} {spread.sell.symbol}"
    return f"{spread.asset} {legs}".casefold()


def _ages(line: Line) -> str:
    ages = (line.spread.buy.age_ms, line.spread.sell.age_ms)
    return " / ".join(formats.duration(None if age is None else age * 1e6) for age in ages)


def _of(read: Callable[[Spread], str]) -> Reading:
    return (lambda line: plain(read(line.spread))), (lambda line: plain(read(line.spread)))


def _price(read: Callable[[Spread], Leg], tick: Callable[[Line], float | None]) -> Reading:
    return (lambda line: read(line.spread).price), (lambda line: formats.price(read(line.spread).price, tick(line)))


def _number(read: Callable[[Line], float | None], show: Callable[[float | None], str]) -> Reading:
    return read, lambda line: show(read(line))


def _check(line: Line) -> str:
    return line.reason or (COUNTS_WITH_COIN if line.spread.needs_short_spot else COUNTS)


# fmt: off
COLUMNS: tuple[SpreadColumn, ...] = (
    SpreadColumn("asset", "asset", 6, "left", 1, _of(lambda s: s.asset), most=10,
                 help="The coin"),
    SpreadColumn("pair", "pair", 9, "left", 15, _of(lambda s: s.market_pair), most=9,
                 help="Kinds of market, buy side first"),
    SpreadColumn("buy", "buy on", 8, "left", 3, _of(lambda s: s.buy.venue), most=14,
                 help="Where it is cheap"),
    SpreadColumn("buy_symbol", "buy symbol", 10, "left", 12, _of(lambda s: s.buy.symbol), most=18,
                 help="The venue's spelling there"),
    SpreadColumn("buy_price", "at ask", 7, "right", 5, _price(lambda s: s.buy, lambda s: s.buy_tick), flash=True,
                 help="Best ask there, per asset unit"),
    SpreadColumn("sell", "sell on", 8, "left", 4, _of(lambda s: s.sell.venue), most=14,
                 help="Where it is dear"),
    SpreadColumn("sell_symbol", "sell symbol", 11, "left", 13, _of(lambda s: s.sell.symbol), most=18,
                 help="The venue's spelling there"),
    SpreadColumn("sell_price", "at bid", 7, "right", 6, _price(lambda s: s.sell, lambda s: s.sell_tick), flash=True,
                 help="Best bid there, per asset unit"),
    SpreadColumn("gross", "gross bp", 8, "right", 2, _number(lambda s: s.spread.gross, formats.bps),
                 help="Bid over ask, basis points, before fees"),
    SpreadColumn("exit", "exit bp", 8, "right", 9, _number(lambda s: s.spread.exit, formats.bps),
                 help="The way back now, basis points, before fees"),
    SpreadColumn("size", "size", 7, "right", 10, _number(lambda s: s.size, formats.size),
                 help="Asset units that both tops have"),
    SpreadColumn("money", "money", 7, "right", 8, _number(lambda s: s.money, formats.size),
                 help="What that costs, in quote currency"),
    SpreadColumn("quote_currency", "quote", 5, "left", 11, _of(lambda s: s.quote_currency), most=8,
                 help="The currency of the prices"),
    SpreadColumn("ages", "ages", 13, "right", 14, (lambda s: s.spread.age_diff_ms, _ages),
                 help="Since each leg changed: buy / sell"),
    SpreadColumn("check", "check", 10, "left", 7, (_check, _check), most=60, stretch=True,
                 help="ok, or why it does not count; (coin): only for who holds it, it sells on spot"),
)
# fmt: on
BY_ID: dict[str, SpreadColumn] = {column.id: column for column in COLUMNS}
REASONED: tuple[SpreadColumn, ...] = tuple(
    replace(column, width=34, most=160, priority=0) if column.id == "check" else column
    for column in COLUMNS
    if column.id not in ("pair", "exit", "size", "money", "quote_currency", "ages")
)
"""The columns of spreads that do not count: the reason comes first and takes the room."""
