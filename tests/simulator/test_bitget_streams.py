"""The simulated Bitget talks to sockets as documented: an answer per argument, text pings, checksums, sequences."""

import itertools
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest

from tests.simulator.bitget_world import PERP, PUBLIC, SPOT, TYPES, arg, data, events, joined, pushes, request, world
from tests.simulator.conftest import Outside, wait_until


@pytest.fixture
async def bitget() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def test_every_argument_is_answered_by_itself(bitget: Outside) -> None:
    peer = await bitget.connect(SPOT, PUBLIC)
    good, bad = arg(SPOT, "books1", "BTCUSDT"), arg(SPOT, "books1", "NOPEUSDT")
    first, second, third = await request(peer, "subscribe", good, bad, arg(SPOT, "ticker", "BTCUSDT"))
    assert first == {"event": "subscribe", "arg": good}
    assert list(second) == ["event", "arg", "code", "msg", "op"]
    assert (second["event"], second["arg"], second["code"], second["op"]) == ("error", bad, 30001, "subscribe")
    assert second["msg"] == "instType:SPOT,channel:books1,instId:NOPEUSDT doesn't exist"
    assert third["arg"]["channel"] == "ticker"
    (ended,) = await request(peer, "unsubscribe", good)
    assert ended == {"event": "unsubscribe", "arg": good}
    told = len(pushes(peer, "books1"))
    await wait_until(lambda: len(pushes(peer, "ticker")) > 5, "the other channel goes on")
    assert len(pushes(peer, "books1")) == told


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{not json", 30002),
        ("[]", 30002),
        ('{"op":"listen","args":[]}', 30003),
        ('{"op":"subscribe"}', 30016),
        ('{"op":"subscribe","args":["books1:BTCUSDT"]}', 30016),
        ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"books1"}]}', 30016),
        ('{"op":"login","args":[{"apiKey":"x"}]}', 30011),
        ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"account","instId":"default"}]}', 30004),
        ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"books50","instId":"BTCUSDT"}]}', 30001),
        ('{"op":"subscribe","args":[{"instType":"spot","channel":"books1","instId":"BTCUSDT"}]}', 30001),
        ('{"op":"subscribe","args":[{"instType":"COIN-FUTURES","channel":"books1","instId":"BTCUSDT"}]}', 30001),
    ],
)
async def test_what_cannot_be_asked_is_an_error_with_a_number(bitget: Outside, text: str, code: int) -> None:
    peer = await bitget.connect(SPOT, PUBLIC)
    await peer.ws.send_str(text)
    (told,) = await wait_until(lambda: events(peer), "an error event")
    assert (told["event"], told["code"]) == ("error", code)
    assert told["msg"]
    assert not peer.ended


async def test_product_types_share_a_socket_and_nothing_else(bitget: Outside) -> None:
    peer = await bitget.connect(PERP, PUBLIC)
    args = [
        {"instType": f"{coin}-FUTURES", "channel": "books1", "instId": name}
        for coin, name in (("USDT", "BTCUSDT"), ("USDC", "BTCPERP"), ("COIN", "BTCUSD"))
    ]
    told = await request(peer, "subscribe", *args, args[1] | {"instType": "USDT-FUTURES"})
    assert [each["event"] for each in told] == ["subscribe"] * 3 + ["error"]
    await wait_until(lambda: {f["arg"]["instId"] for f in pushes(peer, "books1")} == {a["instId"] for a in args}, "all")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await bitget.connect(PERP, "/v3/ws/public")


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_quotes_at_rest_are_the_truth(bitget: Outside, venue: str) -> None:
    peer = await bitget.connect(venue, PUBLIC)
    names = [bitget.symbol(venue, rank) for rank in range(20)]
    await request(peer, "subscribe", *(arg(venue, "books1", name) for name in names))
    await wait_until(lambda: all(len(pushes(peer, "books1", n)) > 1 for n in names), "all twenty have moved")
    await bitget.post(venue, "/control/pause")
    truth = (await bitget.get(venue, "/truth"))["quotes"]

    def told(name: str) -> list[float | None]:
        row = pushes(peer, "books1", name)[-1]["data"][0]
        return [float(text) for side in ("bids", "asks") for text in row[side][0]]

    def settled() -> bool:
        return all(told(name) == [truth[name][k] for k in ("bid", "bid_size", "ask", "ask_size")] for name in names)

    await wait_until(settled, "the newest quotes are the truth")
    frames = pushes(peer, "books1", names[0])
    assert {frame["action"] for frame in frames} == {"snapshot"}
    tops = [(f["data"][0]["bids"], f["data"][0]["asks"]) for f in frames]
    assert all(one != two for one, two in itertools.pairwise(tops)), "pushed only where it changed"
    for frame in frames:
        (row,) = frame["data"]
        assert isinstance(frame["ts"], int)
        assert frame["ts"] >= int(row["ts"])
        assert row["checksum"] == 0


async def test_an_empty_side_is_an_empty_list_in_books_and_zero_in_tickers(bitget: Outside) -> None:
    symbol = bitget.symbol(PERP)
    peer = await bitget.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg(PERP, "books1", symbol), arg(PERP, "ticker", symbol))
    await bitget.fault(PERP, "one_sided_book", symbol=symbol, side="ask")
    await wait_until(lambda: pushes(peer, "books1")[-1]["data"][0]["asks"] == [], "the side is gone")
    assert pushes(peer, "books1")[-1]["data"][0]["bids"]
    await wait_until(lambda: pushes(peer, "ticker")[-1]["data"][0]["askPr"] == "0", "gone from the ticker too")
    assert pushes(peer, "ticker")[-1]["data"][0]["askSz"] == "0"


async def _settled_book(bitget: Outside, venue: str, peer: Any, symbol: str) -> dict[str, Any]:
    await bitget.post(venue, "/control/pause")
    book: dict[str, Any] = (await bitget.get(venue, "/truth", symbol=symbol))["book"]
    await wait_until(lambda: pushes(peer, "books")[-1]["data"][0]["seq"] == book["update_id"], "the last update")
    return book


def _is(told: dict[str, str], true: list[tuple[float, float]]) -> bool:
    return {float(price): float(size) for price, size in told.items()} == dict(true)


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_books_are_a_snapshot_and_changes_with_checksums(bitget: Outside, venue: str) -> None:
    symbol = bitget.symbol(venue)
    peer, late = await bitget.connect(venue, PUBLIC), await bitget.connect(venue, PUBLIC)
    await request(peer, "subscribe", arg(venue, "books", symbol))
    await wait_until(lambda: len(pushes(peer, "books")) > 4, "updates")
    await request(late, "subscribe", arg(venue, "books", symbol))
    await wait_until(lambda: len(pushes(late, "books")) > 6, "updates for the second")
    book = await _settled_book(bitget, venue, late, symbol)
    for each in (peer, late):
        frames = pushes(each, "books")
        assert [frame["action"] for frame in frames] == ["snapshot"] + ["update"] * (len(frames) - 1)
        bids, asks, last = joined(frames)
        assert last == book["update_id"]
        assert _is(bids, book["bids"])
        assert _is(asks, book["asks"])
        assert len({frame["data"][0]["checksum"] for frame in frames}) == len(frames)


async def test_partial_books_are_whole_each_time(bitget: Outside) -> None:
    symbol = bitget.symbol(SPOT)
    peer = await bitget.connect(SPOT, PUBLIC)
    await request(peer, "subscribe", arg(SPOT, "books5", symbol), arg(SPOT, "books15", symbol))
    await wait_until(lambda: all(len(pushes(peer, each)) > 3 for each in ("books5", "books15")), "both")
    await bitget.post(SPOT, "/control/pause")
    true = (await bitget.get(SPOT, "/truth", symbol=symbol))["book"]

    def told(channel: str) -> list[list[list[float]]]:
        row = pushes(peer, channel)[-1]["data"][0]
        return [[[float(text) for text in level] for level in row[side]] for side in ("bids", "asks")]

    for channel, levels in (("books5", 5), ("books15", 15)):
        wanted = [true["bids"][:levels], true["asks"][:levels]]
        await wait_until(partial(_equal, told, channel, wanted), "the truth")
        assert {frame["action"] for frame in pushes(peer, channel)} == {"snapshot"}


def _equal(told: Callable[[str], Any], channel: str, wanted: Any) -> bool:
    return bool(told(channel) == wanted)


async def test_books_without_a_snapshot_are_changes_alone(bitget: Outside) -> None:
    await bitget.fault(PERP, "no_snapshot")
    peer = await bitget.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg(PERP, "books", bitget.symbol(PERP)))
    await wait_until(lambda: len(pushes(peer, "books")) > 2, "updates")
    assert {frame["action"] for frame in pushes(peer, "books")} == {"update"}


async def test_the_sequence_begins_anew_after_maintenance(bitget: Outside) -> None:
    symbol = bitget.symbol(PERP)
    peer = await bitget.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg(PERP, "books", symbol))
    await wait_until(lambda: len(pushes(peer, "books")) > 2, "updates")
    await bitget.fault(PERP, "service_restart")
    seen = len(pushes(peer, "books"))
    await wait_until(lambda: len(pushes(peer, "books")) > seen + 2, "updates after it")
    book = await _settled_book(bitget, PERP, peer, symbol)
    rows = [frame["data"][0] for frame in pushes(peer, "books")]
    assert [row["pseq"] for row in rows].count(0) == 2
    assert [two["seq"] < one["seq"] for one, two in itertools.pairwise(rows)].count(True) == 1
    bids, asks, _ = joined(pushes(peer, "books"))
    assert _is(bids, book["bids"])
    assert _is(asks, book["asks"])


async def test_a_swallowed_update_leaves_a_gap(bitget: Outside) -> None:
    symbol = bitget.symbol(PERP)
    peer = await bitget.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg(PERP, "books", symbol))
    await wait_until(lambda: len(pushes(peer, "books")) > 2, "updates")
    await bitget.fault(PERP, "gap", symbol=symbol, count=1)
    seen = len(pushes(peer, "books"))
    await wait_until(lambda: len(pushes(peer, "books")) > seen + 3, "updates after it")
    with pytest.raises(AssertionError, match="a gap"):
        joined(pushes(peer, "books"))


async def test_tickers_of_contracts_tell_mark_index_and_the_next_funding_time(bitget: Outside) -> None:
    peer = await bitget.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg(PERP, "ticker", "BTCUSDT"))
    await wait_until(lambda: len(pushes(peer, "ticker")) > 3, "it moves")
    await bitget.post(PERP, "/control/pause")
    truth = await bitget.get(PERP, "/truth", symbol="BTCUSDT")
    quote, day, funding = (truth[key]["BTCUSDT"] for key in ("quotes", "tickers", "funding"))

    def newest() -> dict[str, Any]:
        row: dict[str, Any] = pushes(peer, "ticker")[-1]["data"][0]
        return row

    await wait_until(lambda: float(newest()["baseVolume"]) == day["base_volume"], "the last ticker")
    row = newest()
    assert [float(row[k]) for k in ("bidPr", "bidSz", "askPr", "askSz")] == [
        quote[k] for k in ("bid", "bid_size", "ask", "ask_size")
    ]
    assert [float(row[k]) for k in ("lastPr", "high24h", "low24h")] == [day[k] for k in ("last", "high", "low")]
    assert float(row["quoteVolume"]) == day["quote_volume"]
    assert float(row["change24h"]) == pytest.approx(day["change_24h"], abs=5.1e-6)
    assert int(row["nextFundingTime"]) * 10**6 == funding["next_time"]
    assert float(row["fundingRate"]) == pytest.approx(funding["rate"], abs=5.1e-7)
    assert float(row["markPrice"]) == pytest.approx(funding["mark"], abs=0.006)
    assert float(row["indexPrice"]) == pytest.approx(funding["index"], abs=5.1e-7)
    assert (row["symbol"], row["instId"], row["symbolType"]) == ("BTCUSDT", "BTCUSDT", "1")


async def test_trades_begin_with_the_latest_and_tell_the_takers_side(bitget: Outside) -> None:
    symbol = bitget.symbol(PERP)
    peer = await bitget.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg(PERP, "books1", symbol), arg(PERP, "trade", symbol))
    frames = await wait_until(lambda: len(f := pushes(peer, "trade")) > 10 and f, "trades")
    assert [frame["action"] for frame in frames] == ["snapshot"] + ["update"] * (len(frames) - 1)
    ids = [int(row["tradeId"]) for frame in frames for row in frame["data"]]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    late = await bitget.connect(PERP, PUBLIC)
    await request(late, "subscribe", arg(PERP, "trade", symbol))
    (told, *_) = await wait_until(lambda: pushes(late, "trade"), "the latest")
    assert len(told["data"]) > 10
    times = [int(row["ts"]) for row in told["data"]]
    assert times == sorted(times, reverse=True), "the newest first"
    await bitget.post(PERP, "/control/pause")
    truth = (await bitget.get(PERP, "/truth", symbol=symbol))["tickers"][symbol]
    await wait_until(lambda: float(pushes(peer, "trade")[-1]["data"][-1]["price"]) == truth["last"], "the last trade")
    tops = [frame["data"][0] for frame in pushes(peer, "books1")]
    high, low = (max if side == "asks" else min for side in ("asks", "bids"))
    bounds = low(float(t["bids"][0][0]) for t in tops), high(float(t["asks"][0][0]) for t in tops)
    for frame in frames[1:]:
        for row in frame["data"]:
            assert row["side"] in ("buy", "sell")
            assert bounds[0] * 0.999 <= float(row["price"]) <= bounds[1] * 1.001


async def test_faults_of_acknowledgement_and_silence(bitget: Outside) -> None:
    peer = await bitget.connect(PERP, PUBLIC)
    one, two = bitget.symbol(PERP), bitget.symbol(PERP, 1)
    await bitget.fault(PERP, "error_ack", count=1, code="30006", message="request too many")
    (told,) = await request(peer, "subscribe", arg(PERP, "books", one))
    assert (told["event"], told["code"], told["msg"]) == ("error", 30006, "request too many")
    await bitget.fault(PERP, "lying_ack", count=1)
    told, other = await request(peer, "subscribe", arg(PERP, "books1", one), arg(PERP, "books1", two))
    assert (told["event"], other["event"]) == ("subscribe", "subscribe")
    await wait_until(lambda: len(pushes(peer, "books1", two)) > 10, "the honest one")
    assert not pushes(peer, "books1", one)
    await bitget.fault(PERP, "stall_symbol", symbol=two)
    seen = len(pushes(peer, "books1", two))
    await request(peer, "subscribe", arg(PERP, "books1", bitget.symbol(PERP, 2)))
    await wait_until(lambda: len(pushes(peer, "books1", bitget.symbol(PERP, 2))) > 5, "another one")
    assert len(pushes(peer, "books1", two)) == seen
    await request(peer, "subscribe", arg(PERP, "books1", two))
    await wait_until(lambda: len(pushes(peer, "books1", two)) > seen + 2, "it speaks when asked again")


async def test_a_wrong_clock_is_wrong_everywhere(bitget: Outside) -> None:
    peer = await bitget.connect(PERP, PUBLIC)
    await bitget.fault(PERP, "clock_skew", ms=3_600_000)
    channels = ("books1", "books", "ticker", "trade")
    await request(peer, "subscribe", *(arg(PERP, each, "BTCUSDT") for each in channels))
    await wait_until(lambda: all(len(pushes(peer, each)) > 1 for each in channels), "all")
    truth = await bitget.get(PERP, "/truth")
    clock = await data(bitget, PERP, "public/time")
    frames = [pushes(peer, each)[-1] for each in channels]
    times = [int(clock["serverTime"]), *(int(f["data"][0]["ts"]) for f in frames), *(f["ts"] for f in frames)]
    for told in times:
        assert told - truth["time"] // 10**6 == pytest.approx(3_600_000, abs=5000)


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_the_end_comes_without_a_word(bitget: Outside, venue: str) -> None:
    peer = await bitget.connect(venue, PUBLIC)
    await bitget.fault(venue, "shutdown_notice", seconds=0.05)
    await wait_until(lambda: peer.ended, "the end")
    assert peer.texts == []


@pytest.mark.parametrize(
    ("mistake", "path", "field", "factor"),
    [
        ("change", "mix/market/tickers", "change24h", 100),
        ("rate", "mix/market/current-fund-rate", "fundingRate", 100),
        ("interval", "mix/market/current-fund-rate", "fundingRateInterval", 60),
    ],
)
async def test_a_wrong_venue_is_wrong_in_the_words_of_this_one(
    mistake: str, path: str, field: str, factor: int
) -> None:
    async with world(mistakes={PERP: mistake}) as wrong:
        await wrong.post(PERP, "/control/pause")
        truth = await wrong.get(PERP, "/truth")
        told = {row["symbol"]: row[field] for row in await data(wrong, PERP, path, productType=TYPES[PERP])}
    whole = {"change24h": ("tickers", "change_24h"), "fundingRate": ("funding", "rate")}
    kind, name = whole.get(field, ("funding", "interval_h"))
    for symbol in ("BTCUSDT", "ETHUSDT"):
        assert float(told[symbol]) == pytest.approx(truth[kind][symbol][name] * factor, abs=1e-3)


async def test_frames_are_written_without_spaces(bitget: Outside) -> None:
    peer = await bitget.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg(PERP, "books1", "BTCUSDT"), arg(PERP, "ticker", "BTCUSDT"))
    await wait_until(lambda: pushes(peer, "ticker") and pushes(peer, "books1"), "both")
    assert all(text == json.dumps(json.loads(text), separators=(",", ":")) for text in peer.texts)
