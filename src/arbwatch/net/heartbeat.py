"""Notice a socket that is open only on our side."""

import asyncio
from collections.abc import Callable

from arbwatch.connector.wire import Heartbeat
from arbwatch.net.options import Connect
from arbwatch.net.outbox import Outbox

PAYLOAD = b"\xff\xffarbwatch"
"""Echoed in the pong; no JSON and no protobuf, so that no venue can mistake it for data."""
MISSED_PINGS = 3


class Pulse:
    """Ping at the venue's interval; call `dead` with the reason when nothing at all comes back.

    Any frame within the time allowed for the pong proves life: a busy venue may answer late.
    """

    def __init__(
        self,
        heartbeat: Heartbeat,
        options: Connect,
        outbox: Outbox,
        frames: Callable[[], int],
        dead: Callable[[str], None],
    ) -> None:
        self._heartbeat = heartbeat
        self._interval_s = options.ping_interval_s or heartbeat.ping_interval_s
        self._pong_timeout_s = options.pong_timeout_s or heartbeat.pong_timeout_s
        self._outbox = outbox
        self._frames = frames
        self._dead = dead
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._seen = 0
        self._later("ping", self._interval_s, self._ping)
        if heartbeat.server_ping_s:
            self._expect(frames())

    def close(self) -> None:
        """Stop pinging."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _later(self, name: str, delay_s: float, call: Callable[[], None]) -> None:
        self._timers[name] = self._loop.call_later(delay_s, call)

    def _ping(self) -> None:
        frame = self._heartbeat.ping
        if frame is None:
            self._outbox.ping(PAYLOAD, self._pinged)
        else:
            self._outbox.push(frame, self._pinged, urgent=True)

    def _pinged(self) -> None:
        self._seen = self._frames()
        self._later("pong", self._pong_timeout_s, self._judge)

    def _judge(self) -> None:
        if self._frames() == self._seen:
            self.close()
            self._dead(f"half-open: nothing came for {self._pong_timeout_s:g} s after our ping")
        else:
            self._later("ping", max(self._interval_s - self._pong_timeout_s, 0.0), self._ping)

    def _expect(self, seen: int) -> None:
        period_s = self._heartbeat.server_ping_s or 0.0
        self._later("server", MISSED_PINGS * period_s, lambda: self._missed(seen))

    def _missed(self, seen: int) -> None:
        frames = self._frames()
        if frames != seen:
            self._expect(frames)
            return
        period_s = self._heartbeat.server_ping_s
        self.close()
        self._dead(f"half-open: the venue pings every {period_s:g} s, and {MISSED_PINGS} of its pings did not come")
