"""REST answers say what is true, in the exchange's words."""

import gzip
import itertools
import ssl
from pathlib import Path

import aiohttp
import pytest
import trustme

from arbwatch.simulator import running
from tests.simulator.conftest import SMALL, Outside

SPOT, PERP = "binance_spot", "binance_perp"


async def test_book_tickers_are_the_truth(outside: Outside) -> None:
    await outside.post(SPOT, "/control/pause")
    for venue, path in ((SPOT, "/api/v3/ticker/bookTicker"), (PERP, "/fapi/v1/ticker/bookTicker")):
        truth = (await outside.get(venue, "/truth"))["quotes"]
        rows = await outside.get(venue, path)
        assert len(rows) > 80
        for row in rows:
            told = [float(row[key]) or None for key in ("bidPrice", "bidQty", "askPrice", "askQty")]
            assert told == [truth[row["symbol"]][key] for key in ("bid", "bid_size", "ask", "ask_size")]
        assert ("time" in rows[0]) == (venue == PERP)


async def test_halted_symbols_have_zero_quotes(outside: Outside) -> None:
    row = await outside.get(SPOT, "/api/v3/ticker/bookTicker", symbol="BCCUSDT")
    assert {float(row[key]) for key in ("bidPrice", "bidQty", "askPrice", "askQty")} == {0.0}


async def test_tickers_agree_with_the_truth_and_with_themselves(outside: Outside) -> None:
    await outside.post(SPOT, "/control/pause")
    for venue, path in ((SPOT, "/api/v3/ticker/24hr"), (PERP, "/fapi/v1/ticker/24hr")):
        truth = (await outside.get(venue, "/truth"))["tickers"]
        for row in await outside.get(venue, path):
            known = truth[row["symbol"]]
            assert float(row["lastPrice"]) == known["last"]
            assert float(row["priceChangePercent"]) / 100 == pytest.approx(known["change_24h"], abs=6e-6)
            assert float(row["lowPrice"]) <= float(row["lastPrice"]) <= float(row["highPrice"])
            assert float(row["quoteVolume"]) == known["quote_volume"]
            assert float(row["volume"]) * float(row["weightedAvgPrice"]) == pytest.approx(
                known["quote_volume"], rel=0.1
            )
            assert ("bidPrice" in row) == (venue == SPOT)


async def test_listings_carry_ticks_lots_and_todays_shape(outside: Outside) -> None:
    for venue, path in ((SPOT, "/api/v3/exchangeInfo"), (PERP, "/fapi/v1/exchangeInfo")):
        truth = {row["symbol"]: row for row in (await outside.get(venue, "/truth"))["instruments"]}
        info = await outside.get(venue, path)
        assert {limit["rateLimitType"] for limit in info["rateLimits"]} >= {"REQUEST_WEIGHT", "ORDERS"}
        listed = {row["symbol"] for row in info["symbols"]}
        assert listed == {symbol for symbol, row in truth.items() if row["kind"] != "coin_margined"}
        for row in info["symbols"]:
            filters = {each["filterType"]: each for each in row["filters"]}
            known = truth[row["symbol"]]
            assert float(filters["PRICE_FILTER"]["tickSize"]) == known["tick_size"]
            assert float(filters["LOT_SIZE"]["stepSize"]) == known["lot_size"]
            least = filters["NOTIONAL"]["minNotional"] if venue == SPOT else filters["MIN_NOTIONAL"]["notional"]
            assert float(least) == known["min_notional"]
            assert row["status"] == known["status"]
    assert "permissionSets" in info["symbols"][0]


async def test_funding_is_the_truth_and_only_adjusted_symbols_are_listed(outside: Outside) -> None:
    await outside.post(PERP, "/control/pause")
    truth = (await outside.get(PERP, "/truth"))["funding"]
    dated = set()
    for row in await outside.get(PERP, "/fapi/v1/premiumIndex"):
        if not row["lastFundingRate"]:
            dated.add(row["symbol"])
            continue
        known = truth[row["symbol"]]
        assert float(row["lastFundingRate"]) == known["rate"]
        assert float(row["markPrice"]) == known["mark"]
        assert float(row["indexPrice"]) == known["index"]
        assert row["nextFundingTime"] * 10**6 == known["next_time"]
        assert 0 < known["next_time"] - known["time"] <= known["interval_h"] * 3600 * 10**9
    assert dated
    assert all("_" in symbol for symbol in dated)
    adjusted = {row["symbol"]: row for row in await outside.get(PERP, "/fapi/v1/fundingInfo")}
    assert {symbol for symbol, known in truth.items() if known["adjusted"] and "_PERP" not in symbol} == {*adjusted}
    assert 0 < len(adjusted) < len(truth)
    history = await outside.get(PERP, "/fapi/v1/fundingRate", symbol="BTCUSDT", limit="7")
    gaps = {b["fundingTime"] - a["fundingTime"] for a, b in itertools.pairwise(history)}
    assert gaps == {truth["BTCUSDT"]["interval_h"] * 3_600_000}


async def test_depth_is_limited_and_topped_by_the_quote(outside: Outside) -> None:
    await outside.post(SPOT, "/control/pause")
    for venue, path in ((SPOT, "/api/v3/depth"), (PERP, "/fapi/v1/depth")):
        symbol = outside.symbol(venue)
        quote = (await outside.get(venue, "/truth", symbol=symbol))["quotes"][symbol]
        body = await outside.get(venue, path, symbol=symbol, limit="10")
        assert len(body["bids"]) == len(body["asks"]) == 10
        assert [float(x) for x in body["bids"][0]] == [quote["bid"], quote["bid_size"]]
        assert [float(x) for x in body["asks"][0]] == [quote["ask"], quote["ask_size"]]
        assert body["lastUpdateId"] == quote["update_id"]


REFUSED = [
    (SPOT, "/api/v3/depth?symbol=NOPE", -1121),
    (SPOT, "/api/v3/depth", -1102),
    (SPOT, "/api/v3/depth?symbol=BTCUSDT&limit=9000", -1130),
    (PERP, "/fapi/v1/depth?symbol=BTCUSDT&limit=7", -1130),
    (PERP, "/fapi/v1/premiumIndex?symbol=btcusdt", -1121),
    (SPOT, "/api/v3/ticker/bookTicker?symbols=BTCUSDT", -1100),
]


async def test_refusals_have_the_venues_codes(outside: Outside) -> None:
    for venue, path, code in REFUSED:
        status, _, text = await outside.raw(venue, path)
        assert status == 400, path
        assert f'"code":{code}' in text, path


async def test_a_path_that_was_never_there_is_not_found(outside: Outside) -> None:
    status, _, text = await outside.raw(SPOT, "/api/v1/ticker/24hr")
    assert status == 404
    assert text.startswith("<html>")


async def test_weight_is_told_then_enforced_then_the_address_is_banned(outside: Outside) -> None:
    _, headers, _ = await outside.raw(PERP, "/fapi/v1/ticker/24hr")
    assert headers["X-MBX-USED-WEIGHT-1M"] == "40"
    statuses = [(await outside.raw(PERP, "/fapi/v1/ticker/24hr"))[0] for _ in range(72)]
    assert statuses[:59] == [200] * 59
    assert statuses[59:69] == [429] * 10
    assert statuses[69:] == [418] * 3
    _, headers, text = await outside.raw(PERP, "/fapi/v1/time")
    assert int(headers["Retry-After"]) > 60
    assert "-1003" in text


async def test_answers_are_compressed_for_those_who_accept_it(outside: Outside) -> None:
    url = outside.simulator.urls[SPOT] + "/api/v3/exchangeInfo"
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(await answer.read()).startswith(b'{"timezone"')
        async with session.get(url, headers={"Accept-Encoding": "identity"}) as answer:
            assert "Content-Encoding" not in answer.headers


async def test_requests_are_counted(outside: Outside) -> None:
    for _ in range(3):
        await outside.get(SPOT, "/api/v3/time")
    await outside.connect(SPOT, "/ws")
    counts = await outside.get(SPOT, "/control/requests")
    assert counts["paths"] == {"/api/v3/time": 3}
    assert counts["connects"] == 1


async def test_it_serves_tls_with_a_private_authority(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(chain)
    certificate.private_key_pem.write_to_path(key)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with running(tls=(chain, key), **SMALL) as simulator, aiohttp.ClientSession() as session:
        assert simulator.urls[SPOT].startswith("https://")
        async with session.get(simulator.urls[SPOT] + "/api/v3/ping", ssl=context) as answer:
            assert await answer.json() == {}
        async with session.ws_connect(simulator.urls[PERP] + "/public/ws/btcusdt@bookTicker", ssl=context) as ws:
            assert (await ws.receive_json(timeout=5))["s"] == "BTCUSDT"
