"""One frozen stream among hundreds of moving ones."""

from collections.abc import Iterator

import pytest

from arbwatch.market.codes import RowState
from tests.chaos.watcher import Watcher
from tests.world.world import World, where

VENUES = ("binance_spot", "binance_perp")
LEAST_S = 2.0


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(instruments=430, rate=2000, arguments=("--churn", "0"), shed=False) as running:
        running.ready()
        yield running


@pytest.mark.chaos
@pytest.mark.xdist_group("timed")
@pytest.mark.parametrize("rate", [20.0, 2.0, 0.7])
@pytest.mark.parametrize("venue", VENUES)
def test_it_is_noticed_within_five_of_its_own_gaps_and_subscribed_anew_alone(
    world: World, venue: str, rate: float
) -> None:
    truth = world.get(venue, "/truth")["instruments"]
    near = sorted((i for i in truth if i["trading"]), key=lambda i: abs(i["rate"] - rate))
    symbol = near[0]["symbol"]

    def known() -> bool:
        snapshot = world.read().snapshot
        return bool(snapshot.gaps[where(snapshot, venue, symbol)] >= 30)

    world.until(known, 90.0, f"the rate of {symbol} is known")
    world.until(lambda: not world.unsettled([venue]), 30.0, "at ease")
    with Watcher(world) as watcher:
        world.fault(venue, "stall_symbol", symbol=symbol)
        world.until(
            lambda: world.state(venue, symbol) in (RowState.SUSPECT, RowState.FROZEN), 60.0, f"{symbol} is noticed"
        )
        snapshot = world.read().snapshot
        at = where(snapshot, venue, symbol)
        silent_s = (snapshot.now - int(snapshot.received[at])) / 1e9
        gap_s = float(max(snapshot.gap[at], snapshot.pause[at])) / 1e9
        assert silent_s <= max(LEAST_S, 5 * gap_s) + 0.3
        world.until(lambda: world.state(venue, symbol) == RowState.LIVE, 60.0, f"{symbol} speaks again")
    assert watcher.rows <= {(venue, symbol)}
    assert watcher.lost_sockets() == set()
