"""How each column of the board gets its number and its text out of a sheet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from arbwatch.market.codes import RowState
from arbwatch.views import formats
from arbwatch.views.sheet import Numbers, Sheet
from arbwatch.views.words import STATES

Value = Callable[[Sheet], Numbers]
Text = Callable[[Sheet, int], str]
Reading = tuple[Value, Text]
"""What a column sorts by, and what it shows."""


def assumed(sheet: Sheet, row: int) -> bool:
    """Tell whether the funding interval of row `row` is only the venue's default."""
    return sheet.interval_source(row) == "default"


def word(name: str) -> Reading:
    """Read one of the listing's texts."""

    def value(sheet: Sheet) -> Numbers:
        return sheet.listing.ranks[name]

    def text(sheet: Sheet, row: int) -> str:
        return sheet.listing.texts[name][row] or formats.UNKNOWN

    return value, text


def number(name: str, show: Callable[[float | None], str]) -> Reading:
    """Read a column of the snapshot."""

    def value(sheet: Sheet) -> Numbers:
        return sheet.column(name)

    def text(sheet: Sheet, row: int) -> str:
        return show(sheet.number(name, row))

    return value, text


def price(name: str) -> Reading:
    """Read a column of prices, shown on the instrument's tick."""

    def value(sheet: Sheet) -> Numbers:
        return sheet.column(name)

    def text(sheet: Sheet, row: int) -> str:
        return formats.price(sheet.number(name, row), sheet.instrument(row).tick_size)

    return value, text


def made(value: Value, show: Callable[[float | None], str]) -> Reading:
    """Read what is computed from several columns."""

    def text(sheet: Sheet, row: int) -> str:
        return show(float(value(sheet)[row]))

    return value, text


def _spread(sheet: Sheet) -> Numbers:
    return sheet.derived("spread", lambda: 1e4 * (sheet.column("ask") - sheet.column("bid")) / sheet.mid)


def _tick(sheet: Sheet) -> Numbers:
    return sheet.derived("tick", lambda: 1e4 * sheet.column("tick_size") / sheet.mid)


def _mark_index(sheet: Sheet) -> Numbers:
    return sheet.derived("mark_index", lambda: sheet.column("mark") / sheet.column("index") - 1)


def _year(sheet: Sheet) -> Numbers:
    return sheet.derived("year", lambda: formats.HOURS_A_YEAR * sheet.column("rate") / sheet.column("interval_h"))


def _countdown(sheet: Sheet) -> Numbers:
    return sheet.derived("countdown", lambda: (sheet.column("next_time") - sheet.now) / formats.SECOND)


def _age(sheet: Sheet) -> Numbers:
    return sheet.derived("age", lambda: (sheet.now - sheet.column("changed")) / formats.SECOND)


def _unconfirmed(sheet: Sheet) -> Numbers:
    return sheet.derived("unconfirmed", lambda: (sheet.now - sheet.column("confirmed")) / formats.SECOND)


def _state(sheet: Sheet) -> Numbers:
    return sheet.derived("state", lambda: sheet.states.astype(np.float64))


def _state_text(sheet: Sheet, row: int) -> str:
    state = sheet.state(row)
    status = sheet.instrument(row).status
    if state == RowState.LIVE and status in ("pre", "closing"):
        return "pre-open" if status == "pre" else "closing"
    return STATES[state][0]


def marked(reading: Reading) -> Reading:
    """Keep digits aligned whether or not the mark of an assumed interval stands behind them."""
    value, show = reading

    def text(sheet: Sheet, row: int) -> str:
        shown = show(sheet, row)
        return shown + (formats.ASSUMED if assumed(sheet, row) and shown != formats.UNKNOWN else " ")

    return value, text


def _seconds(value: float | None) -> str:
    return formats.duration(None if value is None else value * formats.SECOND)


def _left(value: float | None) -> str:
    return formats.countdown(None if value is None else value * formats.SECOND)


def _bps(value: float | None) -> str:
    return formats.bps(None if value is None else value / 1e4)


def _funding(value: float | None) -> str:
    return formats.percent(value, 4)


def _basis(value: float | None) -> str:
    return formats.percent(value, 3)


def _perp(reading: Reading) -> Reading:
    """Leave the cell empty where the market has no funding at all."""
    value, show = reading

    def text(sheet: Sheet, row: int) -> str:
        return show(sheet, row) if sheet.instrument(row).market == "perp" else ""

    return value, text


SPREAD = made(_spread, _bps)
TICK = made(_tick, _bps)
MARK_INDEX = _perp(made(_mark_index, _basis))
FUNDING = _perp(number("rate", _funding))
YEAR = _perp(marked(made(_year, formats.percent)))
INTERVAL = _perp(marked(number("interval_h", formats.hours)))
COUNTDOWN = _perp(made(_countdown, _left))
AGE = made(_age, _seconds)
UNCONFIRMED = made(_unconfirmed, _seconds)
STATE: Reading = (_state, _state_text)
