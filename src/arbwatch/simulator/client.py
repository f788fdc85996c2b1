"""One WebSocket connection as the server sees it: frames out, heartbeat, idleness, lifetime, limits."""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from arbwatch.simulator.protocol import Limits, Route

LONGEST_QUEUE = 50_000
"""Frames waiting for a client that does not read; beyond, it is cut off."""
NO_STATUS = 1005
"""Stands for a close frame that carries no code."""


class Client:
    """One connection. Pushes are queued and written by a task of its own, so that no client holds up another."""

    def __init__(
        self, name: str, request: web.Request, ws: web.WebSocketResponse, route: Route, flowing: asyncio.Event
    ) -> None:
        """Wrap an accepted connection; nothing is read or written while `flowing` is not set."""
        self.name, self.request, self.ws, self.flowing = name, request, ws, flowing
        self.route, self.combined = route.name, route.combined
        self.path = request.path_qs
        self.streams: dict[str, None] = {}
        self.notes: dict[str, Any] = {}
        """What the protocol keeps of this connection."""
        self.held: dict[str, str | bytes] = {}
        """Frames that a fault sends after their successor, by stream."""
        self.muted = False
        self.sent = self.received = 0
        self.opened = time.time()
        self._queue: deque[str | bytes] = deque()
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._incoming: deque[float] = deque()
        self._heard = self._alive = time.monotonic()
        self._pong_due: float | None = None
        self._closing = False

    def send(self, frame: str | bytes) -> None:
        """Queue one frame: text, or bytes for a binary one."""
        if self.muted or self._closing:
            return
        if len(self._queue) >= LONGEST_QUEUE:
            self.abort()
            return
        self._queue.append(frame)
        self._wake.set()
        self._empty.clear()

    async def drained(self) -> None:
        """Wait until everything queued has been handed to the network."""
        if not self.muted and not self._closing:
            await self._empty.wait()

    def abort(self) -> None:
        """Tear the connection without a close frame."""
        self._closing = True
        transport = self.request.transport
        if transport is not None:
            transport.abort()

    async def close(self, code: int, reason: str = "") -> None:
        """Close with a close frame."""
        if self.muted:
            self.abort()
            return
        self._closing = True
        with contextlib.suppress(ConnectionError, RuntimeError):
            if code == NO_STATUS:
                await self.ws.send_frame(b"", WSMsgType.CLOSE)
            else:
                await self.ws.close(code=code, message=reason.encode())

    async def run(self, on_text: Callable[[str], None], limits: Limits, scale: float) -> None:
        """Serve until the connection ends; heartbeats and lifetimes pass `scale` times as fast."""
        tasks = [asyncio.ensure_future(self._write()), asyncio.ensure_future(self._watch(limits, scale))]
        if limits.ping_s is not None:
            tasks.append(asyncio.ensure_future(self._beat(limits.ping_s / scale, limits.pong_s / scale)))
        try:
            async for message in self._messages():
                await self.flowing.wait()
                if self.muted:
                    continue
                # Where time is scaled, pings come more often than the limit on frames was made for.
                solicited = message.type is WSMsgType.PONG and self._pong_due is not None and scale > 1
                if not solicited and not self._within(limits.frames_per_second):
                    await self.close(WSCloseCode.POLICY_VIOLATION, "Too many requests")
                    break
                await self._take(message, on_text, limits.idle_text)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _messages(self) -> AsyncIterator[WSMessage]:
        while True:
            message = await self.ws.receive()
            if message.type is WSMsgType.CLOSE and self.muted:
                await self._torn()
                return
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            yield message

    async def _torn(self) -> None:
        """Wait for the end of the connection itself, deaf to its close frame."""
        transport = self.request.transport
        while transport is not None and not transport.is_closing():  # noqa: ASYNC110 # nothing else tells of the end
            await asyncio.sleep(0.05)

    async def _take(self, message: WSMessage, on_text: Callable[[str], None], idle_text: str | None) -> None:
        self.received += 1
        if idle_text is None or (message.type is WSMsgType.TEXT and message.data == idle_text):
            self._heard = time.monotonic()
        if message.type is WSMsgType.PING:
            await self.ws.pong(message.data)
        elif message.type is WSMsgType.PONG:
            self._pong_due = None
        elif message.type is WSMsgType.TEXT:
            on_text(message.data)

    def _within(self, frames_per_second: int | None) -> bool:
        """Count one incoming frame and tell whether the connection keeps to its limit."""
        if frames_per_second is None:
            return True
        now = time.monotonic()
        self._incoming.append(now)
        while self._incoming[0] < now - 1.0:
            self._incoming.popleft()
        return len(self._incoming) <= frames_per_second

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                frame = self._queue.popleft()
                if not self.flowing.is_set():
                    await self.flowing.wait()
                if self.muted:
                    continue
                try:
                    if isinstance(frame, bytes):
                        await self.ws.send_bytes(frame)
                    else:
                        await self.ws.send_str(frame)
                except (ConnectionError, RuntimeError):
                    return
                self.sent += 1
                self._alive = time.monotonic()
            self._empty.set()

    async def _beat(self, ping_s: float, pong_s: float) -> None:
        while True:
            await asyncio.sleep(ping_s)
            now = time.monotonic()
            if self.muted or not self.flowing.is_set():
                continue
            if self._pong_due is not None and now > self._pong_due:
                await self.close(WSCloseCode.POLICY_VIOLATION, "Pong timeout")
                return
            if self._pong_due is None:
                self._pong_due = now + pong_s
            with contextlib.suppress(ConnectionError, RuntimeError):
                await self.ws.ping(str(int(time.time() * 1000)).encode())

    async def _watch(self, limits: Limits, scale: float) -> None:
        """End the connection when its life is over, or when it was idle for too long."""
        end = math.inf if limits.lifetime_s is None else time.monotonic() + limits.lifetime_s / scale
        idle_s = math.inf if limits.idle_s is None else limits.idle_s / scale
        bare_s = math.inf if limits.bare_s is None else limits.bare_s / scale
        carried = time.monotonic()
        while True:
            alive = max(self._heard, self._alive) if limits.idle_counts_pushes else self._heard
            now = time.monotonic()
            carried = now if self.streams else carried
            if now >= end:
                await self.close(WSCloseCode.GOING_AWAY, "24 hours are over")
                return
            if now >= min(alive + idle_s, carried + bare_s) and not self.muted and self.flowing.is_set():
                await self._cut(*limits.idle_close)
                return
            await asyncio.sleep(max(0.001, min(end, alive + idle_s, carried + bare_s, now + 3600.0) - now))

    async def _cut(self, code: int, reason: str) -> None:
        if code == WSCloseCode.ABNORMAL_CLOSURE:
            self.abort()
        else:
            await self.close(code, reason)
