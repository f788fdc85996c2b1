"""A client that shares nothing with arbwatch, pointed at the simulated MEXC, reads what is true there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.simulator.conftest import Outside, wait_until
from tests.simulator.mexc_world import PERP, SPOT, world

UNIFIED = {SPOT: "ETH/USDT", PERP: "ETH/USDT:USDT"}
NATIVE = {SPOT: "ETHUSDT", PERP: "ETH_USDT"}


@pytest.fixture
async def mexc() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


@pytest.fixture
async def client(mexc: Outside, need: Callable[[str, bool, str], None]) -> AsyncIterator[Any]:
    try:
        import ccxt.pro as ccxt
    except ImportError:
        need("clients", False, "ccxt is not installed")
    found = ccxt.mexc({"options": {"watchOrderBook": {"snapshotDelay": 3}}, "enableRateLimit": False})
    spot, perp = mexc.simulator.urls[SPOT], mexc.simulator.urls[PERP]
    found.urls["api"]["spot"]["public"] = spot
    found.urls["api"]["contract"]["public"] = f"{perp}/api/v1/contract"
    found.urls["api"]["ws"] = {
        "spot": spot.replace("http", "ws", 1) + "/ws",
        "swap": perp.replace("http", "ws", 1) + "/edge",
    }
    await found.load_markets()
    yield found
    await found.close()


def _market(client: Any, name: str) -> Any:
    (found,) = client.markets_by_id[name]
    return found


async def test_ccxt_reads_the_same_instruments(mexc: Outside, client: Any) -> None:
    rows = {row["symbol"]: row for venue in (SPOT, PERP) for row in mexc.simulator.truth(venue)["instruments"]}
    assert client.markets_by_id.keys() == rows.keys()
    for name, row in rows.items():
        market = _market(client, name)
        assert market["precision"]["price"] == row["tick_size"]
        assert market["precision"]["amount"] == row["lot_size"]
        assert (market["baseId"], market["quote"]) == (row["base"], row["quote_currency"])
        assert market["active"] == ((row["trading"] or row["kind"] == "prelaunch") and name != "NOAPIUSDT")
        if market["swap"]:
            assert market["contractSize"] * row["multiplier"] == pytest.approx(row["contract_size"], rel=1e-12)
            assert market["linear"] == (row["kind"] != "coin_margined")
            assert market["settle"] == row["settle_currency"]


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_reads_the_same_figures(mexc: Outside, client: Any, venue: str) -> None:
    await mexc.simulator.pause()
    truth = mexc.simulator.truth(venue)
    tickers = await client.fetch_tickers(None, {"type": "spot" if venue == SPOT else "swap"})
    assert len(tickers) > 50
    for ticker in tickers.values():
        name = ticker["info"]["symbol"]
        quote, day = truth["quotes"][name], truth["tickers"][name]
        sides = [ticker[key] or None for key in ("bid", "ask")]
        assert sides == [quote[key] for key in ("bid", "ask")], name
        if venue == SPOT:
            assert [ticker[key] for key in ("bidVolume", "askVolume")] == [quote["bid_size"], quote["ask_size"]]
        assert (ticker["last"], ticker["high"], ticker["low"]) == (day["last"], day["high"], day["low"])
        assert ticker["percentage"] / 100 == pytest.approx(day["change_24h"], abs=5.1e-5)
        if name == NATIVE[venue]:
            figures = (ticker["baseVolume"], ticker["quoteVolume"])
            assert figures == pytest.approx((day["base_volume"], day["quote_volume"]))
    book = await client.fetch_order_book(UNIFIED[venue], 50)
    true = mexc.simulator.truth(venue, NATIVE[venue])["book"]
    assert book["nonce"] == true["update_id"]
    for side in ("bids", "asks"):
        assert [tuple(level[:2]) for level in book[side]] == true[side][:50]


async def test_ccxt_reads_and_follows_the_same_funding(mexc: Outside, client: Any) -> None:
    await mexc.simulator.pause()
    true = mexc.simulator.truth(PERP)["funding"]["ETH_USDT"]
    fetched = await client.fetch_funding_rate(UNIFIED[PERP])
    watched = await client.watch_funding_rate(UNIFIED[PERP])
    for rate in (fetched, watched):
        assert rate["fundingRate"] == true["rate"]
        assert rate["fundingTimestamp"] == true["next_time"] // 10**6
    assert fetched["interval"] == f"{true['interval_h']}h"


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_follows_books_quotes_and_trades_to_the_truth(mexc: Outside, client: Any, venue: str) -> None:
    unified, name = UNIFIED[venue], NATIVE[venue]
    # Where pushes are gathered for 100 ms, one may straddle the fetched book: ccxt drops such a one whole.
    pace = {"frequency": "10ms"} if venue == SPOT else {}
    for _ in range(5):
        await client.watch_order_book(unified, None, pace)
    trades = await client.watch_trades(unified)
    watching = asyncio.create_task(_forever(client.watch_ticker, unified))
    await wait_until(lambda: unified in client.tickers, "tickers")
    await mexc.simulator.pause()
    truth = mexc.simulator.truth(venue, name)
    quote, book, day = truth["quotes"][name], truth["book"], truth["tickers"][name]
    local = client.orderbooks[unified]

    def same() -> bool:
        return all([tuple(level[:2]) for level in local[side]][:20] == book[side][:20] for side in ("bids", "asks"))

    await wait_until(same, "the last change")
    keys = ["bid", "bidVolume", "ask", "askVolume"] if venue == SPOT else ["bid", "ask"]
    true = [quote[key.replace("Volume", "_size")] for key in keys]
    await wait_until(lambda: [client.tickers[unified][key] for key in keys] == true, "the last quote")
    assert day["low"] <= trades[-1]["price"] <= day["high"]
    assert trades[-1]["side"] in ("buy", "sell")
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def _forever(watch: Callable[[Any], Any], about: Any) -> None:
    while True:
        await watch(about)
