import pytest

from arbwatch.analytics.conflicts import Conflict, conflicts
from arbwatch.analytics.spreads import Rules
from arbwatch.analytics.words import apart_words, power_of_ten
from arbwatch.market.codes import RowState
from arbwatch.market.table import Lane, Table
from tests.analytics.venues import Venues, legs
from tests.market.conftest import NOW, instrument


def told(venues: Venues) -> dict[str, Conflict]:
    return {one.venue: one for one in conflicts(venues.snapshot(), Rules(proven_only=True))}


def three(price: float, **facts: object) -> Venues:
    venues = Venues("one", "two", "three").put("one_spot", "A", 1.0, 1.001).put("two_spot", "A", 1.01, 1.011)
    return venues.put("three_spot", "A", price, price * 1.001, **facts)


def test_nothing_stands_apart_where_prices_agree() -> None:
    assert told(three(1.02)) == {}


def test_the_odd_one_of_three_is_told_and_hides_no_spread_of_the_others() -> None:
    venues = three(3.0)
    (conflict,) = told(venues).values()
    assert (conflict.asset, conflict.venue, conflict.kind) == ("A", "three_spot", "price")
    assert conflict.price == pytest.approx(3.0015)
    assert conflict.others_price == pytest.approx(1.0055)
    assert "perhaps two different coins" in conflict.words
    found = venues.scan()
    assert legs(found) == [("one_spot", "two_spot")]
    (excluded,) = found.excluded
    assert excluded.spread.sell.venue == "three_spot"
    assert excluded.reason.startswith("identity? prices differ by ")


def test_of_two_that_differ_neither_is_believed() -> None:
    venues = Venues("one", "two").put("one_spot", "A", 1.0, 1.001).put("two_spot", "A", 3.0, 3.003)
    assert set(told(venues)) == {"one_spot", "two_spot"}
    assert legs(venues.scan()) == []


def test_a_power_of_ten_has_its_own_words() -> None:
    (conflict,) = told(three(1005.0)).values()
    assert conflict.kind == "multiplier"
    assert conflict.words == "identity? prices are a factor of 1,000 apart: perhaps another multiplier"


@pytest.mark.parametrize(
    ("ratio", "power"),
    [(1000.0, 3), (1 / 0.00098, 0), (1 / 0.00099, 3), (10.1, 1), (9.8, 0), (0.001, -3), (1.0, 0), (195.0, 0)],
)
def test_only_what_is_within_two_percent_is_a_power_of_ten(ratio: float, power: int) -> None:
    assert power_of_ten(ratio) == power


def test_words_are_the_same_from_both_sides_and_none_within_the_gap() -> None:
    assert apart_words(0.001, 0.2) == apart_words(1000.0, 0.2)
    assert apart_words(1.19, 0.2) == apart_words(1 / 1.19, 0.2) == ""
    assert apart_words(float("nan"), 0.2) == ""


def test_an_exchange_is_one_witness_however_many_markets_it_has() -> None:
    venues = three(3.0).put("three_perp", "A", 3.03, 3.04)
    assert set(told(venues)) == {"three_spot", "three_perp"}
    assert all(one.words.endswith("own exchange's markets only") for one in told(venues).values())
    found = legs(venues.scan())
    assert ("one_spot", "two_spot") in found
    assert ("three_spot", "three_perp") in found
    assert not any({"three_spot", "three_perp"} & set(pair) for pair in found if pair[0][:3] != pair[1][:3])


def test_strangers_that_agree_on_another_price_than_most_are_not_compared() -> None:
    venues = Venues("one", "two", "three", "four", "five").put("one_spot", "A", 1.0, 1.001)
    venues.put("two_spot", "A", 1.01, 1.011).put("three_spot", "A", 1.0, 1.001)
    venues.put("four_spot", "A", 3.0, 3.001).put("five_spot", "A", 3.2, 3.201)
    assert set(told(venues)) == {"four_spot", "five_spot"}
    assert legs(venues.scan()) == [("one_spot", "two_spot")]


def test_a_stock_and_a_coin_of_one_name_are_never_compared_and_two_stocks_are() -> None:
    venues = three(1.05, class_="stock")
    assert told(venues)["three_spot"].words == "class differs: stock and crypto"
    assert told(venues)["three_spot"].kind == "class"
    found = venues.scan()
    assert legs(found) == [("one_spot", "two_spot")]
    assert found.excluded[0].reason == "class differs: crypto and stock"
    venues.put("two_perp", "A", 1.08, 1.09, class_="stock")
    assert legs(venues.scan()) == [("three_spot", "two_perp")]


def test_what_is_no_leg_anyway_has_no_say_in_what_a_name_means() -> None:
    venues = three(3.0).put("three_perp", "A", 3.0, 3.01).put("two_perp", "A", 3.0, 3.01)
    for venue in ("three_spot", "two_perp"):
        venues.table.mark(venue, "AUSDT", RowState.FROZEN, NOW)
    assert set(told(venues)) == {"three_perp"}
    assert ("one_spot", "two_spot") in legs(venues.scan())


def test_a_ticker_known_to_be_shared_is_told_where_both_are_listed() -> None:
    table = Table([Lane("a_spot", "a", "spot"), Lane("b_spot", "b", "spot")], names={("b_spot", "N"): "N@b"})
    table.relist("b_spot", [instrument("NUSDT", "b_spot", base="N")], NOW)
    assert conflicts(table.snapshot(NOW), Rules()) == ()
    table.relist("a_spot", [instrument("NUSDT", "a_spot", base="N")], NOW)
    (conflict,) = conflicts(table.snapshot(NOW), Rules())
    assert (conflict.asset, conflict.venue, conflict.kind) == ("N@b", "b_spot", "known")
    assert conflict.words == "known to be another coin than what others list as N"
