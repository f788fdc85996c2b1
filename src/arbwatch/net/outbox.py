"""Frames to one socket, spaced so that the venue's limit on messages is kept, heartbeats included."""

import asyncio
from collections import deque
from collections.abc import Callable

from picows import WSMsgType, WSTransport

from arbwatch.connector.wire import Frame
from arbwatch.net.pacing import MARGIN

Sent = Callable[[], None]
Told = Callable[[WSMsgType, Frame], None]
_Entry = tuple[WSMsgType, Frame, Sent | None]


class Outbox:
    """Send frames in order, one per interval; urgent ones go first, answers to a ping go at once and count."""

    def __init__(self, frames_per_second: float) -> None:
        self.told: Told | None = None
        """Called with every frame that leaves, heartbeats included."""
        self._transport: WSTransport | None = None
        self._interval = 1 / (MARGIN * frames_per_second)
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Entry] = deque()
        self._urgent: deque[_Entry] = deque()
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def open(self, transport: WSTransport) -> None:
        """Begin to send what waits."""
        self._transport = transport
        self._pump()

    def push(self, frame: Frame, sent: Sent | None = None, *, urgent: bool = False) -> None:
        """Queue a text (str) or binary (bytes) frame; `sent` is called when it leaves."""
        self._add((WSMsgType.TEXT if isinstance(frame, str) else WSMsgType.BINARY, frame, sent), urgent)

    def ping(self, payload: bytes, sent: Sent | None = None) -> None:
        """Queue a ping frame ahead of the rest."""
        self._add((WSMsgType.PING, payload, sent), True)

    def pong(self, payload: bytes) -> None:
        """Answer a ping now; what waits is put off by an interval."""
        if self._transport is not None:
            self._transport.send_pong(payload)
            if self.told is not None:
                self.told(WSMsgType.PONG, payload)
            self._next_at = max(self._next_at, self._loop.time()) + self._interval

    def close(self) -> None:
        """Forget what was not sent, and send nothing more."""
        self._transport = None
        self._queue.clear()
        self._urgent.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _add(self, entry: _Entry, urgent: bool) -> None:
        (self._urgent if urgent else self._queue).append(entry)
        if self._timer is None:
            self._pump()

    def _pump(self) -> None:
        self._timer = None
        if self._transport is None:
            return
        now = self._loop.time()
        queue = self._urgent or self._queue
        if queue and now >= self._next_at:
            kind, frame, sent = queue.popleft()
            self._next_at = now + self._interval
            self._transport.send(kind, frame)
            if self.told is not None:
                self.told(kind, frame)
            if sent is not None:
                sent()
        if (self._urgent or self._queue) and self._timer is None:
            self._timer = self._loop.call_at(self._next_at, self._pump)
