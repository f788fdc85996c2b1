"""Clients of other people, pointed at the simulated venues, read what is true there and what arbwatch reads."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from arbwatch.model import Instrument
from arbwatch.simulator.simulator import Simulator, running
from tests.evidence.ccxt_reader import CcxtReader, Reading
from tests.evidence.compare import same
from tests.evidence.material import Market
from tests.evidence.our_reader import reading
from tests.evidence.simulated import SEED, OurClient, ccxt_at, until

MARKETS: tuple[Market, ...] = ("spot", "perp")
TOP = ("bid", "bid_size", "ask", "ask_size")
DAY = ("last", "high", "low", "base_volume", "quote_volume")
LEFT_OUT = {
    "quarter": "a dated future is no perpetual",
    "odd": "a contract type nobody has described yet may be anything",
    "leveraged": "BTCUP and BTCDOWN are products of a fund",
    "share": "a share in token form is no coin",
}
"""What the venue lists, ccxt lists too, and arbwatch does not, with the reason."""
RULES = ("base", "quote_currency", "tick_size", "lot_size", "min_notional")


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running(**SEED) as found:
        yield found


async def _truth(simulator: Simulator, market: Market, symbol: str = "") -> Any:
    asked = f"{simulator.urls[f'binance_{market}']}/truth" + (f"?symbol={symbol}" if symbol else "")
    async with aiohttp.ClientSession() as session, session.get(asked) as answer:
        return json.loads(await answer.read())


def _by_symbol(readings: list[Reading]) -> dict[str, Reading]:
    return {found["symbol"]: found for found in readings}


def _busiest(truth: Any, count: int) -> list[str]:
    """Return plain symbols with the most changes, those that every client takes for a coin."""
    kinds = ("spot", "perpetual")
    plain = [it for it in truth["instruments"] if it["trading"] and it["kind"] in kinds and it["symbol"].isascii()]
    return [it["symbol"] for it in sorted(plain, key=lambda it: -it["rate"])[:count]]


def _pick(found: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: found[field] for field in fields}


def _equal(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)


def _top(found: dict[str, Any]) -> dict[str, Any]:
    """Take the top out of a reading; ccxt keeps the zeros of an empty side, arbwatch and the truth say None."""
    return {field: found[field] or None for field in TOP}


def _different(theirs: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    return {symbol: (it, truth.get(symbol)) for symbol, it in theirs.items() if not _equal(it, truth.get(symbol, {}))}


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_lists_the_same_instruments(simulator: Simulator, market: Market) -> None:
    url = simulator.urls[f"binance_{market}"]
    async with ccxt_at(market, url) as client, OurClient(market, url) as we:
        await client.load_markets()
        theirs = _by_symbol([CcxtReader(market, client).instrument(m) for m in client.markets.values()])
        ours = {it.symbol: reading(it) for it in await we.flow(we.venue().listings()) if isinstance(it, Instrument)}
    truth = {it["symbol"]: it for it in (await _truth(simulator, market))["instruments"]}
    listed = {symbol for symbol, it in truth.items() if it["kind"] != "coin_margined"}
    assert theirs.keys() == listed
    assert listed - ours.keys() == {symbol for symbol in listed if truth[symbol]["kind"] in LEFT_OUT}
    for symbol, found in ours.items():
        assert found is not None
        rules = _pick(found, RULES)
        assert _equal(rules, _pick(theirs[symbol], RULES)), symbol
        assert _equal(rules, _pick(truth[symbol], RULES)), symbol
        assert found["trading"] == theirs[symbol]["trading"] == (truth[symbol]["status"] == "TRADING"), symbol
        assert (found["multiplier"], found["class"]) == (truth[symbol]["multiplier"], truth[symbol]["class"]), symbol


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_asks_for_the_same_quotes_and_statistics(simulator: Simulator, market: Market) -> None:
    url = simulator.urls[f"binance_{market}"]
    async with ccxt_at(market, url) as client, OurClient(market, url) as we:
        await client.load_markets()
        await simulator.pause()
        reader = CcxtReader(market, client)
        quotes = _by_symbol([reader.quote(row) for row in (await client.fetch_bids_asks()).values()])
        tickers = _by_symbol([reader.ticker(row) for row in (await client.fetch_tickers()).values()])
        our_quotes = _by_symbol([it for said in await we.poll("quotes") if (it := reading(said))])
        our_tickers = _by_symbol([it for said in await we.poll("tickers") if (it := reading(said))])
    truth = await _truth(simulator, market)
    listed = {it["symbol"] for it in truth["instruments"] if it["kind"] != "coin_margined"}
    assert quotes.keys() == our_quotes.keys() == tickers.keys() == our_tickers.keys() == listed
    true_tops = {symbol: _top(truth["quotes"][symbol]) for symbol in listed}
    assert _different({symbol: _top(it) for symbol, it in quotes.items()}, true_tops) == {}
    assert _different({symbol: _pick(it, TOP) for symbol, it in our_quotes.items()}, true_tops) == {}
    true_days = {symbol: _pick(truth["tickers"][symbol], DAY) for symbol in listed}
    assert _different({symbol: _pick(it, DAY) for symbol, it in tickers.items()}, true_days) == {}
    assert _different({symbol: _pick(it, DAY) for symbol, it in our_tickers.items()}, true_days) == {}
    for symbol in listed:
        assert our_tickers[symbol]["time"] == tickers[symbol]["time"] == truth["tickers"][symbol]["time"] // 10**6
        assert our_tickers[symbol]["change_24h"] == pytest.approx(tickers[symbol]["change_24h"], abs=1e-12)
        assert our_tickers[symbol]["change_24h"] == pytest.approx(truth["tickers"][symbol]["change_24h"], abs=5.1e-6)


async def test_ccxt_reads_the_same_funding(simulator: Simulator) -> None:
    url = simulator.urls["binance_perp"]
    async with ccxt_at("perp", url) as client, OurClient("perp", url) as we:
        await client.load_markets()
        await simulator.pause()
        reader = CcxtReader("perp", client)
        rates = _by_symbol([reader.rate(row) for row in (await client.fetch_funding_rates()).values()])
        intervals = _by_symbol([reader.interval(row) for row in (await client.fetch_funding_intervals()).values()])
        ours = _by_symbol([it for said in await we.poll("funding") if (it := reading(said))])
    truth = await _truth(simulator, "perp")
    perpetual = truth["funding"].keys() - {i["symbol"] for i in truth["instruments"] if i["kind"] == "coin_margined"}
    assert ours.keys() == perpetual <= rates.keys()
    assert intervals.keys() == {symbol for symbol in perpetual if truth["funding"][symbol]["adjusted"]}
    for symbol, found in ours.items():
        true, theirs = truth["funding"][symbol], rates[symbol]
        assert found["time"] == theirs["time"] == true["time"] // 10**6, symbol
        assert found["next_time"] == theirs["next_time"] == true["next_time"] // 10**6, symbol
        for field in ("rate", "mark", "index"):
            assert found[field] == theirs[field] == pytest.approx(true[field], abs=5.1e-9), symbol
        assert found["interval_h"] == true["interval_h"], symbol
        assert found["interval_source"] == ("metadata" if true["adjusted"] else "default"), symbol
        if true["adjusted"]:
            terms = ("interval_h", "cap", "floor")
            assert _equal(_pick(found, terms), _pick(intervals[symbol], terms)), symbol
            assert _equal(_pick(found, terms), _pick(true, terms)), symbol


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_asks_for_the_same_book(simulator: Simulator, market: Market) -> None:
    url = simulator.urls[f"binance_{market}"]
    async with ccxt_at(market, url) as client, OurClient(market, url) as we:
        await client.load_markets()
        await simulator.pause()
        symbol = _busiest(await _truth(simulator, market), 1)[0]
        theirs = await client.fetch_order_book(CcxtReader(market, client).exchange.safe_symbol(symbol), 1000)
        await we.snapshot(symbol)
    true = (await _truth(simulator, market, symbol))["book"]
    ours = we.books[symbol]
    assert theirs["nonce"] == ours.seq == true["update_id"]
    for side, levels in zip(("bids", "asks"), ours.levels(1000), strict=True):
        assert len(levels) > 100
        assert same(levels, theirs[side]) and same(levels, true[side])


@pytest.mark.parametrize("market", MARKETS)
async def test_ccxt_follows_the_same_streams(simulator: Simulator, market: Market) -> None:
    url = simulator.urls[f"binance_{market}"]
    symbols = _busiest(await _truth(simulator, market), 12)
    books = symbols[:3]
    async with ccxt_at(market, url) as client, OurClient(market, url) as we:
        await client.load_markets()
        reader = CcxtReader(market, client)
        words = {symbol: client.safe_symbol(symbol) for symbol in symbols}
        for kind, wanted in (("quote", symbols), ("book", books), ("ticker", symbols)):
            await we.follow(kind, wanted)  # type: ignore[arg-type] # each is a Kind
        async with asyncio.timeout(15):
            await client.watch_bids_asks(list(words.values()))
            for symbol in books:
                await client.watch_order_book(words[symbol])
            await client.watch_tickers(None, {"name": "miniTicker" if market == "spot" else "ticker"})
            if market == "perp":
                await we.follow("funding", symbols)
                await client.watch_mark_prices()
        for symbol in books:
            await we.snapshot(symbol)
        await until(lambda: set(symbols) <= we.quotes.keys(), "every symbol spoke to arbwatch")
        await until(lambda: set(words.values()) <= client.bidsasks.keys(), "every symbol spoke to ccxt")
        await until(lambda: set(symbols) <= we.tickers.keys(), "every symbol traded")
        await simulator.pause()
        truth = await _truth(simulator, market)
        true_books = {symbol: (await _truth(simulator, market, symbol))["book"] for symbol in books}

        def their_book(symbol: str) -> Any:
            return client.orderbooks[words[symbol]]

        numbers = {symbol: book["update_id"] for symbol, book in true_books.items()}
        await until(
            lambda: all(we.books[s].seq == n and their_book(s)["nonce"] == n for s, n in numbers.items()),
            "both books had the last change",
        )
        for symbol in symbols:
            true, theirs, ours = truth["quotes"][symbol], client.bidsasks[words[symbol]], we.quotes[symbol]
            assert _equal(_top(reader.quote(theirs)), _top(true)), symbol
            assert {field: getattr(ours, field) for field in TOP} == _top(true), symbol
            assert ours.time == (None if market == "spot" else true["time"] // 10**6 * 10**6), symbol
        for symbol in books:
            for side, levels in zip(("bids", "asks"), we.books[symbol].levels(50), strict=True):
                assert same(levels, true_books[symbol][side][:50]), symbol
                assert same(levels, [level[:2] for level in their_book(symbol)[side][:50]]), symbol
        _statistics_agree(truth, we, {s: reader.ticker(client.tickers[words[s]]) for s in symbols})
        assert not we.rejects
        assert all(ack.error is None for ack in we.acks) and len(we.acks) == (4 if market == "perp" else 3)


def _statistics_agree(truth: Any, we: OurClient, theirs: dict[str, Reading]) -> None:
    for symbol, found in theirs.items():
        mark = we.funding.get(symbol)
        if mark is not None:
            true = truth["funding"][symbol]
            assert (mark.rate, mark.mark) == pytest.approx((true["rate"], true["mark"]), abs=5.1e-9), symbol
            assert mark.next_time == true["next_time"], symbol
        ours = {field: getattr(we.tickers[symbol], field) for field in DAY}
        assert _equal(ours, _pick(truth["tickers"][symbol], DAY)), symbol
        # ccxt keeps one ticker per symbol: mark prices, which come last on USD-M, take its place.
        if found["last"] is not None:
            assert _equal(_pick(found, DAY), ours), symbol
