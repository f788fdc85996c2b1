"""Count what is spent within windows of time."""

import time


class Budget:
    """Requests or weight within a window that starts anew each time it is over."""

    def __init__(self, limit: int, window_s: float) -> None:
        """Allow `limit` per `window_s` seconds."""
        self.limit, self.window_s = limit, window_s
        self.used = 0
        self._ends = time.monotonic() + window_s

    def spend(self, amount: int = 1) -> bool:
        """Count an amount and tell whether the limit still holds."""
        now = time.monotonic()
        if now >= self._ends:
            self.used, self._ends = 0, now + self.window_s
        self.used += amount
        return self.used <= self.limit

    def left_s(self) -> float:
        """Return the seconds until the window starts anew."""
        return max(0.0, self._ends - time.monotonic())
