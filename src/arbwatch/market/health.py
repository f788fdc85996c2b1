"""How a venue does, in numbers and in words."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.codes import RowState, Source
from arbwatch.market.snapshot import Snapshot
from arbwatch.market.status import Rejected, RestState, SocketHealth, SocketState, VenueState, VenueStatus
from arbwatch.model import Instrument

__all__ = ["Rejected", "SocketHealth", "VenueHealth", "VenueStatus", "clock_verdict"]

_MS = 1e6
_STREAMING = np.isin(np.arange(len(RowState)), (RowState.LIVE, RowState.SUSPECT))
_S = 1_000_000_000
WINDOW_NS = 5 * _S
"""Over which messages per second are counted."""
STALE_NS = 10 * _S
"""A venue from which nothing came for so long is stale."""
REJECTS = 20
RAW_KEPT = 16_384
"""Characters of a rejected message that are kept."""
CLOCK_WRONG_MS = 1000.0
CLOCK_SAMPLES = 8
CLOCK_STEP_NS = _S // 10
_REFUSING = ("forbidden", "blocked")


class _Rate:
    """Messages per second out of a counter that is looked at now and then."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()

    def at(self, now: int, count: int) -> float | None:
        """Return the rate over the last `WINDOW_NS`; None before there is any past."""
        if self._seen and count < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, count))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW_NS:
            self._seen.popleft()
        then, before = self._seen[0]
        return (count - before) * _S / (now - then) if now > then else None


class VenueHealth:
    """Gather what happens to one venue; `status` says how it does."""

    def __init__(self, venue: str) -> None:
        self.venue = venue
        self.rejected = 0
        self._rejects: deque[Rejected] = deque(maxlen=REJECTS)
        self.polled_every_s: float | None = None
        """How often REST is asked in place of missing streams; None where it is not."""
        self._doubt = self._waits = ""
        self._doubtful: Mapping[str, str] = {}
        self.dropped = 0
        """How many markets are not followed because the program fell behind."""
        self.listing = ""
        """Why the listing could not be read; "" once it was."""
        self._error: str | None = None
        self._clock: deque[tuple[int, int]] = deque(maxlen=CLOCK_SAMPLES)
        self._rate = _Rate()
        self._sockets: dict[str, _Rate] = {}
        self._instruments: Sequence[Instrument | None] = ()
        self._there = np.zeros(0, np.bool_)

    def reject(self, now: int, what: str, reason: str, raw: bytes) -> None:
        """Count a piece that could not be read and keep it."""
        self.rejected += 1
        text = raw[:RAW_KEPT].decode("utf-8", "backslashreplace")
        self._rejects.append(Rejected(now, what, reason, text))

    def error(self, words: str, now: int) -> None:
        """Keep what went wrong last."""
        self._error = words

    def proof(self, doubt: str, waits: str, doubtful: Mapping[str, str]) -> None:
        """Take what the proof came to: why the venue is doubtful, what it waits for, why single rows are."""
        self._doubt, self._waits, self._doubtful = doubt, waits, doubtful

    def clock(self, offset: int, round_trip: int) -> None:
        """Take one reading of the venue's clock less ours, and how long it took; ns.

        A reading that earlier ones cannot explain means that a clock was set: they are forgotten.
        """
        if self._clock:
            known_trip, known = min(self._clock)
            if abs(offset - known) > (known_trip + round_trip) // 2 + CLOCK_STEP_NS:
                self._clock.clear()
        self._clock.append((round_trip, offset))

    @property
    def clock_offset(self) -> int | None:
        """The venue's clock less ours, ns, by the fastest of the newest readings; None before the first."""
        return min(self._clock)[1] if self._clock else None

    def status(
        self,
        now: int,
        snapshot: Snapshot,
        sockets: Iterable[SocketState] = (),
        http: RestState | None = None,
        detours: Sequence[str] = (),
    ) -> VenueStatus:
        """Say how the venue does at `now` (UTC ns); to be asked about once a second or more often."""
        lane = snapshot.lane(self.venue)
        lines = list(sockets)
        rows = self._listed(snapshot, lane)
        live = rows & _STREAMING[snapshot.state[lane]]
        messages = sum(line.frames for line in lines) if lines else snapshot.arrivals[lane].quotes
        polled = rows & snapshot.polled[lane]
        state, note = _verdict(now, snapshot, lane, live, lines, http)
        if state == "connecting" and not lines and self.listing:
            state, note = "down", self.listing
        if state not in ("up", "blocked") and polled.any() and (trouble := _trouble(lines)) is not None:
            trading = rows & (snapshot.state[lane] != RowState.HALTED)
            state, note = "stale", self._instead(now, trouble, int(polled.sum()), int(trading.sum()))
        if state == "up":
            state, note = self._proven(note)
        if state in ("up", "stale"):
            note = "; ".join(part for part in (self._overload(int(rows.sum())), note, *detours) if part)
        lag = snapshot.latencies[lane]
        fastest = min(self._clock)[0] if self._clock else None
        quotes = live & (snapshot.source[lane] != Source.NONE)
        return VenueStatus(
            venue=self.venue,
            state=state,
            note=note,
            instruments=int(rows.sum()),
            live=int(live.sum()),
            messages=messages,
            rate_s=self._rate.at(now, messages) or 0.0,
            age_p50_ms=_quantile(now - snapshot.changed[lane][quotes], 50),
            lag_p50_ms=_quantile(lag, 50),
            lag_p99_ms=_quantile(lag, 99),
            unconfirmed_p99_ms=_quantile(now - snapshot.confirmed[lane][quotes], 99),
            clock_offset_ms=None if self.clock_offset is None else self.clock_offset / _MS,
            clock_tolerance_ms=None if fastest is None else fastest / 2 / _MS,
            reconnects=sum(line.reconnects for line in lines),
            rejected=self.rejected,
            last_rejects=tuple(self._rejects),
            last_error=self._error,
            sockets=tuple(self._socket(now, line) for line in lines),
            rest_state=http.state if http else None,
            rest_words=http.words if http else "",
            rest_used=http.used_weight if http else None,
            polled=int(polled.sum()),
            detours=tuple(detours),
            dropped=self.dropped,
        )

    def _listed(self, snapshot: Snapshot, lane: int) -> NDArray[np.bool_]:
        instruments = snapshot.instruments[lane]
        # The tuple is the same object until the listing changes, and looking through it takes a while.
        if instruments is not self._instruments:
            self._instruments = instruments
            self._there = np.array([instrument is not None for instrument in instruments], np.bool_)
        listed: NDArray[np.bool_] = self._there & (snapshot.state[lane] != RowState.ENDED)
        return listed

    def _overload(self, rows: int) -> str:
        if not self.dropped:
            return ""
        return f"overload: {self.dropped:,} of {rows:,} markets are not followed, least traded first"

    def _proven(self, note: str) -> tuple[VenueState, str]:
        if self._doubt:
            return "doubtful", "; ".join(part for part in (self._doubt, note) if part)
        symbol, words = next(iter(self._doubtful.items()), ("", ""))
        many = len(self._doubtful)
        some = f"{many} are doubtful, such as {symbol}: {words}" if many > 1 else f"{symbol} is doubtful: {words}"
        waits = f"not proven yet: waits for {self._waits}" if self._waits else ""
        return "up", "; ".join(part for part in (waits, some if many else "", note) if part)

    def _instead(self, now: int, trouble: SocketState, polled: int, rows: int) -> str:
        which = f"all {rows:,}" if polled >= rows else f"{polled:,} of {rows:,}"
        often = "" if self.polled_every_s is None else f" every {self.polled_every_s:.0f} s"
        return f"no stream: {trouble.error}; {which} rows are polled over REST{often}{_again(now, trouble)}"

    def _socket(self, now: int, line: SocketState) -> SocketHealth:
        rate = self._sockets.setdefault(line.name, _Rate()).at(now, line.frames)
        return SocketHealth(
            name=line.name,
            route=line.route,
            state=line.state,
            topics=line.topics,
            live_topics=line.live_topics,
            frames=line.frames,
            rate_s=rate,
            age_ms=None if line.last_frame is None else (now - line.last_frame) / _MS,
            reconnects=line.reconnects,
            error=line.error,
        )


def clock_verdict(statuses: Sequence[VenueStatus]) -> str | None:
    """Say that this machine's clock is wrong where at least two venues agree by how much."""
    known = [s for s in statuses if s.clock_offset_ms is not None]
    if len(known) < 2:
        return None
    offsets = [s.clock_offset_ms or 0.0 for s in known]
    middle = median(offsets)
    slack = 250.0 + max(s.clock_tolerance_ms or 0.0 for s in known)
    if abs(middle) <= CLOCK_WRONG_MS or any(abs(offset - middle) > slack for offset in offsets):
        return None
    way = "behind" if middle > 0 else "ahead"
    return (
        f"your clock is wrong by {abs(middle) / 1e3:,.1f} s, {way} (all {len(known)} venues agree): "
        "set the computer's clock"
    )


def _quantile(values: NDArray[np.int64] | NDArray[np.float64], percent: float) -> float | None:
    if not len(values):
        return None
    # The same as numpy's percentile, which takes six times as long over so few.
    at = (len(values) - 1) * percent / 100
    low = int(at)
    high = min(low + 1, len(values) - 1)
    ordered = np.partition(values, (low, high))
    return float(ordered[low] + (ordered[high] - ordered[low]) * (at - low)) / _MS


def _verdict(
    now: int,
    snapshot: Snapshot,
    lane: int,
    live: NDArray[np.bool_],
    sockets: Sequence[SocketState],
    http: RestState | None,
) -> tuple[VenueState, str]:
    if http is not None and http.state in _REFUSING and not live.any():
        return "blocked", http.words or "the venue refuses to serve this address"
    if live.any():
        silent = now - int(snapshot.received[lane][live].max())
        if silent > STALE_NS:
            return "stale", f"connected, but nothing came for {silent / _S:,.0f} s"
        return "up", _partly(snapshot, lane)
    spoken = bool((snapshot.messages[lane] > 0).any())
    if any(line.state == "live" for line in sockets):
        return ("stale" if spoken else "connecting"), "connected, waiting for the first messages"
    if (trouble := _trouble(sockets)) is not None:
        return "down", f"{trouble.error}{_again(now, trouble)}"
    if http is not None and http.state in ("unreachable", "banned", "failing"):
        return "down", http.words or f"REST is {http.state}"
    if spoken:
        return "down", "no stream is live; connecting again"
    return "connecting", "opening the streams" if sockets else "reading the listing"


def _trouble(sockets: Sequence[SocketState]) -> SocketState | None:
    """Return the first socket that cannot be opened; None as soon as one is open."""
    if any(line.state in ("live", "renewing") for line in sockets):
        return None
    return next((line for line in sockets if line.state in ("waiting", "connecting") and line.error), None)


def _again(now: int, trouble: SocketState) -> str:
    if trouble.retry_at is None:
        return "; trying again"
    return f"; trying again in {max(0.0, (trouble.retry_at - now) / _S):,.0f} s"


def _partly(snapshot: Snapshot, lane: int) -> str:
    state = snapshot.state[lane]
    told = (
        (RowState.DOWN, "are down: their socket is being replaced"),
        (RowState.FROZEN, "are frozen: the venue moved, their streams did not; subscribing anew"),
        (RowState.REFUSED, "were refused by the venue"),
    )
    many = np.bincount(state, minlength=len(RowState))
    parts = [f"{many[code]} {words}" for code, words in told if many[code]]
    if not parts:
        return ""
    polled = snapshot.polled[lane] & np.isin(state, [code for code, _ in told])
    if polled.any():
        parts.append(f"{int(polled.sum())} are polled over REST meanwhile")
    return "; ".join(parts)
