"""Every fault on every venue: noticed, said, recovered from, and nothing else disturbed."""

from collections.abc import Iterator

import pytest

from arbwatch.config.settings import VenueSettings
from tests.chaos.cases import CASES, VENUES, Case
from tests.chaos.watcher import Watcher
from tests.tables import Record
from tests.world.world import World

FAST_PULSE = VenueSettings(ping_interval=2.0, pong_timeout=2.0)
FITTING = [
    pytest.param(case, venue, id=f"{case.name.replace(' ', '-')}-{venue}")
    for case in CASES
    for venue in VENUES
    if venue not in case.unfit
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    settings = dict.fromkeys(VENUES, FAST_PULSE)
    with World(
        venues=VENUES,
        settings=settings,
        instruments=100,
        rate=1800,
        arguments=("--churn", "0"),
        connect={"blocked_retry_s": 1.0, "backoff_max_s": 4.0},
        shed=False,
    ) as running:
        running.ready(60.0)
        yield running


@pytest.mark.chaos
@pytest.mark.xdist_group("timed")
@pytest.mark.parametrize(("case", "venue"), FITTING)
def test_a_fault_is_seen_and_recovered_from_and_disturbs_nothing_else(
    world: World, case: Case, venue: str, record_property: Record
) -> None:
    world.at_ease()
    with Watcher(world) as watcher:
        hit = case.act(world, venue)
        try:
            seen = world.until(hit.seen, case.seen_s, f"{case.name}: {case.expected}")
            if hit.clear:
                world.clear(venue)
            recovered = world.until(hit.recovered, case.recovered_s, f"{case.name}: recovered")
        finally:
            world.clear(venue)
    others = {row for row in watcher.rows if not (row[0] == venue and row[1] in hit.symbols)}
    lost = {socket for socket in watcher.lost_sockets() if not (hit.whole_socket and socket.startswith(venue))}
    disturbed = "yes" if others or lost else "none"
    for each, why in case.unfit.items():
        record_property("unfit", (case.name, each, why))
    record_property("fault", (case.name, venue, case.expected, f"{seen:.2f}", f"{recovered:.2f}", disturbed))
    assert not others
    assert not lost
    assert world.all_differences() == []
