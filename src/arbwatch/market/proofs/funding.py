"""Whether mark, index and funding agree with the quotes, the clock and each other."""

import numpy as np

from arbwatch.market.columns import Floats, Places
from arbwatch.market.proofs.rows import OK, UNKNOWN, WRONG, Judged, Rows, coded, middle, percent, times

MARK_NEAR, MARK_FAR = 0.03, 0.10
TURN_S = 60.0
"""Around a settlement venues are not of one mind for so long."""
OVER_S = 600.0
"""A settlement that lies further back is not the next one."""
RATE_FAR = 0.1
"""No interval costs more than a tenth."""
RATE_USUAL = 0.003
"""Per 8 hours: no market of many contracts has ever had such a median."""
RATE_LEAST = 5
BEYOND = 1e-6
"""Of rounding beside a cap."""
_S = 1e9
_HOUR = 3600.0 * _S


def funding(rows: Rows) -> list[Judged]:
    """Judge funding, mark and index."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return [_mark(rows), _next(rows), _rate(rows), _usual(rows), _schedule(rows)]


def _far(ratio: Floats) -> Floats:
    return np.fmax(ratio, 1.0 / ratio) - 1.0


def _mark(rows: Rows) -> Judged:
    to_mid, to_index = rows.mark / rows.mid, rows.mark / rows.index
    apart = np.fmax(_far(to_mid), _far(to_index))
    known = rows.streaming & ~np.isnan(to_mid)

    def row(at: int) -> str:
        return f"its mark is {rows.mark[at]:g} and its index {rows.index[at]:g}, its quotes are at {rows.mid[at]:g}"

    def whole(places: Places) -> str:
        example = rows.instruments[int(places[0])]
        return (
            f"marks and indices are {percent(middle(apart[places]))} from each other or from the quotes "
            f"({example.symbol if example else ''}: {row(int(places[0]))[4:]})"
        )

    return Judged(
        "mark and index", "funding", coded(known & (apart <= MARK_NEAR), known & (apart > MARK_FAR)), row, whole
    )


def _next(rows: Rows) -> Judged:
    ahead = (rows.next_time - rows.now - np.nan_to_num(rows.offset)) / _S
    interval = rows.interval_h * 3600.0
    known = (rows.next_time > 0) & ~np.isnan(interval)
    ok = known & (ahead >= -TURN_S) & (ahead <= interval + TURN_S)
    wrong = known & ((ahead < -OVER_S) | (ahead > interval + TURN_S))

    def row(at: int) -> str:
        if ahead[at] < 0:
            return f"its next funding was {_span(-ahead[at])} ago"
        return f"its next funding is {_span(ahead[at])} ahead, more than its interval of {_span(interval[at])}"

    def whole(places: Places) -> str:
        past = places[ahead[places] < 0]
        if len(past) * 2 > len(places):
            return f"the next funding was {_span(-middle(ahead[past]))} ago"
        later = ahead[places] / interval[places]
        return (
            f"the next funding is further ahead than one interval ({middle(later):.2g} intervals in the middle, "
            f"intervals of {_span(middle(interval[places]))})"
        )

    return Judged("next funding", "funding", coded(ok, wrong), row, whole)


def _rate(rows: Rows) -> Judged:
    beyond = (rows.rate > rows.cap + BEYOND) | (rows.rate < rows.floor - BEYOND) | (np.abs(rows.rate) > RATE_FAR)
    known = ~np.isnan(rows.rate)

    def row(at: int) -> str:
        cap = percent(float(rows.cap[at])) if rows.cap[at] > 0 else "anything seen"
        return f"its funding rate of {percent(float(rows.rate[at]))} is beyond its cap of {cap}"

    def whole(places: Places) -> str:
        return f"funding rates ({percent(middle(np.abs(rows.rate[places])))} in the middle) are beyond their caps"

    return Judged("funding rate", "funding", coded(known & ~beyond, known & beyond), row, whole)


def _usual(rows: Rows) -> Judged:
    per_8h = np.abs(rows.rate) * 8.0 / rows.interval_h
    known = ~np.isnan(per_8h)
    verdict = UNKNOWN
    if int(known.sum()) >= RATE_LEAST:
        verdict = WRONG if middle(per_8h) > RATE_USUAL else OK
    return Judged(
        "size of funding", "funding", np.where(known, verdict, UNKNOWN).astype(np.uint8), lambda _: "",
        lambda places: f"half of the funding rates are above {percent(middle(per_8h[places]))} in 8 hours, "
        f"{times(middle(per_8h[places]) / 1e-4)} what is usual: percent taken for a fraction?",
        alone=False, needed=False,
    )  # fmt: skip


def _schedule(rows: Rows) -> Judged:
    interval = rows.interval_h * _HOUR
    rest = np.mod(rows.next_time.astype(np.float64), interval)
    known = (rows.next_time > 0) & (interval >= _HOUR / 60.0)
    off = np.fmin(rest, interval - rest) > TURN_S * _S

    def whole(places: Places) -> str:
        hours = middle(rows.interval_h[places])
        return f"the next funding is not on a schedule of {hours:g} h"

    return Judged(
        "funding interval", "funding", coded(known & ~off, known & off), lambda _: "", whole, alone=False, needed=False
    )


def _span(seconds: float) -> str:
    for unit, length in (("years", 365.25 * 86_400), ("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= length:
            return f"{seconds / length:,.3g} {unit}"
    return f"{seconds:,.0f} s"
