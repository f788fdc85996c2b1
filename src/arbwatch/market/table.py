"""The newest of every instrument of every venue, in columns. One writer; readers take snapshots."""

from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
from msgspec.structs import replace

from arbwatch.market import listing, merge, rest
from arbwatch.market.codes import Proof, RowState, Source
from arbwatch.market.columns import Columns, Floats
from arbwatch.market.identity import Names, decide
from arbwatch.market.intake import Intake
from arbwatch.market.layout import FREE, Key, Lane, Layout, keyed, placed
from arbwatch.market.listing import Changes, Listed
from arbwatch.market.snapshot import Arrivals, Snapshot
from arbwatch.model import Funding, Instrument, Quote, Ticker

__all__ = ["Arrivals", "Changes", "Key", "Lane", "RowState", "Snapshot", "Source", "Table"]

CLOCK_SET_NS = 1_000_000_000
"""A larger step back is a clock that was set, not one that is known better."""
_CLOSED = (RowState.HALTED, RowState.ENDED)


class Table:
    """Keep the newest of every instrument. All but `snapshot` is for one thread: the writer's."""

    def __init__(self, lanes: Sequence[Lane], width: int = 1024, names: Names | None = None) -> None:
        self.lock = Lock()
        self.columns = Columns(len(lanes), width)
        self.layout = Layout(tuple(lanes), (FREE,) * width, ((None,) * width,) * len(lanes))
        self._lanes = {lane.venue: row for row, lane in enumerate(lanes)}
        self._names = names
        self._listed: list[Listed] = [{} for _ in lanes]
        self._named: list[list[Instrument]] = [[] for _ in lanes]
        self._keys: list[dict[str, Key]] = [{} for _ in lanes]
        self._doors: list[dict[str, Quote]] = [{} for _ in lanes]
        self._intake = Intake(self._doors)
        self._flat: list[dict[str, int]] = [{} for _ in lanes]
        self._offsets = np.full(len(lanes), np.nan)
        self._now = 0

    def door(self, venue: str) -> dict[str, Quote]:
        """Return where a venue's newest quotes are put, by symbol; the same dict for ever."""
        return self._doors[self._lanes[venue]]

    def relist(self, venue: str, instruments: Sequence[Instrument], now: int) -> Changes:
        """Take a venue's whole listing: rows begin, end and change in place; what moves keeps its quote.

        A row that is no longer listed ends, and is freed by the next listing.
        """
        with self.lock:
            lane = self._lanes[venue]
            known = self._listed[lane]
            self._listed[lane], changes = listing.compare(known, instruments)
            if self._listed[lane] != known:
                self._drain(now)
                self._place()
            rows = self.layout.rows[lane]
            decided = self.layout.instruments[lane]
            return Changes(*(tuple(_decided(i, rows, decided) for i in part) for part in changes))

    def _place(self) -> None:
        names = decide((instrument for lane in self._listed for instrument in lane.values()), self._names)
        named = [[_named(i, names[i.venue, i.symbol]) for i in lane.values()] for lane in self._listed]
        for lane, listed in enumerate(named):
            if listed != self._named[lane]:
                self._keys[lane] = keyed(listed)
        places, width = placed(self.layout.keys, self._keys, self.columns.width)
        if width > self.columns.width:
            self.columns = self.columns.grown(width)
        keys = [FREE] * width
        for key, place in places.items():
            keys[place] = key
        grid = [self._put_lane(lane, listed, places, width) for lane, listed in enumerate(named)]
        self._named = named
        self.layout = Layout(self.layout.lanes, tuple(keys), tuple(grid))

    def _put_lane(
        self, lane: int, listed: list[Instrument], places: dict[Key, int], width: int
    ) -> tuple[Instrument | None, ...]:
        keys, before = self._keys[lane], self.layout.rows[lane]
        rows = {symbol: places[key] for symbol, key in keys.items()}
        known = self.layout.instruments[lane]
        if listed == self._named[lane] and rows == before and width == len(known):
            return known
        listing.move(self.columns, lane, before, rows)
        listing.doubt(self.columns, lane, known, listed, rows)
        listing.describe(self.columns, lane, listed, keys, rows)
        self._flat[lane] = {symbol: lane * width + place for symbol, place in rows.items()}
        standing: list[Instrument | None] = [None] * width
        for instrument in listed:
            standing[rows[instrument.symbol]] = instrument
        return tuple(standing)

    def drain(self, now: int) -> int:
        """Write what the doors hold into the columns; return the number of rows written."""
        with self.lock:
            return self._drain(now)

    def _drain(self, now: int) -> int:
        self._now = max(self._now, now)
        return self._intake.drain(self.columns, self._flat)

    def apply(self, event: Ticker | Funding) -> None:
        """Merge statistics or funding by field. Events of instruments that are not listed are left out."""
        lane = self._lanes[event.venue]
        with self.lock:
            place = self.layout.rows[lane].get(event.symbol)
            if place is None:
                return
            offset = self._offsets[lane]
            known = 0 if np.isnan(offset) else int(offset)
            if isinstance(event, Ticker):
                merge.ticker(self.columns, lane, place, event, known)
            else:
                merge.funding(self.columns, lane, place, event, known)

    def check(self, venue: str, quotes: Sequence[Quote], sent: int) -> list[str]:
        """Hold quotes fetched by a request sent at `sent` (UTC ns) against the stream's.

        Equal rows are confirmed; rows without a live stream take the quote, as from REST. Returns the symbols whose
        quote differs although their stream has been silent since before `sent`; a message may still be under way.
        """
        with self.lock:
            self._drain(sent)
            lane = self._lanes[venue]
            rows = self.layout.rows[lane]
            listed = [quote for quote in quotes if quote.symbol in rows]
            places = [rows[quote.symbol] for quote in listed]
            differ = rest.check(self.columns, lane, places, listed, sent)
            return [quote.symbol for quote, wrong in zip(listed, differ, strict=True) if wrong]

    def silent_since(self, venue: str, symbol: str, then: int) -> bool:
        """Tell whether no streamed quote was received at `then` (UTC ns) or later, the door included."""
        lane = self._lanes[venue]
        with self.lock:
            place = self.layout.rows[lane].get(symbol)
            waiting = self._doors[lane].get(symbol)
            if place is None or (waiting is not None and waiting.received >= then):
                return False
            return bool(self.columns.received[lane, place] < then)

    def up(self, venue: str, symbols: Iterable[str], now: int) -> None:
        """Take note that a live socket carries these symbols."""
        with self.lock:
            self._drain(now)
            lane, columns = self._lanes[venue], self.columns
            for place in self._places(lane, symbols):
                state = columns.state[lane, place]
                spoke = (
                    columns.source[lane, place] == Source.STREAM
                    and columns.received[lane, place] > columns.since[lane, place]
                )
                if state == RowState.DOWN and spoke:
                    columns.state[lane, place] = RowState.LIVE
                elif state not in (RowState.LIVE, RowState.SUSPECT, RowState.SHED, *_CLOSED):
                    columns.state[lane, place] = RowState.WAITING
                columns.since[lane, place] = now
                columns.moved[lane, place] = 0

    def down(self, venue: str, symbols: Iterable[str], reason: str, now: int) -> None:
        """Make rows stale at once, and empty their place at the door first: what waits there is from a dead socket."""
        with self.lock:
            lane, columns = self._lanes[venue], self.columns
            wanted = list(symbols)
            for symbol in wanted:
                self._doors[lane].pop(symbol, None)
            for place in self._places(lane, wanted):
                if columns.state[lane, place] not in _CLOSED:
                    columns.state[lane, place] = RowState.DOWN
                columns.since[lane, place] = now

    def mark(self, venue: str, symbol: str, state: RowState, now: int | None = None) -> None:
        """Set a row's state and take note that a finding about it is being handled.

        A row that is down, dropped, halted or ended stays so. The next quote makes the row live again.
        """
        with self.lock:
            lane, columns = self._lanes[venue], self.columns
            for place in self._places(lane, [symbol]):
                if columns.state[lane, place] not in (RowState.DOWN, RowState.SHED, *_CLOSED):
                    columns.state[lane, place] = state
                self._note(lane, place, now)

    def prove(self, venue: str, symbols: Iterable[str], proof: Proof) -> None:
        """Take what was found out about rows of a venue: whether their own data agrees with itself."""
        with self.lock:
            lane = self._lanes[venue]
            rows = self.layout.rows[lane]
            self.columns.proof[lane, [rows[symbol] for symbol in symbols if symbol in rows]] = proof

    def shed(self, venue: str, symbols: Iterable[str], now: int) -> None:
        """Mark rows that are not followed for now; what waits at the door is from a stream that was given up."""
        with self.lock:
            lane, columns = self._lanes[venue], self.columns
            wanted = list(symbols)
            for symbol in wanted:
                self._doors[lane].pop(symbol, None)
            for place in self._places(lane, wanted):
                if columns.state[lane, place] not in _CLOSED:
                    columns.state[lane, place] = RowState.SHED
                columns.since[lane, place] = now

    def follow(self, venue: str, symbols: Iterable[str]) -> None:
        """Take rows back that were not followed; their streams are yet to be subscribed."""
        with self.lock:
            lane, columns = self._lanes[venue], self.columns
            for place in self._places(lane, symbols):
                if columns.state[lane, place] == RowState.SHED:
                    columns.state[lane, place] = RowState.EMPTY

    def suspect(self, venue: str, symbol: str) -> None:
        """Mark a subscribed row as being checked."""
        with self.lock:
            lane, columns = self._lanes[venue], self.columns
            for place in self._places(lane, [symbol]):
                if columns.state[lane, place] in (RowState.WAITING, RowState.LIVE, RowState.SUSPECT):
                    columns.state[lane, place] = RowState.SUSPECT
                    columns.handled[lane, place] = self._now

    def freeze(self, venue: str, symbol: str, now: int) -> None:
        """Mark a row whose venue moved while its stream did not tell."""
        self.mark(venue, symbol, RowState.FROZEN, now)

    def refuse(self, venue: str, symbol: str) -> None:
        """Mark a row that the venue will not stream."""
        self.mark(venue, symbol, RowState.REFUSED)

    def handled(self, venue: str, symbol: str, now: int) -> None:
        """Take note that a finding about a row is being acted on, so that it is not found again at once."""
        with self.lock:
            lane = self._lanes[venue]
            for place in self._places(lane, [symbol]):
                self._note(lane, place, now)

    def set_clock_offset(self, venue: str, offset: float) -> None:
        """Tell how far a venue's clock is ahead of ours, ns.

        Where it was set back, so is every time that it told: else all that it says next would pass for late.
        """
        lane = self._lanes[venue]
        step = offset - float(self._offsets[lane])
        with self.lock:
            self._offsets[lane] = offset
            if step < -CLOCK_SET_NS:
                self._drain(self._now)
                for name in ("time", "ticker_time", "ticker_times", "funding_time", "funding_times"):
                    times = getattr(self.columns, name)[lane]
                    times[times > 0] += int(step)

    def snapshot(self, now: int) -> Snapshot:
        """Copy everything as it stands; callable from any thread."""
        with self.lock:
            layout, offsets = self.layout, self._offsets.copy()
            columns = self.columns.grown(self.columns.width)
            arrivals, latencies = self._arrived(), self._latencies(offsets)
        return Snapshot(now, columns, layout, offsets, arrivals, latencies)

    def view(self, now: int, *, counted: bool = False) -> Snapshot:
        """Show the live columns without copying them; for the writer's thread, and only until it writes again.

        What came through the doors and how long it took is there where it is `counted`.
        """
        if not counted:
            return Snapshot(now, self.columns, self.layout, self._offsets)
        return Snapshot(now, self.columns, self.layout, self._offsets, self._arrived(), self._latencies(self._offsets))

    def _arrived(self) -> tuple[Arrivals, ...]:
        return tuple(counts.frozen() for counts in self._intake.counts)

    def _latencies(self, offsets: Floats) -> tuple[Floats, ...]:
        known = np.nan_to_num(offsets)
        return tuple(ring.values() + offset for ring, offset in zip(self._intake.rings, known, strict=True))

    def _note(self, lane: int, place: int, now: int | None) -> None:
        self.columns.handled[lane, place] = self._now if now is None else now
        self.columns.attempts[lane, place] += 1

    def _places(self, lane: int, symbols: Iterable[str]) -> list[int]:
        rows = self.layout.rows[lane]
        return [rows[symbol] for symbol in symbols if symbol in rows]


def _named(instrument: Instrument, asset: str) -> Instrument:
    return instrument if instrument.asset == asset else replace(instrument, asset=asset)


def _decided(instrument: Instrument, rows: dict[str, int], decided: Sequence[Instrument | None]) -> Instrument:
    return decided[rows[instrument.symbol]] or instrument
