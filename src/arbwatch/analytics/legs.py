"""Every row per asset unit, and whether it may be a leg: the masks come before any best-of."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbwatch.analytics.plan import Plan
from arbwatch.analytics.reasons import RESTING, allowed, silent_too_long
from arbwatch.analytics.rules import Rules
from arbwatch.market.codes import Proof, RowState, Source
from arbwatch.market.columns import Flags, Floats, Places
from arbwatch.market.snapshot import Snapshot

# Plain numbers: comparing a small column with a member of an enum takes several times as long.
_STREAM, _SUSPECT, _PROVEN, _DOUBTFUL = map(int, (Source.STREAM, RowState.SUSPECT, Proof.PROVEN, Proof.DOUBTFUL))
_RESTING = tuple(map(int, RESTING))


class Legs(NamedTuple):
    """Rows: prices per asset unit, NaN where unknown; `fit` where nothing speaks against the row."""

    bid: Floats
    ask: Floats
    fit: Flags

    @classmethod
    def blank(cls, shape: tuple[int, ...]) -> "Legs":
        """Make room."""
        return cls(np.empty(shape), np.empty(shape), np.empty(shape, np.bool_))


def legs(snapshot: Snapshot, plan: Plan, rules: Rules, into: Legs | None = None) -> Legs:
    """Read all rows, shape (lanes, columns), into new room or the one given.

    `fit` is exactly where `reasons.against` finds nothing.
    """
    found = into or Legs.blank(snapshot.bid.shape)
    scale = snapshot.multiplier.reshape(-1)[plan.scaled]
    scale[scale <= 0] = np.nan
    for price, told in ((found.bid, snapshot.bid), (found.ask, snapshot.ask)):
        np.copyto(price, told)
        price.reshape(-1)[plan.scaled] /= scale
    found.fit[:] = _fit(_All(snapshot), found.bid, found.ask, plan.listed, plan, rules)
    return found


def some_legs(snapshot: Snapshot, plan: Plan, rules: Rules, rows: Places) -> Legs:
    """Read some rows (flat places), in their order; the same values as `legs` gives."""
    cut = _Some(snapshot, rows)
    bid, ask = cut.of("bid"), cut.of("ask")
    if len(plan.scaled):
        scale = cut.of("multiplier")
        scale[scale <= 0] = np.nan
        bid, ask = bid / scale, ask / scale
    return Legs(bid, ask, _fit(cut, bid, ask, plan.listed.reshape(-1).take(rows), plan, rules))


def mask(rows: Legs, into: Legs) -> None:
    """Put NaN for every price of a row that is not fit; `into` may be `rows` itself."""
    # All bits set is NaN: a third of what choosing element by element takes.
    holes = (rows.fit.view(np.int8) - 1).astype(np.int64)
    for price, there in ((rows.bid, into.bid), (rows.ask, into.ask)):
        np.bitwise_or(price.view(np.int64), holes, out=there.view(np.int64))
    if into is not rows:
        np.copyto(into.fit, rows.fit)


class _All:
    """All rows of a snapshot, shape (lanes, columns)."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def of(self, name: str) -> NDArray[Any]:
        cells: NDArray[Any] = getattr(self.snapshot, name)
        return cells

    def by_lane(self, values: NDArray[Any]) -> NDArray[Any]:
        """Lay what is known by lane along the rows."""
        return values[:, None]

    def flat(self, here: Places) -> Places:
        """Return the flat places of rows by their number in the cut."""
        return here


class _Some:
    """Some rows of a snapshot, one by one."""

    def __init__(self, snapshot: Snapshot, rows: Places) -> None:
        self.snapshot = snapshot
        self._rows = rows
        self._lanes = rows // snapshot.bid.shape[1]

    def of(self, name: str) -> NDArray[Any]:
        cells: NDArray[Any] = getattr(self.snapshot, name)
        some: NDArray[Any] = cells.reshape(-1).take(self._rows)
        return some

    def by_lane(self, values: NDArray[Any]) -> NDArray[Any]:
        """Lay what is known by lane along the rows."""
        along: NDArray[Any] = values.take(self._lanes)
        return along

    def flat(self, here: Places) -> Places:
        """Return the flat places of rows by their number in the cut."""
        return self._rows[here]


_Cut = _All | _Some


def _fit(cut: _Cut, bid: Floats, ask: Floats, listed: Flags, plan: Plan, rules: Rules) -> Flags:
    state, source, proof = cut.of("state"), cut.of("source"), cut.of("proof")
    fit: Flags = (source == _STREAM) & _among(state)
    if rules.polled:
        fit |= cut.of("polled") & ~np.isnan(cut.of("bid_size")) & ~np.isnan(cut.of("ask_size"))
    fit &= (proof == _PROVEN) if rules.proven_only else (proof != _DOUBTFUL)
    fit &= listed
    fit &= bid < ask
    if len(plan.unitless):
        fit &= (cut.of("multiplier") > 0) & (cut.of("contract_size") > 0)
    _time(cut, fit, state, rules)
    return fit


def _among(state: NDArray[Any]) -> Flags:
    found: Flags = state == _RESTING[0]
    for other in _RESTING[1:]:
        found |= state == other
    return found


def _time(cut: _Cut, fit: Flags, state: NDArray[Any], rules: Rules) -> None:
    """Take out what is late, stale, or suspect for too long. Few are, so only candidates are looked at closely."""
    snapshot, all_fit = cut.snapshot, fit.reshape(-1)
    oldest = snapshot.now - np.ceil(rules.patience(snapshot)).astype(np.int64)
    longest = np.floor(rules.lag_s * 1e9 - np.nan_to_num(snapshot.offsets)).astype(np.int64)
    here = np.flatnonzero(fit & ((cut.of("received") - cut.of("time")) > cut.by_lane(longest)))
    if len(here):
        there = cut.flat(here)
        timed = (snapshot.time.reshape(-1)[there] > 0) & (snapshot.source.reshape(-1)[there] == _STREAM)
        all_fit[here[timed]] = False
    here = np.flatnonzero(fit & (cut.of("confirmed") <= cut.by_lane(oldest)))
    if len(here):
        there = cut.flat(here)
        silent = snapshot.now - snapshot.confirmed.reshape(-1)[there]
        all_fit[here[silent > allowed(snapshot, rules, there)]] = False
    here = np.flatnonzero(fit & (state == _SUSPECT))
    if len(here):
        all_fit[here[silent_too_long(snapshot, cut.flat(here))]] = False
