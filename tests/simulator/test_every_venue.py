"""Each fault does on every venue what it says, in that venue's own words, and leaves the others alone."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.simulator.conftest import Outside, small_world, wait_until
from tests.simulator.speech import CLOCKS, LISTINGS, VENUES, ask, book, follow, more, pushes, quote, rows, speech

every = pytest.mark.parametrize("venue", VENUES)


@pytest.fixture
async def world(venue: str) -> AsyncIterator[Outside]:
    async with small_world(venues=(venue,)) as found:
        yield found


@every
async def test_sockets_tell_what_they_carry_in_the_same_words(world: Outside, venue: str) -> None:
    first, second = world.symbol(venue, 0), world.symbol(venue, 1)
    await follow(world, venue, quote(venue, first), book(venue, second))
    (socket,) = await world.get(venue, "/control/sockets")
    assert socket["quotes"] == [first]
    assert [(row["kind"], row["symbol"]) for row in socket["carried"]] == [("quote", first), ("depth", second)]
    assert socket["streams"] == [row["stream"] for row in socket["carried"]]


@every
async def test_duplicated_frames_come_twice_on_their_stream_alone(world: Outside, venue: str) -> None:
    hit, other = (quote(venue, world.symbol(venue, rank)) for rank in (0, 1))
    peer = await follow(world, venue, hit, other)
    await world.fault(venue, "duplicated", symbol=world.symbol(venue, 0), count=3)
    await more(venue, peer, hit, 8)

    def twice(name: str) -> int:
        return sum(a == b for a, b in itertools.pairwise(pushes(venue, peer, name)))

    assert twice(hit) == 3
    assert twice(other) == 0
    assert (await world.get(venue, "/control/faults"))["standing"] == []


@every
async def test_reordered_frames_come_after_their_successor(world: Outside, venue: str) -> None:
    hit, other = (quote(venue, world.symbol(venue, rank)) for rank in (0, 1))
    peer = await follow(world, venue, hit, other)
    await world.fault(venue, "reordered", symbol=world.symbol(venue, 0), count=2)
    await more(venue, peer, hit, 8)

    def counts(name: str) -> list[int]:
        return [speech(venue).count(frame) for frame in pushes(venue, peer, name)]

    assert sum(a > b for a, b in itertools.pairwise(counts(hit))) == 2
    assert counts(other) == sorted(counts(other))


@every
async def test_a_frame_held_back_is_not_lost_where_the_market_rests(world: Outside, venue: str) -> None:
    symbol = world.symbol(venue, 20)
    name = quote(venue, symbol)
    peer = await follow(world, venue, name)
    await world.fault(venue, "reordered", symbol=symbol, count=1)
    client = next(iter(world.simulator.servers[venue].clients.values()))
    await wait_until(lambda: client.held, "a frame is held back")
    told = len(pushes(venue, peer, name))
    await world.post(venue, "/control/pause")
    assert client.held == {}
    await wait_until(lambda: len(pushes(venue, peer, name)) > told, "it is sent after all")


@every
async def test_a_gap_breaks_one_book(world: Outside, venue: str) -> None:
    hit, other = (world.symbol(venue, rank) for rank in (0, 1))
    peer = await follow(world, venue, book(venue, hit), book(venue, other))
    await more(venue, peer, book(venue, hit), 2)
    await world.fault(venue, "gap", symbol=hit, count=1)
    await more(venue, peer, book(venue, hit), 5)

    def breaks(symbol: str) -> int:
        frames = pushes(venue, peer, book(venue, symbol))
        return sum(_broken(venue, a, b) for a, b in itertools.pairwise(frames))

    assert breaks(hit) == 1
    assert breaks(other) == 0


def _broken(venue: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Tell whether a change does not follow on the one before, by the venue's own rule."""
    if venue.startswith("bitget"):
        return bool(after["data"][0]["pseq"] != before["data"][0]["seq"])
    if venue.startswith("okx"):
        return bool(after["data"][0]["prevSeqId"] != before["data"][0]["seqId"])
    if venue == "mexc_spot":
        one, two = before["publicAggreDepths"], after["publicAggreDepths"]
        return int(two["fromVersion"]) != int(one["toVersion"]) + 1
    one, two = before["data"], after["data"]
    if venue == "mexc_perp":
        return bool(two["begin"] != one["version"] + 1)
    if venue == "binance_perp":
        return bool(two["pu"] != one["u"])
    return bool(two["U" if venue == "binance_spot" else "u"] != one["u"] + 1)


@every
async def test_acknowledgements_lie_and_refuse(world: Outside, venue: str) -> None:
    lied, refused, good = (quote(venue, world.symbol(venue, rank)) for rank in (0, 1, 2))
    await world.fault(venue, "lying_ack", count=1)
    peer = await follow(world, venue, lied, speaking=False)
    await wait_until(lambda: peer.frames, "an acknowledgement")
    await world.fault(venue, "error_ack", count=1)
    await ask(venue, peer, refused)
    await wait_until(lambda: len(peer.frames) == 2, "a refusal")
    await ask(venue, peer, good)
    await more(venue, peer, good, 20)
    assert not pushes(venue, peer, lied)
    assert not pushes(venue, peer, refused)
    assert {*(await world.get(venue, "/control/sockets"))[0]["streams"]} == {lied, good}


@every
async def test_a_stalled_symbol_speaks_again_when_asked_again(world: Outside, venue: str) -> None:
    stalled, other = (world.symbol(venue, rank) for rank in (0, 1))
    names = [quote(venue, stalled), quote(venue, other)]
    peer = await follow(world, venue, *names)
    await world.fault(venue, "stall_symbol", symbol=stalled)
    count = len(pushes(venue, peer, names[0]))
    await more(venue, peer, names[1], 20)
    assert len(pushes(venue, peer, names[0])) == count
    await ask(venue, peer, names[0])
    await more(venue, peer, names[0])


@every
async def test_frames_are_cut_and_rubbish_comes_between(world: Outside, venue: str) -> None:
    symbol = world.symbol(venue)
    peer = await follow(world, venue, quote(venue, symbol))
    await world.fault(venue, "truncated", symbol=symbol, count=3)
    await world.fault(venue, "garbage", count=5)
    await more(venue, peer, quote(venue, symbol), 10)
    await wait_until(lambda: len(peer.texts) - len(peer.frames) >= 7, "frames that cannot be read")
    assert (await world.get(venue, "/control/faults"))["standing"] == []


@every
async def test_listings_carry_rows_that_nobody_can_read(world: Outside, venue: str) -> None:
    before = len(rows(await world.get(venue, LISTINGS[venue])))
    await world.fault(venue, "bad_listing_row")
    found = rows(await world.get(venue, LISTINGS[venue]))
    assert len(found) > before
    assert "not a row" in found
    await world.post(venue, "/control/clear")
    assert len(rows(await world.get(venue, LISTINGS[venue]))) == before


@every
async def test_a_huge_listing_is_listed_and_the_quotes_go_on(world: Outside, venue: str) -> None:
    name = quote(venue, world.symbol(venue))
    peer = await follow(world, venue, name)
    before = {json.dumps(row, sort_keys=True) for row in rows(await world.get(venue, LISTINGS[venue]))}
    await world.fault(venue, "huge_listing", rows=600)
    truth = (await world.get(venue, "/truth"))["instruments"]
    assert sum(row["base"].startswith("HUGE") for row in truth) == 600
    assert len(rows(await world.get(venue, LISTINGS[venue]))) == len(before) + 600
    await more(venue, peer, name, 10)
    invented = next(row["symbol"] for row in truth if row["base"] == "HUGE7")
    await world.post(venue, "/control/clear")
    after = rows(await world.get(venue, LISTINGS[venue]))
    assert [row for row in after if f'"{invented}"' in json.dumps(row)] == []
    assert len(after) == len(before)


@every
async def test_a_rebase_changes_what_a_unit_stands_for(world: Outside, venue: str) -> None:
    symbol = world.symbol(venue, 3)
    peer = await follow(world, venue, quote(venue, symbol))
    was = await world.get(venue, "/truth", symbol=symbol)
    told = await world.fault(venue, "rebase", symbol=symbol, factor=10)
    await more(venue, peer, quote(venue, symbol), 3)
    now = await world.get(venue, "/truth", symbol=symbol)
    (before,), (after,) = was["instruments"], now["instruments"]
    assert after["contract_size"] == pytest.approx(before["contract_size"] * 10) == pytest.approx(told["done"])
    counted = venue in ("okx_perp", "mexc_perp")
    price = now["quotes"][symbol]["bid"] / was["quotes"][symbol]["bid"]
    assert price == pytest.approx(1 if counted else 10, rel=0.01)
    assert after["multiplier"] == before["multiplier"] * (1 if counted else 10)
    volume = now["tickers"][symbol]["base_volume"] / was["tickers"][symbol]["base_volume"]
    assert volume == pytest.approx(1.0 if counted else 0.1, rel=0.05)
    mean = now["tickers"][symbol]["quote_volume"] / now["tickers"][symbol]["base_volume"]
    assert now["tickers"][symbol]["low"] * 0.98 <= mean <= now["tickers"][symbol]["high"] * 1.02


@every
async def test_after_a_time_jump_what_was_held_comes_in_a_burst_and_clocks_are_ahead(
    world: Outside, venue: str
) -> None:
    name = quote(venue, world.symbol(venue))
    peer = await follow(world, venue, name)
    await world.fault(venue, "time_jump", seconds=0.6, ms=3_600_000)
    market = world.simulator.market
    before, step = len(peer.texts), market.steps
    await wait_until(lambda: market.steps > step + 30, "the market goes on")
    assert len(peer.texts) <= before + 1
    asked = time.monotonic()
    status, _, text = await world.raw(venue, CLOCKS[venue])
    assert status == 200
    assert time.monotonic() - asked > 0.05
    digits = max("".join(c if c.isdigit() else " " for c in text).split(), key=len)[:13]
    assert int(digits) / 1000 == pytest.approx(time.time() + 3600, abs=3)
    await more(venue, peer, name, 3)
    await world.post(venue, "/control/clear")
    assert world.simulator.servers[venue].protocol.skew_ms == 0


@every
async def test_sockets_that_are_opened_while_a_venue_sleeps_are_told_apart(world: Outside, venue: str) -> None:
    names = [quote(venue, world.symbol(venue, rank)) for rank in (0, 1)]
    await world.fault(venue, "time_jump", seconds=0.3, ms=0)
    await asyncio.gather(*(follow(world, venue, name) for name in names))
    sockets = await world.get(venue, "/control/sockets")
    assert sorted(symbol for socket in sockets for symbol in socket["quotes"]) == sorted(
        world.symbol(venue, rank) for rank in (0, 1)
    )


@every
async def test_a_socket_that_is_told_to_go_is_closed(world: Outside, venue: str) -> None:
    peer = await follow(world, venue, quote(venue, world.symbol(venue)))
    await world.fault(venue, "shutdown_notice", seconds=0.1)
    await wait_until(lambda: peer.ended, "the end")
    words = {"binance": "serverShutdown", "okx": "64008", "bybit": "", "bitget": "", "mexc": ""}[
        venue.partition("_")[0]
    ]
    assert any(words in text for text in peer.texts)


@every
async def test_wrong_types_spoil_one_row(world: Outside, venue: str) -> None:
    paths = {
        "binance_spot": "/api/v3/ticker/bookTicker", "binance_perp": "/fapi/v1/ticker/bookTicker",
        "bybit_spot": "/v5/market/tickers?category=spot", "bybit_perp": "/v5/market/tickers?category=linear",
        "okx_spot": "/api/v5/market/tickers?instType=SPOT", "okx_perp": "/api/v5/market/tickers?instType=SWAP",
        "bitget_spot": "/api/v2/spot/market/tickers",
        "bitget_perp": "/api/v2/mix/market/tickers?productType=USDT-FUTURES",
        "mexc_spot": "/api/v3/ticker/bookTicker", "mexc_perp": "/api/v1/contract/ticker",
    }  # fmt: skip
    await world.fault(venue, "wrong_types", count=1)
    body = await world.get(venue, paths[venue])
    found = body if isinstance(body, list) else rows(body)
    assert sum("not" in str(row.get("symbol", row.get("instId"))) for row in found) == 1
