"""The simulated MEXC answers REST questions with what is true, in each venue's own envelope, numbers and nulls."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.simulator.conftest import Outside
from tests.simulator.mexc_world import PERP, SPOT, data, spot, world


@pytest.fixture
async def mexc() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def _true(mexc: Outside, venue: str) -> dict[str, Any]:
    return {row["symbol"]: row for row in (await mexc.get(venue, "/truth"))["instruments"]}


async def test_the_pairs_are_the_true_ones(mexc: Outside) -> None:
    true = await _true(mexc, SPOT)
    body = await spot(mexc, "exchangeInfo")
    rows = {row["symbol"]: row for row in body["symbols"]}
    assert rows.keys() == true.keys()
    for name, row in rows.items():
        known = true[name]
        assert float(f"1e-{row['quoteAssetPrecision']}") == known["tick_size"]
        step = float(row["baseSizePrecision"]) or float(f"1e-{row['baseAssetPrecision']}")
        assert step == known["lot_size"]
        assert (row["baseAsset"], row["quoteAsset"]) == (known["base"], known["quote_currency"])
        assert (row["status"] == "1") == known["trading"]
    assert {row["status"] for row in rows.values()} == {"1", "2", "3"}
    assert {row["tradeSideType"] for row in rows.values()} == {1, 2, 3}
    assert [name for name, row in rows.items() if row["st"]] == ["RISKYUSDT"]
    assert {"0"} < {row["baseSizePrecision"] for row in rows.values()}
    allowed = {name for name, row in rows.items() if row["isSpotTradingAllowed"]}
    assert {*(await spot(mexc, "defaultSymbols"))["data"]} == allowed
    assert {"NOAPIUSDT", "DUSTUSDT", "GONEUSDT"} == rows.keys() - allowed
    some = await spot(mexc, "exchangeInfo", symbols="BTCUSDT,ETHUSDT")
    assert [row["symbol"] for row in some["symbols"]] == ["BTCUSDT", "ETHUSDT"]


async def test_one_coin_has_one_contract_and_a_namesake_another(mexc: Outside) -> None:
    rows = {row["symbol"]: row for row in (await spot(mexc, "exchangeInfo"))["symbols"]}
    assert rows["BTCUSDT"]["contractAddress"] == ""
    assert rows["PEPEUSDT"]["contractAddress"] == "0x6982508145454ce325ddbe47a25d4ec3d2311933"
    assert rows["NEIROCTOUSDT"]["contractAddress"] == "0x812ba41e071c7b7fa4ebcfb62df5f45f6fa853ee"
    assert rows["PUMPUSDT"]["contractAddress"]


async def test_a_tick_grows_by_a_decimal(mexc: Outside) -> None:
    symbol = mexc.symbol(SPOT, 2)
    (was,) = (await spot(mexc, "exchangeInfo", symbol=symbol))["symbols"]
    await mexc.fault(SPOT, "tick_change", symbol=symbol)
    (now,) = (await spot(mexc, "exchangeInfo", symbol=symbol))["symbols"]
    assert now["quoteAssetPrecision"] == was["quoteAssetPrecision"] - 1


async def test_figures_of_pairs_at_rest_are_the_truth(mexc: Outside) -> None:
    await mexc.fault(SPOT, "one_sided_book", symbol=mexc.symbol(SPOT, 3), side="bid")
    await mexc.post(SPOT, "/control/pause")
    truth = await mexc.get(SPOT, "/truth")
    days = {row["symbol"]: row for row in await spot(mexc, "ticker/24hr")}
    best = {row["symbol"]: row for row in await spot(mexc, "ticker/bookTicker")}
    assert days.keys() == best.keys() == truth["quotes"].keys() - {"GONEUSDT"}
    for name, row in days.items():
        known, day = truth["quotes"][name], truth["tickers"][name]
        for told in (row, best[name]):
            figures = [float(told[key]) if told[key] else None for key in ("bidPrice", "bidQty", "askPrice", "askQty")]
            assert figures == [known[key] for key in ("bid", "bid_size", "ask", "ask_size")]
        figures = [float(row[key]) for key in ("lastPrice", "highPrice", "lowPrice", "volume")]
        assert figures == [day[key] for key in ("last", "high", "low", "base_volume")]
        assert float(row["priceChangePercent"]) == pytest.approx(day["change_24h"], abs=5.1e-5)
        assert row["quoteVolume"] is None or float(row["quoteVolume"]) == pytest.approx(day["quote_volume"])
    assert days["DUSTUSDT"]["bidPrice"] == days["DUSTUSDT"]["askQty"] == ""
    assert best["DUSTUSDT"]["bidPrice"] is best["DUSTUSDT"]["askQty"] is days["DUSTUSDT"]["quoteVolume"] is None
    assert await spot(mexc, "ticker/24hr", symbol="BTCUSDT") == days["BTCUSDT"]


async def test_the_book_of_a_pair_is_the_true_one(mexc: Outside) -> None:
    symbol = mexc.symbol(SPOT)
    await mexc.post(SPOT, "/control/pause")
    true = (await mexc.get(SPOT, "/truth", symbol=symbol))["book"]
    book = await spot(mexc, "depth", symbol=symbol, limit="1000")
    assert book["lastUpdateId"] == true["update_id"]
    for side in ("bids", "asks"):
        assert [[float(p), float(s)] for p, s in book[side]] == true[side]
        assert len((await spot(mexc, "depth", symbol=symbol))[side]) == min(100, len(true[side]))


async def test_the_contracts_are_the_true_ones(mexc: Outside) -> None:
    true = await _true(mexc, PERP)
    rows = {row["symbol"]: row for row in await data(mexc, "detail")}
    assert rows.keys() == true.keys()
    for name, row in rows.items():
        known = true[name]
        assert (row["baseCoin"], row["quoteCoin"]) == (known["base"], known["quote_currency"])
        assert row["settleCoin"] == known["settle_currency"]
        assert row["contractSize"] * known["multiplier"] == pytest.approx(known["contract_size"], rel=1e-12)
        assert (row["priceUnit"], row["volUnit"]) == (known["tick_size"], known["lot_size"])
        assert (row["state"] == 0) == (known["trading"] or known["kind"] == "prelaunch")
        assert (row["futureType"] == 2) == (known["kind"] == "quarter")
    assert {row["state"] for row in rows.values()} == {0, 1, 2, 3, 4}
    assert [name for name, row in rows.items() if row["preMarket"]] == ["SOON_USDT"]
    assert [name for name, row in rows.items() if row["isHidden"]] == ["HIDDEN_USDT"]
    assert (rows["BTC_USD"]["settleCoin"], rows["BTC_USD"]["contractSize"]) == ("BTC", 100)
    assert (rows["BTC_USDT"]["contractSize"], rows["PEPE_USDT"]["contractSize"]) == (0.0001, 10_000_000)
    assert rows["1000000MOG_USDT"]["baseCoin"] == "1000000MOG"
    assert {"TRUMPOFFICIAL_USDT", "PUMPFUN_USDT", "NEIROCTO_USDT", "AAPLSTOCK_USDT"} < rows.keys()
    assert await data(mexc, "detail", symbol="BTC_USDT") == rows["BTC_USDT"]


async def test_figures_of_contracts_at_rest_are_the_truth(mexc: Outside) -> None:
    await mexc.post(PERP, "/control/pause")
    truth, known = await mexc.get(PERP, "/truth"), await _true(mexc, PERP)
    tickers = {row["symbol"]: row for row in await data(mexc, "ticker")}
    for name, row in tickers.items():
        quote, day = truth["quotes"][name], truth["tickers"][name]
        assert [row["bid1"] or None, row["ask1"] or None] == [quote["bid"], quote["ask"]]
        assert [row[key] for key in ("lastPrice", "high24Price", "lower24Price")] == [
            day[key] for key in ("last", "high", "low")
        ]
        assert row["riseFallRate"] == pytest.approx(day["change_24h"], abs=5.1e-5)
        if known[name]["kind"] != "coin_margined":
            contract = known[name]["contract_size"] / known[name]["multiplier"]
            assert row["volume24"] * contract == pytest.approx(day["base_volume"])
            assert row["amount24"] == pytest.approx(day["quote_volume"])
        assert not any("sz" in key.lower() or "qty" in key.lower() for key in row), "best prices have no sizes"
        if row["bid1"]:
            assert row["minAskPrice"] < row["bid1"] < row["ask1"] < row["maxBidPrice"]
    rates = {row["symbol"]: row for row in await data(mexc, "funding_rate")}
    assert rates.keys() == truth["funding"].keys() & tickers.keys()
    for name, row in rates.items():
        told, ticker = truth["funding"][name], tickers[name]
        figures = [row[key] for key in ("fundingRate", "maxFundingRate", "minFundingRate", "collectCycle")]
        assert figures == [told[key] for key in ("rate", "cap", "floor", "interval_h")]
        assert row["nextSettleTime"] * 10**6 == told["next_time"]
        assert [ticker["fairPrice"], ticker["indexPrice"], ticker["fundingRate"]] == [
            told[key] for key in ("mark", "index", "rate")
        ]
    assert await data(mexc, "funding_rate/BTC_USDT") == rates["BTC_USDT"]
    assert (await data(mexc, "index_price/BTC_USDT"))["indexPrice"] == truth["funding"]["BTC_USDT"]["index"]
    assert (await data(mexc, "fair_price/BTC_USDT"))["fairPrice"] == truth["funding"]["BTC_USDT"]["mark"]


async def test_numbers_are_numbers_and_small_ones_have_exponents(mexc: Outside) -> None:
    _, _, text = await mexc.raw(PERP, "/api/v1/contract/detail")
    assert '"priceUnit":1e-' in text
    assert '"contractSize":0.0001' in text
    assert ".0," not in text


async def test_settled_rates_come_in_pages(mexc: Outside) -> None:
    true = (await mexc.get(PERP, "/truth"))["funding"]["BTC_USDT"]
    first, second = [
        await data(mexc, "funding_rate/history", symbol="BTC_USDT", page_size="3", page_num=page) for page in ("1", "2")
    ]
    times = [row["settleTime"] for page in (first, second) for row in page["resultList"]]
    step = true["interval_h"] * 3_600_000
    assert times == [true["next_time"] // 10**6 - step * n for n in range(1, 7)]
    assert (first["pageSize"], second["currentPage"], first["totalPage"]) == (3, 2, -(-first["totalCount"] // 3))


async def test_what_cannot_be_answered_is_refused_in_the_venues_words(mexc: Outside) -> None:
    status, _, text = await mexc.raw(SPOT, "/api/v3/depth?symbol=NOSUCH")
    assert (status, text) == (400, '{"code":-1121,"msg":"Invalid symbol."}')
    assert (await mexc.raw(SPOT, "/api/v3/depth"))[0] == 400
    assert (await mexc.raw(SPOT, "/api/v3/nothing"))[0] == 404
    status, _, text = await mexc.raw(PERP, "/api/v1/contract/depth/NO_USDT")
    assert (status, text) == (200, '{"success":false,"code":1001,"message":"Contract [NO_USDT] not exists"}')
    assert (await mexc.raw(PERP, "/api/v1/contract/nothing"))[0] == 404


async def test_each_path_has_a_budget_of_its_own() -> None:
    async with world(time_scale=2) as mexc:
        for _ in range(12):
            await spot(mexc, "ticker/24hr")
        assert (await mexc.raw(SPOT, "/api/v3/ticker/24hr"))[0] == 429
        assert await spot(mexc, "ping") == {}
        answers = [await mexc.get(PERP, "/api/v1/contract/ping") for _ in range(21)]
        assert [answer["code"] for answer in answers] == [0] * 20 + [510]
        assert "frequent" in answers[-1]["message"]
        assert await data(mexc, "detail", symbol="BTC_USDT")
        await mexc.fault(PERP, "rest_status", status=403, count=1)
        assert (await mexc.raw(PERP, "/api/v1/contract/detail"))[2].startswith("<html>")


async def test_a_rebase_changes_the_contract_and_leaves_prices_alone(mexc: Outside) -> None:
    symbol = mexc.symbol(PERP, 2)
    before, was = await data(mexc, "detail", symbol=symbol), await data(mexc, "ticker", symbol=symbol)
    await mexc.fault(PERP, "rebase", symbol=symbol, factor=10)
    after, now = await data(mexc, "detail", symbol=symbol), await data(mexc, "ticker", symbol=symbol)
    assert after["contractSize"] == pytest.approx(10 * before["contractSize"])
    assert now["bid1"] == pytest.approx(was["bid1"], rel=0.01)
    assert now["volume24"] == pytest.approx(was["volume24"] / 10, rel=0.01)
