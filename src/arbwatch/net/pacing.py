"""Keep within limits: so many units per window, so many frames per second, so long between attempts."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from time import monotonic

MARGIN = 0.8
"""Share of a limit on frames and connections that is used: the venue counts with its own clock, after the network."""


class Window:
    """Hand out units so that no span of `period_s` holds more than `limit`."""

    def __init__(self, limit: float, period_s: float, *, time: Callable[[], float] = monotonic) -> None:
        self.limit = limit
        self.period_s = period_s
        self._time = time
        self._spent: deque[tuple[float, float]] = deque()
        self._used = 0.0
        self._turn = asyncio.Lock()

    @property
    def used(self) -> float:
        """Return the units spent within the window that ends now."""
        oldest = self._time() - self.period_s
        while self._spent and self._spent[0][0] <= oldest:
            self._used -= self._spent.popleft()[1]
        return self._used

    def wait_s(self, units: float = 1) -> float:
        """Return how long to wait until `units` fit; 0 when they do. More than the limit waits for an empty window."""
        excess = self.used + units - max(self.limit, units)
        if excess <= 0:
            return 0.0
        for spent_at, spent in self._spent:
            excess -= spent
            if excess <= 0:
                return max(spent_at + self.period_s - self._time(), 0.001)
        return self.period_s

    def spend(self, units: float = 1) -> None:
        """Count units as spent now."""
        self._spent.append((self._time(), units))
        self._used += units

    def told(self, used: float) -> None:
        """Adopt the venue's own count where it is higher than ours."""
        if (missing := used - self.used) > 0:
            self.spend(missing)

    async def take(self, units: float = 1) -> None:
        """Wait for room, first come first served, and spend."""
        async with self._turn:
            while True:
                delay = self.wait_s(units)
                if delay <= 0:
                    break
                await asyncio.sleep(delay)
            self.spend(units)


class Backoff:
    """Double the pause with each failure up to a cap, jittered; start anew only after a stable while."""

    def __init__(self, first_s: float, max_s: float, stable_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._max_s = max_s
        self._stable_s = stable_s
        self._rng = rng
        self.failures = 0

    def failed(self, lived_s: float = 0.0) -> float:
        """Return the pause in seconds after a connection that lived `lived_s`."""
        if lived_s >= self._stable_s:
            self.failures = 0
        self.failures += 1
        full = min(self._max_s, self._first_s * 2.0 ** min(self.failures - 1, 32))
        return full * self._rng.uniform(0.5, 1.0)
