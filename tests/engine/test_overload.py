"""A program that falls behind says so, keeps to what is traded most, and takes the rest back when it is well."""

import asyncio
import threading
import time
from collections.abc import Callable
from time import time_ns
from typing import Any

import pytest

from arbwatch.connector.wire import Topic
from arbwatch.engine.feed import Feed
from arbwatch.engine.overload import START_S, TICK_S, Overload
from arbwatch.market.load import Limits, Load
from arbwatch.model import Ticker
from arbwatch.net.beat import new_loop
from tests.engine.conftest import VENUE, Tulip, instrument, quote

SYMBOLS = [f"C{number}USDT" for number in range(10)]
BEHIND, WELL = Load(1.0, 300.0, True), Load(0.1, 1.0, False)


@pytest.fixture
async def feed(make_feed: Callable[..., Feed]) -> Feed:
    """Give ten live markets; each trades more than the one before, and of the first nothing is known."""
    it = make_feed()
    Tulip.listed = [instrument(symbol) for symbol in SYMBOLS]
    await it.read_listing()
    it.up("tulip-1", frozenset(Topic("quote", symbol) for symbol in SYMBOLS))
    for number, symbol in enumerate(SYMBOLS):
        it.quotes[symbol] = quote(symbol, 10.0)
        if number:
            now = time_ns()
            it.table.apply(Ticker(VENUE, symbol, None, None, None, None, None, 100.0 * number, now, now))
    it.table.drain(time_ns())
    return it


class Clock:
    """Shows an overload one load for a while."""

    def __init__(self, overload: Overload) -> None:
        self.overload = overload
        self.now = 100.0
        self.show(WELL, START_S + 1)

    def show(self, load: Load, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.now += TICK_S
            self.overload.look(self.now, load)


def _shown(feed: Feed) -> dict[str, str]:
    snapshot = feed.table.snapshot(time_ns())
    return {symbol: snapshot.state_name(0, place) for symbol, place in snapshot.layout.rows[0].items()}


def _followed(feed: Feed) -> set[str]:
    pool: Any = feed.pool
    return {topic.symbol for topic in pool.followed if topic.kind == "quote"}


async def test_the_least_traded_go_first_and_say_so(feed: Feed) -> None:
    clock = Clock(Overload(feed.table, {VENUE: feed}))
    clock.show(BEHIND, 3.2)
    assert feed.dropped == set(SYMBOLS[:2])
    assert _followed(feed) == set(SYMBOLS[2:])
    assert {_shown(feed)[symbol] for symbol in SYMBOLS[:2]} == {"shed"}
    assert {_shown(feed)[symbol] for symbol in SYMBOLS[2:]} == {"live"}
    status = feed.health.status(time_ns(), feed.table.view(time_ns(), counted=True))
    assert status.note.startswith("overload: 2 of 10 markets are not followed, least traded first")
    assert (status.dropped, clock.overload.load.dropped, clock.overload.load.markets) == (2, 2, 10)
    clock.show(BEHIND, 3.2)
    assert feed.dropped == set(SYMBOLS[:4])
    assert feed.progress().stage == "live"


async def test_a_late_message_does_not_make_a_dropped_row_live(feed: Feed) -> None:
    Clock(Overload(feed.table, {VENUE: feed})).show(BEHIND, 3.2)
    feed.quotes[SYMBOLS[0]] = quote(SYMBOLS[0], 11.0)
    feed.table.drain(time_ns())
    feed.up("tulip-1", frozenset([Topic("quote", SYMBOLS[0])]))
    assert _shown(feed)[SYMBOLS[0]] == "shed"


async def test_the_most_traded_come_back_first_and_speak_again(feed: Feed) -> None:
    clock = Clock(Overload(feed.table, {VENUE: feed}))
    clock.show(BEHIND, 3.2)
    clock.show(WELL, 16)
    assert feed.dropped == {SYMBOLS[0]}
    assert _shown(feed)[SYMBOLS[1]] == "empty"
    feed.up("tulip-1", frozenset([Topic("quote", SYMBOLS[1])]))
    feed.quotes[SYMBOLS[1]] = quote(SYMBOLS[1], 11.0)
    feed.table.drain(time_ns())
    assert _shown(feed)[SYMBOLS[1]] == "live"
    clock.show(WELL, 30)
    assert feed.dropped == set()
    assert _followed(feed) == set(SYMBOLS)


async def test_some_are_followed_whatever_happens(feed: Feed) -> None:
    clock = Clock(Overload(feed.table, {VENUE: feed}))
    clock.show(BEHIND, 120)
    assert feed.dropped == set(SYMBOLS[:-1])


async def test_a_start_drops_nothing_and_neither_does_who_does_not_want_it(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    starting = Overload(feed.table, {VENUE: feed})
    for tick in range(int(START_S / TICK_S) - 1):
        starting.look(100.0 + tick * TICK_S, BEHIND)
    assert starting.load.behind
    assert (feed.dropped, caplog.messages) == (set(), [])
    for tick in range(5):
        starting.look(100.0 + START_S + tick * TICK_S, BEHIND)
    assert [words.partition(":")[0] for words in caplog.messages] == ["the program falls behind"]
    Clock(Overload(feed.table, {VENUE: feed}, shed=False)).show(BEHIND, 60)
    assert feed.dropped == set()


async def test_what_is_not_listed_any_more_is_not_counted_as_dropped(feed: Feed) -> None:
    Clock(Overload(feed.table, {VENUE: feed})).show(BEHIND, 3.2)
    Tulip.listed = [instrument(symbol) for symbol in SYMBOLS[1:]]
    await feed.read_listing()
    assert feed.dropped == {SYMBOLS[1]}
    assert _shown(feed)[SYMBOLS[1]] == "shed"


def test_a_loop_that_is_stuck_is_told_by_whoever_looks(make_feed: Callable[..., Feed]) -> None:
    overload = Overload(make_feed().table, {})
    stuck = threading.Event()
    found: list[Load] = []

    def watch() -> None:
        while not stuck.is_set():
            found.append(overload.load)
            time.sleep(0.01)

    async def main() -> None:
        task = asyncio.create_task(overload.run())
        await asyncio.sleep(0.3)
        watcher = threading.Thread(target=watch)
        watcher.start()
        time.sleep(0.8)  # noqa: ASYNC251 # it is stuck
        stuck.set()
        watcher.join()
        task.cancel()

    loop = new_loop()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    assert any(load.behind and (load.late_ms or 0) > 300 for load in found)


def test_a_loop_with_too_much_to_do_is_told_within_a_second(make_feed: Callable[..., Feed]) -> None:
    feed = make_feed()
    overload = Overload(feed.table, {}, limits=Limits(late_s=60.0))

    async def main() -> float:
        task = asyncio.create_task(overload.run())
        await asyncio.sleep(0.6)
        assert not overload.load.behind
        started = time.monotonic()
        while not overload.load.behind:
            assert time.monotonic() - started < 5
            await asyncio.sleep(0)
            time.sleep(0.005)  # noqa: ASYNC251 # it stands for work
        task.cancel()
        return time.monotonic() - started

    loop = new_loop()
    try:
        assert loop.run_until_complete(main()) < 2
    finally:
        loop.close()
