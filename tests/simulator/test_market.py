"""The market alone: the same from the same seed, and consistent in itself."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbwatch.simulator.book import Book, Shape
from arbwatch.simulator.listing import decimal_text
from arbwatch.simulator.market import Change, Market

START = 1_795_252_000 * 10**9


def state(market: Market) -> list[object]:
    """Everything about every instrument that a venue could say."""
    return [
        (
            li.venue,
            li.symbol,
            li.book.id,
            li.time,
            li.book.side(True, 9),
            li.book.side(False, 9),
            li.statistics,
            li.rate,
        )
        for li in market.listings()
    ]


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    first, second, other = (Market(seed, START, instruments=100, churn_s=1.0) for seed in (7, 7, 8))
    for market in (first, second, other):
        for _ in range(400):
            market.step()
    assert state(first) == state(second)
    assert state(first) != state(other)


@pytest.fixture(scope="module")
def grown() -> tuple[Market, list[Change]]:
    market = Market(3, START)
    changes: list[Change] = []
    for _ in range(600):
        market.step(changes.append)
    return market, changes


def test_it_lists_what_the_real_venues_list(grown: tuple[Market, list[Change]]) -> None:
    spot, perp = (grown[0].venues[venue] for venue in ("binance_spot", "binance_perp"))
    assert len(spot) >= 400
    assert len(perp) >= 400
    assert sum(listing.multiplier > 1 for listing in perp.values()) >= 20
    assert perp["1000PEPEUSDT"].asset == spot["PEPEUSDT"].asset
    assert {"1INCHUSDT", "0GUSDT", "2ZUSDT", "币安人生USDT", "BTCUSDC", "BTCFDUSD", "ETHBTC"} <= {*spot}
    assert {"TSLAUSDT", "BTCDOMUSDT", "BTCUSD_PERP", "1MBABYDOGEUSDT", "1000000MOGUSDT"} <= {*perp}
    assert any(listing.kind == "quarter" and "_" in listing.symbol for listing in perp.values())
    assert {"EVENT_PERPETUAL", "TRADIFI_PERPETUAL", "CURRENT_QUARTER"} <= {li.contract_type for li in perp.values()}
    assert {li.funding.interval_h for li in perp.values() if li.funding} == {0, 1, 4, 8}


def test_activity_runs_from_many_a_second_to_none(grown: tuple[Market, list[Change]]) -> None:
    market, changes = grown
    rates = [listing.rate for listing in market.listings() if listing.trading]
    assert max(rates) > 10
    assert any(0 < rate < 1 / 500 for rate in rates)
    assert any(rate == 0 for rate in rates)
    assert sum(rates) == pytest.approx(1500, rel=0.02)
    assert len(changes) == pytest.approx(1500 * 6, rel=0.1)


def test_every_figure_is_consistent(grown: tuple[Market, list[Change]]) -> None:
    market, _ = grown
    for listing in market.listings():
        stats, book = listing.statistics, listing.book
        assert stats.low <= stats.last <= stats.high, listing.symbol
        assert stats.low <= stats.open <= stats.high, listing.symbol
        assert stats.low * stats.volume <= stats.quote_volume <= stats.high * stats.volume, listing.symbol
        if not listing.trading:
            continue
        assert book.bid == max(book.bids), listing.symbol
        assert book.ask == min(book.asks), listing.symbol
        assert book.bid < book.ask, listing.symbol
        for levels in (book.bids, book.asks):
            assert all(price % listing.tick == 0 and price > 0 for price in levels), listing.symbol
            assert all(size % listing.lot == 0 and size > 0 for size in levels.values()), listing.symbol


def test_volumes_grow_by_exactly_what_was_traded(grown: tuple[Market, list[Change]]) -> None:
    market, changes = grown
    traded: dict[str, list[int]] = {}
    for change in changes:
        if change.trade is not None:
            total = traded.setdefault(change.listing.venue + change.listing.symbol, [0, 0, 0])
            for n, part in enumerate((1, change.trade.size, change.trade.price * change.trade.size)):
                total[n] += part
    assert len(traded) > 100
    for before in Market(3, START).listings():
        stats = market.listing(before.venue, before.symbol).statistics
        was = before.statistics
        grew = [stats.count - was.count, stats.volume - was.volume, stats.quote_volume - was.quote_volume]
        assert grew == traded.get(before.venue + before.symbol, [0, 0, 0]), before.symbol


def test_update_ids_grow_and_every_change_says_what_it_changed(grown: tuple[Market, list[Change]]) -> None:
    _, changes = grown
    last: dict[tuple[str, str], int] = {}
    for change in changes:
        key = (change.listing.venue, change.listing.symbol)
        assert change.levels, key
        assert change.first_id > last.get(key, 0), key
        if change.listing.venue == "binance_spot" and key in last:
            assert change.first_id == last[key] + 1
        last[key] = change.first_id + len(change.levels) - 1
    assert all(last[li.venue, li.symbol] == li.book.id for li in grown[0].listings() if (li.venue, li.symbol) in last)


def test_spot_and_perpetual_stay_close_except_where_a_gap_is_planted(grown: tuple[Market, list[Change]]) -> None:
    market, _ = grown
    spot, perp = (market.venues[venue] for venue in ("binance_spot", "binance_perp"))

    def distance(symbol: str) -> float:
        mids = [
            (li.book.bid + li.book.ask) / 2 * li.price_float(1) for li in (perp[symbol], spot[symbol])
            if li.book.bid and li.book.ask
        ]  # fmt: skip
        return mids[0] / mids[1] - 1

    assert len(market.planted) >= 5
    for asset, gap in market.planted.items():
        if f"{asset}USDT" in spot and f"{asset}USDT" in perp:
            assert distance(f"{asset}USDT") == pytest.approx(gap, abs=0.0015)
    unplanted = [
        s for s in ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT") if s.removesuffix("USDT") not in market.planted
    ]
    assert all(abs(distance(symbol)) < 0.0015 for symbol in unplanted)


def test_a_namesake_is_another_coin(grown: tuple[Market, list[Change]]) -> None:
    spot, perp = (grown[0].venues[venue]["LITUSDT"] for venue in ("binance_spot", "binance_perp"))
    assert spot.asset != perp.asset


@given(st.integers(-(10**24), 10**24), st.integers(0, 12))
def test_decimal_text_is_exact(units: int, decimals: int) -> None:
    text = decimal_text(units, decimals)
    whole, _, fraction = text.partition(".")
    assert len(fraction) == decimals
    assert int(whole.replace("-", "") + fraction) == abs(units)
    assert text.startswith("-") == (units < 0)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6), st.integers(0, 2)), min_size=4, max_size=30))
def test_a_book_knows_its_best_prices_whatever_is_set(moves: list[tuple[bool, int, int]]) -> None:
    book = Book(100)
    for bid, price, size in moves:
        book.set(bid, price if bid else price + 50, size)
        assert book.bid == max(book.bids, default=None)
        assert book.ask == min(book.asks, default=None)
    replayed: dict[tuple[bool, int], int] = {}
    for change in book.take():
        replayed[change.bid, change.price] = change.size
    assert {k: v for k, v in replayed.items() if v} == (
        {(True, p): s for p, s in book.bids.items()} | {(False, p): s for p, s in book.asks.items()}
    )
    assert book.id == 100 + len(moves)


def test_depth_grows_with_the_distance_from_the_top() -> None:
    book, shape = Book(0), Shape(tick=1, lot=1, size=100, levels=300)
    book.quote(10**6, 100, 10**6 + 2, 100)
    book.fill(False, random.Random(1), shape)
    sizes = [size for _, size in book.side(False, 300)]
    assert sum(sizes[200:]) > 2 * sum(sizes[:100])
