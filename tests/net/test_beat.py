"""Frames are stamped per wake-up; only heavy traffic is made to wait."""

import asyncio
import selectors
import socket
import threading
from time import time_ns

import pytest

from arbwatch.net import beat
from arbwatch.net.beat import Beat, WallClock, clock_of, new_loop


def test_a_loop_carries_its_beat_and_stamps_each_wake_up() -> None:
    loop = new_loop()
    try:
        clock = clock_of(loop)

        async def look() -> tuple[int, int, int]:
            before = time_ns()
            await asyncio.sleep(0.01)
            first = clock.now
            return before, first, clock.now

        before, first, again = loop.run_until_complete(look())
        assert before < first <= time_ns() and first == again
    finally:
        loop.close()


async def test_another_loop_is_stamped_per_frame() -> None:
    assert isinstance(clock_of(asyncio.get_running_loop()), WallClock)
    assert abs(WallClock().now - time_ns()) < 1e9


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(beat, "sleep", pauses.append)
    return pauses


@pytest.mark.parametrize(("rate", "pauses"), [(500, False), (3000, True)])
def test_it_pauses_only_above_its_threshold(
    slept: list[float], monkeypatch: pytest.MonkeyPatch, rate: int, pauses: bool
) -> None:
    now = [100.0]
    monkeypatch.setattr(beat, "monotonic", lambda: now[0])
    it = Beat()
    near, far = socket.socketpair()
    try:
        it.register(near, selectors.EVENT_READ)
        far.send(b"x")
        for _ in range(rate):
            assert len(it.select(0.001)) == 1
            now[0] += 1 / rate
        assert bool(slept) == pauses
        slept.clear()
        it.busy = True
        it.select(0)
        assert not slept, "work that is ready does not wait"
    finally:
        it.close()
        near.close()
        far.close()


def test_calls_from_other_threads_wake_it() -> None:
    loop = new_loop()
    try:

        async def wait() -> None:
            done = asyncio.Event()
            threading.Thread(target=loop.call_soon_threadsafe, args=(done.set,)).start()
            await asyncio.wait_for(done.wait(), 2)

        loop.run_until_complete(wait())
    finally:
        loop.close()


def test_a_venue_is_read_on_such_a_loop(slept: list[float]) -> None:
    from arbwatch.net.http import Http
    from arbwatch.net.pool import Pool
    from tests.net.conftest import wait_until
    from tests.net.script import Seen, Server, Toy, quotes, said

    async def read() -> int:
        server, seen = await Server().start(), Seen()
        options = server.options()
        http = Http(Toy, options)
        pool = Pool(Toy, options, seen, http)
        await pool.start()
        pool.follow(quotes("BTC"))
        await wait_until(lambda: seen.live)
        before = time_ns()
        server.say(said(kind="quote", symbol="BTC", n=5))
        await wait_until(lambda: "BTC" in seen.quotes)
        await pool.stop()
        await http.close()
        await server.stop()
        return seen.quotes["BTC"].received - before

    loop = new_loop()
    try:
        assert 0 <= loop.run_until_complete(read()) < 1e9
    finally:
        loop.close()
