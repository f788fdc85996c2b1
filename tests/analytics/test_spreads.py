from math import log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.analytics.spreads import Rules, Spreads, scan
from arbwatch.market.table import Table
from tests.analytics.conftest import MakePair, Pair
from tests.market.conftest import LANES, NOW, instrument, quote


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


def test_only_the_same_asset_and_currency_are_compared() -> None:
    table = Table(LANES, width=2)
    table.relist("there_spot", [instrument("CUSDT", "there_spot")], NOW)
    table.relist("here_spot", [instrument("AUSDC", base="A", quote_currency="USDC"), instrument("BUSDT")], NOW)
    table.relist("here_perp", [instrument("AUSDT", "here_perp")], NOW)
    for venue in ("there_spot", "here_spot", "here_perp"):
        for symbol in ("AUSDT", "AUSDC", "BUSDT", "CUSDT"):
            table.door(venue)[symbol] = quote(symbol, venue=venue)
    table.drain(NOW)
    assert scan(table.snapshot(NOW), Rules()) == Spreads((), (), {})


def test_what_is_over_the_limit_is_counted(make_pair: MakePair) -> None:
    pair = make_pair().put("here_spot", 1.0, 1.01).put("here_perp", 1.0, 1.01)
    result = scan(pair.table.snapshot(NOW), Rules(most=1))
    assert len(result.found) == 1
    assert result.reasons == {"not among the best 1": 1}


prices = st.floats(1e-6, 1e6)
widths = st.floats(1e-7, 0.15)


@given(prices, widths, st.floats(0.9, 1.1), widths)
def test_swapping_the_legs_gives_the_exit_and_both_never_gain(
    mid: float, spot_width: float, ratio: float, perp_width: float
) -> None:
    pair = Pair()
    pair.put("here_spot", mid * (1 - spot_width), mid * (1 + spot_width))
    pair.put("here_perp", mid * ratio * (1 - perp_width), mid * ratio * (1 + perp_width))
    result = scan(pair.table.snapshot(NOW), Rules())
    assert result.reasons == {}
    one, other = result.found
    assert one.gross >= other.gross
    assert (one.exit, other.exit) == (other.gross, one.gross)
    assert log1p(one.gross) + log1p(other.gross) <= 1e-12
    assert (one.buy.venue, one.sell.venue) == (other.sell.venue, other.buy.venue)
    assert (one.sell.venue == "here_spot") is one.needs_short_spot


@given(prices, widths)
def test_identical_books_never_gain(mid: float, width: float) -> None:
    pair = Pair()
    for venue in ("here_spot", "here_perp"):
        pair.put(venue, mid * (1 - width), mid * (1 + width))
    result = scan(pair.table.snapshot(NOW), Rules())
    assert all(one.gross <= 0 for one in result.found) and len(result.found) == 2


@given(prices, widths, st.sampled_from([10, 1000, 1_000_000]), st.floats(0.95, 1.05))
def test_the_unit_a_market_is_quoted_in_changes_nothing(mid: float, width: float, times: int, ratio: float) -> None:
    found = []
    for multiplier in (1, times):
        pair = Pair({"base": "AA"}, {"base": f"{times}AA", "multiplier": times} if multiplier > 1 else {"base": "AA"})
        pair.put("here_spot", mid * (1 - width), mid * (1 + width), bid_size=2.0, ask_size=3.0)
        scaled = mid * ratio * multiplier
        sizes = {"bid_size": 5000.0 / multiplier, "ask_size": 7000.0 / multiplier}
        pair.put("here_perp", scaled * (1 - width), scaled * (1 + width), **sizes)
        # By venue: two that are equal but for rounding may come in either order.
        found.append(sorted(scan(pair.table.snapshot(NOW), Rules()).found, key=lambda one: one.buy.venue))
    for plain, many in zip(*found, strict=True):
        assert many.gross == pytest.approx(plain.gross, rel=1e-9, abs=1e-12)
        for leg, same in ((many.buy, plain.buy), (many.sell, plain.sell)):
            assert (leg.venue, leg.price) == (same.venue, pytest.approx(same.price))
            assert leg.size == pytest.approx(same.size)


sides = st.none() | st.floats(0.5, 2.0)


@given(st.lists(st.tuples(st.sampled_from(["here_spot", "here_perp"]), st.sampled_from("ABCDE"), sides, sides)))
def test_every_spread_equals_the_plain_arithmetic(quotes: list[tuple[str, str, float | None, float | None]]) -> None:
    table = Table(LANES, width=2)
    books: dict[tuple[str, str], tuple[float | None, float | None]] = {}
    for venue in ("here_spot", "here_perp"):
        table.relist(venue, [instrument(f"{asset}USDT", venue) for asset in "ABCDE"], NOW)
    for venue, asset, bid, ask in quotes:
        books[venue, asset] = bid, ask
        table.door(venue)[f"{asset}USDT"] = quote(f"{asset}USDT", bid, ask, venue=venue)
    table.drain(NOW)
    result = scan(table.snapshot(NOW), Rules())
    expected = {}
    for asset in "ABCDE":
        for buy, sell in (("here_spot", "here_perp"), ("here_perp", "here_spot")):
            (low, ask), (bid, high) = books.get((buy, asset), (None, None)), books.get((sell, asset), (None, None))
            if low is None or ask is None or bid is None or high is None or low >= ask or bid >= high:
                continue
            if 1 / 1.2 <= (bid + high) / (low + ask) <= 1.2:
                expected[asset, buy, sell] = bid / ask - 1, low / high - 1
    found = {(s.asset, s.buy.venue, s.sell.venue): (s.gross, s.exit) for s in result.found}
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert found[key] == pytest.approx(values, abs=1e-12)
    assert [s.gross for s in result.found] == sorted((s.gross for s in result.found), reverse=True)
    pairs = {(s.asset) for s in result.found} | {e.spread.asset for e in result.excluded}
    assert len(pairs) + sum(result.reasons.values()) == 5
