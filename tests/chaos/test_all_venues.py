"""All venues at once: what happens to each of those that the matrix leaves out touches no other."""

from collections.abc import Iterator

import pytest

from arbwatch.config.settings import VenueSettings
from arbwatch.connector.registry import venues
from tests.chaos.cases import CASES, VENUES, Case
from tests.chaos.endure import endure
from tests.tables import Record
from tests.world.world import World

OTHERS = tuple(venue for venue in venues() if venue not in VENUES)
CHOSEN = (
    "dropped socket",
    "half-open socket",
    "garbage frames",
    "gap in a book",
    "connections refused",
    "REST 429",
    "new listing",
    "delisting",
    "listing rows unreadable",
)
"""Cases that differ most from each other; the matrix runs all of them on six venues."""
FITTING = [
    pytest.param(case, venue, id=f"{case.name.replace(' ', '-')}-{venue}")
    for case in CASES
    if case.name in CHOSEN
    for venue in OTHERS
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    settings = dict.fromkeys(venues(), VenueSettings(ping_interval=2.0, pong_timeout=2.0))
    with World(
        venues=tuple(venues()),
        settings=settings,
        instruments=90,
        rate=1500,
        arguments=("--churn", "0"),
        connect={"blocked_retry_s": 1.0, "backoff_max_s": 4.0},
        shed=False,
    ) as running:
        running.ready(60.0)
        yield running


def test_every_case_chosen_is_one_of_the_matrix() -> None:
    assert {case.name for case in CASES} >= set(CHOSEN)
    assert len(OTHERS) + len(VENUES) == len(venues())


@pytest.mark.chaos
@pytest.mark.xdist_group("timed")
@pytest.mark.parametrize(("case", "venue"), FITTING)
def test_what_happens_to_one_of_the_others_touches_no_other(
    world: World, case: Case, venue: str, record_property: Record
) -> None:
    endure(world, case, venue, record_property)
