"""One venue's death, stall or garbage leaves the others' rates and ages as they were."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

from arbwatch.config.settings import VenueSettings
from arbwatch.market.codes import RowState
from arbwatch.market.columns import Flags
from arbwatch.market.snapshot import Snapshot
from tests.live.test_cross import VENUES, mostly_live
from tests.tables import Record
from tests.world.world import World, lane_of

WINDOW_S = 5.0
STEP_S = 0.25
BUSY_NS = 500_000_000
"""The median gap of rows that are busy: what holds up the program shows in their ages first."""
CHECKED_MS = 2000.0
"""Quiet rows are held against REST, at the latest when they are silent for longer than usual: chance has it when."""
STALE_MS = 10_000.0
"""Every venue's list by REST is asked for every seven seconds."""
NO_LAG = 0.0
"""Of a venue whose quotes carry no time."""
LOADED_MS = 250.0
"""What another program on the machine may hold up ours by, from one window to the next."""


class Pulse(NamedTuple):
    """How one venue did over a while."""

    rate: float
    """Messages per second."""
    lag_p50_ms: float
    unconfirmed_p99_ms: float
    """Since anything last proved the oldest but for a hundredth of the rows."""
    busy_p99_ms: float
    """The same of the busy rows alone, since their last message."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    settings = dict.fromkeys(VENUES, VenueSettings(ping_interval=2.0, pong_timeout=2.0))
    with World(
        venues=VENUES,
        settings=settings,
        instruments=120,
        rate=1800,
        arguments=("--churn", "0"),
        connect={"blocked_retry_s": 1.0, "backoff_max_s": 2.0},
        shed=False,
    ) as running:
        running.ready(60.0)
        for venue in VENUES:
            running.until(partial(mostly_live, running, venue), 60.0, f"most streams of {venue} have spoken")
            running.until(partial(many_busy, running, venue), 60.0, "busy rows")
        yield running


def pulses(world: World, rows: Mapping[str, Flags]) -> dict[str, Pulse]:
    """Watch the busy rows of some venues for a while; of ages and lags the middle one of all looks counts."""
    venues = tuple(rows)
    before = {venue: world.status(venue).messages for venue in venues}
    started = time.monotonic()
    looks: dict[str, list[tuple[float, float, float]]] = {venue: [] for venue in venues}
    while time.monotonic() - started < WINDOW_S:
        picture = world.read()
        for status in picture.venues:
            if status.venue in looks:
                assert status.unconfirmed_p99_ms is not None, status
                busy_ms = busy_p99_ms(picture.snapshot, status.venue, rows[status.venue])
                looks[status.venue].append((status.lag_p50_ms or NO_LAG, status.unconfirmed_p99_ms, busy_ms))
        time.sleep(STEP_S)
    took = time.monotonic() - started
    return {
        venue: Pulse(
            (world.status(venue).messages - before[venue]) / took,
            *(statistics.median(column) for column in zip(*looks[venue], strict=True)),
        )
        for venue in venues
    }


def many_busy(world: World, venue: str) -> bool:
    return bool(busy(world.read().snapshot, venue).sum() >= 5)


def busy(snapshot: Snapshot, venue: str) -> Flags:
    """Mark the busy rows of a venue."""
    lane = lane_of(snapshot, venue)
    known = (snapshot.gaps[lane] >= 30) & (snapshot.state[lane] == RowState.LIVE)
    found: Flags = known & (snapshot.gap[lane] < BUSY_NS)
    return found


def busy_p99_ms(snapshot: Snapshot, venue: str, rows: Flags) -> float:
    """Return for how long busy rows were silent."""
    silent = snapshot.now - snapshot.received[lane_of(snapshot, venue)][rows]
    return float(np.percentile(silent, 99)) / 1e6


def death(world: World, venue: str) -> None:
    world.fault(venue, "refuse_connect")
    world.fault(venue, "rest_status", status=500)
    world.fault(venue, "drop_socket")


def stall(world: World, venue: str) -> None:
    world.fault(venue, "half_open")
    world.fault(venue, "slow_rest", seconds=5)


def garbage(world: World, venue: str) -> None:
    for _ in range(20):
        world.fault(venue, "garbage", count=200)


@pytest.mark.chaos
@pytest.mark.xdist_group("timed")
@pytest.mark.parametrize("act", [death, stall, garbage], ids=lambda act: act.__name__)
@pytest.mark.parametrize("venue", ["binance_spot", "bybit_perp", "mexc_spot"])
def test_what_happens_to_one_venue_leaves_the_others_as_they_were(
    world: World, venue: str, act: Callable[[World, str], None], record_property: Record
) -> None:
    others = tuple(each for each in VENUES if each != venue)
    rows = {each: busy(world.read().snapshot, each) for each in others}
    before = pulses(world, rows)
    reconnects = {each: world.status(each).reconnects for each in others}
    act(world, venue)
    try:
        during = pulses(world, rows)
    finally:
        world.clear(venue)
    for each in others:
        again = world.status(each).reconnects - reconnects[each]
        record_property("others", (venue, act.__name__, each, *told(before[each], during[each]), f"{again}"))
    for each in others:
        old, new = before[each], during[each]
        assert new.rate > 0.7 * old.rate, each
        assert new.lag_p50_ms < old.lag_p50_ms + 50, each
        assert new.unconfirmed_p99_ms < min(2 * old.unconfirmed_p99_ms + CHECKED_MS, STALE_MS), each
        assert new.busy_p99_ms < 2 * old.busy_p99_ms + LOADED_MS, each
        assert world.status(each).reconnects == reconnects[each], each
        assert world.status(each).state == "up", each
    world.until(partial(mostly_live, world, venue), 60.0, f"{venue} is back")
    world.until(lambda: world.status(venue).state == "up", 30.0, f"{venue} is up")


def told(old: Pulse, new: Pulse) -> list[str]:
    return [
        f"{old.rate:,.0f} -> {new.rate:,.0f}",
        "no times" if old.lag_p50_ms == new.lag_p50_ms == NO_LAG else f"{old.lag_p50_ms:.1f} -> {new.lag_p50_ms:.1f}",
        f"{old.unconfirmed_p99_ms:,.0f} -> {new.unconfirmed_p99_ms:,.0f}",
        f"{old.busy_p99_ms:,.0f} -> {new.busy_p99_ms:,.0f}",
    ]
