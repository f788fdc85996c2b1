"""A client that shares nothing with arbwatch reads the same from the simulated venues."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.simulator.conftest import Outside, wait_until

SPOT, PERP = "binance_spot", "binance_perp"


@pytest.fixture
async def exchanges(outside: Outside, need: Callable[[str, bool, str], None]) -> AsyncIterator[dict[str, Any]]:
    try:
        import ccxt.pro as ccxt
    except ImportError:
        need("clients", False, "ccxt is not installed")
    urls = outside.simulator.urls
    spot = ccxt.binance({"options": {"fetchMarkets": {"types": ["spot"]}}})
    spot.urls["api"]["public"] = urls[SPOT] + "/api/v3"
    spot.urls["api"]["ws"]["spot"] = urls[SPOT].replace("http", "ws") + "/ws"
    perp = ccxt.binanceusdm({"options": {"fetchMarkets": {"types": ["linear"]}}})
    perp.urls["api"]["fapiPublic"] = urls[PERP] + "/fapi/v1"
    perp.urls["api"]["ws"]["linear"] = urls[PERP].replace("http", "ws") + "/ws"
    found = {SPOT: spot, PERP: perp}
    for exchange in found.values():
        await exchange.load_markets()
    yield found
    for exchange in found.values():
        await exchange.close()


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_it_reads_the_same_instruments_and_figures(
    outside: Outside, exchanges: dict[str, Any], venue: str
) -> None:
    exchange = exchanges[venue]
    await outside.simulator.pause()
    truth = outside.simulator.truth(venue)
    rows = {row["symbol"]: row for row in truth["instruments"] if row["kind"] != "coin_margined"}
    assert {market["id"] for market in exchange.markets.values()} == {*rows}
    for market in exchange.markets.values():
        assert market["precision"]["price"] == rows[market["id"]]["tick_size"]
        assert market["precision"]["amount"] == rows[market["id"]]["lot_size"]
        assert market["active"] == (rows[market["id"]]["status"] == "TRADING")
    tops = await exchange.fetch_bids_asks()
    for symbol, top in tops.items():
        known = truth["quotes"][exchange.market(symbol)["id"]]
        assert (top["bid"] or None, top["ask"] or None) == (known["bid"], known["ask"])
        assert (top["bidVolume"] or None, top["askVolume"] or None) == (known["bid_size"], known["ask_size"])
    unified = "BTC/USDT" if venue == SPOT else "BTC/USDT:USDT"
    ticker = await exchange.fetch_ticker(unified)
    assert ticker["last"] == truth["tickers"]["BTCUSDT"]["last"]
    assert ticker["percentage"] / 100 == pytest.approx(truth["tickers"]["BTCUSDT"]["change_24h"], abs=6e-6)
    if venue == PERP:
        for rate in (await exchange.fetch_funding_rates()).values():
            known = truth["funding"].get(exchange.market(rate["symbol"])["id"])
            assert known is None or rate["fundingRate"] == known["rate"]


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_its_streamed_book_ends_at_the_truth(outside: Outside, exchanges: dict[str, Any], venue: str) -> None:
    exchange = exchanges[venue]
    unified = "BTC/USDT" if venue == SPOT else "BTC/USDT:USDT"
    for _ in range(5):
        await exchange.watch_order_book(unified)
    quote = (await exchange.watch_bids_asks([unified]))[unified]
    assert 0 < quote["bid"] < quote["ask"]
    await outside.simulator.pause()
    truth = outside.simulator.truth(venue, "BTCUSDT")["book"]
    book = exchange.orderbooks[unified]
    await wait_until(lambda: book["nonce"] == truth["update_id"], "the last update")
    assert [tuple(level) for level in book["bids"]][:300] == truth["bids"][:300]
    assert [tuple(level) for level in book["asks"]][:300] == truth["asks"][:300]
