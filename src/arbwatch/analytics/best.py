"""The best admissible pair of every group, and every perpetual against its own exchange's spot: numbers only."""

from typing import NamedTuple

import numpy as np

from arbwatch.analytics.legs import Legs, legs
from arbwatch.analytics.odd import Odd, best_of, odd
from arbwatch.analytics.plan import NONE, Places, Plan
from arbwatch.analytics.rules import Rules
from arbwatch.market.columns import Codes, Flags, Floats
from arbwatch.market.snapshot import Snapshot


class Top(NamedTuple):
    """By column: the lanes to buy at and to sell at, and what that leaves; -inf where there is no pair."""

    buy: Codes
    sell: Codes
    gross: Floats


class Best(NamedTuple):
    """What one look found. `columns` are those looked at, None is all; what is by column follows their order."""

    columns: Places | None
    legs: Legs
    buy: Places
    """By column: the row to buy at, flat; of an even group."""
    sell: Places
    gross: Floats
    """By column: -inf where no pair is admitted."""
    own: Floats
    """Shape (2, spot and perp of one exchange, columns): buying spot, buying perp; -inf where not admitted."""
    clashing: Odd
    """Even groups whose prices are too far apart, compared pair by pair."""
    odd: Odd | None
    """Odd groups, all of them; None where none of the columns is of one."""


def best(snapshot: Snapshot, plan: Plan, rules: Rules, columns: Places | None = None) -> Best:
    """Look at all columns, or at some. Masks come first: what speaks against a row keeps it out of every choice.

    The same rows give the same numbers, whichever columns are asked for.
    """
    rows = legs(snapshot, plan, rules, columns)
    wide = rows.bid.shape[1]
    low, high = masked(rows.ask, rows.fit, np.inf), masked(rows.bid, rows.fit, -np.inf)
    strange = plan.odd_columns if columns is None else plan.odd_columns[columns]
    apart = _apart(rows, rules.identity_gap) & ~strange
    top, own = tops(low, high), _own(low, high, plan)
    left_out = strange | apart
    if left_out.any():
        top.gross[left_out] = -np.inf
        own[:, :, left_out] = -np.inf
    every = np.arange(wide) if columns is None else columns
    buy, sell = (lane.astype(np.intp) * plan.width + every for lane in (top.buy, top.sell))
    here = np.flatnonzero(apart)
    steps = np.arange(len(rows.bid))
    places = np.where(plan.listed[:, every[here]].T, every[here, None] + steps * plan.width, NONE)
    clashing = odd(places, here[:, None] + steps * wide, rows, plan, rules.identity_gap)
    if len(here):
        buy[here], sell[here], top.gross[here] = best_of(clashing, clashing.admitted)
        for number, (spot, perp) in enumerate(plan.own):
            for way, one, other in ((0, spot, perp), (1, perp, spot)):
                counts = clashing.admitted[:, one, other]
                own[way, number, here] = np.where(counts, clashing.gross[:, one, other], -np.inf)
    found = _odd(snapshot, plan, rules, rows if columns is None else None) if strange.any() or columns is None else None
    return Best(columns, rows, buy, sell, top.gross, own, clashing, found)


def masked(values: Floats, where: Flags, otherwise: float) -> Floats:
    """Return values where a mask holds."""
    found = np.full(values.shape, otherwise)
    np.copyto(found, values, where=where)
    return found


def tops(low: Floats, high: Floats) -> Top:
    """Return the best pair of two different rows in each column; `low` are asks, inf where none, `high` bids, -inf."""
    ask, bid = low.min(0), high.max(0)
    buy, sell = _lane(low, ask), _lane(high, bid)
    with np.errstate(invalid="ignore"):
        gross = bid / ask - 1.0
    gross[np.isinf(ask) | np.isinf(bid)] = -np.inf
    # One book may be the cheapest and the dearest at once: then one of its sides gives way.
    alone = np.flatnonzero((buy == sell) & (gross > -np.inf))
    if len(alone):
        _give_way(low.take(alone, axis=1), high.take(alone, axis=1), alone, Top(buy, sell, gross))
    return Top(buy, sell, gross)


def _lane(values: Floats, chosen: Floats) -> Codes:
    # The first lane that has the value, by equality: argmax along this axis is five times slower.
    lanes = np.arange(len(values), 0, -1, dtype=np.uint8)[:, None]
    found: Codes = np.uint8(len(values)) - ((values == chosen) * lanes).max(0)
    return found


def _give_way(low: Floats, high: Floats, columns: Places, into: Top) -> None:
    here = np.arange(len(columns))
    lane = into.buy[columns]
    ask, bid = low[lane, here], high[lane, here]
    low[lane, here], high[lane, here] = np.inf, -np.inf
    second_ask, second_bid = low.min(0), high.max(0)
    other_buy, other_sell = _lane(low, second_ask), _lane(high, second_bid)
    sold, bought = second_bid / ask - 1.0, bid / second_ask - 1.0
    bought[np.isinf(second_ask)] = -np.inf
    keep = sold >= bought
    into.gross[columns] = np.where(keep, sold, bought)
    into.buy[columns] = np.where(keep, lane, other_buy)
    into.sell[columns] = np.where(keep, other_sell, lane)


def _own(low: Floats, high: Floats, plan: Plan) -> Floats:
    own = np.empty((2, len(plan.own), low.shape[1]))
    with np.errstate(invalid="ignore"):
        for number, (spot, perp) in enumerate(plan.own):
            np.divide(high[perp], low[spot], out=own[0, number])
            np.divide(high[spot], low[perp], out=own[1, number])
    # A side that is missing leaves nothing, zero or less; a price is above zero.
    own[~(own > 0.0)] = -np.inf
    own -= 1.0
    return own


def _apart(rows: Legs, gap: float) -> Flags:
    mid = rows.bid + rows.ask
    least = masked(mid, rows.fit, np.inf).min(0)
    most = masked(mid, rows.fit, -np.inf).max(0)
    found: Flags = most > least * (1.0 + gap)
    return found


def _odd(snapshot: Snapshot, plan: Plan, rules: Rules, rows: Legs | None) -> Odd:
    """Compare all odd groups; `rows` are those of all columns, where they are known."""
    if rows is not None:
        return odd(plan.odd, plan.odd, rows, plan, rules.identity_gap)
    columns = np.flatnonzero(plan.odd_columns)
    lane, column = np.divmod(plan.odd, plan.width)
    at = lane * len(columns) + np.searchsorted(columns, column)
    return odd(plan.odd, at, legs(snapshot, plan, rules, columns), plan, rules.identity_gap)
