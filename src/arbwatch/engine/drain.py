"""When the doors are emptied: after sockets were read, and no more often than anybody needs it."""

import asyncio
from collections.abc import Callable
from time import time_ns

from arbwatch.market.table import Table
from arbwatch.net.beat import BeatLoop

EVERY_S = 0.01


class Drain:
    """Drain a table on its loop's beat: a quiet market's quote at once, a busy one's every `EVERY_S` seconds.

    `then` is called after each drain with the time of it, UTC ns.

    A timer that is due when the loop wakes up fires after the sockets were read, so that a drain under load costs
    no wake-up of its own.
    """

    def __init__(self, table: Table, then: Callable[[int], None] | None = None) -> None:
        self._table = table
        self._then = then
        self._due = 0.0
        self._armed = False
        self._loop: asyncio.AbstractEventLoop
        self._failed: asyncio.Future[None]

    async def run(self) -> None:
        """Drain until cancelled; raises what a drain raised."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, BeatLoop):
            raise TypeError("the table is drained on the beat of a loop that new_loop() made")
        self._loop, self._failed, self._armed = loop, loop.create_future(), False
        loop.beat.woke = self._arm
        try:
            await self._failed
        finally:
            loop.beat.woke = None

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            self._loop.call_at(self._due, self._drain)

    def _drain(self) -> None:
        self._armed = False
        try:
            now = time_ns()
            self._table.drain(now)
            if self._then is not None:
                self._then(now)
        except Exception as problem:  # noqa: BLE001 # told to whoever awaits `run`
            if not self._failed.done():
                self._failed.set_exception(problem)
        self._due = self._loop.time() + EVERY_S
