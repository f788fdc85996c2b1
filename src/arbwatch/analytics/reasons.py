"""Why a pair is no opportunity: one flag per reason, with its words."""

from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.codes import Proof, RowState, Source
from arbwatch.market.columns import Floats
from arbwatch.market.snapshot import Snapshot

Flagged = NDArray[np.uint32]


class Reason(IntFlag):
    """What speaks against a leg or a pair. The lowest one that holds is the one that counts."""

    ENDED = 1
    HALTED = 2
    DOWN = 4
    NO_QUOTE = 8
    FROZEN = 16
    REST_ONLY = 32
    ONE_SIDED = 64
    STALE = 128
    LATE = 256
    CROSSED = 512
    DOUBTFUL = 1024
    UNIT = 2048
    CLASS = 4096
    IDENTITY = 8192
    UNPROVEN = 16384


WORDS: dict[Reason, str] = {
    Reason.ENDED: "not listed any more",
    Reason.HALTED: "trading is halted",
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
    RowState.DOWN: Reason.DOWN,
    RowState.FROZEN: Reason.FROZEN,
}


def _at_rest(state: RowState, source: Source) -> Reason:
    found = _ALWAYS.get(state, Reason(0))
    if source == Source.NONE:
        return found | Reason.NO_QUOTE
    if source == Source.REST:
        return found | Reason.REST_ONLY
    # Before its first message since it was subscribed, a stream proves nothing.
    return found | Reason.STALE if state in (RowState.WAITING, RowState.REFUSED) else found


_AT_REST: Flagged = np.array([[_at_rest(state, source) for source in Source] for state in RowState], np.uint32)
"""What speaks against a row by its state and source alone."""


def add(flags: Flagged, where: NDArray[Any], reason: Reason) -> None:
    """Flag rows in place; `where` is a mask or places."""
    flags[where] |= np.uint32(reason)


def allowed(snapshot: Snapshot, base_ns: Floats, longest_ns: float) -> Floats:
    """Return for how long each row may go unconfirmed, ns: longer where its own rate is slower.

    `base_ns` has shape (lanes, 1). A row earns more time with at least 8 gaps known, and never over `longest_ns`.
    """
    rate = np.fmax(snapshot.gap, snapshot.pause)
    earned = np.where(snapshot.gaps >= 8, np.fmin(4.0 * rate, longest_ns), 0.0)
    return np.fmax(base_ns, earned)


def against_legs(snapshot: Snapshot, may: Floats, lag_ns: float, *, proven_only: bool) -> Flagged:
    """Flag every row; `may` is what `allowed` returned."""
    bid, ask = snapshot.bid, snapshot.ask
    flags: Flagged = _AT_REST[snapshot.state, snapshot.source]
    quoted = snapshot.source != Source.NONE
    add(flags, quoted & (np.isnan(bid) | np.isnan(ask)), Reason.ONE_SIDED)
    add(flags, bid >= ask, Reason.CROSSED)
    add(flags, quoted & (snapshot.now - snapshot.confirmed > may), Reason.STALE)
    add(flags, snapshot.lag > lag_ns, Reason.LATE)
    add(flags, snapshot.proof == Proof.DOUBTFUL, Reason.DOUBTFUL)
    if proven_only:
        add(flags, snapshot.proof == Proof.UNPROVEN, Reason.UNPROVEN)
    add(flags, (snapshot.state == RowState.SUSPECT) & _silent_too_long(snapshot), Reason.FROZEN)
    return flags


def _silent_too_long(snapshot: Snapshot) -> NDArray[np.bool_]:
    """Mark rows that nothing proved current within five of their own gaps; a check that clears them comes sooner."""
    most = np.fmax(SUSPECT_NS, np.fmax(5.0 * snapshot.gap, 1.75 * snapshot.pause))
    silent: NDArray[np.bool_] = snapshot.now - snapshot.confirmed > most
    return silent
