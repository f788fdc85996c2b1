"""One WebSocket connection as the server sees it: frames out, heartbeat, lifetime, limits."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

LONGEST_QUEUE = 50_000
"""Frames waiting for a client that does not read; beyond, it is cut off."""


class Client:
    """One connection. Pushes are queued and written by a task of its own, so that no client holds up another."""

    def __init__(self, name: str, request: web.Request, ws: web.WebSocketResponse, route: str, combined: bool) -> None:
        """Wrap an accepted connection; `route` is the socket category it asked for."""
        self.name, self.request, self.ws, self.route, self.combined = name, request, ws, route, combined
        self.path = request.path_qs
        self.streams: dict[str, None] = {}
        self.muted = False
        self.sent = self.received = 0
        self.opened = time.time()
        self._queue: deque[str | bytes] = deque()
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._incoming: deque[float] = deque()
        self._pong_due: float | None = None
        self._closing = False

    def send(self, frame: str | bytes) -> None:
        """Queue one text frame (bytes are sent as text unchecked)."""
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
            await self.ws.close(code=code, message=reason.encode())

    async def run(
        self, on_text: Callable[[str], None], *, frames_per_second: int, ping_s: float, pong_s: float,
        lifetime_s: float, pong_cost: float,
    ) -> None:  # fmt: skip
        """Serve until the connection ends; `pong_cost` is what an answer to our ping counts against the limit."""
        tasks = [asyncio.ensure_future(self._write()), asyncio.ensure_future(self._beat(ping_s, pong_s, lifetime_s))]
        try:
            async for message in self._messages():
                if self.muted:
                    continue
                solicited = message.type is WSMsgType.PONG and self._pong_due is not None
                if not self._within(frames_per_second, pong_cost if solicited else 1.0):
                    await self.close(WSCloseCode.POLICY_VIOLATION, "Too many requests")
                    break
                await self._take(message, on_text)
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

    async def _take(self, message: WSMessage, on_text: Callable[[str], None]) -> None:
        self.received += 1
        if message.type is WSMsgType.PING:
            await self.ws.pong(message.data)
        elif message.type is WSMsgType.PONG:
            self._pong_due = None
        elif message.type is WSMsgType.TEXT:
            on_text(message.data)

    def _within(self, frames_per_second: int, cost: float) -> bool:
        """Count one incoming frame of `cost` and tell whether the connection keeps to its limit."""
        if cost < 1.0:
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
                if self.muted:
                    continue
                try:
                    if isinstance(frame, bytes):
                        await self.ws.send_frame(frame, WSMsgType.TEXT)
                    else:
                        await self.ws.send_str(frame)
                except (ConnectionError, RuntimeError):
                    return
                self.sent += 1
            self._empty.set()

    async def _beat(self, ping_s: float, pong_s: float, lifetime_s: float) -> None:
        end = time.monotonic() + lifetime_s
        while True:
            await asyncio.sleep(min(ping_s, max(0.0, end - time.monotonic())))
            now = time.monotonic()
            if now >= end:
                await self.close(WSCloseCode.GOING_AWAY, "24 hours are over")
                return
            if self.muted:
                continue
            if self._pong_due is not None and now > self._pong_due:
                await self.close(WSCloseCode.POLICY_VIOLATION, "Pong timeout")
                return
            if self._pong_due is None:
                self._pong_due = now + pong_s
            with contextlib.suppress(ConnectionError, RuntimeError):
                await self.ws.ping(str(int(time.time() * 1000)).encode())
