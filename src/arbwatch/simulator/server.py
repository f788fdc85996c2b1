"""One simulated venue on one port: REST and WebSocket of its protocol, `/truth` and `/control`."""

import asyncio
import ssl
import time
from collections import deque
from typing import Any

from aiohttp import web

from arbwatch.simulator import control
from arbwatch.simulator.broadcast import Broadcast
from arbwatch.simulator.client import Client
from arbwatch.simulator.dialogue import Dialogue
from arbwatch.simulator.faults import Faults
from arbwatch.simulator.protocol import Venue
from arbwatch.simulator.rest import Rest, written

TOO_MANY = (1008, "Too many streams")


class VenueServer:
    """Serves one venue until it is stopped."""

    def __init__(self, protocol: Venue, time_scale: float, whole: control.Whole) -> None:
        """Serve `protocol`; `whole` is what pauses and resumes all venues together."""
        self.protocol, self.time_scale, self.whole = protocol, time_scale, whole
        self.faults = Faults()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.broadcast = Broadcast(protocol, self.faults)
        self.rest = Rest(protocol, self.faults, self.flowing)
        self.clients: dict[str, Client] = {}
        self.connects = 0
        self._attempts: deque[float] = deque()
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> str:
        """Listen and return the address, scheme and port included."""
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, ssl_context=tls, backlog=1024)
        await site.start()
        port = self._runner.addresses[0][1]
        return f"{'https' if tls else 'http'}://{host}:{port}"

    async def stop(self) -> None:
        """Close every connection and the port."""
        for task in list(self._tasks):
            task.cancel()
        self.flowing.set()
        closing = [client.close(1001, "server stops") for client in list(self.clients.values())]
        if closing:
            await asyncio.wait([asyncio.ensure_future(each) for each in closing], timeout=0.5)
        for client in list(self.clients.values()):
            client.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    def later(self, seconds: float, what: Any) -> None:
        """Await a coroutine after a while."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            await what

        task = asyncio.ensure_future(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path.startswith(("/truth", "/control")):
            return await control.answer(self, request)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request)
        return await self.rest.answer(request)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self.connects += 1
        name = f"{self.protocol.id}-{self.connects}"
        await self.flowing.wait()
        if self.faults.use("refuse_connect"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        if not self._may_connect():
            return written(self.protocol.refusal(self.protocol.limits.connect_status, 60))
        route = self.protocol.route(request.path, request.query)
        if route is None:
            return web.Response(status=404)
        ws = web.WebSocketResponse(autoping=False, autoclose=False, compress=False)
        await ws.prepare(request)
        client = Client(name, request, ws, route, self.flowing)
        self.clients[client.name] = client
        try:
            for stream in route.streams:
                self.broadcast.subscribe(client, stream)
            await self._converse(client)
        finally:
            self.clients.pop(client.name, None)
            self.broadcast.forget(client)
        return ws

    async def _converse(self, client: Client) -> None:
        limits = self.protocol.limits
        dialogue = Dialogue(client, self.protocol, self.broadcast, self.faults)

        def take(text: str) -> None:
            end = dialogue.take(text)
            if end is not None:
                self.later(0, client.close(end.code, end.reason))

        if limits.streams is not None and len(client.streams) > limits.streams:
            await client.close(*TOO_MANY)
            return
        await client.run(take, limits, self.time_scale)

    def _may_connect(self) -> bool:
        now, limits = time.monotonic(), self.protocol.limits
        self._attempts.append(now)
        while self._attempts[0] < now - limits.connects_s / self.time_scale:
            self._attempts.popleft()
        return len(self._attempts) <= limits.connects

    def pace(self) -> None:
        """Count one step of the market: push what is due and end faults whose time is over."""
        self.broadcast.pace()
        if self.faults.standing:
            for fault in self.faults.expired():
                control.undo(self, fault)

    async def drained(self) -> None:
        """Wait until every push has left."""
        waits = [asyncio.wait_for(client.drained(), 2.0) for client in self.clients.values()]
        await asyncio.gather(*waits, return_exceptions=True)
