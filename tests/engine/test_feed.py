import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from arbwatch.connector.wire import Notice, Reject, Topic
from arbwatch.engine import feed as module
from arbwatch.engine.feed import Feed, FeedRules
from arbwatch.market.codes import RowState
from arbwatch.model import Trade
from arbwatch.net.http import RefusedError
from tests.engine.conftest import VENUE, FakeHttp, Tulip, instrument, quote

MakeFeed = Callable[..., Feed]


def _state(feed: Feed, symbol: str) -> RowState:
    snapshot = feed.table.snapshot(1)
    return RowState(int(snapshot.state[0, snapshot.layout.rows[0][symbol]]))


def _pool(feed: Feed) -> Any:
    return feed.pool


async def test_what_trades_is_followed_and_what_is_gone_or_halted_is_not(make_feed: MakeFeed) -> None:
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT"), instrument("BUSDT"), instrument("CUSDT", "halted")]
    await feed.read_listing()
    assert _pool(feed).followed == {Topic("ticker"), Topic("quote", "AUSDT"), Topic("quote", "BUSDT")}
    Tulip.listed = [instrument("BUSDT", "halted"), instrument("CUSDT"), instrument("DUSDT")]
    changes = await feed.read_listing()
    assert _pool(feed).followed == {Topic("ticker"), Topic("quote", "CUSDT"), Topic("quote", "DUSDT")}
    assert [i.symbol for i in changes.ended] == ["AUSDT"]


async def test_the_settings_decide_which_symbols_are_watched(make_feed: MakeFeed) -> None:
    feed = make_feed(FeedRules(wants=lambda symbol: symbol.startswith("B")))
    Tulip.listed = [instrument("AUSDT"), instrument("BUSDT")]
    await feed.read_listing()
    assert set(feed.instruments) == {"BUSDT"}


async def test_a_row_that_cannot_be_read_costs_itself_and_is_kept_verbatim(make_feed: MakeFeed) -> None:
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT"), Reject("listing row", "no symbol", '{"symbl":1}')]
    await feed.read_listing()
    status = feed.health.status(1, feed.table.snapshot(1))
    assert set(feed.instruments) == {"AUSDT"}
    assert status.rejected == 1
    assert status.last_rejects[0].raw == '{"symbl":1}'


async def test_what_was_listed_stays_where_its_row_cannot_be_read_any_more(make_feed: MakeFeed) -> None:
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT"), instrument("BUSDT"), instrument("CUSDT")]
    await feed.read_listing()
    Tulip.listed = [instrument("AUSDT"), Reject("listing row", "no tick", '{"symbol":"BUSDT","tick":"?"}')]
    changes = await feed.read_listing()
    assert set(feed.instruments) == {"AUSDT", "BUSDT"}
    assert [one.symbol for one in changes.ended] == ["CUSDT"]


async def test_a_listing_without_a_readable_row_ends_nothing_and_is_said(
    make_feed: MakeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LISTING_RETRY_FIRST_S", 0.001)
    feed = make_feed()
    Tulip.listed = [Reject("listing row", "no tick", '{"symbol":"AUSDT"}')]
    task = asyncio.create_task(feed.keep_listing())
    async with asyncio.timeout(2):
        while not feed.health.listing:
            await asyncio.sleep(0.001)
        status = feed.health.status(1, feed.table.snapshot(1))
        assert (status.state, status.note) == ("down", "1 of 1 rows of its listing cannot be read: no tick")
        Tulip.listed = [instrument("AUSDT")]
        await feed.listed.wait()
        assert not feed.health.listing
    task.cancel()
    Tulip.listed = [Reject("listing row", "no tick", "")]
    with pytest.raises(RefusedError, match="cannot be read"):
        await feed.read_listing()
    assert set(feed.instruments) == {"AUSDT"}


async def test_a_refused_listing_is_said_and_asked_for_again(
    make_feed: MakeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LISTING_RETRY_FIRST_S", 0.001)
    feed = make_feed()
    FakeHttp.refusal = "blocked: not from here"
    Tulip.listed = [instrument("AUSDT")]
    task = asyncio.create_task(feed.keep_listing())
    http: Any = feed.http
    async with asyncio.timeout(2):
        while len(http.asked) < 3:
            await asyncio.sleep(0.001)
        assert feed.progress().stage == "no instruments yet"
        assert "not from here" in str(feed.health.status(1, feed.table.snapshot(1)).last_error)
        FakeHttp.refusal = None
        await feed.listed.wait()
    task.cancel()


async def test_a_notice_reads_the_listing_anew(make_feed: MakeFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RELIST_LEAST_S", 0.001)
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT")]
    task = asyncio.create_task(feed.keep_listing())
    async with asyncio.timeout(2):
        await feed.listed.wait()
        await asyncio.sleep(0.01)
        Tulip.listed = [instrument("AUSDT"), instrument("BUSDT")]
        feed.notice(Notice("relist", "something new"))
        while "BUSDT" not in feed.instruments:
            await asyncio.sleep(0.001)
    task.cancel()


async def test_a_lost_socket_makes_its_rows_stale_at_once_and_empties_their_door(make_feed: MakeFeed) -> None:
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT"), instrument("BUSDT")]
    await feed.read_listing()
    topics = frozenset({Topic("quote", "AUSDT"), Topic("quote", "BUSDT")})
    feed.up("tulip-1", topics)
    for symbol in ("AUSDT", "BUSDT"):
        feed.quotes[symbol] = quote(symbol, 10.0)
    feed.table.drain(1)
    feed.quotes["AUSDT"] = quote("AUSDT", 11.0)
    feed.down("tulip-1", frozenset({Topic("quote", "AUSDT")}), "the connection was lost")
    assert "AUSDT" not in feed.quotes
    assert _state(feed, "AUSDT") == RowState.DOWN
    assert _state(feed, "BUSDT") == RowState.LIVE
    assert feed.carried() == {"tulip-1": ["BUSDT"]}


async def test_a_refused_stream_is_shown_and_does_not_hold_up_the_start(make_feed: MakeFeed) -> None:
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT"), instrument("BUSDT")]
    await feed.read_listing()
    feed.up("tulip-1", frozenset({Topic("quote", "AUSDT")}))
    assert feed.progress().stage == "subscribing"
    feed.refused(Topic("quote", "BUSDT"), "no such stream")
    assert _state(feed, "BUSDT") == RowState.REFUSED
    assert feed.progress().stage == module.LIVE


async def test_the_clock_is_told_by_the_middle_of_the_round_trip(make_feed: MakeFeed) -> None:
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT")]
    await feed.read_listing()
    Tulip.clock_ahead = 3_000_000_000
    await feed.ask(next(poll for poll in feed.polls() if poll.name == "clock"))
    offset = feed.health.clock_offset
    assert offset is not None
    assert abs(offset - 3_000_000_000) < 50_000_000


async def test_trades_are_kept_only_where_somebody_looks(make_feed: MakeFeed) -> None:
    feed = make_feed()
    feed.watch_trades("AUSDT")
    for symbol in ("AUSDT", "BUSDT"):
        feed.apply(Trade(VENUE, symbol, 1.0, 2.0, "buy", "1", None, 1))
    assert [trade.symbol for trade in feed.trades["AUSDT"]] == ["AUSDT"]
    assert set(feed.trades) == {"AUSDT"}
    assert Topic("trade", "AUSDT") in _pool(feed).followed


async def test_a_delisted_symbol_leaves_nothing_behind(make_feed: MakeFeed) -> None:
    feed = make_feed()
    Tulip.listed = [instrument("AUSDT"), instrument("BUSDT")]
    await feed.read_listing()
    feed.up("tulip-1", frozenset({Topic("quote", "AUSDT"), Topic("quote", "BUSDT")}))
    assert feed.carried() == {"tulip-1": ["AUSDT", "BUSDT"]} or feed.carried() == {"tulip-1": ["BUSDT", "AUSDT"]}
    Tulip.listed = [instrument("BUSDT")]
    await feed.read_listing()
    assert feed.carried() == {"tulip-1": ["BUSDT"]}
    assert set(feed.sockets) == {Topic("quote", "BUSDT")}
    assert (feed.progress().done, feed.progress().total) == (1, 1)
