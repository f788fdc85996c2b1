"""The simulated Bybit talks to sockets as documented: one answer to a request, snapshots and deltas, JSON pings."""

import itertools
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from tests.simulator.bybit_world import PERP, SOCKET, SPOT, answers, joined, pushes, request, world
from tests.simulator.conftest import Outside, wait_until


@pytest.fixture
async def bybit() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


def _reached(peer: Any, topic: str, number: int) -> bool:
    return bool(pushes(peer, topic)[-1]["data"]["seq"] == number)


def _begun(peer: Any, topic: str) -> list[Any]:
    return [frame for frame in pushes(peer, topic) if frame["data"]["u"] == 1]


def _going_on(peer: Any, topic: str) -> bool:
    return bool(pushes(peer, topic)[-1]["data"]["u"] > 3)


async def test_answers_are_spelled_as_each_product_spells_them(bybit: Outside) -> None:
    spot, perp = await bybit.connect(SPOT, SOCKET[SPOT]), await bybit.connect(PERP, SOCKET[PERP])
    first = await request(spot, "subscribe", "tickers.BTCUSDT")
    assert list(first) == ["success", "ret_msg", "conn_id", "op"]
    assert (first["success"], first["ret_msg"], first["op"]) == (True, "subscribe", "subscribe")
    second = await request(perp, "subscribe", "tickers.BTCUSDT")
    assert list(second) == ["success", "ret_msg", "conn_id", "req_id", "op"]
    assert (second["success"], second["ret_msg"], second["req_id"]) == (True, "", "")
    assert (await request(perp, "unsubscribe", "tickers.BTCUSDT", number="7"))["req_id"] == "7"
    pong = await request(spot, "ping", number="x1")
    assert (pong["ret_msg"], pong["req_id"], pong["op"]) == ("pong", "x1", "ping")
    status = await bybit.connect(SPOT, "/v5/public/misc/status")
    assert (await request(status, "ping"))["op"] == "pong"
    await spot.ws.send_str("ping")
    await wait_until(lambda: any(not row["success"] for row in answers(spot)), "a refusal of what is not JSON")


async def test_one_bad_topic_refuses_the_whole_request(bybit: Outside) -> None:
    peer = await bybit.connect(PERP, SOCKET[PERP])
    refused = await request(peer, "subscribe", "tickers.BTCUSDT", "tickers.NOSUCHUSDT", "orderbook.500.BTCUSDT")
    assert (refused["success"], refused["op"]) == (False, "subscribe")
    assert refused["ret_msg"] == "Invalid topic: tickers.NOSUCHUSDT,orderbook.500.BTCUSDT"
    assert (await request(peer, "subscribe", "orderbook.1.BTCUSDT"))["success"]
    await wait_until(lambda: len(pushes(peer, "orderbook.1.BTCUSDT")) > 5, "quotes")
    assert not pushes(peer, "tickers.BTCUSDT")


async def test_spot_takes_ten_topics_at_once_and_a_connection_so_many_characters(bybit: Outside) -> None:
    spot, perp = await bybit.connect(SPOT, SOCKET[SPOT]), await bybit.connect(PERP, SOCKET[PERP])
    topics = [f"{head}.{bybit.symbol(SPOT, n)}" for head in ("tickers", "publicTrade") for n in range(6)]
    assert (await request(spot, "subscribe", *topics[:11]))["ret_msg"] == "args size >10"
    assert (await request(spot, "subscribe", *topics[:10]))["success"]
    listed = [li.symbol for li in bybit.simulator.market.venues[PERP].values() if li.kind == "perpetual"]
    many = [f"kline.{minutes}.{symbol}" for minutes in range(1, 40) for symbol in listed]
    lengths = itertools.accumulate(map(len, many))
    fitting = [topic for topic, length in zip(many, lengths, strict=True) if length <= 21_000]
    assert len(fitting) < len(many)
    assert (await request(perp, "subscribe", *fitting))["success"]
    assert not (await request(perp, "subscribe", *many))["success"]


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_quotes_come_whole_with_counts_and_are_said_again_at_rest(bybit: Outside, venue: str) -> None:
    topic = f"orderbook.1.{bybit.symbol(venue)}"
    peer = await bybit.connect(venue, SOCKET[venue])
    await request(peer, "subscribe", topic)
    rows = await wait_until(lambda: len(f := pushes(peer, topic)) > 20 and f, "quotes")
    assert {row["type"] for row in rows} == {"snapshot"}
    assert all(b["data"]["u"] - a["data"]["u"] in (0, 1) for a, b in itertools.pairwise(rows))
    assert all(len(row["data"]["b"]) == len(row["data"]["a"]) == 1 for row in rows)
    order = ["topic", "ts", "type", "data", "cts"] if venue == SPOT else ["topic", "type", "ts", "data", "cts"]
    assert list(rows[0]) == order
    assert list(rows[0]["data"]) == ["s", "b", "a", "u", "seq"]
    await bybit.post(venue, "/control/pause")
    symbol = bybit.symbol(venue)
    truth = (await bybit.get(venue, "/truth", symbol=symbol))["quotes"][symbol]
    await wait_until(lambda: pushes(peer, topic)[-1]["data"]["seq"] == truth["update_id"], "the newest quote")
    count = len(pushes(peer, topic))
    again = (await wait_until(lambda: pushes(peer, topic)[count:], "the same again", seconds=5.0))[0]
    newest = pushes(peer, topic)[count - 1]
    assert again["data"] == newest["data"]
    assert 2900 < again["ts"] - newest["ts"] < 4500
    told = [float(again["data"][side][0][n]) for side in "ba" for n in (0, 1)]
    assert told == [truth[key] for key in ("bid", "bid_size", "ask", "ask_size")]


@pytest.mark.parametrize("venue", [SPOT, PERP])
@pytest.mark.parametrize("levels", [50, 1000])
async def test_books_are_a_snapshot_and_what_changed(bybit: Outside, venue: str, levels: int) -> None:
    symbol = bybit.symbol(venue)
    topic = f"orderbook.{levels}.{symbol}"
    first = await bybit.connect(venue, SOCKET[venue])
    await request(first, "subscribe", topic)
    await wait_until(lambda: len(pushes(first, topic)) > 10, "changes")
    late = await bybit.connect(venue, SOCKET[venue])
    await request(late, "subscribe", topic)
    await wait_until(lambda: len(pushes(late, topic)) > 10, "changes for the one who came later")
    await bybit.post(venue, "/control/pause")
    book = (await bybit.get(venue, "/truth", symbol=symbol))["book"]
    for peer in (first, late):
        await wait_until(partial(_reached, peer, topic, book["update_id"]), "the last change")
        bids, asks, _ = joined(pushes(peer, topic))
        assert sorted(bids.items(), reverse=True) == [tuple(level) for level in book["bids"][:levels]]
        assert sorted(asks.items()) == [tuple(level) for level in book["asks"][:levels]]


async def test_a_restart_of_the_service_counts_from_one_with_a_snapshot(bybit: Outside) -> None:
    symbol = bybit.symbol(PERP)
    top, deep = f"orderbook.1.{symbol}", f"orderbook.50.{symbol}"
    peer = await bybit.connect(PERP, SOCKET[PERP])
    await request(peer, "subscribe", top, deep)
    await wait_until(lambda: len(pushes(peer, deep)) > 3, "changes")
    told = await bybit.fault(PERP, "service_restart")
    assert told["done"] == [top, deep]
    for topic in (top, deep):
        fresh = await wait_until(partial(_begun, peer, topic), "a new count")
        assert fresh[0]["type"] == "snapshot"
        await wait_until(partial(_going_on, peer, topic), "it goes on from there")
    joined(pushes(peer, deep))


async def test_linear_tickers_are_whole_once_then_only_what_changed(bybit: Outside) -> None:
    symbol = bybit.symbol(PERP)
    topic = f"tickers.{symbol}"
    peer = await bybit.connect(PERP, SOCKET[PERP])
    await request(peer, "subscribe", topic)
    rows = await wait_until(lambda: len(f := pushes(peer, topic)) > 20 and f, "changes")
    assert [row["type"] for row in rows] == ["snapshot"] + ["delta"] * (len(rows) - 1)
    assert len(rows[0]["data"]) > 25
    assert all(row["data"]["symbol"] == symbol for row in rows)
    assert min(len(row["data"]) for row in rows[1:]) < 8
    for row in rows[1:]:
        for side in ("bid1", "ask1"):
            assert (f"{side}Price" in row["data"]) == (f"{side}Size" in row["data"])
    await bybit.post(PERP, "/control/pause")
    merged: dict[str, Any] = {}
    truth = await bybit.get(PERP, "/truth", symbol=symbol)
    quote, day, funding = truth["quotes"][symbol], truth["tickers"][symbol], truth["funding"][symbol]

    def settled() -> bool:
        for row in pushes(peer, topic):
            merged.update(row["data"])
        return float(merged["bid1Price"]) == quote["bid"] and float(merged["ask1Size"]) == quote["ask_size"]

    await wait_until(settled, "the merged ticker has the newest quote")
    assert float(merged["lastPrice"]) == day["last"]
    assert float(merged["volume24h"]) == day["base_volume"]
    assert float(merged["turnover24h"]) == day["quote_volume"]
    assert float(merged["price24hPcnt"]) == pytest.approx(day["change_24h"], abs=6e-7)
    assert float(merged["fundingRate"]) == funding["rate"]
    assert int(merged["nextFundingTime"]) * 10**6 == funding["next_time"]
    assert int(merged["fundingIntervalHour"]) == funding["interval_h"]


async def test_spot_tickers_are_whole_and_tell_no_bid_or_ask(bybit: Outside) -> None:
    topic = f"tickers.{bybit.symbol(SPOT)}"
    peer = await bybit.connect(SPOT, SOCKET[SPOT])
    await request(peer, "subscribe", topic)
    rows = await wait_until(lambda: len(f := pushes(peer, topic)) > 3 and f, "statistics")
    assert {row["type"] for row in rows} == {"snapshot"}
    assert {frozenset(row["data"]) for row in rows} == {
        frozenset({
            "symbol", "lastPrice", "highPrice24h", "lowPrice24h", "prevPrice24h", "volume24h", "turnover24h",
            "price24hPcnt", "usdIndexPrice",
        })
    }  # fmt: skip


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_trades_tell_the_takers_side(bybit: Outside, venue: str) -> None:
    symbol = bybit.symbol(venue)
    top, trades = f"orderbook.1.{symbol}", f"publicTrade.{symbol}"
    peer = await bybit.connect(venue, SOCKET[venue])
    await request(peer, "subscribe", top, trades)
    await wait_until(lambda: len(pushes(peer, trades)) > 5, "trades")
    quotes = {(q["data"]["b"][0][0], q["data"]["a"][0][0]) for q in pushes(peer, top)}
    for push in pushes(peer, trades):
        (row,) = push["data"]
        assert any(row["p"] == (ask if row["S"] == "Buy" else bid) for bid, ask in quotes)
        assert ("L" in row) == (venue == PERP)


async def test_products_are_apart_and_what_has_not_begun_is_silent(bybit: Outside) -> None:
    linear = await bybit.connect(PERP, SOCKET[PERP])
    assert not (await request(linear, "subscribe", "tickers.BTCUSD"))["success"]
    inverse = await bybit.connect(PERP, "/v5/public/inverse")
    assert (await request(inverse, "subscribe", "tickers.BTCUSD"))["success"]
    assert not (await request(inverse, "subscribe", "tickers.BTCUSDT"))["success"]
    await wait_until(lambda: pushes(inverse, "tickers.BTCUSD"), "the inverse contract")
    assert (await request(linear, "subscribe", "orderbook.1.SOONUSDT", "tickers.SOONUSDT"))["success"]
    assert (await request(linear, "subscribe", "orderbook.1.BTCUSDT"))["success"]
    await wait_until(lambda: len(pushes(linear, "orderbook.1.BTCUSDT")) > 10, "another one speaks")
    assert not pushes(linear, "orderbook.1.SOONUSDT")
    assert not pushes(linear, "tickers.SOONUSDT")


async def test_who_sends_nothing_for_ten_minutes_is_cut() -> None:
    async with world(time_scale=1200) as bybit:
        deaf, good = await bybit.connect(PERP, SOCKET[PERP]), await bybit.connect(PERP, SOCKET[PERP])
        await request(deaf, "subscribe", "orderbook.1.BTCUSDT")
        end = time.monotonic() + 10
        while not deaf.ended:
            await request(good, "ping")
            assert time.monotonic() < end
        assert deaf.closed == 1006
        assert not good.ended


async def test_maintenance_is_announced_where_it_is_listened_to(bybit: Outside) -> None:
    market, status = await bybit.connect(SPOT, SOCKET[SPOT]), await bybit.connect(SPOT, "/v5/public/misc/status")
    assert (await request(status, "subscribe", "system.status"))["success"]
    await bybit.fault(SPOT, "shutdown_notice", seconds=0.2)
    await wait_until(lambda: market.ended and status.ended, "the end")
    assert [row["state"] for push in pushes(status, "system.status") for row in push["data"]] == ["ongoing"]
    assert market.texts == []
