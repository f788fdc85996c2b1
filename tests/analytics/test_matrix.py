import pytest

from arbwatch.analytics.matrix import Matrix, matrix
from arbwatch.analytics.spreads import Rules
from arbwatch.market.codes import Proof
from arbwatch.model import Funding
from tests.analytics.venues import Venues
from tests.market.conftest import NOW, S


def look(venues: Venues, asset: str = "A", at: int = NOW) -> Matrix:
    return matrix(venues.snapshot(at), Rules(), asset, "USDT")


def test_every_ordered_pair_of_the_documented_case() -> None:
    venues = Venues("one", "two").put("one_spot", "A", 99.98, 100.02).put("two_perp", "A", 100.30, 100.36)
    found = look(venues.put("two_spot", "A", 100.0, None, ask_size=None))
    assert [(s.venue, s.market, s.reason) for s in found.stands] == [
        ("one_spot", "spot", ""),
        ("two_spot", "spot", "one-sided book"),
        ("two_perp", "perp", ""),
    ]
    assert found.gross[0][2] == pytest.approx(27.9944e-4, abs=5e-9)
    assert found.gross[2][0] == pytest.approx(-37.8637e-4, abs=5e-9)
    assert found.gross[1] == (None, None, None)
    assert found.gross[0][1] == pytest.approx(100.0 / 100.02 - 1.0)
    assert found.admitted == ((False, False, True), (False, False, False), (True, False, False))


def test_stands_are_in_asset_units_with_funding_and_proof() -> None:
    venues = Venues("one")
    venues.put("one_perp", "1000AA", 2.0, 2.1, multiplier=1000, asset=None, contract_size=1000.0, bid_size=3.0)
    venues.put("one_spot", "AA", 0.002, 0.0021)
    venues.table.apply(Funding("one_perp", "1000AAUSDT", rate=1e-4, interval_h=4.0, next_time=NOW + S))
    venues.table.prove("one_perp", ["1000AAUSDT"], Proof.PROVEN)
    spot, perp = look(venues, "AA", NOW + S).stands
    assert (perp.bid, perp.bid_size) == (0.002, 3000.0)
    assert perp.ask == pytest.approx(0.0021)
    assert (perp.rate, perp.interval_h, perp.next_time) == (1e-4, 4.0, NOW + S)
    assert (perp.age_ms, perp.proof) == (1000.0, Proof.PROVEN)
    assert (spot.rate, spot.interval_h, spot.next_time, spot.proof) == (None, None, None, Proof.UNPROVEN)


def test_the_one_that_stands_apart_says_so_and_the_others_do_not() -> None:
    venues = Venues("one", "two", "three").put("one_spot", "A", 1.0, 1.01).put("two_spot", "A", 1.02, 1.03)
    found = look(venues.put("three_spot", "A", 3.0, 3.01))
    reasons = [stand.reason for stand in found.stands]
    assert reasons[:2] == ["", ""]
    assert reasons[2] == "identity? prices differ by 196 %: perhaps two different coins"
    assert found.admitted[0] == (False, True, False)
    own = look(venues.put("three_perp", "A", 3.0, 3.01))
    assert own.stands[2].reason.endswith("perhaps two different coins; compared with its own exchange's markets only")
    assert own.admitted[2] == (False, False, False, True)


def test_a_stock_of_the_same_name_says_that_it_is_one() -> None:
    venues = Venues("one", "two").put("one_spot", "A", 1.0, 1.01).put("two_perp", "A", 1.05, 1.06, class_="stock")
    found = look(venues)
    assert [s.reason for s in found.stands] == ["class differs: crypto and stock", "class differs: stock and crypto"]
    assert not any(map(any, found.admitted))


def test_an_asset_nobody_lists_has_no_stands() -> None:
    assert look(Venues("one"), "NONE") == Matrix("NONE", "USDT", (), (), ())
