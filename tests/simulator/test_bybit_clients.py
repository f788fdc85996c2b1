"""Clients that share nothing with arbwatch, pointed at the simulated Bybit, read what is true there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.simulator.bybit_world import CATEGORY, PERP, SOCKET, SPOT, world
from tests.simulator.conftest import Outside, wait_until

TYPES = {SPOT: "spot", PERP: "linear"}
UNIFIED = {SPOT: "BTC/USDT", PERP: "BTC/USDT:USDT"}


@pytest.fixture
async def bybit() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


@pytest.fixture
async def exchanges(bybit: Outside, need: Callable[[str, bool, str], None]) -> AsyncIterator[dict[str, Any]]:
    try:
        import ccxt.pro as ccxt
    except ImportError:
        need("clients", False, "ccxt is not installed")
    found: dict[str, Any] = {}
    for venue, kind in TYPES.items():
        default = "spot" if kind == "spot" else "swap"
        client = ccxt.bybit({"options": {"defaultType": default, "fetchMarkets": {"types": [kind]}}})
        url = bybit.simulator.urls[venue]
        client.urls["api"]["public"] = url
        client.urls["api"]["ws"]["public"][CATEGORY[venue]] = url.replace("http", "ws", 1) + SOCKET[venue]
        await client.load_markets()
        found[venue] = client
    yield found
    for client in found.values():
        await client.close()


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_reads_the_same_instruments_and_figures(
    bybit: Outside, exchanges: dict[str, Any], venue: str
) -> None:
    client = exchanges[venue]
    await bybit.simulator.pause()
    truth = bybit.simulator.truth(venue)
    rows = {row["symbol"]: row for row in truth["instruments"] if row["kind"] != "coin_margined"}
    assert {market["id"] for market in client.markets.values()} == {*rows}
    for market in client.markets.values():
        row = rows[market["id"]]
        assert market["active"] == (row["status"] == "Trading")
        assert market["precision"]["price"] == row["tick_size"]
        assert market["precision"]["amount"] == row["lot_size"]
        assert market["quote"] == row["quote_currency"]
    tickers = await client.fetch_tickers()
    assert len(tickers) > 50
    for symbol, ticker in tickers.items():
        name = client.market(symbol)["id"]
        quote, day = truth["quotes"][name], truth["tickers"][name]
        told = [ticker[key] for key in ("bid", "bidVolume", "ask", "askVolume")]
        assert told == [quote[key] for key in ("bid", "bid_size", "ask", "ask_size")]
        assert (ticker["last"], ticker["high"], ticker["low"]) == (day["last"], day["high"], day["low"])
        assert (ticker["baseVolume"], ticker["quoteVolume"]) == (day["base_volume"], day["quote_volume"])
        assert ticker["percentage"] / 100 == pytest.approx(day["change_24h"], abs=6e-5)
    book = await client.fetch_order_book(UNIFIED[venue], 20)
    true = bybit.simulator.truth(venue, "BTCUSDT")["book"]
    assert [tuple(level) for level in book["bids"]] == true["bids"][:20]
    assert [tuple(level) for level in book["asks"]] == true["asks"][:20]


async def test_ccxt_reads_the_same_funding(bybit: Outside, exchanges: dict[str, Any]) -> None:
    client = exchanges[PERP]
    await bybit.simulator.pause()
    truth = bybit.simulator.truth(PERP)["funding"]
    rates = await client.fetch_funding_rates()
    assert len(rates) > 30
    for symbol, rate in rates.items():
        known = truth.get(client.market(symbol)["id"])
        if known is not None:
            assert rate["fundingRate"] == known["rate"], symbol
            assert rate["fundingTimestamp"] * 10**6 == known["next_time"], symbol
            assert rate["interval"] == f"{known['interval_h']}h", symbol
    history = await client.fetch_funding_rate_history("BTC/USDT:USDT", limit=5)
    assert len(history) == 5


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_streams_end_at_the_truth(bybit: Outside, exchanges: dict[str, Any], venue: str) -> None:
    # This client keeps one book per symbol: quotes of the same symbol would cut its levels to one.
    client, symbol = exchanges[venue], UNIFIED[venue]
    other = symbol.replace("BTC", "ETH")
    for _ in range(5):
        await client.watch_order_book(symbol)
    quote = (await client.watch_bids_asks([other]))[other]
    assert 0 < quote["bid"] < quote["ask"]
    ticker = await client.watch_ticker(symbol)
    trades = await client.watch_trades(symbol)
    assert trades[0]["side"] in ("buy", "sell")
    await bybit.simulator.pause()
    truth = bybit.simulator.truth(venue, "BTCUSDT")
    book, quotes = client.orderbooks[symbol], bybit.simulator.truth(venue, "ETHUSDT")["quotes"]["ETHUSDT"]

    def sides() -> list[list[tuple[float, float]]]:
        return [[tuple(level) for level in book[side]][:40] for side in ("bids", "asks")]

    await wait_until(lambda: sides() == [truth["book"][side][:40] for side in ("bids", "asks")], "the last change")
    newest = await client.watch_bids_asks([other])
    assert (newest[other]["bid"], newest[other]["askVolume"]) == (quotes["bid"], quotes["ask_size"])
    assert ticker["symbol"] == symbol


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_the_official_client_reads_rest(
    bybit: Outside, venue: str, need: Callable[[str, bool, str], None]
) -> None:
    try:
        from pybit.unified_trading import HTTP
    except ImportError:
        need("clients", False, "pybit is not installed")
    session = HTTP()
    session.endpoint = bybit.simulator.urls[venue]
    await bybit.simulator.pause()
    truth = bybit.simulator.truth(venue)
    category = CATEGORY[venue]
    listed = await asyncio.to_thread(session.get_instruments_info, category=category, limit=1000)
    trading = {row["symbol"] for row in truth["instruments"] if row["status"] == "Trading"}
    inverse = {row["symbol"] for row in truth["instruments"] if row["kind"] == "coin_margined"}
    assert {row["symbol"] for row in listed["result"]["list"]} == trading - inverse
    tickers = await asyncio.to_thread(session.get_tickers, category=category)
    for row in tickers["result"]["list"]:
        assert float(row["bid1Price"]) == truth["quotes"][row["symbol"]]["bid"]
    book = await asyncio.to_thread(session.get_orderbook, category=category, symbol="BTCUSDT", limit=5)
    assert float(book["result"]["a"][0][0]) == truth["quotes"]["BTCUSDT"]["ask"]
    clock = await asyncio.to_thread(session.get_server_time)
    assert clock["retCode"] == 0


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_the_official_client_keeps_a_book(
    bybit: Outside, venue: str, monkeypatch: pytest.MonkeyPatch, need: Callable[[str, bool, str], None]
) -> None:
    try:
        from pybit import unified_trading
    except ImportError:
        need("clients", False, "pybit is not installed")
    url = bybit.simulator.urls[venue].replace("http", "ws", 1)
    monkeypatch.setattr(unified_trading, "PUBLIC_WSS", url + "/v5/public/{CHANNEL_TYPE}")
    heard: dict[str, list[Any]] = {"book": [], "top": [], "ticker": []}

    def listen() -> Any:
        client = unified_trading.WebSocket(channel_type=CATEGORY[venue], testnet=False)
        client.orderbook_stream(50, "BTCUSDT", lambda told: heard["book"].append(json.loads(json.dumps(told))))
        client.orderbook_stream(1, "BTCUSDT", heard["top"].append)
        client.ticker_stream("BTCUSDT", heard["ticker"].append)
        return client

    client = await asyncio.to_thread(listen)
    try:
        await wait_until(lambda: all(heard.values()) and len(heard["book"]) > 10, "every topic", seconds=10.0)
        await bybit.simulator.pause()
        truth = bybit.simulator.truth(venue, "BTCUSDT")["book"]
        await wait_until(lambda: heard["book"][-1]["data"]["seq"] == truth["update_id"], "the last change")
        kept = heard["book"][-1]["data"]
        # This client keeps the levels in the order in which they came.
        assert sorted((tuple(map(float, level)) for level in kept["b"]), reverse=True) == truth["bids"][:50]
        assert sorted(tuple(map(float, level)) for level in kept["a"]) == truth["asks"][:50]
        assert heard["ticker"][-1]["data"]["symbol"] == "BTCUSDT"
    finally:
        await asyncio.to_thread(client.exit)
