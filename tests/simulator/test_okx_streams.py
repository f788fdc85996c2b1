"""The simulated OKX talks to sockets as documented: an answer per argument, text pings, sequences without gaps."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from arbwatch.simulator.okx_feeds import BestFeed, BooksFeed
from tests.simulator.conftest import Outside, wait_until
from tests.simulator.okx_world import PERP, PUBLIC, SPOT, arg, data, events, joined, pushes, request, world


@pytest.fixture
async def okx() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def test_every_argument_is_answered_by_itself(okx: Outside) -> None:
    peer = await okx.connect(PERP, PUBLIC)
    good, bad = arg("bbo-tbt", "BTC-USDT-SWAP"), arg("bbo-tbt", "NO-SUCH-SWAP")
    first, second, third = await request(peer, "subscribe", good, bad, arg("tickers", "BTC-USDT-SWAP"), number="a1")
    assert list(first) == ["id", "event", "arg", "connId"]
    assert (first["id"], first["event"], first["arg"]) == ("a1", "subscribe", good)
    assert list(second) == ["id", "event", "msg", "code", "connId"]
    assert second["code"] == "60018"
    assert "channel:bbo-tbt,instId:NO-SUCH-SWAP doesn't exist" in second["msg"]
    assert third["arg"]["channel"] == "tickers"
    assert {first["connId"]} == {second["connId"], third["connId"]}
    (ended,) = await request(peer, "unsubscribe", good)
    assert ended == {"event": "unsubscribe", "arg": good, "connId": first["connId"]}
    told = len(pushes(peer, "bbo-tbt"))
    await wait_until(lambda: len(pushes(peer, "tickers")) > 5, "the other channel goes on")
    assert len(pushes(peer, "bbo-tbt")) == told


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{not json", "60012"),
        ("[]", "60012"),
        ('{"op":"subscribe"}', "60012"),
        ('{"op":"subscribe","args":["tickers:BTC-USDT"]}', "60012"),
        ('{"op":"subscribe","args":[{"channel":"tickers","instId":"BTC-USDT"}],"id":"not-legal"}', "60012"),
        ('{"op":"listen","args":[]}', "60019"),
        ('{"op":"login","args":[{"apiKey":"x"}]}', "60005"),
        ('{"op":"subscribe","args":[{"channel":"books-l2-tbt","instId":"BTC-USDT"}]}', "60011"),
        ('{"op":"subscribe","args":[{"channel":"candle1m","instId":"BTC-USDT"}]}', "60018"),
        ('{"op":"subscribe","args":[{"channel":"funding-rate","instId":"BTC-USDT"}]}', "60018"),
    ],
)
async def test_what_cannot_be_asked_is_an_error_event_without_argument(okx: Outside, text: str, code: str) -> None:
    peer = await okx.connect(SPOT, PUBLIC)
    await peer.ws.send_str(text)
    (told,) = await wait_until(lambda: events(peer), "an error event")
    assert (told["event"], told["code"]) == ("error", code)
    assert "arg" not in told
    assert not peer.ended


async def test_public_channels_are_not_on_the_business_socket(okx: Outside) -> None:
    peer = await okx.connect(SPOT, "/ws/v5/business")
    (told,) = await request(peer, "subscribe", arg("tickers", "BTC-USDT"))
    assert told["code"] == "60018"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await okx.connect(SPOT, "/ws")


async def test_a_text_ping_is_answered_and_silence_is_cut() -> None:
    async with world(time_scale=60) as okx:
        silent, talking = await okx.connect(SPOT, PUBLIC), await okx.connect(SPOT, PUBLIC)

        async def ping() -> None:
            while not talking.ended:
                await talking.ws.send_str("ping")
                await asyncio.sleep(0.05)

        beat = asyncio.create_task(ping())
        await wait_until(lambda: silent.ended, "the cut after 30 s of silence")
        assert silent.closed == 4004
        assert not talking.ended
        assert set(talking.texts) == {"pong"}
        beat.cancel()


async def test_a_request_longer_than_64_kib_ends_the_connection(okx: Outside) -> None:
    peer = await okx.connect(SPOT, PUBLIC)
    await peer.ws.send_json({"op": "subscribe", "args": [arg("tickers", "X" * 50)] * 900})
    await wait_until(lambda: peer.ended, "the end")
    assert peer.closed == 1009


async def test_three_connections_a_second_and_480_requests_an_hour() -> None:
    async with world() as okx:
        for _ in range(3):
            peer = await okx.connect(SPOT, PUBLIC)
        with pytest.raises(aiohttp.WSServerHandshakeError) as turned:
            await okx.connect(SPOT, PUBLIC)
        assert turned.value.status == 429
        wanted = arg("instruments", "none")
        for _ in range(481):
            await peer.ws.send_json({"op": "unsubscribe", "args": [wanted]})
        told = await wait_until(lambda: len(events(peer)) == 481 and events(peer), "every answer")
        assert [event.get("code") for event in told] == [None] * 480 + ["60014"]


async def test_a_service_upgrade_is_announced_before_the_close(okx: Outside) -> None:
    peer = await okx.connect(PERP, PUBLIC)
    await okx.fault(PERP, "shutdown_notice", seconds=0.1)
    await wait_until(lambda: peer.ended, "the close")
    (told,) = events(peer)
    assert (told["event"], told["code"], {*told}) == ("notice", "64008", {"event", "code", "msg", "connId"})


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_quotes_at_rest_are_the_truth(okx: Outside, venue: str) -> None:
    peer = await okx.connect(venue, PUBLIC)
    names = [okx.symbol(venue, rank) for rank in range(20)]
    await request(peer, "subscribe", *(arg("bbo-tbt", name) for name in names))
    await wait_until(lambda: all(len(pushes(peer, "bbo-tbt", n)) > 1 for n in names), "all twenty have moved")
    await okx.post(venue, "/control/pause")
    truth = (await okx.get(venue, "/truth"))["quotes"]

    def settled() -> bool:
        return all(told(name) == [truth[name][k] for k in ("bid", "bid_size", "ask", "ask_size")] for name in names)

    def told(name: str) -> list[float | None]:
        row = pushes(peer, "bbo-tbt", name)[-1]["data"][0]
        return [float(text) for side in ("bids", "asks") for text in row[side][0][:2]]

    await wait_until(settled, "the newest quotes are the truth")
    tops = [(f["data"][0]["bids"], f["data"][0]["asks"]) for f in pushes(peer, "bbo-tbt", names[0])]
    assert all(one != two for one, two in itertools.pairwise(tops)), "pushed only where it changed"


async def test_an_empty_side_is_an_empty_list(okx: Outside) -> None:
    symbol = okx.symbol(PERP)
    peer = await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg("bbo-tbt", symbol))
    await okx.fault(PERP, "one_sided_book", symbol=symbol, side="ask")
    await wait_until(lambda: pushes(peer, "bbo-tbt")[-1]["data"][0]["asks"] == [], "the side is gone")
    assert pushes(peer, "bbo-tbt")[-1]["data"][0]["bids"]


async def _settled_book(okx: Outside, peer: Any, symbol: str) -> dict[str, Any]:
    await okx.post(PERP, "/control/pause")
    book: dict[str, Any] = (await okx.get(PERP, "/truth", symbol=symbol))["book"]
    await wait_until(lambda: pushes(peer, "books")[-1]["data"][0]["seqId"] == book["update_id"], "the last update")
    return book


def _same(bids: dict[float, float], asks: dict[float, float], book: dict[str, Any], levels: int) -> bool:
    return (
        sorted(bids.items(), reverse=True) == [tuple(level) for level in book["bids"]][:levels]
        and sorted(asks.items()) == [tuple(level) for level in book["asks"]][:levels]
    )


@pytest.mark.parametrize("levels", [400, 15])
async def test_books_follow_the_best_levels_from_a_snapshot_on(
    okx: Outside, monkeypatch: pytest.MonkeyPatch, levels: int
) -> None:
    monkeypatch.setattr(BooksFeed, "levels", levels)
    symbol = okx.symbol(PERP)
    peer, late = await okx.connect(PERP, PUBLIC), await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg("books", symbol))
    await wait_until(lambda: len(pushes(peer, "books")) > 4, "updates")
    await request(late, "subscribe", arg("books", symbol))
    await wait_until(lambda: len(pushes(late, "books")) > 8, "updates for the second")
    book = await _settled_book(okx, late, symbol)
    for each in (peer, late):
        frames = pushes(each, "books")
        assert {frame["data"][0]["checksum"] for frame in frames} == {0}
        assert [frame["action"] for frame in frames] == ["snapshot"] + ["update"] * (len(frames) - 1)
        bids, asks, last = joined(frames)
        assert last == book["update_id"]
        assert _same(bids, asks, book, levels)


async def test_books_without_a_snapshot_join_a_fetched_one(okx: Outside) -> None:
    await okx.fault(PERP, "no_snapshot")
    symbol = okx.symbol(PERP)
    peer = await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg("books", symbol))
    await wait_until(lambda: len(pushes(peer, "books")) > 2, "updates")
    (snapshot,) = await data(okx, PERP, "market/books", instId=symbol, sz="400")
    seen = len(pushes(peer, "books"))
    await wait_until(lambda: len(pushes(peer, "books")) > seen + 4, "updates after it")
    book = await _settled_book(okx, peer, symbol)
    assert {frame["action"] for frame in pushes(peer, "books")} == {"update"}
    bids, asks, _ = joined(pushes(peer, "books"), snapshot)
    assert _same(bids, asks, book, 400)


async def test_the_sequence_begins_anew_after_maintenance(okx: Outside) -> None:
    symbol = okx.symbol(PERP)
    peer = await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg("books", symbol))
    await wait_until(lambda: len(pushes(peer, "books")) > 2, "updates")
    await okx.fault(PERP, "service_restart")
    seen = len(pushes(peer, "books"))
    await wait_until(lambda: len(pushes(peer, "books")) > seen + 2, "updates after it")
    book = await _settled_book(okx, peer, symbol)
    rows = [frame["data"][0] for frame in pushes(peer, "books")]
    assert [row["seqId"] < row["prevSeqId"] for row in rows].count(True) == 1
    bids, asks, _ = joined(pushes(peer, "books"))
    assert _same(bids, asks, book, 400)


async def test_a_swallowed_update_leaves_a_gap(okx: Outside) -> None:
    symbol = okx.symbol(PERP)
    peer = await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg("books", symbol))
    await wait_until(lambda: len(pushes(peer, "books")) > 2, "updates")
    await okx.fault(PERP, "gap", symbol=symbol, count=1)
    seen = len(pushes(peer, "books"))
    await wait_until(lambda: len(pushes(peer, "books")) > seen + 3, "updates after it")
    with pytest.raises(AssertionError):
        joined(pushes(peer, "books"))


async def test_what_stands_still_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    for feed in (BestFeed, BooksFeed):
        monkeypatch.setattr(feed, "idle_ms", 300)
    async with world() as okx:
        symbol = okx.symbol(PERP)
        peer = await okx.connect(PERP, PUBLIC)
        await okx.post(PERP, "/control/pause")
        await request(peer, "subscribe", arg("books", symbol), arg("bbo-tbt", symbol))
        await wait_until(lambda: len(pushes(peer, "books")) > 3 and len(pushes(peer, "bbo-tbt")) > 3, "signs of life")
        for frame in pushes(peer, "books")[1:]:
            row = frame["data"][0]
            assert (row["bids"], row["asks"], row["prevSeqId"]) == ([], [], row["seqId"])
        best = [frame["data"] for frame in pushes(peer, "bbo-tbt")]
        assert all(each == best[0] for each in best)


async def test_trades_tickers_marks_indices_and_funding_are_the_truth(okx: Outside) -> None:
    peer = await okx.connect(PERP, PUBLIC)
    swap, index = "BTC-USDT-SWAP", "BTC-USDT"
    channels = [arg(channel, swap) for channel in ("trades", "tickers", "mark-price", "funding-rate")]
    await request(peer, "subscribe", *channels, arg("index-tickers", index))
    await wait_until(lambda: len(pushes(peer, "trades")) > 3 and len(pushes(peer, "mark-price")) > 1, "all move")
    await okx.post(PERP, "/control/pause")
    truth = await okx.get(PERP, "/truth", symbol=swap)

    def newest(channel: str) -> dict[str, Any]:
        row: dict[str, Any] = pushes(peer, channel)[-1]["data"][0]
        return row

    day, funding = truth["tickers"][swap], truth["funding"][swap]
    await wait_until(lambda: float(newest("tickers")["volCcy24h"]) == day["base_volume"], "the last ticker")
    await wait_until(lambda: int(newest("funding-rate")["ts"]) == funding["time"] // 10**6, "the last funding")
    trade = newest("trades")
    assert float(trade["px"]) == float(newest("tickers")["last"]) == day["last"]
    assert (trade["count"], trade["source"], type(trade["seqId"])) == ("1", "0", int)
    ids = [int(frame["data"][0]["tradeId"]) for frame in pushes(peer, "trades")]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert float(newest("mark-price")["markPx"]) == funding["mark"]
    assert float(newest("index-tickers")["idxPx"]) == funding["index"]
    assert newest("index-tickers")["instId"] == index
    assert float(newest("funding-rate")["fundingRate"]) == pytest.approx(funding["rate"], abs=1e-16)


async def test_the_side_of_a_trade_is_the_takers(okx: Outside) -> None:
    symbol = okx.symbol(PERP)
    peer = await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg("bbo-tbt", symbol), arg("trades", symbol))
    await wait_until(lambda: len(pushes(peer, "trades")) > 40, "40 trades")
    agree: list[bool] = []
    best: dict[str, Any] = {}
    for frame in (frame for frame in peer.frames if "data" in frame):
        row = frame["data"][0]
        if frame["arg"]["channel"] == "bbo-tbt":
            best = row
        elif best:
            middle = (float(best["bids"][0][0]) + float(best["asks"][0][0])) / 2
            agree.append((float(row["px"]) > middle) == (row["side"] == "buy"))
    # Several changes within one step are one quote: what was taken may be gone from it.
    assert agree.count(True) > 0.9 * len(agree)


async def test_the_listing_is_pushed_whole_and_then_by_what_changed(okx: Outside) -> None:
    peer = await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", {"channel": "instruments", "instType": "SWAP"})
    await wait_until(lambda: pushes(peer, "instruments"), "the whole listing")
    whole = pushes(peer, "instruments")[0]["data"]
    assert whole == await data(okx, PERP, "public/instruments", instType="SWAP")
    symbol = okx.symbol(PERP, 3)
    await okx.fault(PERP, "rebase", symbol=symbol, factor=10)
    await okx.fault(PERP, "halt", symbol=okx.symbol(PERP, 4))
    await okx.fault(PERP, "new_listing", base="FRESH")
    await wait_until(lambda: len(pushes(peer, "instruments")) == 4, "three changes")
    rebased, halted, fresh = [frame["data"] for frame in pushes(peer, "instruments")[1:]]
    old = next(row for row in whole if row["instId"] == symbol)
    assert float(rebased[0]["ctVal"]) == pytest.approx(10 * float(old["ctVal"]))
    assert [len(rebased), halted[0]["state"], fresh[0]["instId"]] == [1, "suspend", "FRESH-USDT-SWAP"]


async def test_faults_of_acknowledgement_and_silence(okx: Outside) -> None:
    peer = await okx.connect(PERP, PUBLIC)
    one, two = okx.symbol(PERP), okx.symbol(PERP, 1)
    await okx.fault(PERP, "error_ack", count=1, code="64004", message="Unsubscribe first.")
    (told,) = await request(peer, "subscribe", arg("books", one))
    assert (told["event"], told["code"], told["msg"]) == ("error", "64004", "Unsubscribe first.")
    await okx.fault(PERP, "lying_ack", count=1)
    told, other = await request(peer, "subscribe", arg("bbo-tbt", one), arg("bbo-tbt", two))
    assert (told["event"], other["event"]) == ("subscribe", "subscribe")
    await wait_until(lambda: len(pushes(peer, "bbo-tbt", two)) > 10, "the honest one")
    assert not pushes(peer, "bbo-tbt", one)


async def test_a_wrong_clock_is_wrong_everywhere(okx: Outside) -> None:
    peer = await okx.connect(PERP, PUBLIC)
    await okx.fault(PERP, "clock_skew", ms=3_600_000)
    await request(peer, "subscribe", arg("bbo-tbt", "BTC-USDT-SWAP"), arg("funding-rate", "BTC-USDT-SWAP"))
    await wait_until(lambda: pushes(peer, "bbo-tbt") and pushes(peer, "funding-rate"), "both")
    truth = await okx.get(PERP, "/truth")
    (clock,) = await data(okx, PERP, "public/time")
    for text in (clock["ts"], *(pushes(peer, each)[-1]["data"][0]["ts"] for each in ("bbo-tbt", "funding-rate"))):
        assert int(text) - truth["time"] // 10**6 == pytest.approx(3_600_000, abs=5000)


async def test_frames_are_written_without_spaces(okx: Outside) -> None:
    peer = await okx.connect(PERP, PUBLIC)
    await request(peer, "subscribe", arg("bbo-tbt", "BTC-USDT-SWAP"), arg("books5", "BTC-USDT-SWAP"))
    await wait_until(lambda: pushes(peer, "books5") and pushes(peer, "bbo-tbt"), "both")
    assert all(text == json.dumps(json.loads(text), separators=(",", ":")) for text in peer.texts)
    (five, *_), (best, *_) = pushes(peer, "books5"), pushes(peer, "bbo-tbt")
    assert list(best["data"][0]) == ["asks", "bids", "ts", "seqId"]
    assert list(five["data"][0]) == ["asks", "bids", "instId", "ts", "seqId"]
    assert [len(five["data"][0][side]) for side in ("asks", "bids")] == [5, 5]
    assert [len(best["data"][0][side]) for side in ("asks", "bids")] == [1, 1]
