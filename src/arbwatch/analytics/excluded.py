"""What would be a spread but for a reason: of every group the best such pair; the rest is counted."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from arbwatch.analytics.best import Best, masked, tops
from arbwatch.analytics.odd import Odd, best_of
from arbwatch.analytics.plan import Places, Plan
from arbwatch.analytics.reasons import Flagged, Reason, against, first
from arbwatch.analytics.rules import Rules
from arbwatch.market.columns import Flags, Floats
from arbwatch.market.snapshot import Snapshot


class Left(NamedTuple):
    """Pairs left out that would gain, best first, and how many more pairs there are by their first reason."""

    buy: Places
    sell: Places
    gross: Floats
    counts: dict[Reason, int]


def left_out(snapshot: Snapshot, plan: Plan, rules: Rules, found: Best) -> Left:
    """Return what `found`, a look at all columns, leaves out."""
    unfit = np.flatnonzero(plan.listed & ~found.legs.fit)
    reasons = np.zeros(plan.listed.size, np.uint32)
    reasons[unfit] = first(against(snapshot, rules, unfit))
    apart = np.zeros(plan.width, np.bool_)
    apart[found.clashing.places.max(1, initial=0) % plan.width] = True
    even = ~(apart | plan.odd_columns)
    counts: Counter[int] = Counter()
    parts = [_even(plan, found, even)]
    _count_even(plan, reasons, unfit, even, counts)
    for some in (found.clashing, found.odd):
        if some is not None and some.places.size:
            parts.append(best_of(some, ~some.admitted))
            _count_odd(some, reasons, counts)
    buy, sell, gross = (np.concatenate(part) for part in zip(*parts, strict=True))
    gains = np.flatnonzero(gross > 0.0)
    chosen = gains[np.argsort(-gross[gains], kind="stable")][: rules.most]
    for one in _firsts(plan, reasons, buy[chosen], sell[chosen]).tolist():
        counts[one] -= 1
    told = {Reason(one): number for one, number in sorted(counts.items()) if number > 0}
    return Left(buy[chosen], sell[chosen], gross[chosen], told)


def _even(plan: Plan, found: Best, even: Flags) -> tuple[Places, Places, Floats]:
    legs = found.legs
    unfit = plan.listed & ~legs.fit
    columns = np.flatnonzero(unfit.any(0) & even)
    bid, ask = legs.bid[:, columns], legs.ask[:, columns]
    bad = unfit[:, columns]
    listed = plan.listed[:, columns]
    bids, asks = masked(bid, listed & (bid > 0.0), -np.inf), masked(ask, listed & (ask > 0.0), np.inf)
    # At least one leg of each is unfit: the one that is bought, or the one that is sold.
    one = tops(masked(asks, bad, np.inf), bids)
    other = tops(asks, masked(bids, bad, -np.inf))
    better = other.gross > one.gross
    buy, sell = np.where(better, other.buy, one.buy), np.where(better, other.sell, one.sell)
    lanes = (lane.astype(np.intp) * plan.width + columns for lane in (buy, sell))
    return (*lanes, np.where(better, other.gross, one.gross))  # type: ignore[return-value] # two lanes and a gross


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
