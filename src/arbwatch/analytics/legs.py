"""Every row per asset unit, and whether it may be a leg: the masks come before any best-of."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbwatch.analytics.plan import Places, Plan
from arbwatch.analytics.reasons import RESTING, allowed, silent_too_long
from arbwatch.analytics.rules import Rules
from arbwatch.market.codes import Proof, RowState, Source
from arbwatch.market.columns import Flags, Floats
from arbwatch.market.snapshot import Snapshot


class Legs(NamedTuple):
    """Rows: prices per asset unit, NaN where unknown; `fit` where nothing speaks against the row."""

    bid: Floats
    ask: Floats
    fit: Flags


def legs(snapshot: Snapshot, plan: Plan, rules: Rules, rows: Places | None = None) -> Legs:
    """Return all rows, shape (lanes, columns), or some (flat places), in their order.

    `fit` is exactly where `reasons.against` finds nothing.
    """
    cut = _Cut(snapshot, rows)
    state, source, proof = cut.of("state"), cut.of("source"), cut.of("proof")
    fit = (source == Source.STREAM) & _among(state, RESTING)
    if rules.polled:
        fit |= cut.of("polled")
    fit &= (proof == Proof.PROVEN) if rules.proven_only else (proof != Proof.DOUBTFUL)
    fit &= plan.listed if rows is None else plan.listed.reshape(-1)[rows]
    bid, ask = _prices(cut, plan)
    fit &= bid < ask
    if len(plan.unitless):
        fit &= (cut.of("multiplier") > 0) & (cut.of("contract_size") > 0)
    _time(cut, fit, state, rules)
    return Legs(bid, ask, fit)


def masked(found: Legs) -> Legs:
    """Return the same rows with NaN for every price of a row that is not fit."""
    # All bits set is NaN: a third of what choosing element by element takes.
    holes = (found.fit.view(np.int8) - 1).astype(np.int64)
    bid, ask = ((price.view(np.int64) | holes).view(np.float64) for price in (found.bid, found.ask))
    return Legs(bid, ask, found.fit)


def _among(state: NDArray[Any], states: Sequence[RowState]) -> Flags:
    found: Flags = state == states[0]
    for other in states[1:]:
        found |= state == other
    return found


class _Cut:
    """All rows of a snapshot, or some."""

    def __init__(self, snapshot: Snapshot, rows: Places | None) -> None:
        self.snapshot = snapshot
        self.rows = rows
        self._lanes = None if rows is None else rows // snapshot.bid.shape[1]

    def of(self, name: str) -> NDArray[Any]:
        cells: NDArray[Any] = getattr(self.snapshot, name)
        return cells if self.rows is None else cells.reshape(-1).take(self.rows)

    def by_lane(self, values: NDArray[Any]) -> NDArray[Any]:
        """Lay what is known by lane along the rows."""
        return values[:, None] if self._lanes is None else values.take(self._lanes)

    def places(self, found: Flags) -> tuple[Places, Places]:
        """Return where `found` holds, in the cut and in the whole, flat."""
        here = np.flatnonzero(found)
        return here, here if self.rows is None else self.rows[here]


def _prices(cut: _Cut, plan: Plan) -> tuple[Floats, Floats]:
    bid, ask = cut.of("bid"), cut.of("ask")
    if not len(plan.scaled):
        return bid, ask
    if cut.rows is None:
        bid, ask = bid.copy(), ask.copy()
        multiplier = cut.snapshot.multiplier.reshape(-1)[plan.scaled]
        multiplier[multiplier <= 0] = np.nan
        for price in (bid.reshape(-1), ask.reshape(-1)):
            price[plan.scaled] /= multiplier
        return bid, ask
    multiplier = cut.of("multiplier")
    multiplier = np.where(multiplier > 0, multiplier, np.nan)
    return bid / multiplier, ask / multiplier


def _time(cut: _Cut, fit: Flags, state: NDArray[Any], rules: Rules) -> None:
    """Take out what is late, stale, or suspect for too long. Few are, so only candidates are looked at closely."""
    snapshot, flat = cut.snapshot, fit.reshape(-1)
    oldest = snapshot.now - np.ceil(rules.patience(snapshot)).astype(np.int64)
    longest = np.floor(rules.lag_s * 1e9 - np.nan_to_num(snapshot.offsets)).astype(np.int64)
    here, there = cut.places(fit & ((cut.of("received") - cut.of("time")) > cut.by_lane(longest)))
    if len(here):
        timed = (snapshot.time.reshape(-1)[there] > 0) & (snapshot.source.reshape(-1)[there] == Source.STREAM)
        flat[here[timed]] = False
    here, there = cut.places(fit & (cut.of("confirmed") <= cut.by_lane(oldest)))
    if len(here):
        silent = snapshot.now - snapshot.confirmed.reshape(-1)[there]
        flat[here[silent > allowed(snapshot, rules, there)]] = False
    here, there = cut.places(fit & (state == RowState.SUSPECT))
    if len(here):
        flat[here[silent_too_long(snapshot, there)]] = False
