"""A client that shares nothing with arbwatch, pointed at the simulated Bitget, reads what is true there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest

from tests.simulator.bitget_world import PERP, PUBLIC, SPOT, data, world
from tests.simulator.conftest import Outside, wait_until

KINDS = {SPOT: "spot", PERP: "swap"}
UNIFIED = {SPOT: "BTC/USDT", PERP: "BTC/USDT:USDT"}
PRODUCTS: dict[str, list[dict[str, str]]] = {
    SPOT: [{}], PERP: [{"productType": f"{coin}-FUTURES"} for coin in ("USDT", "USDC", "COIN")]
}  # fmt: skip
TOLD = ("bid", "bidVolume", "ask", "askVolume")
TRUE = ("bid", "bid_size", "ask", "ask_size")


@pytest.fixture
async def bitget() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


@pytest.fixture
async def exchanges(bitget: Outside, need: Callable[[str, bool, str], None]) -> AsyncIterator[dict[str, Any]]:
    try:
        import ccxt.pro as ccxt
    except ImportError:
        need("clients", False, "ccxt is not installed")
    found: dict[str, Any] = {}
    for venue, kind in KINDS.items():
        client = ccxt.bitget({"options": {"defaultType": kind, "fetchMarkets": {"types": [kind]}}})
        url = bitget.simulator.urls[venue]
        for name in ("spot", "mix", "common", "margin"):
            client.urls["api"][name] = url
        client.urls["api"]["ws"]["public"] = url.replace("http", "ws", 1) + PUBLIC
        await client.load_markets()
        found[venue] = client
    yield found
    for client in found.values():
        await client.close()


def _unified(base: str) -> str:
    """Return a coin as ccxt calls it: on this venue OMNI is a coin of its own, as it is in our truth."""
    return {"OMNI": "omni"}.get(base, base)


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_reads_the_same_instruments(bitget: Outside, exchanges: dict[str, Any], venue: str) -> None:
    client = exchanges[venue]
    rows = {row["symbol"]: row for row in bitget.simulator.truth(venue)["instruments"]}
    assert {market["id"] for market in client.markets.values()} == {*rows}
    for market in client.markets.values():
        row = rows[market["id"]]
        assert market["active"] == (row["status"] in ("online", "normal"))
        assert market["precision"] == {"price": row["tick_size"], "amount": row["lot_size"]} | {
            key: None for key in market["precision"] if key not in ("price", "amount")
        }
        assert (market["base"], market["quote"]) == (_unified(row["base"]), row["quote_currency"])
        assert market["maker"] <= market["taker"] < 0.01
        if venue == PERP:
            assert market["contractSize"] == 1
            assert market["linear"] == (row["settle_currency"] != row["base"])
            assert market["settle"] == row["settle_currency"]
            assert (market["type"] == "future") == (row["kind"] == "quarter")


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_reads_the_same_figures(bitget: Outside, exchanges: dict[str, Any], venue: str) -> None:
    client = exchanges[venue]
    await bitget.simulator.pause()
    truth = bitget.simulator.truth(venue)
    tickers = [ticker for each in PRODUCTS[venue] for ticker in (await client.fetch_tickers(None, each)).values()]
    assert len(tickers) > 50
    for ticker in tickers:
        name = ticker["info"]["symbol"]
        quote, day = truth["quotes"][name], truth["tickers"][name]
        assert [ticker[key] or None for key in TOLD] == [quote[key] for key in TRUE], name
        assert (ticker["last"], ticker["high"], ticker["low"]) == (day["last"], day["high"], day["low"])
        assert (ticker["baseVolume"], ticker["quoteVolume"]) == (day["base_volume"], day["quote_volume"])
        assert ticker["percentage"] / 100 == pytest.approx(day["change_24h"], abs=5.1e-6)
        assert ticker["percentage"] / 100 == pytest.approx(ticker["last"] / ticker["open"] - 1, abs=5.1e-6)
    book = await client.fetch_order_book(UNIFIED[venue], 50)
    true = bitget.simulator.truth(venue, "BTCUSDT")["book"]
    assert [tuple(level[:2]) for level in book["bids"]] == true["bids"][:50]
    assert [tuple(level[:2]) for level in book["asks"]] == true["asks"][:50]


async def test_ccxt_reads_the_same_funding(bitget: Outside, exchanges: dict[str, Any]) -> None:
    client = exchanges[PERP]
    await bitget.simulator.pause()
    true = bitget.simulator.truth(PERP)["funding"]
    method = {"method": "publicMixGetV2MixMarketCurrentFundRate"}
    found = [await client.fetch_funding_rate(UNIFIED[PERP])]
    for product in PRODUCTS[PERP]:
        found += (await client.fetch_funding_rates(None, product | method)).values()
    assert len(found) > 50
    for rate in found:
        known = true[rate["info"]["symbol"]]
        assert rate["fundingRate"] == pytest.approx(known["rate"], abs=5.1e-7)
        assert rate["fundingTimestamp"] == known["next_time"] // 10**6
        assert rate["interval"] == f"{known['interval_h']}h"


async def test_ccxt_reads_the_networks_of_coins(bitget: Outside, exchanges: dict[str, Any]) -> None:
    client = exchanges[SPOT]
    told = {row["coin"]: row for row in await data(bitget, SPOT, "spot/public/coins")}
    found = await client.fetch_currencies()
    assert {currency["id"] for currency in found.values()} == {*told}
    for currency in found.values():
        chains = {chain["chain"]: chain for chain in told[currency["id"]]["chains"]}
        networks = {network["id"]: network for network in currency["networks"].values()}
        assert networks.keys() == chains.keys()
        for name, network in networks.items():
            assert network["withdraw"] == (chains[name]["withdrawable"] == "true")
            assert network["deposit"] == (chains[name]["rechargeable"] == "true")
            assert network["fee"] == float(chains[name]["withdrawFee"])
    assert not all(currency["withdraw"] for currency in found.values())


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_follows_books_quotes_tickers_and_trades_to_the_truth(
    bitget: Outside, exchanges: dict[str, Any], venue: str
) -> None:
    client, unified = exchanges[venue], UNIFIED[venue]
    for _ in range(5):
        await client.watch_order_book(unified)
    trades = await client.watch_trades(unified)
    tasks = [asyncio.create_task(_forever(client.watch_bids_asks, [unified]))]
    tasks += [asyncio.create_task(_forever(client.watch_ticker, unified))]
    await wait_until(lambda: unified in client.bidsasks and unified in client.tickers, "quotes and tickers")
    await bitget.simulator.pause()
    truth = bitget.simulator.truth(venue, "BTCUSDT")
    quote, day, book = truth["quotes"]["BTCUSDT"], truth["tickers"]["BTCUSDT"], truth["book"]
    local = client.orderbooks[unified]
    await wait_until(lambda: [tuple(level[:2]) for level in local["bids"]] == book["bids"], "the last update")
    assert [tuple(level[:2]) for level in local["asks"]] == book["asks"]
    await wait_until(lambda: client.tickers[unified]["baseVolume"] == day["base_volume"], "the last ticker")
    for kept in (client.tickers, client.bidsasks):
        await wait_until(partial(_told, kept, unified, quote), "the last top")
    ticker = client.tickers[unified]
    assert (ticker["last"], ticker["high"], ticker["low"]) == (day["last"], day["high"], day["low"])
    assert ticker["percentage"] / 100 == pytest.approx(day["change_24h"], abs=5.1e-6)
    assert day["low"] <= trades[-1]["price"] <= day["high"]
    assert trades[-1]["side"] in ("buy", "sell")
    assert [trade["timestamp"] for trade in trades] == sorted(trade["timestamp"] for trade in trades)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _told(kept: dict[str, Any], unified: str, quote: dict[str, Any]) -> bool:
    return [kept[unified][key] for key in TOLD] == [quote[key] for key in TRUE]


async def _forever(watch: Callable[[Any], Any], about: Any) -> None:
    while True:
        await watch(about)


async def test_ccxt_sees_a_gap_by_the_checksum_and_begins_anew(bitget: Outside, exchanges: dict[str, Any]) -> None:
    client, unified = exchanges[PERP], UNIFIED[PERP]
    import ccxt

    await client.watch_order_book(unified)
    await bitget.fault(PERP, "gap", symbol="BTCUSDT", count=5)
    with pytest.raises((ccxt.ChecksumError, ccxt.UnsubscribeError)):
        await asyncio.wait_for(_forever(client.watch_order_book, unified), 10)
    # It leaves the channel, tells why, and follows it again on another connection only.
    await client.close()
    client.orderbooks.clear()
    for _ in range(3):
        await asyncio.wait_for(client.watch_order_book(unified), 10)
    await bitget.simulator.pause()
    book = bitget.simulator.truth(PERP, "BTCUSDT")["book"]
    local = client.orderbooks[unified]
    await wait_until(lambda: [tuple(level[:2]) for level in local["asks"]] == book["asks"], "the last update")


async def test_ccxt_is_told_what_does_not_exist(bitget: Outside, exchanges: dict[str, Any]) -> None:
    client = exchanges[SPOT]
    import ccxt

    with pytest.raises(ccxt.BadRequest, match="30001"):
        await client.watch_order_book(UNIFIED[SPOT], 50)
    await bitget.fault(SPOT, "rest_status", status=429, count=1)
    with pytest.raises(ccxt.DDoSProtection):
        await client.fetch_time()
