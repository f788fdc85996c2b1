"""What would be a spread but for a reason: of every group the best such pair; the rest is counted."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from arbwatch.analytics.best import Best, closely, tops
from arbwatch.analytics.legs import Legs
from arbwatch.analytics.odd import Odd, best_of
from arbwatch.analytics.plan import NONE, Plan
from arbwatch.analytics.reasons import Flagged, Reason, against, first
from arbwatch.analytics.rules import Rules
from arbwatch.market.columns import Flags, Floats, Places
from arbwatch.market.snapshot import Snapshot


class Left(NamedTuple):
    """Pairs left out that would gain, best first, and how many more pairs there are by their first reason."""

    buy: Places
    sell: Places
    gross: Floats
    counts: dict[Reason, int]


def left_out(snapshot: Snapshot, plan: Plan, rules: Rules, rows: Legs, found: Best) -> Left:
    """Return what `found` leaves out; `rows` are all rows, not masked."""
    unfit = np.flatnonzero(plan.listed & ~rows.fit)
    reasons = np.zeros(plan.listed.size, np.uint32)
    reasons[unfit] = first(against(snapshot, rules, unfit))
    even = ~found.apart & (plan.odd_of == NONE)
    pairs = closely(found, rows, plan, rules.identity_gap)
    counts: Counter[int] = Counter()
    _count_even(plan, reasons, unfit, even, counts)
    _count_odd(pairs, reasons, counts)
    parts = _even(plan, rows, even), best_of(pairs, ~pairs.admitted)
    buy, sell, gross = (np.concatenate(part) for part in zip(*parts, strict=True))
    gains = np.flatnonzero(gross > 0.0)
    chosen = gains[np.argsort(-gross[gains], kind="stable")][: rules.most]
    for one in _firsts(plan, reasons, buy[chosen], sell[chosen]).tolist():
        counts[one] -= 1
    told = {Reason(one): number for one, number in sorted(counts.items()) if number > 0}
    return Left(buy[chosen], sell[chosen], gross[chosen], told)


def _even(plan: Plan, rows: Legs, even: Flags) -> tuple[Places, Places, Floats]:
    unfit = plan.listed & ~rows.fit
    columns = np.flatnonzero(unfit.any(0) & even)
    bad, listed = unfit[:, columns], plan.listed[:, columns]
    bid, ask = (np.where(listed, price[:, columns], np.nan) for price in (rows.bid, rows.ask))
    # At least one leg of each is unfit: the one that is bought, or the one that is sold.
    one, other = tops(np.where(bad, ask, np.nan), bid), tops(ask, np.where(bad, bid, np.nan))
    better = (other.gross > one.gross) | np.isnan(one.gross)
    buy, sell = np.where(better, other.buy, one.buy), np.where(better, other.sell, one.sell)
    width = np.intp(plan.width)
    return buy * width + columns, sell * width + columns, np.where(better, other.gross, one.gross)


def _count_even(plan: Plan, reasons: Flagged, unfit: Places, even: Flags, counts: Counter[int]) -> None:
    columns = unfit % plan.width
    unfit = unfit[even[columns]]
    columns = unfit % plan.width
    # The lower reason of two counts: rows leave in the order of reasons, and take their pairs along.
    there = plan.listed.sum(0).astype(np.int64)
    for reason in np.unique(reasons[unfit]).tolist():
        less = there - np.bincount(columns[reasons[unfit] == reason], minlength=plan.width)
        counts[reason] += int((there * (there - 1) - less * (less - 1)).sum()) // 2
        there = less


def _count_odd(some: Odd, reasons: Flagged, counts: Counter[int]) -> None:
    rows = np.where(some.there, reasons[np.where(some.there, some.places, 0)], 0)
    pair = _lower(rows[:, :, None], rows[:, None, :])
    told = np.where(pair > 0, pair, np.where(some.same, np.uint32(Reason.IDENTITY), np.uint32(Reason.CLASS)))
    both = some.there[:, :, None] & some.there[:, None, :] & ~some.admitted
    for reason, number in zip(*np.unique(told[np.triu(both, 1)], return_counts=True), strict=True):
        counts[int(reason)] += int(number)


def _firsts(plan: Plan, reasons: Flagged, buy: Places, sell: Places) -> Flagged:
    pair = _lower(reasons[buy], reasons[sell])
    classes = plan.classes.reshape(-1)
    same = classes[buy] == classes[sell]
    return np.where(pair > 0, pair, np.where(same, np.uint32(Reason.IDENTITY), np.uint32(Reason.CLASS)))


def _lower(one: Flagged, other: Flagged) -> Flagged:
    return first(one | other)
