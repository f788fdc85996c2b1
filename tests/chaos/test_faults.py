"""Every fault on every venue: noticed, said, recovered from, and nothing else disturbed."""

from collections.abc import Iterator

import pytest

from arbwatch.config.settings import VenueSettings
from tests.chaos.cases import CASES, VENUES, Case
from tests.chaos.endure import endure
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
    endure(world, case, venue, record_property)
