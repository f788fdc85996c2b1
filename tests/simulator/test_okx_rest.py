"""The simulated OKX answers REST questions with what is true, in the venue's envelope, words and empty strings."""

from collections.abc import AsyncIterator

import pytest

from tests.simulator.conftest import Outside
from tests.simulator.okx_world import PERP, SPOT, data, refused, world

TYPES = {SPOT: "SPOT", PERP: "SWAP"}


@pytest.fixture
async def okx() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_the_listing_is_the_true_one(okx: Outside, venue: str) -> None:
    true = {row["symbol"]: row for row in (await okx.get(venue, "/truth"))["instruments"] if row["kind"] != "quarter"}
    rows = {row["instId"]: row for row in await data(okx, venue, "public/instruments", instType=TYPES[venue])}
    assert rows.keys() == true.keys()
    assert len({row["instIdCode"] for row in rows.values()}) == len(rows)
    for name, row in rows.items():
        known = true[name]
        assert (row["state"], row["instType"]) == (known["status"], TYPES[venue])
        if row["state"] == "preopen" and venue == PERP:
            assert {row[key] for key in ("ctVal", "ctType", "settleCcy", "uly", "tickSz", "lotSz")} == {""}
            continue
        assert float(row["tickSz"]) == known["tick_size"]
        assert float(row["lotSz"]) == known["lot_size"]
        base, quote = (row["baseCcy"], row["quoteCcy"]) if venue == SPOT else row["uly"].split("-")
        assert (base, quote) == (known["base"], known["quote_currency"])
        if venue == PERP:
            assert (row["baseCcy"], row["quoteCcy"], row["settleCcy"]) == ("", "", known["settle_currency"])
            assert float(row["ctVal"]) * float(row["ctMult"]) == known["contract_size"]


async def test_every_odd_kind_of_instrument_is_listed(okx: Outside) -> None:
    swaps = {row["instId"]: row for row in await data(okx, PERP, "public/instruments", instType="SWAP")}
    spots = await data(okx, SPOT, "public/instruments", instType="SPOT")
    assert [swaps[f"{coin}-USDT-SWAP"]["ctVal"] for coin in ("BTC", "PEPE", "SHIB")] == ["0.01", "10000000", "1000000"]
    assert swaps["BTC-USDT-SWAP"]["lotSz"].startswith("0.")
    inverse, usdc = swaps["BTC-USD-SWAP"], swaps["BTC-USDC-SWAP"]
    assert [inverse[key] for key in ("ctType", "ctVal", "ctValCcy", "settleCcy")] == ["inverse", "100", "USD", "BTC"]
    assert [usdc[key] for key in ("ctType", "ctValCcy", "settleCcy")] == ["linear", "BTC", "USDC"]
    assert {row["instCategory"] for row in swaps.values()} == {"1", "3", "4"}
    assert {row["state"] for row in swaps.values()} == {"live", "suspend", "preopen", "rebase"}
    assert {row["ruleType"] for row in swaps.values()} == {"normal", "pre_market", "rebase_contract"}
    assert {row["quoteCcy"] for row in spots} >= {"USDT", "USDC", "EUR", "BTC"}
    assert {row["state"] for row in spots} == {"live", "suspend"}
    futures = await data(okx, PERP, "public/instruments", instType="FUTURES")
    assert {row["instType"] for row in futures} == {"FUTURES"}
    assert all(row["expTime"] for row in futures)
    assert await data(okx, PERP, "public/instruments", instType="SPOT") == []


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_figures_at_rest_are_the_truth(okx: Outside, venue: str) -> None:
    await okx.post(venue, "/control/pause")
    truth = await okx.get(venue, "/truth")
    kinds = {row["symbol"]: row for row in truth["instruments"]}
    for row in await data(okx, venue, "market/tickers", instType=TYPES[venue]):
        known, day = truth["quotes"][row["instId"]], truth["tickers"][row["instId"]]
        told = [float(row[key]) if row[key] else None for key in ("bidPx", "bidSz", "askPx", "askSz")]
        assert told == [known[key] for key in ("bid", "bid_size", "ask", "ask_size")]
        if not row["last"]:
            assert row["instId"].startswith("DUST-")
            continue
        assert [float(row[k]) for k in ("last", "high24h", "low24h")] == [day[k] for k in ("last", "high", "low")]
        assert float(row["last"]) / float(row["open24h"]) - 1 == pytest.approx(day["change_24h"])
        assert float(row["vol24h" if venue == SPOT else "volCcy24h"]) == day["base_volume"]
        if venue == SPOT:
            assert float(row["volCcy24h"]) == pytest.approx(day["quote_volume"])
        elif kinds[row["instId"]]["kind"] == "perpetual":
            contracts = float(row["vol24h"]) * kinds[row["instId"]]["contract_size"]
            assert contracts == pytest.approx(day["base_volume"])


async def test_dead_instruments_have_empty_strings_for_prices(okx: Outside) -> None:
    for venue, name in ((SPOT, "DUST-USDT"), (PERP, "DUST-USDT-SWAP")):
        (row,) = await data(okx, venue, "market/ticker", instId=name)
        assert {row[key] for key in ("last", "bidPx", "bidSz", "askPx", "askSz", "open24h", "high24h")} == {""}
    symbol = okx.symbol(PERP)
    await okx.fault(PERP, "one_sided_book", symbol=symbol, side="bid")
    (row,) = await data(okx, PERP, "market/ticker", instId=symbol)
    assert (row["bidPx"], row["bidSz"]) == ("", "")
    assert row["askPx"]
    assert row["last"]


async def test_funding_marks_and_indices_are_the_truth(okx: Outside) -> None:
    await okx.post(PERP, "/control/pause")
    true = (await okx.get(PERP, "/truth"))["funding"]
    rows = {row["instId"]: row for row in await data(okx, PERP, "public/funding-rate", instId="ANY")}
    assert rows.keys() == true.keys() - {"SOON-USDT-SWAP"}
    assert {state["interval_h"] for state in true.values()} >= {4, 8}
    for name, row in rows.items():
        known = true[name]
        assert float(row["fundingRate"]) == pytest.approx(known["rate"], abs=1e-16)
        assert [float(row[key]) for key in ("minFundingRate", "maxFundingRate")] == [known["floor"], known["cap"]]
        assert int(row["fundingTime"]) * 10**6 == known["next_time"]
        assert int(row["nextFundingTime"]) - int(row["fundingTime"]) == known["interval_h"] * 3_600_000
        assert row["nextFundingRate"] == ""
    marks = {row["instId"]: float(row["markPx"]) for row in await data(okx, PERP, "public/mark-price", instType="SWAP")}
    indices = await data(okx, PERP, "market/index-tickers", quoteCcy="USDT")
    assert all(marks[name] == known["mark"] for name, known in true.items() if name in marks)
    for row in indices:
        assert float(row["idxPx"]) == true[f"{row['instId']}-SWAP"]["index"]
    history = await data(okx, PERP, "public/funding-rate-history", instId="BTC-USDT-SWAP", limit="5")
    times = [int(row["fundingTime"]) for row in history]
    step = true["BTC-USDT-SWAP"]["interval_h"] * 3_600_000
    assert times == [true["BTC-USDT-SWAP"]["next_time"] // 10**6 - step * n for n in range(1, 6)]


async def test_books_carry_levels_and_their_place_in_the_sequence(okx: Outside) -> None:
    symbol = okx.symbol(PERP)
    await okx.post(PERP, "/control/pause")
    book = (await okx.get(PERP, "/truth", symbol=symbol))["book"]
    (one,) = await data(okx, PERP, "market/books", instId=symbol)
    (many,) = await data(okx, PERP, "market/books", instId=symbol, sz="400")
    assert len(one["bids"]) == len(one["asks"]) == 1
    assert many["seqId"] == book["update_id"]
    for side in ("bids", "asks"):
        assert [[float(p), float(s)] for p, s, _, _ in many[side]] == book[side][:400]
        assert all(dead == "0" and int(orders) > 0 for _, _, dead, orders in many[side])
    (full,) = await data(okx, PERP, "market/books-full", instId=symbol, sz="5")
    assert [len(level) for level in full["bids"]] == [3] * 5


async def test_what_cannot_be_answered_is_refused_in_the_venues_codes(okx: Outside) -> None:
    assert await refused(okx, SPOT, "market/books?instId=NO-SUCH") == (200, "51001")
    assert await refused(okx, SPOT, "market/books?instId=BTC-USDT&sz=401") == (400, "51000")
    assert await refused(okx, SPOT, "market/tickers") == (400, "50014")
    assert await refused(okx, SPOT, "market/tickers?instType=COINS") == (400, "51000")
    assert await refused(okx, PERP, "market/index-tickers") == (400, "50015")
    status, _, text = await okx.raw(SPOT, "/api/v5/nothing")
    assert status == 404
    assert '"code":404' in text


async def test_each_path_has_a_budget_of_its_own_within_two_seconds() -> None:
    async with world(time_scale=4) as okx:
        answers = [await okx.raw(PERP, "/api/v5/public/time") for _ in range(11)]
        assert [status for status, _, _ in answers] == [200] * 10 + [429]
        assert answers[-1][2] == '{"code":"50011","data":[],"msg":"Too Many Requests"}'
        for _ in range(20):
            await data(okx, PERP, "public/instruments", instType="FUTURES")
        assert (await refused(okx, PERP, "public/instruments?instType=FUTURES"))[0] == 429
        assert await data(okx, PERP, "public/instruments", instType="SWAP")


async def test_a_rebase_changes_the_contract_and_leaves_prices_alone(okx: Outside) -> None:
    symbol = okx.symbol(PERP, 2)
    (before,) = await data(okx, PERP, "public/instruments", instType="SWAP", instId=symbol)
    (was,) = await data(okx, PERP, "market/ticker", instId=symbol)
    await okx.fault(PERP, "rebase", symbol=symbol, factor=10)
    (after,) = await data(okx, PERP, "public/instruments", instType="SWAP", instId=symbol)
    (now,) = await data(okx, PERP, "market/ticker", instId=symbol)
    assert float(after["ctVal"]) == pytest.approx(10 * float(before["ctVal"]))
    assert float(now["bidPx"]) == pytest.approx(float(was["bidPx"]), rel=0.01)
    assert float(now["vol24h"]) == pytest.approx(float(was["vol24h"]) / 10, rel=0.01)
    assert float(now["volCcy24h"]) == pytest.approx(float(was["volCcy24h"]), rel=0.01)


async def test_the_funding_interval_steps_down(okx: Outside) -> None:
    (symbol, *_) = [li.symbol for li in okx.simulator.market.listings() if li.funding and li.funding.interval_h == 8]
    await okx.fault(PERP, "funding_interval", symbol=symbol, hours=4)
    (row,) = await data(okx, PERP, "public/funding-rate", instId=symbol)
    assert int(row["nextFundingTime"]) - int(row["fundingTime"]) == 4 * 3_600_000
    assert (await okx.get(PERP, "/truth"))["funding"][symbol]["interval_h"] == 4
    answer = await okx.post(SPOT, "/control/fault", fault="funding_interval", symbol="BTC-USDT", hours=4)
    assert "cannot charge funding" in answer["error"]
