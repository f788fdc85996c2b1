"""True venues in a rough market: none is ever doubted, none stays unproven."""

import time
from typing import Any

import pytest

from arbwatch.connector.registry import venues
from tests.world.world import World

VENUES = tuple(venues())
FOR_S = 45.0
FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("crossed_book", {"symbol": ""}),
    ("one_sided_book", {"symbol": "", "side": "bid"}),
    ("halt", {"symbol": "", "for_s": 4}),
    ("tick_change", {"symbol": ""}),
    ("drop_socket", {}),
    ("stall_symbol", {"symbol": "", "for_s": 5}),
    ("plant", {"asset": "DOGE", "gap": 0.012}),
    ("truncated", {"count": 5}),
    ("slow_rest", {"seconds": 2, "count": 5}),
    ("bad_listing_row", {"for_s": 5}),
    ("reordered", {"count": 9}),
    ("wrong_types", {"count": 3}),
    ("time_jump", {"seconds": 3}),
)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", [3, 5, 11])
def test_no_true_venue_is_ever_doubted(seed: int) -> None:
    """With planted spreads, clocks 2 s off, listings that change, and faults that are none of the data's."""
    with World(venues=VENUES, seed=seed, rate=900.0, instruments=60, arguments=("--churn", "7")) as world:
        for venue in VENUES:
            world.fault(venue, "clock_skew", ms=2000)
        world.ready(60.0)
        world.until(lambda: not world.read().doubts, 60.0, "every venue is proven")
        turn, end = 0, time.monotonic() + FOR_S
        while time.monotonic() < end:
            _befall(world, turn)
            turn += 1
            until = time.monotonic() + 2.0
            while time.monotonic() < until:
                assert world.read().doubts == {}
                time.sleep(0.05)


def _befall(world: World, turn: int) -> None:
    """Let one thing happen to one venue; now and then end what still stands."""
    name, arguments = FAULTS[turn % len(FAULTS)]
    venue = VENUES[turn % len(VENUES)]
    if turn % 4 == 3:
        for each in VENUES:
            world.clear(each)
            world.fault(each, "clock_skew", ms=2000)
    trading = [i["symbol"] for i in world.get(venue, "/truth")["instruments"] if i["trading"]]
    chosen = {"symbol": trading[turn % 12]} if "symbol" in arguments else {}
    world.fault(venue, name, **{**arguments, **chosen})
