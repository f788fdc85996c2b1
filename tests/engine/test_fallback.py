"""What no stream brings is asked for over REST, at a pace the venue's budget bears, and is told as such."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from time import time_ns
from typing import Any

import pytest

from arbwatch.connector.wire import Topic
from arbwatch.engine import fallback as module
from arbwatch.engine.fallback import Fallback
from arbwatch.engine.feed import Feed
from arbwatch.market.codes import RowState, Source
from tests.engine.conftest import VENUE, FakeHttp, Tulip, instrument, quote

SYMBOLS = ["AUSDT", "BUSDT", "CUSDT"]
Start = Callable[[], Awaitable[tuple[Feed, Fallback]]]


@pytest.fixture
async def start(make_feed: Callable[..., Feed], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    for name, value in (("TICK_S", 0.002), ("GRACE_S", 0.02), ("LEAST_S", 0.01)):
        monkeypatch.setattr(module, name, value)
    tasks: list[asyncio.Task[None]] = []

    async def make() -> tuple[Feed, Fallback]:
        feed = make_feed()
        Tulip.listed = [instrument(symbol) for symbol in SYMBOLS]
        Tulip.quotes = [quote(symbol, 10.0) for symbol in SYMBOLS]
        await feed.read_listing()
        feed.up("tulip-1", _topics(SYMBOLS))
        for symbol in SYMBOLS:
            feed.quotes[symbol] = quote(symbol, 10.0)
        feed.table.drain(time_ns())
        fallback = Fallback(feed)
        tasks.append(asyncio.create_task(fallback.run()))
        return feed, fallback

    yield make
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _topics(symbols: list[str]) -> frozenset[Topic]:
    return frozenset(Topic("quote", symbol) for symbol in symbols)


def _asked(feed: Feed) -> int:
    http: Any = feed.http
    count: int = http.asked.count("/quotes")
    return count


def _shown(feed: Feed, symbol: str) -> str:
    snapshot = feed.table.snapshot(time_ns())
    return snapshot.state_name(0, snapshot.layout.rows[0][symbol])


def _note(feed: Feed, **parts: Any) -> str:
    now = time_ns()
    return feed.health.status(now, feed.table.snapshot(now), **parts).note


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not condition():
            await asyncio.sleep(0.002)


async def test_a_row_whose_stream_is_gone_is_polled_and_shown_as_polled(start: Start) -> None:
    feed, _ = await start()
    feed.down("tulip-1", _topics(["AUSDT"]), "it is gone")
    Tulip.quotes = [quote("AUSDT", 12.0, time_ns() + 1)]
    await _until(lambda: _shown(feed, "AUSDT") == "polled")
    snapshot = feed.table.snapshot(time_ns())
    row = snapshot.layout.rows[0]["AUSDT"]
    assert (snapshot.bid[0, row], snapshot.source[0, row]) == (12.0, Source.REST)
    assert _shown(feed, "BUSDT") == "live"
    assert "1 are polled over REST meanwhile" in _note(feed)
    before = _asked(feed)
    await _until(lambda: _asked(feed) > before)


async def test_it_returns_to_the_stream_as_soon_as_that_speaks_and_asks_no_more(start: Start) -> None:
    feed, _ = await start()
    feed.down("tulip-1", _topics(["AUSDT"]), "it is gone")
    await _until(lambda: _asked(feed) > 0)
    feed.up("tulip-1", _topics(["AUSDT"]))
    assert _shown(feed, "AUSDT") == "polled"
    feed.quotes["AUSDT"] = quote("AUSDT", 11.0)
    feed.table.drain(time_ns())
    assert _shown(feed, "AUSDT") == "live"
    await _until(lambda: feed.health.polled_every_s is None)
    asked = _asked(feed)
    await asyncio.sleep(0.05)
    assert _asked(feed) == asked


@pytest.mark.parametrize("state", [RowState.FROZEN, RowState.REFUSED])
async def test_a_frozen_or_refused_stream_is_made_up_for(start: Start, state: RowState) -> None:
    feed, _ = await start()
    feed.table.mark(VENUE, "AUSDT", state, time_ns())
    Tulip.quotes = [quote("AUSDT", 12.0, time_ns() + 1)]
    await _until(lambda: _shown(feed, "AUSDT") == "polled")


async def test_where_every_stream_speaks_nothing_is_polled(start: Start) -> None:
    feed, _ = await start()
    await asyncio.sleep(0.1)
    assert _asked(feed) == 0


async def test_a_short_interruption_is_waited_out(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_S", 60.0)
    feed, _ = await start()
    feed.down("tulip-1", _topics(["AUSDT"]), "it is gone")
    await asyncio.sleep(0.1)
    assert _asked(feed) == 0


async def test_the_pace_spends_no_more_than_its_share_of_the_budget(start: Start) -> None:
    feed, fallback = await start()
    Tulip.quotes_weight = 5
    feed.down("tulip-1", _topics(["AUSDT"]), "it is gone")
    await _until(lambda: feed.health.polled_every_s is not None)
    limits = Tulip.limits
    assert feed.health.polled_every_s == fallback.period_s()
    assert 5 / fallback.period_s() == pytest.approx(module.SHARE * limits.weight / limits.weight_window_s)


async def test_where_rest_refuses_too_that_is_told_and_not_hammered(start: Start) -> None:
    feed, _ = await start()
    FakeHttp.refusal = "banned"
    feed.down("tulip-1", _topics(SYMBOLS), "it is gone")
    await _until(lambda: _asked(feed) == 1)
    await asyncio.sleep(0.05)
    assert _asked(feed) == 1
    assert feed.health.polled_every_s is None
    assert _shown(feed, "AUSDT") == "down"
