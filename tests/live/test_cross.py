"""Six venues at once: every true spread between them is shown at its size, and nothing that is not one."""

from collections.abc import Iterator
from functools import partial
from math import isclose
from typing import Any

import pytest

from arbwatch.analytics.spreads import Spread
from arbwatch.market.codes import RowState
from arbwatch.views.picture import Picture
from tests.world.world import World

VENUES = ("binance_spot", "binance_perp", "bybit_spot", "bybit_perp", "okx_spot", "okx_perp")
Pair = tuple[str, str, str, str]


def mostly_live(world: World, venue: str) -> bool:
    states = list(world.states(venue).values())
    return states.count(RowState.LIVE) > len(states) / 2


def pair(spread: Spread) -> Pair:
    return spread.buy.venue, spread.buy.symbol, spread.sell.venue, spread.sell.symbol


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(venues=VENUES, instruments=130, rate=1500, arguments=("--churn", "0")) as running:
        running.ready(60.0)
        for venue in VENUES:
            running.until(partial(mostly_live, running, venue), 60.0, f"most streams of {venue} have spoken")
        running.until(lambda: len(running.read().spreads.found) > 60, 60.0, "most pairs count")
        yield running


@pytest.fixture(scope="module")
def rest(world: World) -> Iterator[World]:
    """The market held still, every push delivered."""
    differences = {venue: world.differences(venue) for venue in VENUES}
    assert differences == {venue: [] for venue in VENUES}
    yield world
    world.resume(VENUES[0])


@pytest.fixture(scope="module")
def truth(rest: World) -> dict[Pair, dict[str, Any]]:
    told: list[dict[str, Any]] = rest.get(VENUES[0], "/truth/spreads")
    return {(row["buy_venue"], row["buy_symbol"], row["sell_venue"], row["sell_symbol"]): row for row in told}


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
    for true in truth.values():
        key = true["asset"], true["quote_currency"]
        if true["gross"] > 0 and true["gross"] > best.get(key, {"gross": 0})["gross"]:
            best[key] = true
    excluded = {symbol for e in picture.spreads.excluded for symbol in (e.spread.buy.symbol, e.spread.sell.symbol)}
    missing = [
        true
        for true in best.values()
        if (true["buy_venue"], true["buy_symbol"], true["sell_venue"], true["sell_symbol"]) not in found
        and not {true["buy_symbol"], true["sell_symbol"]} & excluded
    ]
    assert len(best) > 20
    assert missing == []


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
