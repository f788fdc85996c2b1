"""How numbers and times look, the same on every screen. Unknown is "-", never 0."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite

UNKNOWN = "-"
SECOND = 1_000_000_000
HOURS_A_YEAR = 8760.0
ASSUMED = "*"
"""Behind a yearly rate whose interval is only the venue's default."""

_SUFFIXES = ("", "k", "M", "B", "T")


def _signed(text: str, sign: bool) -> str:
    """Turn "-0.00" into "0.00" and put a plus before what is above zero."""
    if not text.strip("-0."):
        return text.lstrip("-")
    return "+" + text if sign and not text.startswith("-") else text


@lru_cache(maxsize=4096)
def decimals(tick: float) -> int:
    """Count the decimals that prices on `tick` need."""
    exponent = Decimal(repr(_settled(tick))).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _settled(value: float) -> float:
    """Drop what a division by a multiplier leaves behind the fifteenth digit."""
    return float(f"{value:.15g}")


def number(value: float | None) -> str:
    """Write every digit of `value`, without an exponent."""
    if value is None or not isfinite(value):
        return UNKNOWN
    text = repr(float(value))
    if "e" in text:
        return format(Decimal(text), "f")
    return text.removesuffix(".0")


def price(value: float | None, tick: float | None) -> str:
    """Write a price with the decimals of its tick; one that is finer than its tick keeps all its digits."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if tick is None or not isfinite(tick) or tick <= 0:
        return number(_settled(value))
    text = f"{value:.{decimals(tick)}f}"
    if abs(float(text) - value) > 1e-9 * abs(value):
        return number(_settled(value))
    return text


def size(value: float | None) -> str:
    """Write a size or an amount in at most seven characters: 0.0123, 12.34, 1234, 12.3k, 4.56M."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    if value < 0:
        return "-" + size(-value)
    if value < 0.001:
        return f"{value:.1e}".replace("e-0", "e-")
    if value < 1:
        return f"{value:.4f}"
    if value < 9999.5:
        return f"{value:.{3 if value < 9.9995 else 2 if value < 99.995 else 1 if value < 999.95 else 0}f}"
    return _scaled(value)


def _scaled(value: float) -> str:
    for suffix in _SUFFIXES:
        if value < 999.5:
            return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}{suffix}"
        value /= 1000
    return f"{value * 1e15:.1e}".replace("e+", "e")


def bps(fraction: float | None) -> str:
    """Write a fraction in basis points with one decimal: 0.00012 is "1.2"."""
    if fraction is None or not isfinite(fraction):
        return UNKNOWN
    return _signed(f"{fraction * 1e4:.1f}", sign=False)


def percent(fraction: float | None, digits: int = 2, *, sign: bool = True) -> str:
    """Write a fraction in percent, without the percent sign: 0.0123 is "+1.23"."""
    if fraction is None or not isfinite(fraction):
        return UNKNOWN
    return _signed(f"{fraction * 100:.{digits}f}", sign)


def yearly(rate: float | None, interval_h: float | None) -> float | None:
    """Return what a funding rate per interval comes to in a year, as a fraction, without compounding."""
    if rate is None or interval_h is None or not isfinite(rate) or not isfinite(interval_h) or interval_h <= 0:
        return None
    return rate * HOURS_A_YEAR / interval_h


def annual(rate: float | None, interval_h: float | None, *, assumed: bool = False) -> str:
    """Write a funding rate per year in percent; marked where the interval is only the venue's default."""
    value = yearly(rate, interval_h)
    if value is None:
        return UNKNOWN
    return percent(value) + (ASSUMED if assumed else "")


def duration(ns: float | None) -> str:
    """Write how long: 0.4 s, 12 s, 3 min, 2 h, 5 d. Below zero (clocks disagree) is 0."""
    if ns is None or not isfinite(ns):
        return UNKNOWN
    seconds = max(ns, 0) / SECOND
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    if seconds < 119.5 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 47.5 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"


def milliseconds(ms: float | None) -> str:
    """Write a short time: 0.4 ms, 12 ms, 1.2 s, 3 min; below zero keeps its sign."""
    if ms is None or not isfinite(ms):
        return UNKNOWN
    if ms < 0:
        return _signed("-" + milliseconds(-ms), sign=False) if ms <= -0.05 else "0.0 ms"
    if ms < 9.95:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    return duration(ms * 1e6)


def lag(ms: float | None) -> str:
    """Write how long quotes are on the way; clocks that disagree by more than that cannot tell."""
    return milliseconds(ms) if ms is None or ms > 0 else "less than the clocks can tell"


def countdown(ns: float | None) -> str:
    """Write the time left as h:mm:ss; "due" once it is over."""
    if ns is None or not isfinite(ns):
        return UNKNOWN
    if ns <= 0:
        return "due"
    minutes, seconds = divmod(int(ns) // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"


def hours(value: float | None) -> str:
    """Write an interval in hours: 8h, 0.5h."""
    return f"{value:g}h" if value is not None and isfinite(value) else UNKNOWN


def count(value: float | None) -> str:
    """Write a whole number with thousands apart: 12,345."""
    return f"{value:,.0f}" if value is not None and isfinite(value) else UNKNOWN


def counted(number: int, thing: str) -> str:
    """Write a number of things: 1 socket, 2 sockets."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def moment(ns: int | None) -> str:
    """Write a time as UTC date and time; 0 is unknown."""
    return datetime.fromtimestamp(ns / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S") if ns else UNKNOWN


def clock(ns: int | None) -> str:
    """Write a time as UTC time of day; 0 is unknown."""
    return datetime.fromtimestamp(ns / SECOND, UTC).strftime("%H:%M:%S") if ns else UNKNOWN
