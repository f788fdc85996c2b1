"""The simulated MEXC contracts speak in numbers: one channel of one contract per request, versions without gaps."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.simulator.conftest import Outside, wait_until
from tests.simulator.mexc_world import PERP, acks, beat, channel, contract_book, data, pushes, same, world


@pytest.fixture
async def venues() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def test_contracts_are_cut_after_a_minute_without_a_word_though_they_push() -> None:
    async with world(time_scale=60) as venues:
        silent, pinging = await venues.connect(PERP, "/edge"), await venues.connect(PERP, "/edge")
        for peer in (silent, pinging):
            await channel(peer, "sub.depth.full", venues.symbol(PERP), limit=5)
        beating = asyncio.create_task(beat(pinging, {"method": "ping"}))
        await wait_until(lambda: silent.ended, "the cut")
        assert not pinging.ended
        beating.cancel()


async def test_channels_of_contracts_are_acknowledged_and_refused_one_by_one(venues: Outside) -> None:
    peer = await venues.connect(PERP, "/edge")
    ack = await channel(peer, "sub.ticker", "BTC_USDT")
    assert list(ack) == ["channel", "data", "ts"]
    assert (ack["channel"], ack["data"]) == ("rs.sub.ticker", "success")
    for method, symbol, words in (
        ("sub.depth", "NO_USDT", "Contract [NO_USDT] not exists"),
        ("sub.nothing", "BTC_USDT", "Method [sub.nothing] not exists"),
        ("login", None, "Method [login] not exists"),
    ):
        refused = await channel(peer, method, symbol)
        assert (refused["channel"], refused["data"]) == ("rs.error", words)
    await peer.ws.send_str("{not json")
    await wait_until(lambda: acks(peer)[-1]["data"] == "Request is illegal", "an answer")
    for limit in (5, 20):
        await channel(peer, "sub.depth.full", "BTC_USDT", limit=limit)
    assert (await channel(peer, "unsub.depth.full", "BTC_USDT", limit=5))["channel"] == "rs.unsub.depth.full"
    assert (await venues.get(PERP, "/control/sockets"))[0]["streams"] == ["ticker:BTC_USDT", "depth.full:BTC_USDT:20"]
    await channel(peer, "unsub.depth.full", "BTC_USDT")
    await channel(peer, "unsub.ticker", "BTC_USDT")
    assert (await venues.get(PERP, "/control/sockets"))[0]["streams"] == []


async def test_limited_books_of_contracts_at_rest_are_the_truth(venues: Outside) -> None:
    peer = await venues.connect(PERP, "/edge")
    names = [venues.symbol(PERP, rank) for rank in range(20)]
    for name in names:
        await channel(peer, "sub.depth.full", name, limit=5)
    await wait_until(lambda: all(len(pushes(peer, "push.depth.full", n)) > 1 for n in names), "all twenty have moved")
    await venues.post(PERP, "/control/pause")
    truth = (await venues.get(PERP, "/truth"))["quotes"]

    def told(name: str) -> list[float]:
        row = pushes(peer, "push.depth.full", name)[-1]["data"]
        return [*row["bids"][0][:2], *row["asks"][0][:2]]

    def settled() -> bool:
        return all(told(name) == [truth[name][k] for k in ("bid", "bid_size", "ask", "ask_size")] for name in names)

    await wait_until(settled, "the newest quotes are the truth")
    (*_, push) = pushes(peer, "push.depth.full", names[0])
    assert push["ts"] >= push["data"]["cts"] == truth[names[0]]["time"] // 10**6
    assert [len(push["data"][side]) for side in ("asks", "bids")] == [5, 5]


async def test_changes_of_a_contracts_book_join_a_fetched_one_and_can_be_repaired(venues: Outside) -> None:
    symbol = venues.symbol(PERP)
    peer = await venues.connect(PERP, "/edge")
    await channel(peer, "sub.depth", symbol)
    await wait_until(lambda: len(pushes(peer, "push.depth")) > 2, "changes")
    snapshot = await data(venues, f"depth/{symbol}", limit="1000")
    seen = len(pushes(peer, "push.depth"))
    await wait_until(lambda: len(pushes(peer, "push.depth")) > seen + 8, "changes after it")
    before = [push["data"] for push in pushes(peer, "push.depth")]
    assert all(two["begin"] == one["version"] + 1 for one, two in itertools.pairwise(before))
    assert contract_book(snapshot, before)[2] == before[-1]["version"]
    await venues.fault(PERP, "gap", symbol=symbol, count=1)
    seen = len(pushes(peer, "push.depth"))
    await wait_until(lambda: len(pushes(peer, "push.depth")) > seen + 4, "changes after the gap")
    await venues.post(PERP, "/control/pause")
    book = (await venues.get(PERP, "/truth", symbol=symbol))["book"]
    await wait_until(lambda: pushes(peer, "push.depth")[-1]["data"]["version"] == book["update_id"], "the last change")
    changes = [push["data"] for push in pushes(peer, "push.depth")]
    with pytest.raises(AssertionError, match="are missing"):
        contract_book(snapshot, changes)
    commits = await data(venues, f"depth_commits/{symbol}/5000")
    assert [commit["version"] for commit in commits] == sorted((c["version"] for c in commits), reverse=True)
    assert same(contract_book(snapshot, commits[::-1]), book)
    assert any(change["begin"] < change["end"] for change in changes), "merged pushes"


async def test_tickers_funding_and_prices_of_contracts_are_the_truth(venues: Outside) -> None:
    symbol = venues.symbol(PERP)
    peer = await venues.connect(PERP, "/edge")
    for name in ("ticker", "funding.rate", "fair.price", "index.price", "deal"):
        await channel(peer, f"sub.{name}", symbol)
    await channel(peer, "sub.tickers")
    await wait_until(lambda: len(pushes(peer, "push.deal")) > 3, "deals")
    await venues.post(PERP, "/control/pause")
    truth = await venues.get(PERP, "/truth", symbol=symbol)
    quote, day, funding = truth["quotes"][symbol], truth["tickers"][symbol], truth["funding"][symbol]

    def newest(name: str) -> Any:
        return pushes(peer, f"push.{name}")[-1]["data"]

    await wait_until(lambda: newest("ticker")["volume24"] == _contracts(truth, symbol), "the last ticker")
    await wait_until(lambda: newest("fair.price")["price"] == funding["mark"], "the last mark")
    row = newest("ticker")
    assert [row[k] for k in ("bid1", "ask1", "lastPrice")] == [quote["bid"], quote["ask"], day["last"]]
    assert [row[k] for k in ("fairPrice", "indexPrice")] == [funding["mark"], funding["index"]]
    assert newest("index.price") == {"symbol": symbol, "price": funding["index"]}
    assert newest("deal")[0]["p"] == day["last"]
    ids = [int(deal["i"]) for push in pushes(peer, "push.deal") for deal in push["data"]]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    told = newest("funding.rate")
    assert (told["symbol"], told["nextSettleTime"] * 10**6) == (symbol, funding["next_time"])
    await wait_until(lambda: _row(newest("tickers"), symbol)["volume24"] == row["volume24"], "the last of all")
    brief = _row(newest("tickers"), symbol)
    assert not {"bid1", "ask1", "fundingRate"} & brief.keys()
    assert brief["minAskPrice"] < quote["bid"] < quote["ask"] < brief["maxBidPrice"]


def _contracts(truth: Any, symbol: str) -> float:
    (known,) = truth["instruments"]
    contract = known["contract_size"] / known["multiplier"]
    return round(truth["tickers"][symbol]["base_volume"] / contract)


def _row(rows: list[Any], symbol: str) -> Any:
    return next(row for row in rows if row["symbol"] == symbol)


async def test_changes_of_what_is_listed_are_pushed_as_rows(venues: Outside) -> None:
    peer = await venues.connect(PERP, "/edge")
    await channel(peer, "sub.contract")
    symbol = venues.symbol(PERP, 3)
    await venues.fault(PERP, "rebase", symbol=symbol, factor=10)
    await venues.fault(PERP, "halt", symbol=venues.symbol(PERP, 4))
    await venues.fault(PERP, "new_listing", base="FRESH")
    await wait_until(lambda: len(pushes(peer, "push.contract")) == 3, "three changes")
    rebased, halted, fresh = [push["data"] for push in pushes(peer, "push.contract")]
    assert rebased == await data(venues, "detail", symbol=symbol)
    assert (halted["state"], fresh["symbol"], fresh["futureType"]) == (4, "FRESH_USDT", 1)
