"""One venue's death, stall or garbage leaves the others' rates and ages as they were."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import pytest

from arbwatch.config.settings import VenueSettings
from tests.chaos.table import ISOLATION
from tests.live.test_cross import VENUES, mostly_live
from tests.world.world import World

WINDOW_S = 6.0
STEP_S = 0.25


class Pulse(NamedTuple):
    """How one venue did over a while."""

    rate: float
    """Messages per second."""
    lag_p50_ms: float
    unconfirmed_p99_ms: float


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
    ) as running:
        running.ready(60.0)
        for venue in VENUES:
            running.until(partial(mostly_live, running, venue), 60.0, f"most streams of {venue} have spoken")
        yield running


def pulses(world: World, venues: tuple[str, ...]) -> dict[str, Pulse]:
    """Watch some venues for a while."""
    before = {venue: world.status(venue).messages for venue in venues}
    started = time.monotonic()
    lags: dict[str, list[float]] = {venue: [] for venue in venues}
    unconfirmed: dict[str, list[float]] = {venue: [] for venue in venues}
    while time.monotonic() - started < WINDOW_S:
        for status in world.read().venues:
            if status.venue in lags:
                lags[status.venue].append(status.lag_p50_ms or 0.0)
                unconfirmed[status.venue].append(status.unconfirmed_p99_ms or 0.0)
        time.sleep(STEP_S)
    took = time.monotonic() - started
    return {
        venue: Pulse(
            (world.status(venue).messages - before[venue]) / took,
            statistics.median(lags[venue]),
            statistics.median(unconfirmed[venue]),
        )
        for venue in venues
    }


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
@pytest.mark.parametrize("act", [death, stall, garbage], ids=lambda act: act.__name__)
@pytest.mark.parametrize("venue", [VENUES[0], VENUES[3], VENUES[5]])
def test_what_happens_to_one_venue_leaves_the_others_as_they_were(
    world: World, venue: str, act: Callable[[World, str], None]
) -> None:
    others = tuple(each for each in VENUES if each != venue)
    before = pulses(world, others)
    reconnects = {each: world.status(each).reconnects for each in others}
    act(world, venue)
    try:
        during = pulses(world, others)
    finally:
        world.clear(venue)
    for each in others:
        ISOLATION.append((act.__name__, venue, each, before[each], during[each]))
        assert during[each].rate > 0.7 * before[each].rate, each
        assert during[each].lag_p50_ms < before[each].lag_p50_ms + 50, each
        assert world.status(each).reconnects == reconnects[each], each
        assert world.status(each).state == "up", each
    world.until(partial(mostly_live, world, venue), 60.0, f"{venue} is back")
    world.until(lambda: world.status(venue).state == "up", 30.0, f"{venue} is up")
