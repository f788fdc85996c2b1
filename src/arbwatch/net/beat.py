"""The selector that stamps every wake-up, and under load lets frames gather before it reads them."""

import asyncio
import selectors
from collections.abc import Callable
from time import monotonic, sleep, time_ns
from typing import Protocol

WINDOW_S = 0.1


class Clock(Protocol):
    """Tell the time that frames are stamped with, UTC ns."""

    @property
    def now(self) -> int:
        """Return UTC ns."""


class Beat(selectors.DefaultSelector):
    """Stamp each wake-up; above `busy_above` socket events per second look no more often than every `gap` seconds.

    Wake-ups, not messages, cost the most at real rates; one pause lets all sockets fill and be read at once.
    Below the threshold nothing waits, nor where the work since the last look took longer than a pause.
    """

    gap = 0.005
    busy_above = 1000

    def __init__(self) -> None:
        super().__init__()
        self.now = time_ns()
        self.busy = False
        self.idle_s = 0.0
        """How long it waited for sockets and timers since the start."""
        self.woke: Callable[[], None] | None = None
        """Called at every wake-up, before what is ready is read; a timer it sets that is due fires right after that."""
        self._count = 0
        self._since = self._looked = monotonic()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for sockets as the selector does, after the pause if the traffic calls for one."""
        begun = monotonic()
        if self.busy and (timeout is None or timeout > 0) and begun - self._looked < self.gap:
            sleep(self.gap - (begun - self._looked))
        ready = super().select(timeout)
        self.now = time_ns()
        self._looked = now = monotonic()
        self.idle_s += now - begun
        self._count += len(ready)
        elapsed = now - self._since
        if elapsed > WINDOW_S:
            self.busy = self._count > self.busy_above * elapsed
            self._count, self._since = 0, now
        if self.woke is not None:
            self.woke()
        return ready


class WallClock:
    """Read the system's time at each call: for loops that are not stamped per wake-up."""

    @property
    def now(self) -> int:
        """Return UTC ns."""
        return time_ns()


class BeatLoop(asyncio.SelectorEventLoop):
    """An event loop that carries its beat."""

    def __init__(self) -> None:
        self.beat = Beat()
        super().__init__(self.beat)


def new_loop() -> asyncio.AbstractEventLoop:
    """Make the loop that venues are read on; the same kind on every platform."""
    return BeatLoop()


def clock_of(loop: asyncio.AbstractEventLoop) -> Clock:
    """Return the loop's beat, or the system's time where it has none."""
    return loop.beat if isinstance(loop, BeatLoop) else WallClock()
