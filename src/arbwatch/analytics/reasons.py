"""Why a pair is no opportunity: one flag per reason, with its words."""

from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arbwatch.analytics.rules import Rules
from arbwatch.market.codes import UNSTREAMED, Proof, RowState, Source
from arbwatch.market.columns import Flags, Floats, Places
from arbwatch.market.snapshot import Snapshot

Flagged = NDArray[np.uint32]


class Reason(IntFlag):
    """What speaks against a leg or a pair. The lowest one that holds is the one that counts."""

    ENDED = 1
    HALTED = 2
    OVERLOAD = 4
    DOWN = 8
    NO_QUOTE = 16
    FROZEN = 32
    REST_ONLY = 64
    ONE_SIDED = 128
    STALE = 256
    LATE = 512
    CROSSED = 1024
    DOUBTFUL = 2048
    UNIT = 4096
    CLASS = 8192
    IDENTITY = 16384
    UNPROVEN = 32768


WORDS: dict[Reason, str] = {
    Reason.ENDED: "not listed any more",
    Reason.HALTED: "trading is halted",
    Reason.OVERLOAD: "not followed: overload",
    Reason.DOWN: "the stream is down",
    Reason.NO_QUOTE: "no quote yet",
    Reason.FROZEN: "the stream is being checked",
    Reason.REST_ONLY: "known from REST only",
    Reason.ONE_SIDED: "one-sided book",
    Reason.STALE: "stale",
    Reason.LATE: "late",
    Reason.CROSSED: "crossed book",
    Reason.DOUBTFUL: "the venue's data disagrees with itself",
    Reason.UNIT: "unit unknown",
    Reason.CLASS: "class differs",
    Reason.IDENTITY: "identity?",
    Reason.UNPROVEN: "not proven yet",
}
"""Short words, also the keys of counts."""

SUSPECT_NS = 2e9
"""A suspect row is a leg for so long at least: quiet markets are suspect now and then, and cleared at once."""

_ALWAYS = {
    RowState.ENDED: Reason.ENDED,
    RowState.HALTED: Reason.HALTED,
    RowState.SHED: Reason.OVERLOAD,
    RowState.DOWN: Reason.DOWN,
    RowState.FROZEN: Reason.FROZEN,
    RowState.POLLED: Reason.REST_ONLY,
}


def _at_rest(state: RowState, source: Source) -> Reason:
    found = _ALWAYS.get(state, Reason(0))
    if source == Source.NONE:
        return found | Reason.NO_QUOTE
    if source == Source.REST:
        if state in UNSTREAMED:
            # What ails the stream says nothing about a price that did not come by it.
            return Reason.REST_ONLY
        return found | Reason.REST_ONLY
    # Before its first message since it was subscribed, a stream proves nothing.
    return found | Reason.STALE if state in (RowState.WAITING, RowState.REFUSED) else found


_AT_REST: Flagged = np.array([[_at_rest(state, source) for source in Source] for state in RowState], np.uint32)
"""What speaks against a row by its state and source alone."""
RESTING = tuple(state for state in RowState if not _AT_REST[state, Source.STREAM])
"""The states in which a streamed row may be a leg."""


def allowed(snapshot: Snapshot, rules: Rules, rows: Places) -> Floats:
    """Return for how long each row may go unconfirmed, ns: longer where its own rate is slower.

    A row earns more time with at least 8 gaps known, and never over `longest_s`. `rows` are flat.
    """
    rate = np.fmax(snapshot.gap.reshape(-1)[rows], snapshot.pause.reshape(-1)[rows])
    many = snapshot.gaps.reshape(-1)[rows] >= 8
    earned = np.where(many, np.fmin(4.0 * rate, rules.longest_s * 1e9), 0.0)
    longest: Floats = np.fmax(rules.patience(snapshot)[rows // snapshot.bid.shape[1]], earned)
    return longest


def silent_too_long(snapshot: Snapshot, rows: Places) -> Flags:
    """Mark rows that nothing proved current within five of their own gaps; a check that clears them comes sooner."""
    gap, pause = snapshot.gap.reshape(-1)[rows], snapshot.pause.reshape(-1)[rows]
    most = np.fmax(SUSPECT_NS, np.fmax(5.0 * gap, 1.75 * pause))
    silent: Flags = snapshot.now - snapshot.confirmed.reshape(-1)[rows] > most
    return silent


def against(snapshot: Snapshot, rules: Rules, rows: Places) -> Flagged:
    """Return what speaks against each of some rows (flat), by itself; 0 where it may be a leg."""

    def of(name: str) -> NDArray[Any]:
        cells: NDArray[Any] = getattr(snapshot, name)
        return cells.reshape(-1)[rows]

    def add(where: NDArray[Any], reason: Reason) -> None:
        flags[where] |= np.uint32(reason)

    state, source, proof, bid, ask = (of(name) for name in ("state", "source", "proof", "bid", "ask"))
    flags: Flagged = _AT_REST[state, source]
    if rules.polled:
        sized = ~(np.isnan(of("bid_size")) | np.isnan(of("ask_size")))
        flags[of("polled") & sized] &= ~np.uint32(Reason.REST_ONLY)
    quoted = source != Source.NONE
    add(quoted & (np.isnan(bid) | np.isnan(ask)), Reason.ONE_SIDED)
    add(bid >= ask, Reason.CROSSED)
    add(quoted & (snapshot.now - of("confirmed") > allowed(snapshot, rules, rows)), Reason.STALE)
    add(of("lag") > rules.lag_s * 1e9, Reason.LATE)
    add(proof == Proof.DOUBTFUL, Reason.DOUBTFUL)
    add(~((of("multiplier") > 0) & (of("contract_size") > 0)), Reason.UNIT)
    if rules.proven_only:
        add(proof == Proof.UNPROVEN, Reason.UNPROVEN)
    suspect = np.flatnonzero(state == RowState.SUSPECT)
    add(suspect[silent_too_long(snapshot, rows[suspect])], Reason.FROZEN)
    return flags


def first(flags: Flagged) -> Flagged:
    """Return the lowest reason of each, the one that counts; 0 stays 0."""
    return flags & (~flags + np.uint32(1))
