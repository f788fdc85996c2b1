"""The simulated Bybit answers REST as documented: categories, pages, codes under HTTP 200, the address's budget."""

import itertools
from collections.abc import AsyncIterator

import pytest

from tests.simulator.bybit_world import CATEGORY, PERP, SPOT, refused, result, world
from tests.simulator.conftest import Outside


@pytest.fixture
async def bybit() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def test_long_listings_come_in_pages_and_the_default_page_is_not_all() -> None:
    async with world(instruments=700) as bybit:
        first = await result(bybit, PERP, "instruments-info")
        assert len(first["list"]) == 500
        assert first["nextPageCursor"]
        second = await result(bybit, PERP, "instruments-info", cursor=first["nextPageCursor"])
        assert second["nextPageCursor"] == ""
        symbols = [row["symbol"] for page in (first, second) for row in page["list"]]
        truth = (await bybit.get(PERP, "/truth"))["instruments"]
        wanted = {row["symbol"] for row in truth if row["kind"] not in ("prelaunch", "coin_margined")}
        assert len(symbols) == len(wanted)
        assert {*symbols} == wanted
        whole = await result(bybit, PERP, "instruments-info", limit="1000")
        assert [row["symbol"] for row in whole["list"]] == symbols


async def test_instruments_are_told_as_they_are(bybit: Outside) -> None:
    truth = {row["symbol"]: row for row in (await bybit.get(PERP, "/truth"))["instruments"]}
    rows = {row["symbol"]: row for row in (await result(bybit, PERP, "instruments-info"))["list"]}
    for symbol, row in rows.items():
        assert row["baseCoin"] == truth[symbol]["base"]
        assert row["quoteCoin"] == row["settleCoin"] == truth[symbol]["quote_currency"]
        assert float(row["priceFilter"]["tickSize"]) == truth[symbol]["tick_size"]
        assert float(row["lotSizeFilter"]["qtyStep"]) == truth[symbol]["lot_size"]
    assert (rows["SHIB1000USDT"]["baseCoin"], truth["SHIB1000USDT"]["multiplier"]) == ("SHIB1000", 1000)
    assert truth["10000SATSUSDT"]["multiplier"] == 10_000
    assert truth["1000000MOGUSDT"]["multiplier"] == truth["1000000BABYDOGEUSDT"]["multiplier"] == 1_000_000
    assert (rows["BTCPERP"]["quoteCoin"], rows["BTCPERP"]["displayName"]) == ("USDC", "BTCUSDC")
    assert {rows[f"{base}USDT"]["symbolType"] for base in ("TSLA", "XAU", "2Z", "BTC")} == {
        "stock", "commodity", "innovation", "",
    }  # fmt: skip
    dated = [row for row in rows.values() if row["contractType"] == "LinearFutures"]
    assert dated
    assert {(row["fundingInterval"], row["deliveryTime"] != "0") for row in dated} == {(0, True)}
    assert {row["fundingInterval"] for row in rows.values()} <= {0, 60, 240, 480}
    waiting = (await result(bybit, PERP, "instruments-info", status="PreLaunch"))["list"]
    assert {row["symbol"] for row in waiting} == {"SOONUSDT", "LATERUSDT"}
    assert all(row["isPreListing"] and row["preListingInfo"]["phases"] for row in waiting)
    spot = await result(bybit, SPOT, "instruments-info", limit="3")
    assert "nextPageCursor" not in spot
    assert len(spot["list"]) > 50
    shares = [row for row in spot["list"] if row["symbolType"] == "xstocks"]
    assert {row["xstockMultiplier"] == "1" for row in shares} == {False}


async def test_two_venues_call_two_coins_by_one_name(bybit: Outside) -> None:
    rows = {row["symbol"]: row for row in (await bybit.get(SPOT, "/truth"))["instruments"]}
    assert rows["NEIROUSDT"]["asset"] != rows["NEIROCTOUSDT"]["asset"]
    perp = {row["symbol"]: row for row in (await bybit.get(PERP, "/truth"))["instruments"]}
    assert perp["1000NEIROCTOUSDT"]["asset"] == rows["NEIROCTOUSDT"]["asset"]
    assert perp["RAYDIUMUSDT"]["asset"] == rows["RAYUSDT"]["asset"]
    assert perp["PUMPFUNUSDT"]["asset"] == rows["PUMPUSDT"]["asset"]
    assert perp["SOLAYERUSDT"]["asset"] == rows["LAYERUSDT"]["asset"]


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_tickers_and_books_are_the_truth(bybit: Outside, venue: str) -> None:
    await bybit.post(venue, "/control/pause")
    truth = await bybit.get(venue, "/truth")
    rows = (await result(bybit, venue, "tickers"))["list"]
    assert len(rows) > 50
    for row in rows:
        quote, day = truth["quotes"][row["symbol"]], truth["tickers"][row["symbol"]]
        told = [float(row[key]) if row[key] else None for key in ("bid1Price", "bid1Size", "ask1Price", "ask1Size")]
        assert told == [quote[key] for key in ("bid", "bid_size", "ask", "ask_size")]
        assert float(row["lastPrice"]) == day["last"]
        assert float(row["volume24h"]) == day["base_volume"]
        assert float(row["turnover24h"]) == day["quote_volume"]
        assert (
            day["low"] * day["base_volume"] * 0.999 <= day["quote_volume"] <= day["high"] * day["base_volume"] * 1.001
        )
        assert float(row["price24hPcnt"]) == pytest.approx(day["change_24h"], abs=6e-5)
        known = truth["funding"].get(row["symbol"])
        if known is not None:
            assert float(row["fundingRate"]) == known["rate"]
            assert float(row["fundingIntervalHour"]) == known["interval_h"]
            assert float(row["fundingCap"]) == known["cap"]
    symbol = bybit.symbol(venue)
    body = await result(bybit, venue, "orderbook", symbol=symbol, limit="20")
    book = (await bybit.get(venue, "/truth", symbol=symbol))["book"]
    assert [[float(x) for x in level] for level in body["b"]] == book["bids"][:20]
    assert [[float(x) for x in level] for level in body["a"]] == book["asks"][:20]
    assert body["seq"] == book["update_id"]
    assert len((await result(bybit, venue, "orderbook", symbol=symbol))["b"]) == (1 if venue == SPOT else 25)


async def test_a_side_that_is_empty_is_an_empty_string(bybit: Outside) -> None:
    symbol = bybit.symbol(SPOT, 3)
    await bybit.fault(SPOT, "one_sided_book", symbol=symbol, side="ask")
    (row,) = (await result(bybit, SPOT, "tickers", symbol=symbol))["list"]
    assert (row["ask1Price"], row["ask1Size"]) == ("", "")
    assert (await result(bybit, SPOT, "orderbook", symbol=symbol))["a"] == []


async def test_what_was_charged_comes_newest_first(bybit: Outside) -> None:
    rows = (await result(bybit, PERP, "funding/history", symbol="BTCUSDT", limit="5"))["list"]
    hours = (await bybit.get(PERP, "/truth", symbol="BTCUSDT"))["funding"]["BTCUSDT"]["interval_h"]
    times = [int(row["fundingRateTimestamp"]) for row in rows]
    assert [a - b for a, b in itertools.pairwise(times)] == [hours * 3_600_000] * 4


async def test_the_clock_is_told_thrice(bybit: Outside) -> None:
    body = await bybit.get(SPOT, "/v5/market/time")
    assert body["result"]["timeSecond"] == str(body["time"] // 1000)
    assert int(body["result"]["timeNano"]) // 10**6 == body["time"]


WRONG = [
    "tickers",
    "tickers?category=swap",
    "orderbook?category=spot&symbol=NOPE",
    "instruments-info?category=linear&limit=1001",
    "funding/history?category=linear&symbol=BTCUSDT&startTime=1",
]


@pytest.mark.parametrize("path", WRONG)
async def test_wrong_questions_are_refused_with_a_code_under_http_200(bybit: Outside, path: str) -> None:
    status, code, words = await refused(bybit, PERP, path)
    assert (status, code) == (200, 10001)
    assert words.startswith("params error")


async def test_too_many_requests_are_told_then_the_address_is_shut_out(bybit: Outside) -> None:
    _, headers, _ = await bybit.raw(SPOT, "/v5/market/time")
    assert int(headers["X-Bapi-Limit-Status"]) < int(headers["X-Bapi-Limit"])
    codes = [(await bybit.raw(SPOT, "/v5/market/time")) for _ in range(700)]
    assert any('"retCode":10006' in text for status, _, text in codes if status == 200)
    assert codes[-1][0] == 403
    assert "access too frequent" in codes[-1][2]
    await bybit.fault(PERP, "rest_status", status=10006, count=1)
    assert await refused(bybit, PERP, f"tickers?category={CATEGORY[PERP]}") == (200, 10006, "Too many visits!")


async def test_a_halted_instrument_is_no_longer_listed(bybit: Outside) -> None:
    symbol = bybit.symbol(PERP, 5)
    await bybit.fault(PERP, "halt", symbol=symbol)
    listed = (await result(bybit, PERP, "instruments-info"))["list"]
    assert symbol not in {row["symbol"] for row in listed}
    closed = (await result(bybit, PERP, "instruments-info", status="Closed"))["list"]
    assert [row["symbol"] for row in closed] == [symbol]
