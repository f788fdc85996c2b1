"""The simulated MEXC talks to sockets as documented: protobuf on spot, numbers on contracts, versions without gaps."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from arbwatch.simulator import mexc
from tests.simulator import mexc_pb
from tests.simulator.conftest import Outside, Peer, wait_until
from tests.simulator.mexc_world import (
    BATCH,
    BEST,
    DEALS,
    DEPTH,
    LIMITED,
    MINI,
    MINIS,
    PERP,
    SOCKET,
    SPOT,
    beat,
    body,
    channel,
    data,
    pushes,
    same,
    spot,
    spot_book,
    topics,
    world,
)  # fmt: skip

BLOCKED = "Not Subscribed successfully! [{}].  Reason\uff1a Blocked! "


@pytest.fixture
async def venues() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def test_an_acknowledgement_repeats_the_topics_that_are_carried(venues: Outside) -> None:
    peer = await venues.connect(SPOT, "/ws")
    one, two = BEST.format("BTCUSDT"), DEALS.format("BTCUSDT")
    assert await topics(peer, one, number=7) == {"id": 7, "code": 0, "msg": one}
    assert await topics(peer, one, two) == {"id": 0, "code": 0, "msg": f"{one},{two}"}
    ended = await topics(peer, one, method="UNSUBSCRIPTION", number=9)
    assert ended == {"id": 9, "code": 0, "msg": one}
    told = len(pushes(peer, one))
    await wait_until(lambda: pushes(peer, two), "the other topic goes on")
    assert len(pushes(peer, one)) == told


async def test_a_refusal_has_code_0_and_is_told_by_its_words(venues: Outside) -> None:
    peer = await venues.connect(SPOT, "/ws")
    for topic in (
        "spot@public.bookTicker.v3.api@BTCUSDT",
        "spot@public.aggre.bookTicker.v3.api.pb@10ms@btcusdt",
        "spot@public.aggre.bookTicker.v3.api.pb@1ms@BTCUSDT",
        "spot@public.aggre.bookTicker.v3.api.pb@BTCUSDT",
        "spot@public.limit.depth.v3.api.pb@BTCUSDT@7",
        "spot@public.miniTickers.v3.api.pb@noon",
        "spot@public.aggre.depth.v3.api.pb@10ms@NOSUCHUSDT",
        "nothing",
    ):
        assert await topics(peer, topic, number=3) == {"id": 3, "code": 0, "msg": BLOCKED.format(topic)}
    good = BEST.format("BTCUSDT")
    assert (await topics(peer, topic, good))["msg"] == f"Subscribed successful! [{good}]. {BLOCKED.format(topic)}"
    await wait_until(lambda: pushes(peer, good), "the good one speaks")


async def test_a_connection_carries_thirty_topics(venues: Outside) -> None:
    peer = await venues.connect(SPOT, "/ws")
    names = [BEST.format(venues.symbol(SPOT, rank)) for rank in range(33)]
    assert (await topics(peer, *names[:29]))["msg"] == ",".join(names[:29])
    ack = await topics(peer, *names[28:31])
    assert ack["code"] == 0
    assert ack["msg"] == (
        f"Subscribed successful! [{','.join(names[28:30])}]. Not Subscribed successfully! [{names[30]}]."
    )
    assert (await topics(peer, names[31]))["msg"] == (
        f"Subscribed successful! []. Not Subscribed successfully! [{names[31]}]."
    )
    assert len((await venues.get(SPOT, "/control/sockets"))[0]["streams"]) == 30
    await topics(peer, names[0], method="UNSUBSCRIPTION")
    assert (await topics(peer, names[32]))["msg"] == names[32]


async def test_pings_are_json_on_both(venues: Outside) -> None:
    peer = await venues.connect(SPOT, "/ws")
    await peer.ws.send_json({"method": "PING"})
    await wait_until(lambda: peer.texts == ['{"id":0,"code":0,"msg":"PONG"}'], "the answer")
    other = await venues.connect(PERP, "/edge")
    await other.ws.send_json({"method": "ping"})
    (pong,) = await wait_until(lambda: other.frames, "the answer")
    assert list(pong) == ["channel", "data", "ts"]
    assert (pong["channel"], pong["data"]) == ("pong", pong["ts"])
    for venue in (SPOT, PERP):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await venues.connect(venue, "/elsewhere")


async def test_a_socket_without_topics_is_closed_after_half_a_minute_though_it_pings() -> None:
    async with world(time_scale=60) as venues:
        bare, busy = await venues.connect(SPOT, "/ws"), await venues.connect(SPOT, "/ws")
        await topics(busy, MINIS)
        beating = asyncio.create_task(beat(bare, {"method": "PING"}))
        await wait_until(lambda: bare.ended, "the close")
        beating.cancel()
        assert bare.closed != 1006, "a close frame, though one without a code"
        assert len(bare.texts) > 3
        assert not busy.ended


async def test_a_silent_socket_is_closed_after_a_minute_unless_it_pings() -> None:
    async with world(time_scale=60) as venues:
        await venues.post(SPOT, "/control/pause")
        silent, pinging = await venues.connect(SPOT, "/ws"), await venues.connect(SPOT, "/ws")
        for peer in (silent, pinging):
            await topics(peer, BEST.format("BTCUSDT"))
        beating = asyncio.create_task(beat(pinging, {"method": "PING"}))
        await wait_until(lambda: silent.ended, "the close")
        assert not pinging.ended
        beating.cancel()


async def test_a_day_is_the_life_of_a_socket_of_spot() -> None:
    async with world(time_scale=80_000) as venues:
        peer = await venues.connect(SPOT, "/ws")
        await peer.ws.send_json({"method": "SUBSCRIPTION", "params": [BEST.format(venues.symbol(SPOT))]})
        await wait_until(lambda: peer.ended, "the close")
    assert mexc.MexcSpot.limits.lifetime_s == 86_400


async def test_streams_of_a_quiet_pair_begin_without_a_body(venues: Outside) -> None:
    peer = await venues.connect(SPOT, "/ws")
    quiet, busy = "DUSTUSDT", BEST.format(venues.symbol(SPOT))
    wanted = [each.format(quiet) for each in (BEST, DEPTH, DEALS)]
    await topics(peer, *wanted, busy)
    await wait_until(lambda: len(peer.binaries) > 5, "pushes")
    first = [frame for frame in peer.frames if frame.get("symbol") == quiet]
    assert [(frame["channel"], body(frame)) for frame in first] == [(name, None) for name in wanted]
    assert all(list(frame) == ["channel", "symbol", "sendTime"] for frame in first)
    assert all(body(frame) for frame in peer.frames if frame.get("channel") == busy)


async def test_fields_that_no_schema_names_come_now_and_then(venues: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mexc, "STRANGE_EVERY", 4)
    peer = await venues.connect(SPOT, "/ws")
    await topics(peer, BEST.format(venues.symbol(SPOT)))
    await wait_until(lambda: len(peer.binaries) > 8, "pushes")
    strange = [frame for frame in peer.binaries if mexc_pb.has_unknown(frame)]
    assert len(strange) == len(peer.binaries) // 4
    assert mexc_pb.fields(strange[0])["channel"]


@pytest.mark.parametrize("topic", [BEST, BATCH])
async def test_best_prices_of_pairs_at_rest_are_the_truth(venues: Outside, topic: str) -> None:
    peer = await venues.connect(SPOT, "/ws")
    names = {venues.symbol(SPOT, rank): topic.format(venues.symbol(SPOT, rank)) for rank in range(20)}
    await topics(peer, *names.values())
    await wait_until(lambda: all(len(pushes(peer, n)) > 1 for n in names.values()), "all twenty have moved")
    await venues.post(SPOT, "/control/pause")
    truth = (await venues.get(SPOT, "/truth"))["quotes"]

    def told(name: str) -> list[float]:
        (*_, push) = pushes(peer, name)
        row = body(push)["items"][0] if topic == BATCH else body(push)
        return [float(row[key]) for key in ("bidPrice", "bidQuantity", "askPrice", "askQuantity")]

    def settled() -> bool:
        keys = ("bid", "bid_size", "ask", "ask_size")
        return all(told(name) == [truth[symbol][key] for key in keys] for symbol, name in names.items())

    await wait_until(settled, "the newest quotes are the truth")
    symbol, name = next(iter(names.items()))
    (*_, push) = pushes(peer, name)
    assert push["sendTime"] >= body(push)["lastOrderCreateTime"] == truth[symbol]["time"] // 10**6


async def test_an_empty_side_is_left_out_of_a_push(venues: Outside) -> None:
    symbol = venues.symbol(SPOT)
    peer, other = await venues.connect(SPOT, "/ws"), await venues.connect(PERP, "/edge")
    name, limited = BEST.format(symbol), LIMITED.format(symbol)
    await topics(peer, name, limited)
    await venues.fault(SPOT, "one_sided_book", symbol=symbol, side="ask")
    await wait_until(lambda: pushes(peer, name) and "askPrice" not in body(pushes(peer, name)[-1]), "the side is gone")
    assert body(pushes(peer, name)[-1])["bidPrice"]
    await wait_until(lambda: "asks" not in body(pushes(peer, limited)[-1]), "from the limited book too")
    contract = venues.symbol(PERP)
    await channel(other, "sub.depth.full", contract, limit=5)
    await venues.fault(PERP, "one_sided_book", symbol=contract, side="bid")
    await wait_until(lambda: pushes(other, "push.depth.full")[-1]["data"]["bids"] == [], "the side is empty")


async def test_a_limited_book_is_whole_each_time(venues: Outside) -> None:
    symbol = venues.symbol(SPOT)
    name = LIMITED.format(symbol)
    peer = await venues.connect(SPOT, "/ws")
    await topics(peer, name)
    await wait_until(lambda: len(pushes(peer, name)) > 3, "changes")
    await venues.post(SPOT, "/control/pause")
    true = (await venues.get(SPOT, "/truth", symbol=symbol))["book"]

    def newest(side: str) -> list[list[float]]:
        return [[float(row["price"]), float(row["quantity"])] for row in body(pushes(peer, name)[-1])[side]]

    await wait_until(lambda: all(newest(side) == true[side][:5] for side in ("bids", "asks")), "the truth")
    assert body(pushes(peer, name)[-1])["eventType"] == "spot@public.limit.depth.v3.api.pb"


async def _followed(venues: Outside, symbol: str) -> tuple[Peer, str]:
    name = DEPTH.format(symbol)
    peer = await venues.connect(SPOT, "/ws")
    await topics(peer, name)
    await wait_until(lambda: len(pushes(peer, name)) > 2, "changes")
    return peer, name


async def test_changes_of_a_pairs_book_join_a_fetched_one(venues: Outside) -> None:
    symbol = venues.symbol(SPOT)
    peer, name = await _followed(venues, symbol)
    snapshot = await spot(venues, "depth", symbol=symbol, limit="1000")
    seen = len(pushes(peer, name))
    await wait_until(lambda: len(pushes(peer, name)) > seen + 8, "changes after it")
    await venues.post(SPOT, "/control/pause")
    book = (await venues.get(SPOT, "/truth", symbol=symbol))["book"]
    last = str(book["update_id"])
    await wait_until(lambda: body(pushes(peer, name)[-1])["toVersion"] == last, "the last change")
    found = spot_book(snapshot, pushes(peer, name))
    assert found[2] == book["update_id"]
    assert same(found, book)
    versions = [(int(b["fromVersion"]), int(b["toVersion"])) for b in map(body, pushes(peer, name))]
    assert all(two[0] == one[1] + 1 for one, two in itertools.pairwise(versions))


async def test_a_swallowed_change_of_a_pairs_book_leaves_a_gap(venues: Outside) -> None:
    symbol = venues.symbol(SPOT)
    peer, name = await _followed(venues, symbol)
    snapshot = await spot(venues, "depth", symbol=symbol, limit="1000")
    await venues.fault(SPOT, "gap", symbol=symbol, count=1)
    seen = len(pushes(peer, name))
    await wait_until(lambda: len(pushes(peer, name)) > seen + 4, "changes after it")
    with pytest.raises(AssertionError, match="are missing"):
        spot_book(snapshot, pushes(peer, name))


async def test_a_halt_is_no_silent_change(venues: Outside) -> None:
    symbol = venues.symbol(SPOT)
    peer, name = await _followed(venues, symbol)
    snapshot = await spot(venues, "depth", symbol=symbol, limit="1000")
    await venues.fault(SPOT, "halt", symbol=symbol)
    await venues.post(SPOT, "/control/clear")
    seen = len(pushes(peer, name))
    await wait_until(lambda: len(pushes(peer, name)) > seen + 2, "changes after it")
    with pytest.raises(AssertionError, match="are missing"):
        spot_book(snapshot, pushes(peer, name))


async def test_versions_begin_anew_after_a_restart(venues: Outside) -> None:
    symbol, contract = venues.symbol(SPOT), venues.symbol(PERP)
    peer, name = await _followed(venues, symbol)
    other = await venues.connect(PERP, "/edge")
    await channel(other, "sub.depth", contract)
    await wait_until(lambda: pushes(other, "push.depth"), "changes")
    before = int(body(pushes(peer, name)[-1])["toVersion"]), pushes(other, "push.depth")[-1]["data"]["version"]
    assert await venues.fault(SPOT, "service_restart")
    assert await venues.fault(PERP, "service_restart")
    await wait_until(lambda: int(body(pushes(peer, name)[-1])["toVersion"]) < before[0], "lower versions")
    await wait_until(lambda: pushes(other, "push.depth")[-1]["data"]["version"] < before[1], "lower versions")


async def test_deals_come_gathered_and_their_type_is_the_takers_side(venues: Outside) -> None:
    symbol = venues.symbol(SPOT)
    best, deals = BEST.format(symbol), DEALS.format(symbol)
    peer = await venues.connect(SPOT, "/ws")
    await topics(peer, best, deals)
    await wait_until(lambda: len(pushes(peer, deals)) > 25, "25 pushes", 15)
    agree, seen, middle = [], [], 0.0
    for frame in (frame for frame in peer.frames if body(frame) is not None):
        if frame["channel"] == best:
            middle = (float(body(frame)["bidPrice"]) + float(body(frame)["askPrice"])) / 2
        for deal in body(frame).get("deals", ()):
            seen.append(int(deal["tradeId"].partition("X")[0]))
            if middle:
                agree.append((float(deal["price"]) > middle) == (deal["tradeType"] == 1))
    # Several changes within one step are one quote: what was taken may be gone from it.
    assert agree.count(True) > 0.75 * len(agree)
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    assert {deal["tradeType"] for push in pushes(peer, deals) for deal in body(push)["deals"]} == {1, 2}


async def test_mini_tickers_tell_what_was_paid_as_volume() -> None:
    async with world(time_scale=30) as venues:
        peer = await venues.connect(SPOT, "/ws")
        await topics(peer, MINIS, MINI.format("BTCUSDT"))
        await venues.post(SPOT, "/control/pause")
        truth = (await venues.get(SPOT, "/truth"))["tickers"]
        seen = len(pushes(peer, MINIS))
        await wait_until(lambda: len(pushes(peer, MINIS)) > seen + 1, "the newest")
        items = {item["symbol"]: item for item in body(pushes(peer, MINIS)[-1])["items"]}
        assert items.keys() == truth.keys() - {"DUSTUSDT", "GONEUSDT"}
        for symbol, item in items.items():
            figures = [float(item[key]) for key in ("price", "high", "low", "quantity", "volume")]
            true = [truth[symbol][key] for key in ("last", "high", "low", "base_volume", "quote_volume")]
            assert figures == pytest.approx(true, rel=1e-12)
            assert float(item.get("rate", 0)) == pytest.approx(truth[symbol]["change_24h"], abs=5.1e-5)
        assert "symbol" not in pushes(peer, MINIS)[-1]
        await wait_until(lambda: body(pushes(peer, MINI.format("BTCUSDT"))[-1]) == items["BTCUSDT"], "the same alone")


@pytest.mark.parametrize("venue", [SPOT, PERP])
async def test_faults_of_acknowledgement_and_types(venues: Outside, venue: str) -> None:
    peer = await venues.connect(venue, SOCKET[venue])
    one, two, three = (venues.symbol(venue, rank) for rank in range(3))

    async def ask(symbol: str) -> Any:
        if venue == SPOT:
            return await topics(peer, BEST.format(symbol))
        return await channel(peer, "sub.depth.full", symbol, limit=5)

    def told(symbol: str) -> list[Any]:
        return pushes(peer, BEST.format(symbol) if venue == SPOT else "push.depth.full", symbol)

    await venues.fault(venue, "error_ack", count=1)
    refused = await ask(one)
    if venue == SPOT:
        assert refused == {"id": 0, "code": 0, "msg": BLOCKED.format(BEST.format(one))}
    else:
        assert (refused["channel"], refused["data"]) == ("rs.error", "Contract doesn't exist!")
    await venues.fault(venue, "lying_ack", count=1)
    await ask(two)
    await ask(three)
    await wait_until(lambda: len(told(three)) > 10, "the honest one")
    assert not told(one)
    assert not told(two)
    await venues.fault(venue, "wrong_types", count=2)
    seen = len(told(three))
    await wait_until(lambda: len(told(three)) > seen + 4, "more")
    odd = [push for push in told(three)[seen:] if not _good(push)]
    assert len(odd) == 2


def _good(push: Any) -> bool:
    if "data" in push:
        return isinstance(push["data"], dict)
    try:
        return float(body(push)["bidPrice"]) > 0
    except ValueError:
        return False


async def test_a_wrong_clock_is_wrong_everywhere(venues: Outside) -> None:
    one, two = await venues.connect(SPOT, "/ws"), await venues.connect(PERP, "/edge")
    for venue in (SPOT, PERP):
        await venues.fault(venue, "clock_skew", ms=3_600_000)
    symbol, contract = venues.symbol(SPOT), venues.symbol(PERP)
    await topics(one, BEST.format(symbol))
    await channel(two, "sub.depth.full", contract, limit=5)
    await wait_until(lambda: pushes(one, BEST.format(symbol)) and len(pushes(two, "push.depth.full")) > 1, "both")
    now = (await venues.get(PERP, "/truth"))["time"] // 10**6
    push, other = pushes(one, BEST.format(symbol))[-1], pushes(two, "push.depth.full")[-1]
    clocks = [(await spot(venues, "time"))["serverTime"], await data(venues, "ping")]
    for told in (push["sendTime"], body(push)["lastOrderCreateTime"], other["ts"], other["data"]["cts"], *clocks):
        assert told - now == pytest.approx(3_600_000, abs=5000)
