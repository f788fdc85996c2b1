"""Whether streamed quotes agree with the REST list, with themselves and with the venue's clock."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.columns import Flags, Floats, Places
from arbwatch.market.proofs.evidence import Answer
from arbwatch.market.proofs.rows import Judged, Rows, coded, middle, percent, times

NEAR, FAR = 0.01, 0.02
"""Two prices of one moment are the same market's within the first, and are not beyond the second."""
OFF = 2e-4
"""A price that stands still differs by no more."""
SIZES = 3.0
STILL_MOVES = 12
"""So often one side must have moved before it says something that the other never did."""
UNFOLLOWED = 3
TICK_OFF = 0.01
"""Of a tick."""
CLOCK_OK_S, CLOCK_WRONG_S = 5.0, 10.0
CLOCK_NEVER_S = 30 * 86_400.0
"""No quote stands so long: its time is in another unit."""
GREETED_NS = 3_000_000_000
_NS = 1e9


def against_list(rows: Rows, answer: Answer, kept: NDArray[Any]) -> list[Judged]:
    """Hold the streamed quotes against a REST list."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return [_sides(rows, answer), _prices(rows, answer), _same(rows, answer), _sizes(rows, answer),
                _followed(rows, answer, kept)]  # fmt: skip


def by_themselves(rows: Rows, kept: NDArray[Any]) -> list[Judged]:
    """Hold the streamed quotes against what they say of themselves."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return [_moving(rows, kept), _on_tick(rows, kept), _clock(rows, kept)]


def _width(bid: Floats, ask: Floats) -> Floats:
    return np.clip(np.nan_to_num(np.abs(ask - bid) / ((ask + bid) / 2.0)), 0.0, 0.5)


def _apart(rows: Rows, answer: Answer) -> Floats:
    return np.fmax(np.abs(rows.bid / answer.bid - 1.0), np.abs(rows.ask / answer.ask - 1.0))


def _sides(rows: Rows, answer: Answer) -> Judged:
    known = rows.streaming & answer.listed
    upright = known & (rows.bid < rows.ask)
    straight = np.abs(rows.bid - answer.bid) + np.abs(rows.ask - answer.ask)
    across = np.abs(rows.bid - answer.ask) + np.abs(rows.ask - answer.bid)
    turned = known & (rows.bid >= rows.ask) & (answer.bid < answer.ask) & (across < straight)
    return Judged(
        "sides", "answers", coded(upright, turned),
        lambda at: f"its stream says bid {rows.bid[at]:g} above ask {rows.ask[at]:g}, the REST list does not",
        lambda _: "streamed bids are above the asks, in the REST list below: the sides seem to be swapped",
        needed=False,
    )  # fmt: skip


def _prices(rows: Rows, answer: Answer) -> Judged:
    apart = _apart(rows, answer)
    slack = np.fmax(_width(rows.bid, rows.ask), _width(answer.bid, answer.ask))
    known = rows.streaming & answer.listed
    empty = np.isnan(rows.bid) & np.isnan(rows.ask) & np.isnan(answer.bid) & np.isnan(answer.ask)
    ratio = rows.mid / ((answer.bid + answer.ask) / 2.0)

    def row(at: int) -> str:
        told = " / ".join(f"{price:g}" for price in (rows.bid[at], rows.ask[at]))
        listed = " / ".join(f"{price:g}" for price in (answer.bid[at], answer.ask[at]))
        return f"its stream says {told}, the REST list {listed}"

    return Judged(
        "prices", "answers", coded(known & ((apart <= NEAR + slack) | empty), known & (apart > FAR + 2 * slack)),
        row, lambda wrong: f"prices streamed are {_compared(ratio[wrong])} those of the REST list",
    )  # fmt: skip


def _compared(ratios: Floats) -> str:
    known = ratios[~np.isnan(ratios)]
    if not len(known):
        return "far from"
    ratio, low, high = middle(known), float(known.min()), float(known.max())
    if high > 2 * low:
        return f"{low:.2g} to {times(high)}"
    if ratio > 2 or ratio < 0.5:  # percent reads well up to a factor of two
        return times(ratio)
    return f"{percent(abs(ratio - 1.0))} {'above' if ratio > 1 else 'below'}"


def _same(rows: Rows, answer: Answer) -> Judged:
    apart = _apart(rows, answer)
    slack = np.fmax(_width(rows.bid, rows.ask), _width(answer.bid, answer.ask))
    known = answer.steady & answer.listed & ~np.isnan(apart)
    off = apart > np.fmax(2 * slack, OFF)
    return Judged(
        "the same prices", "answers", coded(known & ~off, known & off), lambda _: "",
        lambda wrong: f"prices that stand still on the stream are {percent(middle(apart[wrong]))} from the REST list's",
        alone=False,
    )  # fmt: skip


def _sizes(rows: Rows, answer: Answer) -> Judged:
    known = answer.steady & answer.listed
    bid = np.where(rows.bid == answer.bid, rows.bid_size / answer.bid_size, np.nan)
    ask = np.where(rows.ask == answer.ask, rows.ask_size / answer.ask_size, np.nan)
    least, most = np.fmin(bid, ask), np.fmax(bid, ask)
    ok: Flags = known & (np.fmin(np.abs(bid - 1.0), np.abs(ask - 1.0)) < NEAR)
    wrong = known & ((least > SIZES) | (most < 1.0 / SIZES))
    ratio, price = np.sqrt(least * most), rows.mid

    def whole(places: Places) -> str:
        found = ratio[places]
        if middle(np.abs(np.log(found / price[places]))) < 0.05 and np.ptp(np.log(found)) > 1.0:  # alike
            return "sizes streamed are those of the REST list times the price: they seem to be in quote currency"
        return f"sizes streamed are {_compared(found)} those of the REST list"

    return Judged(
        "sizes", "answers", coded(ok, wrong),
        lambda at: f"sizes streamed are {times(float(ratio[at]))} those of the REST list", whole,
        # Some lists tell prices alone.
        needed=not (np.isnan(answer.bid_size) & np.isnan(answer.ask_size)).all(),
    )  # fmt: skip


def _followed(rows: Rows, answer: Answer, kept: NDArray[Any]) -> Judged:
    sides = {"bid": "ask", "ask": "bid"}
    stuck = {
        side: rows.streaming & (kept[f"{side}_unfollowed"] >= UNFOLLOWED) & (kept[f"{other}_unfollowed"] == 0)
        for side, other in sides.items()
    }
    both = rows.streaming & (kept["bid_unfollowed"] == 0) & (kept["ask_unfollowed"] == 0)
    codes = coded(both, stuck["bid"] | stuck["ask"])

    def row(at: int) -> str:
        side = "bid" if stuck["bid"][at] else "ask"
        return f"its {side} changed {kept[f'{side}_unfollowed'][at]} times in the REST list and never on the stream"

    return Judged(
        "both sides follow", "answers", codes, row,
        lambda wrong: f"the {_more(stuck, wrong)} changes in the REST list and stands still on the stream",
        needed=False,
    )  # fmt: skip


def _more(still: dict[str, Flags], places: Places) -> str:
    return max(still, key=lambda side: int(still[side][places].sum()))


def _moving(rows: Rows, kept: NDArray[Any]) -> Judged:
    least, most = np.fmin(kept["bid_moves"], kept["ask_moves"]), np.fmax(kept["bid_moves"], kept["ask_moves"])
    there = rows.streaming & ~np.isnan(rows.bid) & ~np.isnan(rows.ask)
    still = {side: kept[f"{side}_moves"] == 0 for side in ("bid", "ask")}

    def whole(places: Places) -> str:
        side = _more(still, places)
        other = "ask" if side == "bid" else "bid"
        moves = round(middle(most[places].astype(np.float64)))
        return f"the {side} never changes on the stream, while the {other} changed {moves} times"

    return Judged(
        "both sides move", "quotes", coded(there & (least > 0), there & (least == 0) & (most >= STILL_MOVES)),
        lambda _: "", whole, alone=False,
    )  # fmt: skip


def _on_tick(rows: Rows, kept: NDArray[Any]) -> Judged:
    fresh = rows.streaming & (rows.changed > kept["on_tick"])
    kept["on_tick"] = np.where(fresh, rows.changed, kept["on_tick"])
    bid, ask = rows.bid / rows.tick_size, rows.ask / rows.tick_size
    far = np.fmax(np.abs(bid - np.round(bid)), np.abs(ask - np.round(ask)))
    known = fresh & ~np.isnan(far) & (np.fmax(bid, ask) < 1e10)  # beyond, floats tell no ticks apart

    def row(at: int) -> str:
        return f"its prices {rows.bid[at]:.10g} / {rows.ask[at]:.10g} are not on its tick {rows.tick_size[at]:.10g}"

    def whole(places: Places) -> str:
        place = int(places[0])
        instrument = rows.instruments[place]
        return f"prices are not on their ticks ({instrument.symbol if instrument else ''}: {row(place)[4:]})"

    return Judged("ticks", "quotes", coded(known, known & (far > TICK_OFF)), row, whole, needed=False)


def _clock(rows: Rows, kept: NDArray[Any]) -> Judged:
    late = (rows.received - rows.time + rows.offset) / _NS
    recent = rows.streaming & (rows.now - rows.received < CLOCK_WRONG_S * _NS)
    known = recent & (rows.time > 0) & ~np.isnan(late)
    # A quote said again, or said to a new subscriber, has the time of its last change, however long ago.
    told = (rows.changed == rows.received) & (rows.received > rows.since + GREETED_NS)
    moving = told & (np.fmax(kept["bid_moves"], kept["ask_moves"]) > 1)
    wrong = known & ((late < -CLOCK_WRONG_S) | (moving & (late > CLOCK_WRONG_S)) | (late > CLOCK_NEVER_S))
    bare = recent & (rows.time == 0)

    def said(apart: float) -> str:
        return f"{_span(abs(apart))} {'behind' if apart > 0 else 'ahead of'} the venue's clock"

    def whole(places: Places) -> str:
        return f"the times of quotes are {said(middle(late[places]))}"

    return Judged(
        "clock", "clock", coded(bare | (known & (np.abs(late) <= CLOCK_OK_S)), wrong), lambda _: "", whole, alone=False,
    )  # fmt: skip


def _span(seconds: float) -> str:
    for unit, length in (("years", 365.25 * 86_400), ("days", 86_400.0), ("hours", 3600.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:,.0f} s"
