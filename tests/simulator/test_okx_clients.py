"""Clients that share nothing with arbwatch, pointed at the simulated OKX, read what is true there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.simulator.conftest import Outside, wait_until
from tests.simulator.okx_world import PERP, PUBLIC, SPOT, arg, world

TYPES = {SPOT: "spot", PERP: "swap"}
UNIFIED = {SPOT: "BTC/USDT", PERP: "BTC/USDT:USDT"}
NATIVE = {SPOT: "BTC-USDT", PERP: "BTC-USDT-SWAP"}


@pytest.fixture
async def okx() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


@pytest.fixture
async def exchanges(okx: Outside, need: Callable[[str, bool, str], None]) -> AsyncIterator[dict[str, Any]]:
    try:
        import ccxt.pro as ccxt
    except ImportError:
        need("clients", False, "ccxt is not installed")
    found: dict[str, Any] = {}
    for venue, kind in TYPES.items():
        client = ccxt.okx({"options": {"defaultType": kind, "fetchMarkets": {"types": [kind]}}})
        url = okx.simulator.urls[venue]
        client.urls["api"]["rest"] = url
        client.urls["api"]["ws"] = url.replace("http", "ws", 1) + "/ws/v5"
        await client.load_markets()
        found[venue] = client
    yield found
    for client in found.values():
        await client.close()


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_reads_the_same_instruments_and_figures(okx: Outside, exchanges: dict[str, Any], venue: str) -> None:
    client = exchanges[venue]
    await okx.simulator.pause()
    truth = okx.simulator.truth(venue)
    rows = {row["symbol"]: row for row in truth["instruments"] if row["kind"] != "quarter"}
    assert {market["id"] for market in client.markets.values()} == {*rows}
    for market in client.markets.values():
        row = rows[market["id"]]
        assert market["active"] == (row["status"] == "live")
        if row["status"] == "preopen":
            continue
        assert market["precision"]["price"] == row["tick_size"]
        assert market["precision"]["amount"] == row["lot_size"]
        assert (market["base"], market["quote"]) == (_unified(row["base"]), row["quote_currency"])
        if venue == PERP:
            assert market["contractSize"] == row["contract_size"]
            assert market["linear"] == (row["kind"] != "coin_margined")
            assert market["settle"] == row["settle_currency"]
    tickers = await client.fetch_tickers()
    open_ = {name for name, row in rows.items() if row["status"] != "preopen"}
    assert {client.market(symbol)["id"] for symbol in tickers} == open_
    for symbol, ticker in tickers.items():
        name = client.market(symbol)["id"]
        quote, day = truth["quotes"][name], truth["tickers"][name]
        told = [ticker[key] for key in ("bid", "bidVolume", "ask", "askVolume")]
        assert told == [quote[key] for key in ("bid", "bid_size", "ask", "ask_size")], symbol
        if ticker["last"] is not None:
            assert (ticker["last"], ticker["high"], ticker["low"]) == (day["last"], day["high"], day["low"])
            assert ticker["percentage"] / 100 == pytest.approx(day["change_24h"], abs=1e-6)
    book = await client.fetch_order_book(UNIFIED[venue], 50)
    true = okx.simulator.truth(venue, NATIVE[venue])["book"]
    assert [tuple(level[:2]) for level in book["bids"]] == true["bids"][:50]
    assert [tuple(level[:2]) for level in book["asks"]] == true["asks"][:50]


def _unified(base: str) -> str:
    """Return a coin as ccxt calls it: on this venue AE is the AET of elsewhere, as it is in our truth."""
    return {"AE": "AET"}.get(base, base)


async def test_ccxt_reads_the_same_funding(okx: Outside, exchanges: dict[str, Any]) -> None:
    client = exchanges[PERP]
    await okx.simulator.pause()
    true = okx.simulator.truth(PERP)["funding"]
    one = await client.fetch_funding_rate(UNIFIED[PERP])
    every = await client.fetch_funding_rates()
    assert len(every) > 50
    for rate in (one, *every.values()):
        known = true[client.market(rate["symbol"])["id"]]
        assert rate["fundingRate"] == pytest.approx(known["rate"], abs=1e-16)
        assert rate["fundingTimestamp"] == known["next_time"] // 10**6
        assert rate["interval"] == f"{known['interval_h']}h"


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_ccxt_follows_books_quotes_tickers_and_trades_to_the_truth(
    okx: Outside, exchanges: dict[str, Any], venue: str
) -> None:
    client, unified, name = exchanges[venue], UNIFIED[venue], NATIVE[venue]
    for _ in range(5):
        await client.watch_order_book(unified)
    trades = await client.watch_trades(unified)
    tasks = [asyncio.create_task(_forever(client.watch_bids_asks, [unified]))]
    tasks += [asyncio.create_task(_forever(client.watch_ticker, unified))]
    await wait_until(lambda: unified in client.bidsasks and unified in client.tickers, "quotes and tickers")
    await okx.simulator.pause()
    truth = okx.simulator.truth(venue, name)
    quote, day, book = truth["quotes"][name], truth["tickers"][name], truth["book"]
    local = client.orderbooks[unified]
    await wait_until(lambda: local["nonce"] == book["update_id"], "the last update")
    assert [tuple(level[:2]) for level in local["bids"]][:400] == book["bids"][:400]
    assert [tuple(level[:2]) for level in local["asks"]][:400] == book["asks"][:400]
    await wait_until(lambda: client.tickers[unified]["last"] == day["last"], "the last ticker")
    best = client.bidsasks[unified]
    told = [best[key] for key in ("bid", "bidVolume", "ask", "askVolume")]
    assert told == [quote[key] for key in ("bid", "bid_size", "ask", "ask_size")]
    assert day["low"] <= trades[-1]["price"] <= day["high"]
    assert trades[-1]["side"] in ("buy", "sell")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(watch: Callable[[Any], Any], about: Any) -> None:
    while True:
        await watch(about)


async def test_ccxt_follows_funding_to_the_truth(okx: Outside, exchanges: dict[str, Any]) -> None:
    client = exchanges[PERP]
    rate = await client.watch_funding_rate(UNIFIED[PERP])
    known = okx.simulator.truth(PERP)["funding"][NATIVE[PERP]]
    assert rate["fundingTimestamp"] == known["next_time"] // 10**6
    assert rate["fundingRate"] == pytest.approx(known["rate"], abs=2e-4)


async def test_ccxt_resumes_where_the_sequence_breaks(okx: Outside, exchanges: dict[str, Any]) -> None:
    client, unified, name = exchanges[PERP], UNIFIED[PERP], NATIVE[PERP]
    import ccxt

    await client.watch_order_book(unified)
    await okx.fault(PERP, "gap", symbol=name, count=1)
    with pytest.raises(ccxt.InvalidNonce):
        await _forever(client.watch_order_book, unified)
    for _ in range(3):
        await client.watch_order_book(unified)
    await okx.simulator.pause()
    book = okx.simulator.truth(PERP, name)["book"]
    await wait_until(lambda: client.orderbooks[unified]["nonce"] == book["update_id"], "the last update")
    assert [tuple(level[:2]) for level in client.orderbooks[unified]["asks"]][:400] == book["asks"][:400]


async def _ask(question: Callable[..., Any], **about: str) -> Any:
    body = await asyncio.to_thread(question, **about)
    assert body["code"] == "0", body
    return body["data"]


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_the_official_client_reads_rest_as_it_is_true(
    okx: Outside, need: Callable[[str, bool, str], None], venue: str
) -> None:
    try:
        from okx import MarketData, PublicData
    except ImportError:
        need("clients", False, "python-okx is not installed")
    await okx.simulator.pause()
    name, kind, url = NATIVE[venue], "SPOT" if venue == SPOT else "SWAP", okx.simulator.urls[venue]
    truth, whole = okx.simulator.truth(venue, name), okx.simulator.truth(venue)["instruments"]
    with PublicData.PublicAPI(domain=url, flag="0") as public, MarketData.MarketAPI(domain=url, flag="0") as market:
        assert abs(int((await _ask(public.get_system_time))[0]["ts"]) - truth["time"] // 10**6) < 5000
        listed = {row["instId"] for row in await _ask(public.get_instruments, instType=kind)}
        assert listed == {row["symbol"] for row in whole if row["kind"] != "quarter"}
        (ticker,) = await _ask(market.get_ticker, instId=name)
        assert ticker in await _ask(market.get_tickers, instType=kind)
        assert float(ticker["last"]) == truth["tickers"][name]["last"]
        (book,) = await _ask(market.get_orderbook, instId=name, sz="20")
        assert [(float(p), float(s)) for p, s, *_ in book["bids"]] == truth["book"]["bids"][:20]
        if venue == SPOT:
            return
        funding = truth["funding"][name]
        (rate,) = await _ask(public.get_funding_rate, instId=name)
        (mark,) = await _ask(public.get_mark_price, instType=kind, instId=name)
        (index,) = await _ask(market.get_index_tickers, instId=NATIVE[SPOT])
        assert float(rate["fundingRate"]) == pytest.approx(funding["rate"], abs=1e-16)
        assert (float(mark["markPx"]), float(index["idxPx"])) == (funding["mark"], funding["index"])
        assert len(await _ask(public.funding_rate_history, instId=name, limit="3")) == 3


async def test_the_official_client_follows_the_sockets_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[[str, bool, str], None]
) -> None:
    try:
        from okx.websocket.WsPublicAsync import WsPublicAsync
    except ImportError:
        need("clients", False, "python-okx is not installed")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    chain, key, ca = (tmp_path / name for name in ("chain.pem", "key.pem", "ca.pem"))
    issued.cert_chain_pems[0].write_to_path(chain)
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(ca)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    async with world(tls=(chain, key)) as okx:
        client = WsPublicAsync(okx.simulator.urls[PERP].replace("http", "ws", 1) + PUBLIC)
        told: list[Any] = []
        reading = await client.start()
        wanted = [arg(channel, NATIVE[PERP]) for channel in ("bbo-tbt", "books", "tickers", "funding-rate")]
        await client.subscribe(wanted, lambda message: told.append(json.loads(message)), id="7")
        await wait_until(lambda: {_channel(message) for message in told} >= {a["channel"] for a in wanted}, "all speak")
        acks = [message for message in told if "event" in message]
        assert [(ack["id"], ack["event"], ack["arg"]) for ack in acks] == [("7", "subscribe", each) for each in wanted]
        await okx.simulator.pause()
        true = okx.simulator.truth(PERP)["quotes"][NATIVE[PERP]]

        def newest() -> list[float]:
            row = [m for m in told if _channel(m) == "bbo-tbt"][-1]["data"][0]
            return [float(text) for side in ("bids", "asks") for text in row[side][0][:2]]

        await wait_until(lambda: newest() == [true[k] for k in ("bid", "bid_size", "ask", "ask_size")], "the truth")
        reading.cancel()
        await client.stop()


def _channel(message: Any) -> str:
    return str(message["arg"]["channel"]) if "data" in message else ""
