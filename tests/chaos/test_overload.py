"""More messages than the program can read: it says so, drops the least traded, and is whole again afterwards."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from arbwatch.connector.registry import venues
from arbwatch.engine import overload
from arbwatch.market.codes import RowState
from arbwatch.market.load import Limits, turnover
from tests.tables import Record
from tests.world.world import World

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("timed")]

RATE = 1500.0
SPIN_S = 0.002


class Slow:
    """Makes every message of a venue cost more than there is time for, while `on`."""

    def __init__(self, decode: Callable[..., Any]) -> None:
        self._decode = decode
        self.on = False

    def __get__(self, venue: object, owner: type | None = None) -> Callable[..., Any]:
        return partial(self._read, venue)

    def _read(self, venue: object, frame: bytes, received: int) -> Any:
        if self.on:
            until = time.perf_counter() + SPIN_S
            while time.perf_counter() < until:
                pass
        return self._decode(venue, frame, received)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setattr(overload, "START_S", 1.0)
    monkeypatch.setattr(overload, "Limits", partial(Limits, after_s=1.0, settle_s=1.0, well_s=2.0, back=0.3))
    venue = venues()["binance_spot"]
    it = Slow(venue.decode)
    monkeypatch.setattr(venue, "decode", it)
    yield it
    it.on = False


def _shed(world: World) -> dict[str, list[float]]:
    """Return what each market trades, those dropped and those followed."""
    snapshot = world.read().snapshot
    traded = np.nan_to_num(turnover(snapshot), nan=-1.0)
    dropped = snapshot.state == RowState.SHED
    followed = np.isin(snapshot.state, (RowState.LIVE, RowState.WAITING, RowState.SUSPECT))
    listed = np.array([[one is not None for one in lane] for lane in snapshot.instruments])
    return {"dropped": traded[dropped & listed].tolist(), "followed": traded[followed & listed].tolist()}


def test_a_flood_is_told_within_a_second_and_costs_the_least_traded_only(slow: Slow, record_property: Record) -> None:
    with World(rate=RATE, instruments=120) as world:
        world.ready()
        world.until(lambda: _traded(world) > 0.9, what="statistics of the markets")
        time.sleep(2.0)
        assert world.read().load.dropped == 0
        slow.on = True
        told = world.until(lambda: world.read().load.behind, what="the lag is told")
        dropped = world.until(lambda: world.read().load.dropped > 0, 30, "markets are dropped")
        world.until(lambda: bool(_shed(world)["dropped"]), 5, "rows say so")
        found = _shed(world)
        # What is traded changes while one looks.
        assert max(found["dropped"]) <= np.quantile(found["followed"], 0.3)
        said = "markets are not followed, least traded first"
        world.until(lambda: any(said in status.note for status in world.read().venues), 5, "the venue says so")
        slow.on = False
        whole = world.until(lambda: world.read().load.dropped == 0, 60, "everything is followed again")
        world.until(lambda: not world.unsettled(world.venues), 30, "all streams speak")
        for venue in world.venues:
            assert world.differences(venue) == []
        expected = f"told after {told:.1f} s, least traded dropped"
        record_property("fault", ("flood", "all", expected, f"{dropped:.1f}", f"{whole:.1f}", "none"))


def _traded(world: World) -> float:
    return float(np.mean(np.array(_shed(world)["followed"]) > 0))
