"""The doors are emptied soon after anything came, not again and again, and never silently not at all."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from arbwatch.engine.drain import EVERY_S, Drain
from arbwatch.market.table import Lane, Table
from arbwatch.net.beat import new_loop

Bell = Callable[[], object]


class Doors(Table):
    """A table that notes when it was drained, and whether a quote waited by then."""

    def __init__(self) -> None:
        super().__init__([Lane("here_spot", "here", "spot")])
        self.waiting: list[str] = []
        self.drained: list[tuple[float, list[str]]] = []
        self.problem: Exception | None = None

    def drain(self, now: int) -> int:
        if self.problem is not None:
            raise self.problem
        found, self.waiting = self.waiting, []
        self.drained.append((asyncio.get_running_loop().time(), found))
        return len(found)


def _on_the_beat(work: Callable[[Doors, Bell], Awaitable[None]]) -> Doors:
    """Run `work` beside a drain; it is given a bell that makes a socket bring one quote."""
    doors, loop = Doors(), new_loop()
    near, far = socket.socketpair()

    def read() -> None:
        doors.waiting.append(near.recv(1).decode())

    async def main() -> None:
        running = asyncio.ensure_future(Drain(doors).run())
        asyncio.get_running_loop().add_reader(near, read)
        try:
            await work(doors, lambda: far.send(b"q"))
            if running.done():
                await running
        finally:
            running.cancel()
            asyncio.get_running_loop().remove_reader(near)

    try:
        loop.run_until_complete(asyncio.wait_for(main(), 5))
    finally:
        loop.close()
        near.close()
        far.close()
    return doors


async def _until(done: Callable[[], object]) -> None:
    while not done():
        await asyncio.sleep(0.001)


def test_a_quote_is_written_when_it_was_read() -> None:
    async def work(doors: Doors, ring: Bell) -> None:
        ring()
        await _until(lambda: any(found for _, found in doors.drained))

    assert [found for _, found in _on_the_beat(work).drained if found] == [["q"]]


def test_quotes_that_follow_each_other_share_a_drain() -> None:
    async def work(doors: Doors, ring: Bell) -> None:
        for _ in range(30):
            ring()
            await asyncio.sleep(0.001)
        await _until(lambda: sum(len(found) for _, found in doors.drained) == 30)

    times = [at for at, _ in _on_the_beat(work).drained]
    assert all(after - before >= EVERY_S for before, after in pairwise(times))


def test_a_quote_that_no_socket_brought_is_written_too() -> None:
    async def work(doors: Doors, ring: Bell) -> None:
        doors.waiting.append("held back while a socket was replaced")
        await _until(lambda: not doors.waiting)

    assert ["held back while a socket was replaced"] in [found for _, found in _on_the_beat(work).drained]


def test_nothing_is_drained_where_nothing_happens() -> None:
    async def work(doors: Doors, ring: Bell) -> None:
        before = len(doors.drained)
        await asyncio.sleep(20 * EVERY_S)
        assert len(doors.drained) - before <= 3

    _on_the_beat(work)


def test_what_a_drain_raises_is_raised_to_its_owner() -> None:
    async def work(doors: Doors, ring: Bell) -> None:
        doors.problem = ValueError("no such row")
        ring()
        await _until(lambda: len(asyncio.all_tasks()) == 2)

    with pytest.raises(ValueError, match="no such row"):
        _on_the_beat(work)
