"""All venues at once: every true spread between them is shown at its size, and nothing that is not one."""

from collections.abc import Iterator
from functools import partial
from math import isclose
from typing import Any

import pytest

from arbwatch.analytics.matrix import matrix
from arbwatch.analytics.spreads import Spread
from arbwatch.connector.registry import venues
from arbwatch.market.codes import Proof, RowState
from arbwatch.views.picture import Picture
from tests.world.world import World

VENUES = tuple(venues())
Pair = tuple[str, str, str, str]


def mostly_live(world: World, venue: str) -> bool:
    states = list(world.states(venue).values())
    return states.count(RowState.LIVE) > len(states) / 2


def mostly_proven(world: World) -> bool:
    snapshot = world.read().snapshot
    live = snapshot.state == RowState.LIVE
    return bool((snapshot.proof[live] == Proof.PROVEN).mean() > 0.95)


def pair(spread: Spread) -> Pair:
    return spread.buy.venue, spread.buy.symbol, spread.sell.venue, spread.sell.symbol


def pair_of(true: dict[str, Any]) -> Pair:
    return true["buy_venue"], true["buy_symbol"], true["sell_venue"], true["sell_symbol"]


def reasons(picture: Picture, group: tuple[str, str], true: dict[str, Any]) -> list[str]:
    """Return what speaks against either side of a pair, as the view of its asset says it."""
    buy_venue, buy_symbol, sell_venue, sell_symbol = pair_of(true)
    sides = {(buy_venue, buy_symbol), (sell_venue, sell_symbol)}
    stands = matrix(picture.snapshot, picture.rules, *group).stands
    return [stand.reason for stand in stands if (stand.venue, stand.symbol) in sides and stand.reason]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(venues=VENUES, instruments=130, rate=1500, arguments=("--churn", "0")) as running:
        running.ready(60.0)
        for venue in VENUES:
            running.until(partial(mostly_live, running, venue), 60.0, f"most streams of {venue} have spoken")
        running.until(lambda: len(running.read().spreads.found) > 60, 60.0, "most pairs count")
        running.until(partial(mostly_proven, running), 60.0, "most of what streams is proven")
        yield running


@pytest.fixture(scope="module")
def rest(world: World) -> Iterator[World]:
    """The market held still, every push delivered."""
    world.at_ease()
    differences = {venue: world.differences(venue) for venue in VENUES}
    assert differences == {venue: [] for venue in VENUES}
    yield world
    world.resume(VENUES[0])


@pytest.fixture(scope="module")
def truth(rest: World) -> dict[Pair, dict[str, Any]]:
    told: list[dict[str, Any]] = rest.get(VENUES[0], "/truth/spreads")
    return {pair_of(row): row for row in told}


@pytest.fixture(scope="module")
def picture(rest: World) -> Picture:
    return rest.read()


def test_no_two_coins_are_ever_a_spread(picture: Picture, truth: dict[Pair, dict[str, Any]]) -> None:
    shown = {pair(spread): spread for spread in picture.spreads.found if spread.gross > 0}
    assert len(shown) > 20
    assert [one for one in shown if one not in truth] == []


def test_every_spread_has_the_prices_and_the_sizes_of_both_books(
    picture: Picture, truth: dict[Pair, dict[str, Any]]
) -> None:
    for spread in picture.spreads.found:
        true = truth.get(pair(spread))
        if true is None:
            continue
        assert isclose(spread.gross, true["gross"], rel_tol=1e-9, abs_tol=1e-12), spread
        assert spread.buy.size is not None, spread
        assert spread.sell.size is not None, spread
        assert isclose(min(spread.buy.size, spread.sell.size), true["size"], rel_tol=1e-9), spread


def test_every_true_spread_is_shown_or_has_its_reason(picture: Picture, truth: dict[Pair, dict[str, Any]]) -> None:
    found = {pair(spread) for spread in picture.spreads.found}
    best: dict[tuple[str, str], dict[str, Any]] = {}
    assets = {
        (i.venue, i.symbol): i.asset or "" for lane in picture.snapshot.instruments for i in lane if i is not None
    }
    for true in truth.values():
        sides = [assets.get(side) for side in (pair_of(true)[:2], pair_of(true)[2:])]
        if any(asset is None or "@" in asset for asset in sides):
            # Not read at all (a perpetual settled in another coin), or a coin that is never compared, and said so.
            continue
        key = true["asset"], true["quote_currency"]
        if true["gross"] > 0 and true["gross"] > best.get(key, {"gross": 0})["gross"]:
            best[key] = true
    missing = [true for key, true in best.items() if pair_of(true) not in found and not reasons(picture, key, true)]
    assert len(best) > 20
    assert missing == [], [(true["asset"], pair_of(true)) for true in missing]
    assert sum(pair_of(true) in found for true in best.values()) > 0.8 * len(best)


def test_planted_gaps_between_venues_are_among_them(picture: Picture, truth: dict[Pair, dict[str, Any]]) -> None:
    found = {pair(spread) for spread in picture.spreads.found}
    planted = [one for one, true in truth.items() if true["planted"] and true["gross"] > 0]
    assert any(one[0].split("_")[0] != one[2].split("_")[0] for one in planted if one in found)


def test_a_kilo_unit_and_a_renamed_coin_stand_in_one_column(picture: Picture) -> None:
    units: dict[str, set[int]] = {}
    names: dict[str, set[str]] = {}
    for lane in picture.snapshot.instruments:
        for instrument in lane:
            if instrument is not None and instrument.asset is not None:
                units.setdefault(instrument.asset, set()).add(instrument.multiplier)
                if instrument.multiplier == 1:
                    names.setdefault(instrument.asset, set()).add(instrument.base)
    assert sum(len(found) > 1 for found in units.values()) >= 5
    assert any(len(found) > 1 for found in names.values())
