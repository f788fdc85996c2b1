"""The running program on simulated venues: what the board says is what is true."""

from collections.abc import Iterator
from functools import partial
from math import isclose, isnan

import pytest

from arbwatch.market.codes import RowState
from tests.world.world import World, lane_of, where

VENUES = ("binance_spot", "binance_perp")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(instruments=430, rate=1200, arguments=("--churn", "0")) as running:
        running.ready()
        for venue in VENUES:
            running.until(partial(_mostly_live, running, venue), 60.0, f"most streams of {venue} have spoken")
        yield running


def _mostly_live(world: World, venue: str) -> bool:
    states = list(world.states(venue).values())
    return states.count(RowState.LIVE) > len(states) / 2


@pytest.fixture
def rest(world: World) -> Iterator[World]:
    """The market held still, every push delivered."""
    differences = {venue: world.differences(venue) for venue in VENUES}
    assert differences == {venue: [] for venue in VENUES}
    yield world
    world.resume(VENUES[0])


def test_four_hundred_instruments_a_venue_equal_the_truth_at_rest(rest: World) -> None:
    for venue in VENUES:
        trading = [i for i in rest.get(venue, "/truth")["instruments"] if i["trading"]]
        states = rest.states(venue)
        known = [i for i in trading if i["symbol"] in states]
        assert len(known) >= 400


def test_statistics_equal_the_truth(rest: World) -> None:
    for venue in VENUES:
        snapshot, truth = rest.read().snapshot, rest.get(venue, "/truth")
        listed, checked = rest.states(venue), 0
        for symbol, true in truth["tickers"].items():
            if symbol not in listed:
                continue
            at = where(snapshot, venue, symbol)
            if snapshot.ticker_time[at] < true["time"]:
                continue
            for field in ("last", "high", "low", "base_volume", "quote_volume"):
                assert float(getattr(snapshot, field)[at]) == true[field], f"{symbol} {field}"
            assert isclose(float(snapshot.change_24h[at]), true["change_24h"], abs_tol=1e-4), symbol
            checked += 1
        assert checked > 50


def test_funding_equals_the_truth_and_says_where_its_interval_is_from(rest: World) -> None:
    venue = "binance_perp"
    snapshot, truth = rest.read().snapshot, rest.get(venue, "/truth")
    hours: dict[float, int] = {}
    listed = rest.states(venue)
    for symbol, true in truth["funding"].items():
        if symbol not in listed:
            continue
        at = where(snapshot, venue, symbol)
        assert float(snapshot.interval_h[at]) == true["interval_h"], symbol
        assert int(snapshot.next_time[at]) == true["next_time"], symbol
        assert isclose(float(snapshot.rate[at]), true["rate"], abs_tol=1e-6), symbol
        if true["adjusted"]:
            assert isclose(float(snapshot.cap[at]), true["cap"]), symbol
        else:
            assert isnan(float(snapshot.cap[at])), symbol
        hours[true["interval_h"]] = hours.get(true["interval_h"], 0) + 1
    assert set(hours) == {1, 4, 8}


def test_multiplied_perpetuals_stand_beside_their_plain_spot(rest: World) -> None:
    snapshot = rest.read().snapshot
    lane = lane_of(snapshot, "binance_perp")
    multiplied = [
        (column, i) for column, i in enumerate(snapshot.instruments[lane]) if i is not None and i.multiplier > 1
    ]
    assert len(multiplied) >= 10
    beside = [i for column, i in multiplied if snapshot.instruments[lane_of(snapshot, "binance_spot")][column]]
    assert beside
    for _, instrument in multiplied:
        assert instrument.asset is not None
        assert not instrument.asset[0].isdigit()
