import asyncio
from collections.abc import Awaitable, Callable
from time import time_ns
from typing import Any

import pytest

from arbwatch.connector.wire import Topic
from arbwatch.engine import watch as module
from arbwatch.engine.feed import Feed
from arbwatch.engine.watch import Watch
from arbwatch.market.codes import RowState
from tests.engine.conftest import VENUE, FakeHttp, Tulip, instrument, quote

S = 1_000_000_000
SYMBOLS = [f"{letter}USDT" for letter in "ABCDEFGH"]
Ready = Callable[..., Awaitable[Feed]]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRACE_S", "CALM_GRACE_S"):
        monkeypatch.setattr(module, name, 0.001)
    monkeypatch.setattr(module, "CHECK_EVERY_S", 0.0)


@pytest.fixture
def ready(make_feed: Callable[..., Feed]) -> Ready:
    async def make(silent: list[str]) -> Feed:
        """Give streams that spoke five times a second; all but the silent ones did so until now."""
        feed = make_feed()
        Tulip.listed = [instrument(symbol) for symbol in SYMBOLS]
        await feed.read_listing()
        feed.up("tulip-1", frozenset(Topic("quote", symbol) for symbol in SYMBOLS))
        start = time_ns() - 20 * S
        feed.table.columns.since[0] = start
        for step in range(100):
            at = start + step * S // 5
            for symbol in SYMBOLS:
                if step < 85 or symbol not in silent:
                    feed.quotes[symbol] = quote(symbol, 10.0, at)
            feed.table.drain(at)
        Tulip.quotes = [quote(symbol, 10.0) for symbol in SYMBOLS]
        return feed

    return make


async def _looked(watch: Watch, until: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not until():
            watch.look(time_ns())
            await asyncio.sleep(0.002)


def _state(feed: Feed, symbol: str) -> RowState:
    snapshot = feed.table.snapshot(1)
    return RowState(int(snapshot.state[0, snapshot.layout.rows[0][symbol]]))


def _pool(feed: Feed) -> Any:
    return feed.pool


async def test_a_frozen_symbol_is_subscribed_anew_alone(ready: Ready) -> None:
    feed = await ready(["AUSDT"])
    Tulip.quotes[0] = quote("AUSDT", 12.0)
    await _looked(Watch(feed), lambda: bool(_pool(feed).again))
    assert _state(feed, "AUSDT") == RowState.FROZEN
    assert {topic for topic, _ in _pool(feed).again} == {Topic("quote", "AUSDT")}
    assert _pool(feed).replaced == []
    assert _state(feed, "BUSDT") == RowState.LIVE


async def test_a_quiet_symbol_that_rest_confirms_is_left_in_peace(ready: Ready) -> None:
    feed = await ready(["AUSDT"])
    http: Any = feed.http
    await _looked(Watch(feed), lambda: "/quotes" in http.asked and _state(feed, "AUSDT") == RowState.LIVE)
    assert _pool(feed).again == []


async def test_a_message_under_way_clears_the_suspicion(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_S", 0.05)
    feed = await ready(["AUSDT"])
    Tulip.quotes[0] = quote("AUSDT", 12.0)
    watch, http = Watch(feed), feed.http
    known: Any = http
    await _looked(watch, lambda: "/quotes" in known.asked)
    feed.quotes["AUSDT"] = quote("AUSDT", 12.0)
    feed.table.drain(time_ns())
    await asyncio.sleep(0.1)
    assert _state(feed, "AUSDT") == RowState.LIVE
    assert _pool(feed).again == []


async def test_many_frozen_on_one_socket_replace_the_socket(ready: Ready) -> None:
    feed = await ready(SYMBOLS[:6])
    Tulip.quotes = [quote(symbol, 12.0) for symbol in SYMBOLS[:6]]
    await _looked(Watch(feed), lambda: bool(_pool(feed).replaced))
    assert _pool(feed).replaced[0] == "tulip-1"
    assert _pool(feed).again == []
    assert _state(feed, "AUSDT") == RowState.FROZEN


async def test_what_froze_waits_for_its_first_message_once_its_socket_was_replaced(ready: Ready) -> None:
    feed = await ready(SYMBOLS[:6])
    watch, pool = Watch(feed), _pool(feed)
    pool.opened["tulip-1"] = 1
    Tulip.quotes = [quote(symbol, 12.0) for symbol in SYMBOLS[:6]]
    await _looked(watch, lambda: bool(pool.replaced))
    watch.look(time_ns())
    assert _state(feed, "AUSDT") == RowState.FROZEN
    pool.opened["tulip-1"] = 2
    watch.look(time_ns())
    assert {_state(feed, symbol) for symbol in SYMBOLS[:6]} == {RowState.WAITING}
    assert _state(feed, "HUSDT") == RowState.LIVE
    await asyncio.sleep(0)


async def test_without_rest_a_suspect_stays_one_and_is_asked_for_anew_now_and_then(ready: Ready) -> None:
    feed = await ready(["AUSDT"])
    FakeHttp.refusal = "banned"
    http: Any = feed.http
    await _looked(Watch(feed), lambda: http.asked.count("/quotes") >= 4)
    assert _state(feed, "AUSDT") == RowState.SUSPECT
    assert _pool(feed).again == [(Topic("quote", "AUSDT"), False)]


async def test_a_silent_socket_makes_its_rows_suspect_and_is_replaced(ready: Ready) -> None:
    feed = await ready(SYMBOLS)
    watch = Watch(feed)
    watch.look(time_ns())
    assert _pool(feed).replaced == ["tulip-1"]
    assert {_state(feed, symbol) for symbol in SYMBOLS} == {RowState.SUSPECT}
    await asyncio.sleep(0)


async def test_a_whole_market_stream_that_falls_silent_is_subscribed_elsewhere_once(ready: Ready) -> None:
    feed = await ready([])
    feed.heard["ticker"] = time_ns() - 30 * S
    watch = Watch(feed)
    watch.look(time_ns())
    watch.look(time_ns())
    assert _pool(feed).again == [(Topic("ticker"), True)]
    assert "ticker stream has been silent" in str(feed.health.status(1, feed.table.snapshot(1)).last_error)
    assert feed.venue.id == VENUE


async def test_what_a_check_for_others_contradicts_gets_longer_to_speak(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CALM_GRACE_S", 60.0)
    feed = await ready(["AUSDT"])
    Tulip.quotes[0], Tulip.quotes[1] = quote("AUSDT", 12.0), quote("BUSDT", 12.0)
    await _looked(Watch(feed), lambda: bool(_pool(feed).again))
    assert _state(feed, "AUSDT") == RowState.FROZEN
    assert _state(feed, "BUSDT") == RowState.LIVE


async def test_a_stream_that_was_late_once_and_spoke_is_still_found_frozen_later(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CALM_GRACE_S", 0.05)
    feed = await ready(["AUSDT"])
    Tulip.quotes[0], Tulip.quotes[1] = quote("AUSDT", 12.0), quote("BUSDT", 12.0)
    watch = Watch(feed)
    await _looked(watch, lambda: bool(_pool(feed).again))
    feed.quotes["BUSDT"] = quote("BUSDT", 11.0, time_ns())
    feed.table.drain(time_ns())
    later = 3 * S
    async with asyncio.timeout(2):
        while _state(feed, "BUSDT") != RowState.FROZEN:
            for symbol in SYMBOLS[2:]:
                feed.quotes[symbol] = quote(symbol, 10.0, time_ns() + later)
            feed.table.drain(time_ns() + later)
            watch.look(time_ns() + later)
            later += S
            await asyncio.sleep(0.002)
    assert Topic("quote", "BUSDT") in {topic for topic, _ in _pool(feed).again}
