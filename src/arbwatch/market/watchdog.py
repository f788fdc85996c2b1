"""Which streams are silent for longer than they should be. Pure: who calls it acts."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from arbwatch.market.codes import RowState, Source
from arbwatch.market.columns import Flags, Floats, Places, Times
from arbwatch.market.snapshot import Snapshot
from arbwatch.market.table import Table

_S = 1_000_000_000
_STREAMING = np.isin(np.arange(len(RowState)), (RowState.LIVE, RowState.SUSPECT))

Kind = Literal["suspect", "no_first_message", "socket_silent"]


class Patience(msgspec.Struct, frozen=True):
    """How long silence is borne. Times are seconds."""

    least_s: float = 1.5
    medians: float = 4.0
    """So many of its own median gaps."""
    pauses: float = 1.4
    """So many of its usual silences between bursts."""
    gaps: int = 8
    """So many gaps must be known first."""
    slow_s: float = 60.0
    """Silence says nothing about a symbol whose own gaps are longer; what REST tells does."""
    again_s: float = 0.4
    """A suspect is found again after this, while nobody has cleared it."""
    backoff_s: tuple[float, ...] = (10.0, 60.0, 600.0)
    """From the subscription to the first message; then between one attempt to help and the next."""
    socket_gaps: float = 10.0
    """A socket may be silent for so many of the gaps that all its streams together would have."""


DEFAULT = Patience()


class Finding(msgspec.Struct, frozen=True):
    """One stream, or with `socket_silent` a whole socket, that is silent for too long."""

    venue: str
    symbol: str
    """Empty where it is a whole socket."""
    kind: Kind
    silent_ns: int
    allowed_ns: int
    socket: str = ""


class Carried:
    """Where the symbols of each socket stand, worked out anew only where sockets or rows changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Sequence[str], Mapping[str, int], Places]] = {}

    def places(self, socket: str, symbols: Sequence[str], rows: Mapping[str, int]) -> Places:
        """Return the columns of what a socket carries; `rows` tells the column of each symbol."""
        known = self._known.get(socket)
        if known is None or known[0] is not symbols or known[1] is not rows:
            found = np.array([rows[symbol] for symbol in symbols if symbol in rows], np.intp)
            self._known[socket] = known = (symbols, rows, found)
        return known[2]


def findings(
    market: Table | Snapshot,
    now: int,
    venue: str,
    sockets: Mapping[str, Sequence[str]] | None = None,
    patience: Patience = DEFAULT,
    carried: Carried | None = None,
) -> list[Finding]:
    """Return what is wrong on one venue at `now` (UTC ns).

    A symbol is suspect once it is silent for longer than its own rate allows; a stream that never spoke is found
    once REST saw its venue move. `sockets` tells which symbols each socket carries: where all of a socket is
    silent, that is one finding in place of its symbols'. Rows that are down, halted or refused are not looked at.
    `carried` is kept by who asks again and again.
    """
    snapshot = market.view(now) if isinstance(market, Table) else market
    lane = _Lane(snapshot, venue, now, patience)
    rows, carried = snapshot.layout.rows[snapshot.lane(venue)], carried or Carried()
    found = [
        finding
        for socket, symbols in (sockets or {}).items()
        for finding in lane.socket(socket, carried.places(socket, symbols, rows))
    ]
    covered = {symbol for finding in found for symbol in (sockets or {})[finding.socket]}
    found += lane.findings("suspect", lane.suspects(), lane.silent, lane.allowed)
    found += lane.findings("no_first_message", lane.mute(), lane.unheard, lane.backoff)
    return [finding for finding in found if finding.symbol not in covered]


class _Lane:
    """One venue's rows as the watchdog sees them; times in ns."""

    def __init__(self, snapshot: Snapshot, venue: str, now: int, patience: Patience) -> None:
        self._snapshot, self._venue, self._patience = snapshot, venue, patience
        lane = self._row = snapshot.lane(venue)
        self._state = snapshot.state[lane]
        self._rate: Floats = np.fmax(snapshot.gap[lane], snapshot.pause[lane])
        known = (snapshot.gaps[lane] >= patience.gaps) & (self._rate <= patience.slow_s * _S)
        self._known: Flags = known
        self._spoken: Flags = known & _STREAMING[self._state]
        self._since_handled: Times = now - snapshot.handled[lane]
        proved = np.maximum(snapshot.received[lane], snapshot.confirmed[lane])
        self.silent: Times = now - np.maximum(proved, snapshot.since[lane])
        self.heard: Times = now - snapshot.received[lane]
        self.unheard: Times = now - np.maximum(snapshot.since[lane], snapshot.handled[lane])
        self.allowed: Floats = np.fmax(
            patience.least_s * _S,
            np.fmax(patience.medians * snapshot.gap[lane], patience.pauses * snapshot.pause[lane]),
        )
        steps = np.array(patience.backoff_s) * _S
        attempts = snapshot.attempts[lane]
        self.backoff: Floats = steps[np.minimum(attempts, len(steps) - 1)]
        self._again: Floats = steps[np.minimum(np.maximum(attempts - 1, 0), len(steps) - 1)]

    def suspects(self) -> Flags:
        """Mark rows that speak less often than they are used to, and frozen ones that stayed so.

        A stream that was subscribed anew is held to the rate it had before; what REST tells meanwhile is not its word.
        """
        silent = self._known & (self.silent > self.allowed)
        mute = self._known & (self.unheard > self.allowed)
        live = ((self._state == RowState.LIVE) & silent) | ((self._state == RowState.WAITING) & mute)
        checked = (self._state == RowState.SUSPECT) & silent & (self._since_handled > self._patience.again_s * _S)
        frozen = (self._state == RowState.FROZEN) & (self._since_handled > self._again)
        found: Flags = live | checked | frozen
        return found

    def mute(self) -> Flags:
        """Mark rows whose venue was seen to move while their stream never spoke."""
        lane, snapshot = self._row, self._snapshot
        waiting = (self._state == RowState.WAITING) & (snapshot.since[lane] > 0)
        shown = (snapshot.source[lane] == Source.REST) & (snapshot.moved[lane] > 0)
        found: Flags = waiting & shown & (self.unheard > self.backoff)
        return found

    def findings(self, kind: Kind, where: Flags, silent: Times, allowed: Floats) -> list[Finding]:
        """Name the rows that are marked."""
        instruments = self._snapshot.instruments[self._row]
        return [
            Finding(self._venue, instrument.symbol, kind, int(silent[place]), int(allowed[place]))
            for place in np.flatnonzero(where)
            if (instrument := instruments[place]) is not None
        ]

    def socket(self, name: str, places: Places) -> list[Finding]:
        """Find a socket on which nothing at all came for longer than its streams together would let expect."""
        spoken = places[self._spoken[places]]
        if len(spoken) < 2:
            return []
        together = 1.0 / float(np.sum(1.0 / self._rate[spoken]))
        allowed = max(self._patience.least_s * _S, self._patience.socket_gaps * together)
        silent = int(self.heard[spoken].min())
        return [Finding(self._venue, "", "socket_silent", silent, int(allowed), name)] if silent > allowed else []
