"""The simulated Bitget answers REST questions with what is true, in the venue's envelope, words and padding."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.simulator.bitget_world import LISTINGS, PERP, SPOT, TICKERS, data, listed, refused, world
from tests.simulator.conftest import Outside

USDT = {"productType": "USDT-FUTURES"}
EVERY: dict[str, list[dict[str, str]]] = {
    SPOT: [{}],
    PERP: [{"productType": f"{coin}-FUTURES"} for coin in ("USDT", "USDC", "COIN")],
}


@pytest.fixture
async def bitget() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def test_spot_symbols_are_the_true_ones(bitget: Outside) -> None:
    true = {row["symbol"]: row for row in (await bitget.get(SPOT, "/truth"))["instruments"]}
    rows = await listed(bitget, SPOT)
    assert rows.keys() == true.keys()
    for name, row in rows.items():
        known = true[name]
        assert (row["baseCoin"], row["quoteCoin"]) == (known["base"], known["quote_currency"])
        assert row["status"] == known["status"]
        assert Decimal(1).scaleb(-int(row["pricePrecision"])) == Decimal(str(known["tick_size"]))
        assert Decimal(1).scaleb(-int(row["quantityPrecision"])) == Decimal(str(known["lot_size"]))
    assert {row["status"] for row in rows.values()} == {"online", "offline", "gray", "halt"}
    assert {row["quoteCoin"] for row in rows.values()} >= {"USDT", "USDC", "EUR", "BTC"}


async def test_contracts_are_the_true_ones(bitget: Outside) -> None:
    true = {row["symbol"]: row for row in (await bitget.get(PERP, "/truth"))["instruments"]}
    rows = await listed(bitget, PERP)
    assert rows.keys() == true.keys()
    for name, row in rows.items():
        known = true[name]
        assert (row["baseCoin"], row["quoteCoin"]) == (known["base"], known["quote_currency"])
        tick = Decimal(row["priceEndStep"]).scaleb(-int(row["pricePlace"]))
        assert tick == Decimal(str(known["tick_size"]))
        assert float(row["sizeMultiplier"]) == known["lot_size"], "a step of sizes, not a multiplier"
        assert (row["symbolStatus"], row["symbolType"]) == (known["status"], known["contract_type"])
        assert known["settle_currency"] in row["supportMarginCoins"]
        assert (row["isRwa"] == "YES") == (known["kind"] == "stock")
        assert (row["deliveryTime"] != "") == (row["symbolType"] == "delivery")
    assert {row["symbolType"] for row in rows.values()} == {"perpetual", "delivery"}
    statuses = {"normal", "maintain", "off", "listed", "limit_open", "restrictedAPI"}
    assert {row["symbolStatus"] for row in rows.values()} == statuses
    assert {row["priceEndStep"] for row in rows.values()} >= {"1", "2", "5"}


async def test_products_are_apart(bitget: Outside) -> None:
    found = {}
    for product in ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES", "SUSDT-FUTURES"):
        found[product] = {row["symbol"] for row in await data(bitget, PERP, LISTINGS[PERP], productType=product)}
        tickers = {row["symbol"] for row in await data(bitget, PERP, TICKERS[PERP], productType=product.lower())}
        assert tickers <= found[product]
    assert {"BTCUSDT", "1000BONKUSDT", "PEPEUSDT"} <= found["USDT-FUTURES"]
    assert {"BTCPERP", "ETHPERP"} <= found["USDC-FUTURES"]
    assert "BTCUSD" in found["COIN-FUTURES"]
    assert found["SUSDT-FUTURES"] == set()
    assert sum(map(len, found.values())) == len({*set().union(*found.values())})


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_figures_at_rest_are_the_truth(bitget: Outside, venue: str) -> None:
    await bitget.post(venue, "/control/pause")
    truth = await bitget.get(venue, "/truth")
    told = [row for query in EVERY[venue] for row in await data(bitget, venue, TICKERS[venue], **query)]
    gone = {row["symbol"] for row in truth["instruments"] if row["status"] in ("offline", "off", "listed")}
    assert {row["symbol"] for row in told} == truth["quotes"].keys() - gone
    for row in told:
        known, day = truth["quotes"][row["symbol"]], truth["tickers"][row["symbol"]]
        quote = [float(row[key]) or None for key in ("bidPr", "bidSz", "askPr", "askSz")]
        assert quote == [known[key] for key in ("bid", "bid_size", "ask", "ask_size")]
        figures = [float(row[key]) for key in ("lastPr", "high24h", "low24h", "baseVolume", "quoteVolume")]
        assert figures == [day[key] for key in ("last", "high", "low", "base_volume", "quote_volume")]
        assert float(row["change24h"]) == pytest.approx(day["change_24h"], abs=5.1e-6), "a fraction, not percent"
        opened = row["open" if venue == SPOT else "open24h"]
        assert float(row["lastPr"]) / float(opened) - 1 == pytest.approx(day["change_24h"])
        assert "nextUpdate" not in row
    assert not [text for row in told for text in row.values() if text and "." in text and text.endswith("0")]


async def test_what_is_halted_shows_zeros(bitget: Outside) -> None:
    symbol = bitget.symbol(SPOT)
    await bitget.fault(SPOT, "halt", symbol=symbol)
    (row,) = await data(bitget, SPOT, TICKERS[SPOT], symbol=symbol)
    assert {row[key] for key in ("bidPr", "bidSz", "askPr", "askSz")} == {"0"}
    assert (await listed(bitget, SPOT))[symbol]["status"] == "halt"


async def test_funding_marks_and_indices_are_the_truth(bitget: Outside) -> None:
    await bitget.post(PERP, "/control/pause")
    truth = await bitget.get(PERP, "/truth")
    rows = {row["symbol"]: row for query in EVERY[PERP] for row in await data(
        bitget, PERP, "mix/market/current-fund-rate", **query)}  # fmt: skip
    assert rows.keys() == truth["funding"].keys() - {"DUSTUSDT", "SOONUSDT"}
    assert {row["fundingRateInterval"] for row in rows.values()} >= {"4", "8"}
    intervals = {name: row["fundInterval"] for name, row in (await listed(bitget, PERP)).items()}
    for name, row in rows.items():
        known = truth["funding"][name]
        assert float(row["fundingRate"]) == pytest.approx(known["rate"], abs=5.1e-7)
        assert [float(row[key]) for key in ("minFundingRate", "maxFundingRate")] == [known["floor"], known["cap"]]
        assert int(row["nextUpdate"]) * 10**6 == known["next_time"]
        assert int(row["fundingRateInterval"]) == int(intervals[name]) == known["interval_h"]
    tick = {row["symbol"]: row["tick_size"] for row in truth["instruments"]}
    for row in await data(bitget, PERP, TICKERS[PERP], **USDT):
        if known := truth["funding"].get(row["symbol"]):
            assert float(row["markPrice"]) == pytest.approx(known["mark"], abs=tick[row["symbol"]])
            assert float(row["indexPrice"]) == pytest.approx(known["index"], abs=max(5.1e-7, 0))
    one = {"symbol": "BTCUSDT"} | USDT
    known = truth["funding"]["BTCUSDT"]
    assert await data(bitget, PERP, "mix/market/current-fund-rate", **one) == [rows["BTCUSDT"]]
    (next_,) = await data(bitget, PERP, "mix/market/funding-time", **one)
    assert next_ == {
        "symbol": "BTCUSDT", "nextFundingTime": rows["BTCUSDT"]["nextUpdate"],
        "ratePeriod": rows["BTCUSDT"]["fundingRateInterval"],
    }  # fmt: skip
    history = await data(bitget, PERP, "mix/market/history-fund-rate", **one, pageSize="5")
    step = known["interval_h"] * 3_600_000
    assert [int(row["fundingTime"]) for row in history] == [known["next_time"] // 10**6 - step * n for n in range(1, 6)]


async def test_books_of_spot_are_texts_and_of_contracts_numbers(bitget: Outside) -> None:
    await bitget.post(SPOT, "/control/pause")
    true = (await bitget.get(SPOT, "/truth", symbol="BTCUSDT"))["book"]
    book = await data(bitget, SPOT, "spot/market/orderbook", symbol="BTCUSDT", type="step0", limit="500")
    assert len(book["bids"]) == len(book["asks"]) == 150
    for side in ("bids", "asks"):
        assert [[float(text) for text in level] for level in book[side]] == true[side][:150]
        assert all(isinstance(text, str) for level in book[side] for text in level)
    true = (await bitget.get(PERP, "/truth", symbol="BTCUSDT"))["book"]
    book = await data(bitget, PERP, "mix/market/merge-depth", symbol="BTCUSDT", limit="15", **USDT)
    assert book["bids"] == true["bids"][:15]
    assert book["asks"] == true["asks"][:15]


@pytest.mark.parametrize(
    ("venue", "path", "status", "code"),
    [
        (SPOT, "spot/market/tickers?symbol=NOPEUSDT", 400, "40034"),
        (SPOT, "spot/market/orderbook", 400, "40019"),
        (SPOT, "spot/public/coins?coin=NOPE", 400, "40034"),
        (PERP, "mix/market/tickers", 400, "40019"),
        (PERP, "mix/market/contracts?productType=umcbl", 400, "40020"),
        (PERP, "mix/market/current-fund-rate?productType=USDC-FUTURES&symbol=BTCUSDT", 400, "40034"),
        (PERP, "mix/market/merge-depth?productType=USDT-FUTURES&symbol=BTCUSDT&limit=7", 400, "40020"),
        (PERP, "mix/market/nothing", 404, "40404"),
    ],
)
async def test_what_cannot_be_answered_has_a_code(
    bitget: Outside, venue: str, path: str, status: int, code: str
) -> None:
    told = await refused(bitget, venue, path)
    assert told[:2] == (status, code)
    assert told[2]


async def test_each_path_has_a_budget_of_its_own_within_a_second() -> None:
    async with world(time_scale=0.2) as bitget:
        for _ in range(3):
            await data(bitget, SPOT, "spot/public/coins", coin="BTC")
        assert await refused(bitget, SPOT, "spot/public/coins?coin=BTC") == (429, "429", "Too Many Requests")
        answers = [await bitget.raw(SPOT, "/api/v2/public/time") for _ in range(21)]
        assert [status for status, _, _ in answers] == [200] * 20 + [429]


async def test_what_stands_before_the_venue_answers_in_pages(bitget: Outside) -> None:
    for status in (403, 502):
        await bitget.fault(SPOT, "rest_status", status=status, count=1)
        told, headers, text = await bitget.raw(SPOT, "/api/v2/public/time")
        assert (told, headers["Content-Type"].partition(";")[0]) == (status, "text/html")
        assert text.startswith("<html>")
    await bitget.fault(SPOT, "rest_status", status=429, count=1, retry_after=7)
    status, headers, text = await bitget.raw(SPOT, "/api/v2/public/time")
    assert (status, headers["Retry-After"]) == (429, "7")
    assert '"code":"429"' in text


async def test_coins_tell_networks_status_fees_and_addresses_without_a_key(bitget: Outside) -> None:
    rows = {row["coin"]: row for row in await data(bitget, SPOT, "spot/public/coins")}
    spots = (await bitget.get(SPOT, "/truth"))["instruments"]
    assert rows.keys() >= {row["base"] for row in spots} | {"USDT", "USDC", "BTC", "EUR"}
    chains = {(name, chain["chain"]): chain for name, row in rows.items() for chain in row["chains"]}
    assert chains["BTC", "BTC"]["contractAddress"] is None
    assert chains["USDT", "TRC20"]["contractAddress"] == "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
    assert chains["USDT", "ERC20"]["contractAddress"] == "0xdac17f958d2ee523a2206206994597c13d831ec7"
    assert ("ETH", "ETH") in chains
    assert chains["XRP", "XRP"]["needTag"] == "true"
    for row in rows.values():
        assert row["transfer"] == "true"
        assert len({chain["chain"] for chain in row["chains"]}) == len(row["chains"])
        assert (row["chains"] == []) == (row["coin"] == "EUR")
    for chain in chains.values():
        assert {chain[key] for key in ("withdrawable", "rechargeable", "needTag")} <= {"true", "false"}
        assert chain["congestion"] in ("normal", "congested")
        assert float(chain["withdrawFee"]) > 0
        assert float(chain["minWithdrawAmount"]) > float(chain["minDepositAmount"]) > 0
        assert int(chain["depositConfirm"]) > 0
        assert "e" not in chain["withdrawFee"].lower()
    for key in ("withdrawable", "rechargeable"):
        assert {chain[key] for chain in chains.values()} == {"true", "false"}, key
    assert await data(bitget, SPOT, "spot/public/coins", coin="BTC") == [rows["BTC"]]
    assert {row["coin"] for row in await data(bitget, PERP, "spot/public/coins")} == rows.keys(), "one address for all"
    async with world(venues=(PERP,)) as alone:
        contracts = {row["coin"] for row in await data(alone, PERP, "spot/public/coins")}
    assert contracts >= {"BTC", "USDT", "PEPE"}
    assert not contracts & {"TSLA", "1000BONK"}


async def test_coins_of_one_name_have_two_addresses(bitget: Outside) -> None:
    rows = {row["coin"]: row for row in await data(bitget, SPOT, "spot/public/coins")}
    one, other = ({chain["contractAddress"] for chain in rows[name]["chains"]} for name in ("NEIROCTO", "NEIROETH"))
    assert not one & other
    assert one == {"0x812ba41e071c7b7fa4ebcfb62df5f45f6fa853ee"}, "that of the coin others call NEIRO"
    contracts = {(row["base"], row["asset"]) for row in (await bitget.get(SPOT, "/truth"))["instruments"]}
    assert ("NEIROCTO", "NEIRO") in contracts


async def test_a_coin_that_runs_away_cannot_leave(bitget: Outside) -> None:
    base = "SOL"
    await bitget.fault(SPOT, "plant", asset=base, gap=0.01, venue=SPOT)
    (near,) = await data(bitget, SPOT, "spot/public/coins", coin=base)
    await bitget.fault(SPOT, "plant", asset=base, gap=0.3, venue=SPOT)
    (far,) = await data(bitget, SPOT, "spot/public/coins", coin=base)
    told = [[(chain["withdrawable"], chain["rechargeable"]) for chain in row["chains"]] for row in (near, far)]
    assert ("true", "true") in told[0]
    assert {*told[1]} == {("false", "false")}


async def test_lists_carry_rows_that_nobody_can_read(bitget: Outside) -> None:
    for path in ("spot/public/symbols", "spot/public/coins"):
        before = await data(bitget, SPOT, path)
        await bitget.fault(SPOT, "bad_listing_row")
        after = await data(bitget, SPOT, path)
        await bitget.post(SPOT, "/control/clear")
        assert len(after) == len(before) + 4
        assert "not a row" in after


async def test_the_funding_interval_steps_down(bitget: Outside) -> None:
    (symbol, *_) = [
        li.symbol for li in bitget.simulator.market.listings() if li.funding and li.funding.interval_h == 8
        and li.settle == "USDT" and li.trading
    ]  # fmt: skip
    await bitget.fault(PERP, "funding_interval", symbol=symbol, hours=1)
    (row,) = await data(bitget, PERP, "mix/market/current-fund-rate", symbol=symbol, **USDT)
    assert row["fundingRateInterval"] == "1"
    assert (await listed(bitget, PERP))[symbol]["fundInterval"] == "1"
