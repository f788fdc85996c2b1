"""Streams push what is true to those who subscribed, and nothing to those who asked for what is not there."""

import itertools
import json
from typing import Any

import pytest

from tests.simulator.conftest import Outside, Peer, wait_until

SPOT, PERP = "binance_spot", "binance_perp"


async def follow(outside: Outside, venue: str, path: str, width: int) -> Peer:
    """Follow as many symbols as a socket carries until the busiest have spoken."""
    peer = await outside.connect(venue, path)
    symbols = [*outside.simulator.market.venues[venue]][:width]
    await peer.ask("SUBSCRIBE", *(f"{symbol.lower()}@bookTicker" for symbol in symbols))
    busy = {outside.symbol(venue, rank) for rank in range(20)}
    await wait_until(lambda: all(peer.pushed(symbol) for symbol in busy), "the busiest 20 have spoken")
    return peer


async def test_quotes_at_rest_are_the_truth(outside: Outside) -> None:
    peers = {
        SPOT: await follow(outside, SPOT, "/stream", 1024),
        PERP: await follow(outside, PERP, "/public/stream", 200),
    }
    await outside.post(SPOT, "/control/pause")
    for venue, peer in peers.items():
        truth = (await outside.get(venue, "/truth"))["quotes"]
        newest = await settled(peer, truth)
        assert len(newest) >= 20
        for symbol, row in newest.items():
            known = truth[symbol]
            told = [float(row[key]) for key in ("b", "B", "a", "A")]
            assert told == [known[key] for key in ("bid", "bid_size", "ask", "ask_size")]
            if venue == SPOT:
                assert {*row} == {"u", "s", "b", "B", "a", "A"}
            else:
                assert row["T"] == known["time"] // 10**6
                assert 0 <= row["E"] - row["T"] < 2000
                assert row["st"] == (2 if symbol.endswith("USD_PERP") else 1)


async def settled(peer: Peer, truth: dict[str, Any]) -> dict[str, Any]:
    """Return the newest quote of every symbol that spoke, once all of them are the truth's newest."""

    def newest() -> dict[str, Any] | None:
        rows = {frame["data"]["s"]: frame["data"] for frame in peer.frames if "data" in frame}
        return rows if all(row["u"] == truth[symbol]["update_id"] for symbol, row in rows.items()) else None

    found: dict[str, Any] = await wait_until(newest, "every newest quote carries the truth's update id")
    return found


async def test_a_quote_is_pushed_only_when_it_changed(outside: Outside) -> None:
    symbol = outside.symbol(SPOT)
    peer = await outside.connect(SPOT, f"/ws/{symbol.lower()}@bookTicker")
    rows = await wait_until(lambda: (f := peer.pushed(symbol)) and len(f) > 20 and f, "20 quotes")
    tops = [(row["b"], row["B"], row["a"], row["A"]) for row in rows]
    assert all(a != b for a, b in itertools.pairwise(tops))
    ids = [row["u"] for row in rows]
    assert ids == sorted(set(ids))


def join(snapshot: dict[str, Any], events: list[dict[str, Any]], futures: bool) -> tuple[dict, dict, int]:
    """Build a book by the rule the exchange documents; AssertionError where ids leave a gap."""
    bids = {float(p): float(s) for p, s in snapshot["bids"]}
    asks = {float(p): float(s) for p, s in snapshot["asks"]}
    last, first = snapshot["lastUpdateId"], True
    for event in events:
        if event["u"] <= snapshot["lastUpdateId"]:
            continue
        if futures:
            assert event["pu"] == last if not first else event["pu"] <= last <= event["u"]
        else:
            assert event["U"] == last + 1 if not first else event["U"] <= last + 1 <= event["u"]
        first, last = False, event["u"]
        for side, levels in ((bids, event["b"]), (asks, event["a"])):
            for price, size in levels:
                side[float(price)] = float(size)
                if not float(size):
                    del side[float(price)]
    return bids, asks, last


@pytest.mark.parametrize(
    ("venue", "socket", "rest"), [(SPOT, "/stream", "/api/v3/depth"), (PERP, "/public/stream", "/fapi/v1/depth")]
)
async def test_books_join_by_the_documented_rule(outside: Outside, venue: str, socket: str, rest: str) -> None:
    symbol = outside.symbol(venue)
    peer = await outside.connect(venue, f"{socket}?streams={symbol.lower()}@depth@100ms")
    await wait_until(lambda: len(peer.pushed(symbol)) > 2, "diffs")
    snapshot = await outside.get(venue, rest, symbol=symbol, limit="1000")
    seen = len(peer.pushed(symbol))
    await wait_until(lambda: len(peer.pushed(symbol)) > seen + 5, "diffs after the snapshot")
    await outside.post(venue, "/control/pause")
    truth = (await outside.get(venue, "/truth", symbol=symbol))["book"]
    await wait_until(lambda: peer.pushed(symbol)[-1]["u"] == truth["update_id"], "the last diff")
    bids, asks, last = join(snapshot, peer.pushed(symbol), venue == PERP)
    assert last == truth["update_id"]
    assert sorted(bids.items(), reverse=True) == [tuple(level) for level in truth["bids"]]
    assert sorted(asks.items()) == [tuple(level) for level in truth["asks"]]


async def test_a_pause_leaves_nothing_pending(outside: Outside) -> None:
    symbol = outside.symbol(SPOT)
    peer = await outside.connect(SPOT, f"/ws/{symbol.lower()}@depth")
    await wait_until(lambda: peer.pushed(symbol), "the first second's diff")
    book = outside.simulator.market.listing(SPOT, symbol).book
    await wait_until(lambda: book.id > peer.pushed(symbol)[-1]["u"] + 5, "changes that wait for the next second")
    await outside.post(SPOT, "/control/pause")
    await peer.ask("LIST_SUBSCRIPTIONS")
    truth = (await outside.get(SPOT, "/truth", symbol=symbol))["quotes"][symbol]
    assert peer.pushed(symbol)[-1]["u"] == truth["update_id"]
    await outside.post(SPOT, "/control/resume")
    await wait_until(lambda: peer.pushed(symbol)[-1]["u"] > truth["update_id"], "the market goes on")


async def test_partial_depth_is_the_top_of_the_book(outside: Outside) -> None:
    spot, perp = outside.symbol(SPOT), outside.symbol(PERP)
    one = await outside.connect(SPOT, f"/stream?streams={spot.lower()}@depth5@100ms")
    two = await outside.connect(PERP, f"/public/ws/{perp.lower()}@depth20@100ms")
    await wait_until(lambda: one.frames and two.pushed(perp), "both speak")
    assert {*one.frames[0]["data"]} == {"lastUpdateId", "bids", "asks"}
    await outside.post(SPOT, "/control/pause")
    book = (await outside.get(SPOT, "/truth", symbol=spot))["book"]
    await wait_until(lambda: one.frames[-1]["data"]["lastUpdateId"] == book["update_id"], "the last state")
    assert [[float(x) for x in level] for level in one.frames[-1]["data"]["bids"]] == book["bids"][:5]
    assert two.pushed(perp)[-1]["e"] == "depthUpdate"
    assert len(two.pushed(perp)[-1]["b"]) == 20


async def arrays(peer: Peer) -> list[list[dict[str, Any]]]:
    return await wait_until(lambda: [f["data"] for f in peer.frames if isinstance(f.get("data"), list)], "an array")


async def test_all_market_arrays_carry_both_products_and_stocks_apart(outside: Outside) -> None:
    peer = await outside.connect(PERP, "/market/stream?streams=!markPrice@arr@1s")
    found = await wait_until(lambda: len(f := [x["data"] for x in peer.frames]) >= 2 and f, "two arrays")
    products = {row["s"]: row["st"] for row in found[0]}
    assert products["BTCUSDT"] == 1
    assert products["BTCUSD_PERP"] == 2
    assert {row["s"] for row in found[1]} >= {"TSLAUSDT", "XAUUSDT"}
    assert not {row["s"] for row in found[0]} & {row["s"] for row in found[1]}
    assert any(row["r"] == "" and row["T"] == 0 for row in found[0])


async def test_tickers_are_pushed_for_what_changed(outside: Outside) -> None:
    peer = await outside.connect(PERP, "/market/stream?streams=!miniTicker@arr/!ticker@arr")
    spot = await outside.connect(SPOT, "/stream?streams=!miniTicker@arr")
    await arrays(spot)
    mini = (await arrays(peer))[0][0]
    assert mini["e"] == "24hrMiniTicker"
    assert mini["st"] in (1, 2)
    await outside.post(SPOT, "/control/pause")
    truth = (await outside.get(SPOT, "/truth"))["tickers"]
    newest = {row["s"]: row for array in await arrays(spot) for row in array}
    assert newest
    for symbol, row in newest.items():
        assert float(row["c"]) == truth[symbol]["last"]
        assert float(row["q"]) == truth[symbol]["quote_volume"]


async def test_trades_name_the_takers_side(outside: Outside) -> None:
    symbol = outside.symbol(SPOT)
    stem = symbol.lower()
    peer = await outside.connect(SPOT, f"/stream?streams={stem}@trade/{stem}@bookTicker/{stem}@aggTrade")
    trades = await wait_until(
        lambda: (f := [x for x in peer.pushed(symbol) if x.get("e") == "trade"]) and len(f) > 5 and f, "trades"
    )
    assert all(b["t"] == a["t"] + 1 for a, b in itertools.pairwise(trades))
    rows = peer.pushed(symbol)
    judged = 0
    for before, trade in zip(rows, rows[2:], strict=False):
        if trade.get("e") == "trade" and "u" in before and "e" not in before:
            assert trade["p"] == (before["b"] if trade["m"] else before["a"])
            judged += 1
    assert judged


async def test_requests_are_answered(outside: Outside) -> None:
    peer = await outside.connect(SPOT, "/ws")
    symbol = outside.symbol(SPOT)
    stream = f"{symbol.lower()}@bookTicker"
    assert await peer.ask("SUBSCRIBE", stream) == {"result": None, "id": 1}
    assert (await peer.ask("LIST_SUBSCRIPTIONS"))["result"] == [stream]
    assert (await peer.ask("GET_PROPERTY", "combined"))["result"] is False
    raw = await wait_until(lambda: peer.pushed(symbol), "a raw push")
    assert raw
    assert (await peer.ask("SET_PROPERTY", "combined", True))["result"] is None
    await wait_until(lambda: any(f.get("stream") == stream for f in peer.frames), "a wrapped push")
    other = await outside.connect(SPOT, "/ws")
    assert (await other.ask("DANCE"))["code"] == 2
    await other.ws.send_str("{broken")
    assert await wait_until(lambda: [f for f in other.frames if f.get("code") == 3], "an error")


async def test_unsubscribed_streams_fall_silent(outside: Outside) -> None:
    symbol = outside.symbol(PERP)
    peer = await outside.connect(PERP, f"/public/ws/{symbol.lower()}@bookTicker")
    await wait_until(lambda: peer.pushed(symbol), "a quote")
    await peer.ask("UNSUBSCRIBE", f"{symbol.lower()}@bookTicker")
    count, before = len(peer.pushed(symbol)), outside.simulator.market.steps
    await wait_until(lambda: outside.simulator.market.steps > before + 50, "half a second of market")
    assert len(peer.pushed(symbol)) == count
    assert (await outside.get(PERP, "/control/sockets"))[0]["streams"] == []


WRONG = [
    (PERP, "/ws", "{}@bookTicker"),
    (PERP, "/stream", "!miniTicker@arr"),
    (PERP, "/market/ws", "{}@bookTicker"),
    (PERP, "/public/ws", "!markPrice@arr@1s"),
    (PERP, "/private/ws", "{}@bookTicker"),
    (SPOT, "/ws", "!ticker@arr"),
    (SPOT, "/ws", "!bookTicker"),
    (SPOT, "/ws", "{upper}@bookTicker"),
    (SPOT, "/ws", "{upper}@depth@100ms"),
    (SPOT, "/ws", "nosuchusdt@bookTicker"),
    (SPOT, "/ws", "{}@markPrice"),
]
"""Names that do not exist there: unrouted or wrong category, retired, uppercase, unknown, the other product's."""


async def test_wrong_streams_are_acknowledged_and_silent(outside: Outside) -> None:
    peers = []
    for venue, path, stream in WRONG:
        symbol = outside.symbol(venue)
        peer = await outside.connect(venue, path)
        answer = await peer.ask("SUBSCRIBE", stream.format(symbol.lower(), upper=symbol))
        assert answer == {"result": None, "id": 1}, stream
        peers.append(peer)
    before = outside.simulator.market.steps
    await wait_until(lambda: outside.simulator.market.steps > before + 110, "more than a second of market")
    assert [len(peer.texts) for peer in peers] == [1] * len(peers)


async def test_a_symbol_that_is_not_ascii_is_streamed(outside: Outside) -> None:
    peer = await outside.connect(SPOT, "/stream")
    await peer.ask("SUBSCRIBE", "币安人生usdt@bookTicker")
    outside.simulator.market.touch(outside.simulator.market.listing(SPOT, "币安人生USDT"))
    await wait_until(lambda: peer.pushed("币安人生USDT"), "a quote")


async def test_listing_changes_are_announced(outside: Outside) -> None:
    peer = await outside.connect(PERP, "/market/ws/!contractInfo")
    await outside.fault(PERP, "new_listing", base="FRESH")
    await outside.fault(PERP, "delist", symbol=outside.symbol(PERP, 30))
    rows = await wait_until(lambda: len(f := peer.frames) >= 2 and f, "two announcements")
    assert rows[0]["s"] == "FRESHUSDT"
    assert rows[0]["cs"] == "TRADING"
    assert rows[1]["cs"] == "SETTLING"
    json.dumps(rows)
