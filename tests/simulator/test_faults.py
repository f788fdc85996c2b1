"""Each fault does what it says, to whom it says, and ends when it is cleared."""

import itertools
import time
from typing import Any

import aiohttp
import pytest

from tests.simulator.conftest import Outside, Peer, wait_until

SPOT, PERP = "binance_spot", "binance_perp"


async def quotes(outside: Outside, *ranks: int) -> tuple[Peer, list[str]]:
    """Follow the quotes of some busy spot symbols on one socket until each has spoken."""
    symbols = [outside.symbol(SPOT, rank) for rank in ranks]
    peer = await outside.connect(SPOT, "/stream")
    await peer.ask("SUBSCRIBE", *(f"{symbol.lower()}@bookTicker" for symbol in symbols))
    await wait_until(lambda: all(peer.pushed(symbol) for symbol in symbols), "every symbol speaks")
    return peer, symbols


async def socket_of(outside: Outside, index: int = 0) -> str:
    return str((await outside.get(SPOT, "/control/sockets"))[index]["socket"])


async def more(peer: Peer, symbol: str, by: int = 5) -> None:
    """Wait for more quotes of a symbol."""
    count = len(peer.pushed(symbol))
    await wait_until(lambda: len(peer.pushed(symbol)) >= count + by, f"more of {symbol}")


async def test_drop_socket_tears_one_connection(outside: Outside) -> None:
    peer, _ = await quotes(outside, 0)
    other, symbols = await quotes(outside, 1)
    await outside.fault(SPOT, "drop_socket", socket=await socket_of(outside))
    await wait_until(lambda: peer.ended, "the end")
    assert peer.closed == 1006
    await more(other, symbols[0])


async def test_close_socket_says_its_code(outside: Outside) -> None:
    peer, _ = await quotes(outside, 0)
    await outside.fault(SPOT, "close_socket", code=1013)
    await wait_until(lambda: peer.ended, "the end")
    assert peer.closed == 1013


async def test_half_open_says_nothing_and_does_not_end(outside: Outside) -> None:
    peer, symbols = await quotes(outside, 0)
    other, others = await quotes(outside, 0)
    await peer.ws.ping(b"there?")
    await wait_until(lambda: peer.pongs == 1, "a pong while all is well")
    await outside.fault(SPOT, "half_open", socket=await socket_of(outside))
    count = len(peer.texts)
    await peer.ws.ping(b"there?")
    await peer.ws.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 77})
    await more(other, others[0], 30)
    assert len(peer.texts) - count < 10
    assert not any(frame.get("id") == 77 for frame in peer.frames)
    assert peer.pongs == 1
    assert not peer.ended
    assert symbols == others


async def test_a_stalled_symbol_is_silent_until_subscribed_again(outside: Outside) -> None:
    peer, (stalled, other) = await quotes(outside, 0, 1)
    await outside.fault(SPOT, "stall_symbol", symbol=stalled)
    count = len(peer.pushed(stalled))
    truth = (await outside.get(SPOT, "/truth", symbol=stalled))["quotes"][stalled]["update_id"]
    await more(peer, other, 20)
    assert len(peer.pushed(stalled)) == count
    assert (await outside.get(SPOT, "/truth", symbol=stalled))["quotes"][stalled]["update_id"] > truth
    await peer.ask("SUBSCRIBE", f"{stalled.lower()}@bookTicker")
    await more(peer, stalled)


async def test_a_stall_can_outlast_subscriptions(outside: Outside) -> None:
    peer, (stalled, other) = await quotes(outside, 0, 1)
    await outside.fault(SPOT, "stall_symbol", symbol=stalled, until="cleared")
    await peer.ask("SUBSCRIBE", f"{stalled.lower()}@bookTicker")
    count = len(peer.pushed(stalled))
    await more(peer, other, 20)
    assert len(peer.pushed(stalled)) == count
    assert (await outside.post(SPOT, "/control/clear"))["cleared"] == ["stall_symbol"]
    await more(peer, stalled)


async def test_a_silent_symbol_never_speaks_on_its_socket_but_does_on_another(outside: Outside) -> None:
    silent, other = outside.symbol(SPOT, 0), outside.symbol(SPOT, 1)
    await outside.fault(SPOT, "silent_symbol", symbol=silent)
    peer = await outside.connect(SPOT, f"/stream?streams={silent.lower()}@bookTicker/{other.lower()}@bookTicker")
    await more(peer, other, 20)
    await peer.ask("SUBSCRIBE", f"{silent.lower()}@bookTicker")
    await more(peer, other, 20)
    assert not peer.pushed(silent)
    elsewhere = await outside.connect(SPOT, f"/stream?streams={silent.lower()}@bookTicker")
    await more(elsewhere, silent)


async def test_garbage_and_truncated_frames_come_between_good_ones(outside: Outside) -> None:
    peer, (hit, other) = await quotes(outside, 0, 1)
    await outside.fault(SPOT, "garbage", count=4)
    await outside.fault(SPOT, "truncated", count=3, symbol=hit)
    await wait_until(lambda: len(peer.texts) - len(peer.frames) >= 7, "seven frames that are no JSON")
    await more(peer, hit)
    await more(peer, other)
    broken = [text for text in peer.texts if hit in text and not text.endswith("}")]
    assert len(broken) == 3
    assert (await outside.get(SPOT, "/control/faults"))["standing"] == []


async def test_wrong_types_spoil_one_row_of_an_array(outside: Outside) -> None:
    await outside.fault(PERP, "wrong_types", count=2)
    rows = await outside.get(PERP, "/fapi/v1/premiumIndex")
    assert sum(isinstance(row["symbol"], str) for row in rows) == len(rows) - 1
    peer = await outside.connect(PERP, "/market/stream?streams=!markPrice@arr@1s")
    array = (await wait_until(lambda: peer.frames, "an array"))[0]["data"]
    assert sum(isinstance(row["p"], str) for row in array) == len(array) - 1
    assert all(isinstance(row["symbol"], str) for row in await outside.get(PERP, "/fapi/v1/premiumIndex"))


@pytest.mark.parametrize(("venue", "path"), [(SPOT, "/ws"), (PERP, "/public/ws")])
async def test_a_gap_breaks_the_chain_of_ids_of_one_symbol(outside: Outside, venue: str, path: str) -> None:
    hit, other = outside.symbol(venue, 0), outside.symbol(venue, 1)
    peer = await outside.connect(venue, path)
    await peer.ask("SUBSCRIBE", f"{hit.lower()}@depth@100ms", f"{other.lower()}@depth@100ms")
    await wait_until(lambda: len(peer.pushed(hit)) > 2 and len(peer.pushed(other)) > 2, "diffs")
    await outside.fault(venue, "gap", symbol=hit, count=1)
    await more(peer, hit, 5)

    def breaks(rows: list[dict[str, Any]]) -> int:
        if venue == SPOT:
            return sum(b["U"] != a["u"] + 1 for a, b in itertools.pairwise(rows))
        return sum(b["pu"] != a["u"] for a, b in itertools.pairwise(rows))

    assert breaks(peer.pushed(hit)) == 1
    assert breaks(peer.pushed(other)) == 0


async def test_an_ack_that_lies_and_one_that_refuses(outside: Outside) -> None:
    first, second = outside.symbol(SPOT, 0), outside.symbol(SPOT, 1)
    await outside.fault(SPOT, "lying_ack", count=1)
    peer = await outside.connect(SPOT, "/ws")
    assert (await peer.ask("SUBSCRIBE", f"{first.lower()}@bookTicker"))["result"] is None
    await outside.fault(SPOT, "error_ack", count=1)
    assert (await peer.ask("SUBSCRIBE", f"{second.lower()}@bookTicker"))["code"] == 2
    assert (await peer.ask("SUBSCRIBE", f"{second.lower()}@bookTicker"))["result"] is None
    await more(peer, second, 20)
    assert not peer.pushed(first)


async def test_slow_rest_is_slow_on_its_path_alone(outside: Outside) -> None:
    await outside.fault(SPOT, "slow_rest", seconds=0.4, path="/api/v3/time", count=1)
    start = time.monotonic()
    await outside.get(SPOT, "/api/v3/ping")
    assert time.monotonic() - start < 0.35
    await outside.get(SPOT, "/api/v3/time")
    assert time.monotonic() - start >= 0.4


async def test_rest_status_has_the_body_that_goes_with_it(outside: Outside) -> None:
    for status in (403, 418, 429, 451, 500, 502):
        await outside.fault(SPOT, "rest_status", status=status, count=1, retry_after=7)
        told, headers, text = await outside.raw(SPOT, "/api/v3/time")
        assert told == status
        assert headers["Retry-After"] == "7"
        assert text.startswith("{" if status in (418, 429, 451) else "<html>")
        assert (await outside.raw(SPOT, "/api/v3/time"))[0] == 200


async def test_crossed_and_one_sided_books_are_served_as_they_are(outside: Outside) -> None:
    peer, (crossed, lame, well) = await quotes(outside, 0, 1, 2)
    await outside.fault(SPOT, "crossed_book", symbol=crossed)
    await outside.fault(SPOT, "one_sided_book", symbol=lame, side="ask")
    await wait_until(lambda: float((r := peer.pushed(crossed)[-1])["b"]) > float(r["a"]), "a crossed quote")
    await wait_until(lambda: float(peer.pushed(lame)[-1]["a"]) == float(peer.pushed(lame)[-1]["A"]) == 0, "no ask")
    truth = (await outside.get(SPOT, "/truth"))["quotes"]
    assert truth[crossed]["bid"] > truth[crossed]["ask"]
    assert truth[lame]["ask"] is truth[lame]["ask_size"] is None
    assert (await outside.get(SPOT, "/api/v3/depth", symbol=lame))["asks"] == []
    await outside.post(SPOT, "/control/clear")
    await wait_until(lambda: float((r := peer.pushed(crossed)[-1])["b"]) < float(r["a"]), "a proper quote again")
    await wait_until(lambda: float(peer.pushed(lame)[-1]["a"]) > 0, "an ask again")
    await more(peer, well)


async def test_clock_skew_moves_every_time_the_venue_tells(outside: Outside) -> None:
    await outside.fault(PERP, "clock_skew", ms=-90_000)
    told = (await outside.get(PERP, "/fapi/v1/time"))["serverTime"]
    assert told == pytest.approx(time.time() * 1000 - 90_000, abs=2000)
    symbol = outside.symbol(PERP)
    peer = await outside.connect(PERP, f"/public/ws/{symbol.lower()}@bookTicker")
    row = (await wait_until(lambda: peer.pushed(symbol), "a quote"))[0]
    assert row["T"] == pytest.approx(time.time() * 1000 - 90_000, abs=3000)
    assert row["E"] == pytest.approx(time.time() * 1000 - 90_000, abs=3000)


async def test_bad_listing_rows_stand_among_good_ones(outside: Outside) -> None:
    good = len((await outside.get(SPOT, "/api/v3/exchangeInfo"))["symbols"])
    await outside.fault(SPOT, "bad_listing_row")
    rows = (await outside.get(SPOT, "/api/v3/exchangeInfo"))["symbols"]
    assert len(rows) > good
    assert "not a row" in rows


async def test_refused_connections_leave_open_ones_alone(outside: Outside) -> None:
    peer, symbols = await quotes(outside, 0)
    await outside.fault(SPOT, "refuse_connect", seconds=0.5)
    with pytest.raises(aiohttp.ClientError):
        await outside.connect(SPOT, "/ws")
    await more(peer, symbols[0])
    await wait_until(lambda: not outside.simulator.servers[SPOT].faults.standing, "the fault is over")
    await outside.connect(SPOT, "/ws")


async def test_shutdown_is_announced_before_it_happens(outside: Outside) -> None:
    peer, _ = await quotes(outside, 0)
    raw = await outside.connect(SPOT, "/ws")
    await wait_until(lambda: len(outside.simulator.servers[SPOT].clients) == 2, "two sockets")
    await outside.fault(SPOT, "shutdown_notice", seconds=0.2)
    await wait_until(lambda: peer.ended and raw.ended, "the end")
    assert [f["data"]["e"] for f in peer.frames if f.get("stream") == "!serverShutdown"] == ["serverShutdown"]
    assert [f["e"] for f in raw.frames] == ["serverShutdown"]


async def test_listings_come_go_halt_and_get_other_ticks(outside: Outside) -> None:
    gone, halted, other = (outside.symbol(SPOT, rank) for rank in (20, 21, 22))
    peer = await outside.connect(SPOT, "/stream")
    await outside.fault(SPOT, "new_listing", base="FRESH", rate=20)
    await outside.fault(SPOT, "delist", symbol=gone)
    await outside.fault(SPOT, "halt", symbol=halted)
    before = outside.simulator.market.listing(SPOT, other).tick
    await outside.fault(SPOT, "tick_change", symbol=other)
    rows = {row["symbol"]: row for row in (await outside.get(SPOT, "/api/v3/exchangeInfo"))["symbols"]}
    assert "FRESHUSDT" in rows
    assert gone not in rows
    assert rows[halted]["status"] == "BREAK"
    assert float((await outside.get(SPOT, "/api/v3/ticker/bookTicker", symbol=halted))["bidPrice"]) == 0
    listing = outside.simulator.market.listing(SPOT, other)
    assert listing.tick == before * 10
    assert all(price % listing.tick == 0 for price in listing.book.bids)
    await peer.ask("SUBSCRIBE", "freshusdt@bookTicker", f"{other.lower()}@bookTicker")
    await more(peer, "FRESHUSDT")
    await more(peer, other, 1)
    await outside.post(SPOT, "/control/clear")
    assert float((await outside.get(SPOT, "/api/v3/ticker/bookTicker", symbol=halted))["bidPrice"]) > 0


async def test_a_planted_gap_appears_in_both_books(outside: Outside) -> None:
    await outside.fault(PERP, "plant", asset="SOL", gap=0.03)
    market = outside.simulator.market
    before = market.steps
    await wait_until(lambda: market.steps > before + 3, "the books follow")
    found = [row for row in await outside.get(PERP, "/truth/spreads") if row["asset"] == "SOL" and row["planted"]]
    row = next(row for row in found if row["quote_currency"] == "USDT")
    assert (row["buy_venue"], row["sell_venue"]) == (SPOT, PERP)
    assert row["gross"] == pytest.approx(0.03, abs=0.002)
    assert row["gap"] == 0.03
    assert row["size"] > 0


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"fault": "stal_symbol"}, "known are"),
    ({"fault": "stall_symbol"}, "needs symbol"),
    ({"fault": "stall_symbol", "symbl": "BTCUSDT"}, "takes no 'symbl'"),
    ({"fault": "halt", "symbol": "NOPEUSDT"}, "lists no"),
    ({"fault": "drop_socket", "socket": "none"}, "no socket"),
    ({"fault": "one_sided_book", "symbol": "BTCUSDT", "side": "left"}, "bid or ask"),
]


async def test_a_fault_that_cannot_be_says_why(outside: Outside) -> None:
    for body, word in IMPOSSIBLE:
        answer = await outside.post(SPOT, "/control/fault", **body)
        assert word in answer["error"], body
