"""Every fault on every venue: noticed, said, recovered from, and nothing else disturbed."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from arbwatch.config.settings import VenueSettings
from arbwatch.connector.registry import venues
from tests.chaos.cases import CASES, GROUPS, VENUES, Case
from tests.chaos.endure import endure
from tests.tables import Record
from tests.world.world import World

FAST_PULSE = VenueSettings(ping_interval=2.0, pong_timeout=2.0)
FITTING = [
    pytest.param(case, venue, id=f"{case.name.replace(' ', '-')}-{venue}")
    for group in GROUPS
    for case in CASES
    for venue in group
    if venue not in case.unfit
]


class Worlds:
    """The world of one group of venues at a time."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._world: World | None = None

    def of(self, venue: str) -> World:
        """Return the world a venue is in; the one of another group ends."""
        if self._world is None or venue not in self._world.venues:
            self.close()
            group = next(group for group in GROUPS if venue in group)
            self._world = self._open.enter_context(
                World(
                    venues=group,
                    settings=dict.fromkeys(group, FAST_PULSE),
                    instruments=100,
                    rate=1800,
                    arguments=("--churn", "0"),
                    connect={"blocked_retry_s": 1.0, "backoff_max_s": 4.0},
                    shed=False,
                )
            )
            self._world.ready(60.0)
        return self._world

    def close(self) -> None:
        """End the world."""
        self._world = None
        self._open.close()


@pytest.fixture(scope="module")
def worlds() -> Iterator[Worlds]:
    found = Worlds()
    yield found
    found.close()


def test_every_venue_is_in_the_matrix() -> None:
    assert set(VENUES) == set(venues())


@pytest.mark.chaos
@pytest.mark.xdist_group("timed")
@pytest.mark.parametrize(("case", "venue"), FITTING)
def test_a_fault_is_seen_and_recovered_from_and_disturbs_nothing_else(
    worlds: Worlds, case: Case, venue: str, record_property: Record
) -> None:
    endure(worlds.of(venue), case, venue, record_property)
