"""One asset on every market: what stands side by side, what is left between each two, and how deep it is."""

from math import isclose

from msgspec.structs import replace

from arbwatch.market.codes import RowState
from arbwatch.views import asset
from arbwatch.views.listing import Listing
from arbwatch.views.picture import Ladder, Picture
from tests.views.stage import PERP, SPOT, Stage


def shown(stage: Stage, name: str = "BTC", **changes: object) -> asset.Asset:
    picture: Picture = replace(stage.picture(), **changes)
    return asset.asset(picture, Listing(picture.snapshot), name, None)


def test_every_market_of_the_asset_stands_there_per_asset_unit() -> None:
    found = shown(Stage(), "PEPE")
    assert [(place.number, place.stand.venue, place.stand.symbol) for place in found.places] == [
        (1, SPOT, "PEPEUSDT"),
        (2, PERP, "1000PEPEUSDT"),
    ]
    assert found.currencies == ("USDT",)
    spot, perp = (place.stand for place in found.places)
    assert spot.bid is not None
    assert perp.bid is not None
    assert isclose(spot.bid, perp.bid, rel_tol=1e-3)


def test_the_matrix_says_what_each_pair_leaves_and_marks_the_best() -> None:
    stage = Stage()
    stage.set(0, 0, bid=100.0, ask=101.0)
    stage.set(1, 0, bid=102.0, ask=103.0)
    found = shown(stage)
    assert asset.best_pair(found) == (0, 1)
    lines = ["".join(text for text, _ in line) for line in asset.matrix_lines(found, 80)]
    assert lines[1].split() == ["1", SPOT, "·", "99.0"]
    assert lines[2].split() == ["2", PERP, "-291.3", "·"]
    tones = {text.strip(): tone for line in asset.matrix_lines(found, 80) for text, tone in line}
    assert tones["99.0"] == "good"
    assert "buy on alpha_spot, sell on alpha_perp, 99.0 bp" in asset.summary(found)


def test_a_market_that_is_no_leg_says_why_and_is_never_the_best() -> None:
    stage = Stage()
    stage.set(0, 0, bid=100.0, ask=101.0)
    stage.set(1, 0, bid=102.0, ask=103.0, state=RowState.FROZEN)
    found = shown(stage)
    assert asset.best_pair(found) is None
    assert asset.summary(found).endswith("no pair counts")
    check = asset.BY_ID["check"]
    assert check.text(found.places[0]) == "ok"
    assert check.text(found.places[1]) == found.places[1].stand.reason != ""
    tones = {text.strip(): tone for line in asset.matrix_lines(found, 80) for text, tone in line}
    assert tones["99.0"] == "dim"


def test_a_matrix_without_room_says_what_is_left_out() -> None:
    lines = ["".join(text for text, _ in line) for line in asset.matrix_lines(shown(Stage()), 18)]
    assert lines[-1] == "2 more to sell on: make the window wider"


def test_depth_counts_money_near_the_best_price_and_says_where_it_knows_no_further() -> None:
    assert asset.depth(((100.0, 2.0), (99.5, 1.0), (99.0, 50.0))) == (200.0, True)
    assert asset.depth(((100.0, 2.0),)) == (200.0, False)
    assert asset.depth(()) is None
    stage = Stage()
    ladder = Ladder(((0.02, 3.0),), ((0.04, 4.0), (0.05, 1.0)))
    found = shown(stage, "PEPE", ladders={(PERP, "1000PEPEUSDT"): ladder})
    perp = found.places[1]
    assert perp.ladder == Ladder(((0.00002, 3000.0),), ((0.00004, 4000.0), (0.00005, 1000.0)))
    assert asset.BY_ID["bid_depth"].text(perp) == ">0.0600"
    assert asset.BY_ID["ask_depth"].text(perp) == "0.1600"
    assert asset.BY_ID["ask_depth"].text(found.places[0]) == "-"
    words = "\n".join("".join(text for text, _ in line) for line in asset.ladder_lines(perp))
    assert "1000PEPEUSDT" in words
    assert "3000" in words
    assert asset.ladder_lines(found.places[0])[1] == [("no book yet", "dim")]


def test_markets_are_sorted_with_unknown_ones_last() -> None:
    stage = Stage()
    stage.set(0, 0, bid=float("nan"), bid_size=float("nan"))
    places = shown(stage).places
    for descending in (False, True):
        assert [place.stand.venue for place in asset.order(places, "bid", descending)] == [PERP, SPOT]
