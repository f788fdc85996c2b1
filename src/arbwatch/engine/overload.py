"""Say within a second when the loop falls behind, and keep to the markets that matter until it keeps up."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from time import monotonic, time_ns

import numpy as np
from msgspec.structs import replace

from arbwatch.engine.feed import Feed
from arbwatch.market.load import Gauge, Governor, Limits, Load, turnover
from arbwatch.market.table import Table
from arbwatch.net.beat import BeatLoop

log = logging.getLogger(__name__)

TICK_S = 0.1
START_S = 10.0
"""A listing that was read, its subscriptions and their first messages keep the program busy for so long at most."""

Row = tuple[str, str]
"""Venue and symbol."""


class Overload:
    """Watch the loop it runs on; with `shed`, drop the least traded markets of all venues first."""

    def __init__(
        self, table: Table, feeds: Mapping[str, Feed], *, shed: bool = True, limits: Limits | None = None
    ) -> None:
        self._load = Load()
        self._ticked = float("inf")
        self._table = table
        self._feeds = feeds
        self._shed = shed
        self._limits = limits or Limits()
        self._gauge = Gauge(self._limits)
        self._governor = Governor(self._limits)
        self._listed = -1
        self._calm_at = 0.0
        self._behind = False

    async def run(self) -> None:
        """Look ten times a second."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, BeatLoop):
            raise TypeError("how busy a loop is tells the beat of a loop that new_loop() made")
        while True:
            self._ticked = loop.time()
            due = loop.time() + TICK_S
            await asyncio.sleep(TICK_S)
            now = loop.time()
            self.look(now, self._gauge.read(now, max(0.0, now - due), loop.beat.idle_s))

    @property
    def load(self) -> Load:
        """The load as it stands; from any thread, and true also while the loop is stuck."""
        load = self._load
        late_s = monotonic() - self._ticked - TICK_S
        if late_s < self._limits.late_s or late_s * 1e3 < (load.late_ms or 0.0):
            return load
        return replace(load, late_ms=late_s * 1e3, behind=True)

    def look(self, now: float, load: Load) -> None:
        """Take a reading at `now` (the loop's time), and act on it."""
        markets = sum(len(feed.following) for feed in self._feeds.values())
        dropped = sum(len(feed.dropped) for feed in self._feeds.values())
        if markets != self._listed:
            self._listed, self._calm_at = markets, now + START_S
        calm = now >= self._calm_at
        act = self._governor.decide(now, load, dropped, calm=calm) if self._shed else "none"
        if act == "drop":
            dropped += self._drop(markets, markets - dropped)
        elif act == "back":
            dropped -= self._take_back(markets)
        if act != "none":
            self._governor.acted(now, act)
        self._say(load, calm=calm)
        self._load = Load(load.busy, load.late_ms, load.behind, markets, dropped)

    def _say(self, load: Load, *, calm: bool) -> None:
        """Log it once; what a start brings about is over before anyone could act on it."""
        if load.behind and calm and not self._behind:
            busy = "" if load.busy is None else f", busy {load.busy:.0%} of the time"
            log.warning("the program falls behind: %.0f ms late%s", load.late_ms or 0, busy)
        self._behind = load.behind and (calm or self._behind)

    def _drop(self, markets: int, followed: int) -> int:
        spare = followed - max(1, round(markets * self._limits.least))
        rows = self._ranked({(n, s) for n, feed in self._feeds.items() for s in feed.following - feed.dropped})
        chosen = rows[: min(spare, max(1, round(followed * self._limits.share)))] if spare > 0 else []
        for venue, symbols in _by_venue(chosen).items():
            self._feeds[venue].shed(symbols)
        if chosen:
            log.warning("overload: %d more markets are not followed, least traded first", len(chosen))
        return len(chosen)

    def _take_back(self, markets: int) -> int:
        rows = self._ranked({(name, symbol) for name, feed in self._feeds.items() for symbol in feed.dropped})
        chosen = rows[-max(1, round(markets * self._limits.back)) :]
        for venue, symbols in _by_venue(chosen).items():
            self._feeds[venue].regain(symbols)
        log.info("overload: %d markets are followed again, most traded first", len(chosen))
        return len(chosen)

    def _ranked(self, rows: Collection[Row]) -> list[Row]:
        """Order rows by what they trade, least first; unknown comes before all."""
        view = self._table.view(time_ns())
        traded = turnover(view)
        worth: dict[Row, float] = {}
        for venue, symbol in rows:
            lane = view.lane(venue)
            place = view.layout.rows[lane].get(symbol)
            worth[venue, symbol] = -1.0 if place is None else float(np.nan_to_num(traded[lane, place], nan=-1.0))
        return sorted(rows, key=lambda row: (worth[row], row))


def _by_venue(rows: Sequence[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for venue, symbol in rows:
        found.setdefault(venue, []).append(symbol)
    return found
