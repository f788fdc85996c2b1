"""What is told of spreads between venues is what the books of the market make of them."""

import pytest

from arbwatch.simulator.market import Market
from arbwatch.simulator.true_spreads import spreads
from tests.simulator.speech import VENUES

START = 1_795_252_000 * 10**9


@pytest.fixture(scope="module")
def market() -> Market:
    market = Market(5, START, venues=VENUES, instruments=150, rate=1500.0, churn_s=None)
    for _ in range(300):
        market.step()
    return market


def test_a_planted_spread_between_two_venues_is_told_with_its_size(market: Market) -> None:
    market.plant("XRP", 0.02, "okx_perp")
    for _ in range(5):
        market.step()
    found = [row for row in spreads(market) if row["asset"] == "XRP" and row["quote_currency"] == "USDT"]
    row = next(row for row in found if (row["buy_venue"], row["sell_venue"]) == ("bybit_spot", "okx_perp"))
    assert row["planted"]
    assert row["gross"] == pytest.approx(0.02, abs=0.003)
    ask = market.listing("bybit_spot", "XRPUSDT")
    bid = market.listing("okx_perp", "XRP-USDT-SWAP")
    assert row["ask"] == ask.price_float(ask.book.ask or 0)
    asked = ask.size_float(ask.book.asks[ask.book.ask or 0])
    sold = bid.size_float(bid.book.bids[bid.book.bid or 0]) * float(bid.contract)
    assert row["size"] == pytest.approx(min(asked, sold))
    market.plant("XRP", 0.0, "okx_perp")
    for _ in range(5):
        market.step()
    assert not [row for row in spreads(market) if row["asset"] == "XRP" and row["planted"]]


def test_some_spreads_are_planted_from_the_start_on_one_venue_alone(market: Market) -> None:
    assert market.planted
    assert {venue for _, venue in market.planted_at} >= {"bybit_spot", "bybit_perp", "okx_spot"}
    told = {(row["asset"], venue) for row in spreads(market) for venue in (row["buy_venue"], row["sell_venue"])
            if row["planted"]}  # fmt: skip
    assert {*market.planted_at} <= told


def test_units_of_price_and_size_are_made_equal_before_they_are_compared(market: Market) -> None:
    mids: dict[str, set[str]] = {}
    for row in spreads(market, -1.0):
        if row["asset"] == "PEPE" and row["quote_currency"] == "USDT":
            assert row["bid"] / row["ask"] == pytest.approx(1.0, abs=0.05)
            mids.setdefault(row["buy_venue"], set()).add(row["buy_symbol"])
    assert mids["bybit_perp"] == {"1000PEPEUSDT"}
    assert mids["okx_perp"] == {"PEPE-USDT-SWAP"}
    assert mids["binance_spot"] == {"PEPEUSDT"}


def test_coins_that_only_share_a_name_are_never_paired(market: Market) -> None:
    prices = {}
    for venue, symbol in (("binance_spot", "NEIROUSDT"), ("bybit_spot", "NEIROUSDT"), ("bybit_spot", "NEIROCTOUSDT")):
        listing = market.venues[venue].get(symbol)
        if listing is not None:
            prices[venue, symbol] = market.fair(listing)
    assert prices["bybit_spot", "NEIROUSDT"] > 50 * prices["bybit_spot", "NEIROCTOUSDT"]
    pairs = [(row["buy_symbol"], row["sell_symbol"]) for row in spreads(market, -1.0)]
    assert not [pair for pair in pairs if {"NEIROUSDT", "NEIROCTOUSDT"} <= {*pair} and "bybit" in str(pair)]
    lit = [row for row in spreads(market, -1.0) if row["asset"] == "LIT2"]
    assert lit
    assert ("binance_spot", "LITUSDT") not in {(row["buy_venue"], row["buy_symbol"]) for row in lit}


def test_a_venue_that_is_not_simulated_cannot_be_moved(market: Market) -> None:
    with pytest.raises(KeyError, match="there is no venue"):
        market.plant("BTC", 0.01, "kraken_spot")
