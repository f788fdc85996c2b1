"""From doors to columns: the newest quote of every symbol, staged row by row, settled column by column."""

from struct import Struct, error

import numpy as np

from arbwatch.market import gaps
from arbwatch.market.codes import RowState, Source
from arbwatch.market.columns import Columns, Flags, Floats, Times
from arbwatch.market.snapshot import Arrivals
from arbwatch.model import Quote

NS = 1_000_000_000
REORDER_NS = 60 * NS
"""A larger step back is the venue's clock being set, not a message overtaken by another."""

_STAGED = 4096
_ROW = Struct("=q4dqq8x")
_NAN = float("nan")
_PLACE, _BID, _BID_SIZE, _ASK, _ASK_SIZE, _TIME, _RECEIVED = range(7)

_HEARD = np.arange(len(RowState), dtype=np.uint8)
"""The state of a row after a quote, by its state before. A socket that went down must come up first."""
for _before in (RowState.EMPTY, RowState.WAITING, RowState.SUSPECT, RowState.FROZEN, RowState.REFUSED):
    _HEARD[_before] = RowState.LIVE


class Counts:
    """What one lane's door has seen since the start; `Arrivals` tells what each means."""

    __slots__ = ("quotes", "reordered", "unknown", "unreadable")

    def __init__(self) -> None:
        self.quotes = self.unknown = self.reordered = self.unreadable = 0

    def frozen(self) -> Arrivals:
        """Return them as a value."""
        return Arrivals(self.quotes, self.unknown, self.reordered, self.unreadable)


class Ring:
    """Keep the newest latencies of one lane (received - time, ns, the venue's clock offset still inside)."""

    SIZE = 1024
    SAMPLE = 64
    """How many of one drain are kept."""

    __slots__ = ("_next", "_seen", "_values")

    def __init__(self) -> None:
        self._values = np.zeros(self.SIZE, np.int64)
        self._next = 0
        self._seen = 0

    def add(self, values: Times) -> None:
        """Add values, replacing the oldest."""
        some = values[:: -(-len(values) // self.SAMPLE) or 1]
        self._values[(self._next + np.arange(len(some))) % self.SIZE] = some
        self._next = (self._next + len(some)) % self.SIZE
        self._seen = min(self.SIZE, self._seen + len(some))

    def values(self) -> Times:
        """Copy what is kept, in no order."""
        return self._values[: self._seen].copy()


class Intake:
    """Drain doors into columns. Not thread-safe: the table's lock is held around `drain`."""

    def __init__(self, doors: list[dict[str, Quote]]) -> None:
        self._doors = doors
        self._bytes = bytearray(_STAGED * _ROW.size)
        self._staged: Times = np.frombuffer(self._bytes, np.int64).reshape(_STAGED, -1)
        self._segments: list[tuple[int, int]] = []
        self.counts = [Counts() for _ in doors]
        self.rings = [Ring() for _ in doors]

    def drain(self, columns: Columns, rows: list[dict[str, int]]) -> int:
        """Empty every door; `rows` tells each symbol's place in a flat column, by lane. Return the rows written."""
        pack, buffer, end, size = _ROW.pack_into, self._bytes, len(self._bytes), _ROW.size
        written = at = 0
        for lane, door in enumerate(self._doors):
            if not door:
                continue
            place_of = rows[lane].get
            for symbol, quote in door.items():
                place = place_of(symbol)
                if place is None:
                    self.counts[lane].unknown += 1
                    continue
                try:
                    pack(
                        buffer, at, place, quote.bid, quote.bid_size, quote.ask, quote.ask_size,
                        quote.time or 0, quote.received,
                    )  # fmt: skip
                except error:
                    if not self._pack_carefully(at, place, quote):
                        self.counts[lane].unreadable += 1
                        continue
                at += size
                if at == end:
                    self._segments.append((lane, at // size))
                    written += self._settle(columns, at // size)
                    at = 0
            door.clear()
            self._segments.append((lane, at // size))
        return written + self._settle(columns, at // size)

    def _pack_carefully(self, at: int, place: int, quote: Quote) -> bool:
        sides = (quote.bid, quote.bid_size, quote.ask, quote.ask_size)
        values = [_NAN if side is None else side for side in sides]
        try:
            _ROW.pack_into(self._bytes, at, place, *values, quote.time or 0, quote.received)
        except error:
            return False
        return True

    def _settle(self, columns: Columns, count: int) -> int:
        segments, self._segments = self._segments, []
        if not count:
            return 0
        staged = self._staged[:count]
        self._count(staged, segments)
        late = _late(columns, staged)
        if late.any():
            for lane, lost in enumerate(np.bincount(staged[late, _PLACE] // columns.width)):
                self.counts[lane].reordered += int(lost)
            staged = staged[~late]
        _write(columns, staged)
        return len(staged)

    def _count(self, staged: Times, segments: list[tuple[int, int]]) -> None:
        start = 0
        for lane, end in segments:
            self.counts[lane].quotes += end - start
            part = staged[start:end]
            timed = part[part[:, _TIME] > 0]
            if len(timed):
                self.rings[lane].add(timed[:, _RECEIVED] - timed[:, _TIME])
            start = end


def _late(columns: Columns, staged: Times) -> Flags:
    where, time = staged[:, _PLACE], staged[:, _TIME]
    behind = columns.time.reshape(-1)[where] - time
    late: Flags = (time > 0) & (behind > 0) & (behind < REORDER_NS)
    if late.any():
        np.logical_and(late, columns.state.reshape(-1)[where] == RowState.LIVE, out=late)
    return late


def _write(columns: Columns, staged: Times) -> None:
    where, received = staged[:, _PLACE], staged[:, _RECEIVED]
    sides = staged.view(np.float64)
    _empty(sides[:, _BID], sides[:, _BID_SIZE])
    _empty(sides[:, _ASK], sides[:, _ASK_SIZE])
    new = np.zeros(len(staged), np.bool_)
    for name, field in (("bid", _BID), ("bid_size", _BID_SIZE), ("ask", _ASK), ("ask_size", _ASK_SIZE)):
        cells = getattr(columns, name).reshape(-1)
        # Compared as bits: an empty side equals an empty side.
        new |= cells.view(np.int64)[where] != staged[:, field]
        cells[where] = sides[:, field]
    columns.changed.reshape(-1)[where[new]] = received[new]
    _learn(columns, where, received)
    columns.time.reshape(-1)[where] = staged[:, _TIME]
    columns.received.reshape(-1)[where] = received
    columns.confirmed.reshape(-1)[where] = received
    columns.messages.reshape(-1)[where] += 1
    columns.source.reshape(-1)[where] = Source.STREAM


def _empty(price: Floats, size: Floats) -> None:
    full = (price > 0.0) & (size > 0.0) & (price < np.inf) & (size < np.inf)
    if not full.all():
        price[~full] = _NAN
        size[~full] = _NAN


def _learn(columns: Columns, where: Times, received: Times) -> None:
    states = columns.state.reshape(-1)
    before = states[where]
    live = before == RowState.LIVE
    if not live.all():
        states[where] = _HEARD[before]
        for cells in (columns.handled, columns.attempts, columns.moved):
            cells.reshape(-1)[where[~live]] = 0
        live |= before == RowState.SUSPECT
        where, received = where[live], received[live]
    known = columns.received.reshape(-1)[where]
    # Only silences of a stream that was up tell its rate.
    up = known >= columns.since.reshape(-1)[where]
    if not up.all():
        where, received, known = where[up], received[up], known[up]
    seen, gap, pause = columns.gaps.reshape(-1), columns.gap.reshape(-1), columns.pause.reshape(-1)
    silent = (received - known).astype(np.float64)
    many = seen[where]
    gap[where] = gaps.median(gap[where], many, silent)
    pause[where] = gaps.pause(pause[where], many, silent)
    seen[where] = many + 1
