import pytest

from arbwatch.analytics.spreads import Rules, scan
from tests.analytics.conftest import MakePair
from tests.market.conftest import NOW


def test_entry_and_exit_of_the_documented_case(make_pair: MakePair) -> None:
    pair = make_pair().put("here_spot", 99.98, 100.02).put("here_perp", 100.30, 100.36)
    best, other = scan(pair.table.snapshot(NOW), Rules()).found
    assert (best.buy.venue, best.sell.venue) == ("here_spot", "here_perp")
    assert (best.buy.price, best.sell.price) == (100.02, 100.30)
    assert best.gross * 1e4 == pytest.approx(27.9944, abs=5e-5)
    assert best.exit is not None and best.exit * 1e4 == pytest.approx(-37.8637, abs=5e-5)
    assert (other.gross, other.exit) == (best.exit, best.gross)
    assert not best.needs_short_spot and other.needs_short_spot


def test_prices_are_per_asset_unit_and_sizes_in_asset_units(make_pair: MakePair) -> None:
    pair = make_pair(
        {"base": "PEPE", "contract_size": 10_000_000.0}, {"base": "1000PEPE", "multiplier": 1000, "asset": None}
    )
    pair.put("here_perp", 0.0123440, 0.0123450, ask_size=2000.0).put("here_spot", 0.00001236, 0.00001237, bid_size=3.0)
    best = scan(pair.table.snapshot(NOW), Rules()).found[0]
    assert best.asset == "PEPE"
    assert best.buy.price == pytest.approx(0.000012345)
    assert best.buy.size == 2_000_000
    assert (best.sell.price, best.sell.size) == (0.00001236, 30_000_000)
    assert best.gross * 1e4 == pytest.approx(12.150668, abs=5e-7)
