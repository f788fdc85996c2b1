"""The best admissible pair of every group, and every perpetual against its own exchange's spot: numbers only."""

from typing import NamedTuple

import numpy as np

from arbwatch.analytics.legs import Legs
from arbwatch.analytics.odd import Odd, best_of, joined, odd
from arbwatch.analytics.plan import NONE, Plan
from arbwatch.market.columns import Codes, Flags, Floats, Places


class Top(NamedTuple):
    """By column: the lanes to buy at and to sell at, and what that leaves; NaN where there is no pair."""

    buy: Codes
    sell: Codes
    gross: Floats


class Best(NamedTuple):
    """What one look found: the best pair of each group, and each perpetual against its own spot, both ways."""

    buy: Places
    """By column: the row to buy at, flat, for the group that the column leads."""
    sell: Places
    gross: Floats
    """By column: NaN where no pair is admitted, and where the column leads no group."""
    own: Floats
    """Shape (2, spot and perp of one exchange, columns), of even groups: buying spot, buying perp; NaN likewise."""
    own_odd: Floats
    """Of odd groups, by the places of `Plan.own_odd`."""
    apart: Flags
    """By column: an even group whose prices are too far apart for one coin."""

    @classmethod
    def empty(cls, plan: Plan) -> "Best":
        """Hold nothing found yet."""
        places = np.zeros(plan.width, np.intp)
        own = np.full((2, len(plan.own), plan.width), np.nan)
        gross, own_odd = np.full(plan.width, np.nan), np.full(plan.own_odd.shape[1], np.nan)
        return cls(places, places.copy(), gross, own, own_odd, np.zeros(plan.width, np.bool_))


def look(into: Best, masked: Legs, plan: Plan, gap: float, columns: Places | None = None) -> None:
    """Look at all columns, or at some, and write what is found.

    `masked` are all rows, their prices NaN wherever anything speaks against them, so that what is no leg is in no
    choice. The same rows give the same numbers, whichever columns are asked for.
    """
    if columns is None:
        columns = np.arange(plan.width)
        _look_along(into, masked.bid, masked.ask, slice(0, plan.width), plan, gap)
    else:
        _look_along(into, masked.bid.take(columns, axis=1), masked.ask.take(columns, axis=1), columns, plan, gap)
    odd_groups = plan.odd_of[columns]
    strange = np.unique(odd_groups[odd_groups != NONE])
    apart = columns[into.apart[columns]]
    if len(apart) or len(strange):
        _look_closely(into, masked, plan, gap, apart, strange)


def _look_along(into: Best, bid: Floats, ask: Floats, columns: slice | Places, plan: Plan, gap: float) -> None:
    strange = plan.odd_of[columns] != NONE
    apart = _apart(bid, ask, gap)
    top, own = tops(ask, bid), _own(bid, ask, plan)
    out = strange | apart
    if out.any():
        top.gross[out] = np.nan
        own[:, :, out] = np.nan
        apart &= ~strange
    width = np.intp(plan.width)
    every = np.arange(columns.start, columns.stop) if isinstance(columns, slice) else columns
    into.buy[columns] = top.buy * width + every
    into.sell[columns] = top.sell * width + every
    into.gross[columns] = top.gross
    into.own[:, :, columns] = own
    into.apart[columns] = apart


def _look_closely(into: Best, masked: Legs, plan: Plan, gap: float, apart: Places, strange: Places) -> None:
    pairs = odd(joined(across(plan, apart), plan.odd[strange]), masked, plan, gap)
    leads = np.concatenate((apart, plan.odd_lead[strange]))
    into.buy[leads], into.sell[leads], into.gross[leads] = best_of(pairs, pairs.admitted)
    own = np.where(pairs.admitted, pairs.gross, np.nan)
    for number, (spot, perp) in enumerate(plan.own):
        into.own[0, number, apart] = own[: len(apart), spot, perp]
        into.own[1, number, apart] = own[: len(apart), perp, spot]
    if len(strange) and plan.own_odd.size:
        group, buy, sell = plan.own_odd
        among = np.flatnonzero(np.isin(group, strange))
        at = len(apart) + np.searchsorted(strange, group[among])
        into.own_odd[among] = own[at, buy[among], sell[among]]


def across(plan: Plan, columns: Places) -> Places:
    """Return the rows of even groups, shape (columns, lanes); NONE where nothing is listed."""
    lanes = np.arange(len(plan.listed))
    return np.where(plan.listed[:, columns].T, columns[:, None] + lanes * plan.width, NONE)


def tops(ask: Floats, bid: Floats) -> Top:
    """Return the best pair of two different rows in each column; NaN is a side that is not to be chosen."""
    low, high = np.fmin.reduce(ask, 0), np.fmax.reduce(bid, 0)
    buy, sell = _lane(ask, low), _lane(bid, high)
    top = Top(buy, sell, high / low - 1.0)
    # One book may be the cheapest and the dearest at once: then one of its sides gives way.
    alone = np.flatnonzero(buy == sell)
    if len(alone):
        _give_way(ask.take(alone, axis=1), bid.take(alone, axis=1), alone, top)
    return top


def _lane(values: Floats, chosen: Floats) -> Codes:
    # The first lane that has the value, by equality: argmin along this axis is many times slower.
    lanes = np.arange(len(values), 0, -1, dtype=np.uint8)[:, None]
    found: Codes = ((values == chosen) * lanes).max(0)
    return np.uint8(len(values)) - np.maximum(found, np.uint8(1))


def _give_way(ask: Floats, bid: Floats, columns: Places, into: Top) -> None:
    here = np.arange(len(columns))
    lane = into.buy[columns]
    low, high = ask[lane, here], bid[lane, here]
    ask[lane, here] = bid[lane, here] = np.nan
    second_low, second_high = np.fmin.reduce(ask, 0), np.fmax.reduce(bid, 0)
    sold, bought = second_high / low - 1.0, high / second_low - 1.0
    gives = (bought > sold) | np.isnan(sold)
    into.gross[columns] = np.where(gives, bought, sold)
    into.buy[columns] = np.where(gives, _lane(ask, second_low), lane)
    into.sell[columns] = np.where(gives, lane, _lane(bid, second_high))


def _own(bid: Floats, ask: Floats, plan: Plan) -> Floats:
    own = np.empty((2, len(plan.own), bid.shape[1]))
    for number, (spot, perp) in enumerate(plan.own):
        np.divide(bid[perp], ask[spot], out=own[0, number])
        np.divide(bid[spot], ask[perp], out=own[1, number])
    own -= 1.0
    return own


def _apart(bid: Floats, ask: Floats, gap: float) -> Flags:
    mid = bid + ask
    found: Flags = np.fmax.reduce(mid, 0) > np.fmin.reduce(mid, 0) * (1.0 + gap)
    return found


def closely(found: Best, rows: Legs, plan: Plan, gap: float) -> Odd:
    """Compare pair by pair every group that `found` did not take column by column; `rows` need not be masked."""
    apart = np.flatnonzero(found.apart)
    return odd(joined(across(plan, apart), plan.odd), rows, plan, gap)
