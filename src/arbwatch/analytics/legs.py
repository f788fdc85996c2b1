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
    """Shape (lanes, columns): prices per asset unit, NaN where unknown; `fit` where nothing speaks against the row."""

    bid: Floats
    ask: Floats
    fit: Flags


def legs(snapshot: Snapshot, plan: Plan, rules: Rules, columns: Places | None = None) -> Legs:
    """Return the rows of all columns or of some, in that order.

    `fit` is exactly where `reasons.against` finds nothing.
    """
    cut = _Cut(snapshot, columns)
    state, source = cut.of("state"), cut.of("source")
    fit = (source == Source.STREAM) & _among(state, RESTING)
    if rules.polled:
        fit |= cut.of("polled")
    proof = cut.of("proof")
    fit &= (proof == Proof.PROVEN) if rules.proven_only else (proof != Proof.DOUBTFUL)
    fit &= plan.listed if columns is None else plan.listed.take(columns, axis=1)
    bid, ask = _prices(cut, plan)
    fit &= bid < ask
    if len(plan.unitless):
        fit &= (cut.of("multiplier") > 0) & (cut.of("contract_size") > 0)
    _time(cut, fit, state, rules)
    return Legs(bid, ask, fit)


def _among(state: NDArray[Any], states: Sequence[RowState]) -> Flags:
    found: Flags = state == states[0]
    for other in states[1:]:
        found |= state == other
    return found


class _Cut:
    """All columns of a snapshot, or some."""

    def __init__(self, snapshot: Snapshot, columns: Places | None) -> None:
        self.snapshot = snapshot
        self.columns = columns
        self.width = snapshot.bid.shape[1]

    def of(self, name: str) -> NDArray[Any]:
        cells: NDArray[Any] = getattr(self.snapshot, name)
        return cells if self.columns is None else cells.take(self.columns, axis=1)

    def places(self, found: Flags) -> tuple[Places, Places]:
        """Return where `found` holds, in the cut and in the whole, flat."""
        here = np.flatnonzero(found)
        if self.columns is None:
            return here, here
        lane, column = np.divmod(here, len(self.columns))
        return here, lane * self.width + self.columns[column]


def _prices(cut: _Cut, plan: Plan) -> tuple[Floats, Floats]:
    bid, ask = cut.of("bid"), cut.of("ask")
    if not len(plan.scaled):
        return bid, ask
    if cut.columns is not None:
        multiplier = cut.of("multiplier")
        multiplier = np.where(multiplier > 0, multiplier, np.nan)
        return bid / multiplier, ask / multiplier
    bid, ask = bid.copy(), ask.copy()
    multiplier = cut.snapshot.multiplier.reshape(-1)[plan.scaled]
    multiplier[multiplier <= 0] = np.nan
    for price in (bid.reshape(-1), ask.reshape(-1)):
        price[plan.scaled] /= multiplier
    return bid, ask


def _time(cut: _Cut, fit: Flags, state: NDArray[Any], rules: Rules) -> None:
    """Take out what is late, stale, or suspect for too long. Few are, so only candidates are looked at closely."""
    snapshot, flat = cut.snapshot, fit.reshape(-1)
    patience = rules.patience(snapshot)
    least = np.ceil(patience).astype(np.int64)[:, None]
    offsets = np.nan_to_num(snapshot.offsets)
    most = np.floor(rules.lag_s * 1e9 - offsets).astype(np.int64)[:, None]
    here, there = cut.places(fit & ((cut.of("received") - cut.of("time")) > most))
    timed = (snapshot.time.reshape(-1)[there] > 0) & (snapshot.source.reshape(-1)[there] == Source.STREAM)
    flat[here[timed]] = False
    here, there = cut.places(fit & (cut.of("confirmed") <= snapshot.now - least))
    if len(here):
        silent = snapshot.now - snapshot.confirmed.reshape(-1)[there]
        flat[here[silent > allowed(snapshot, rules, there)]] = False
    here, there = cut.places(fit & (state == RowState.SUSPECT))
    if len(here):
        flat[here[silent_too_long(snapshot, there)]] = False
