"""A small market on loopback and a client that shares no code with arbwatch."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from arbwatch.simulator import Simulator, running
from tests.simulator import mexc_pb

SMALL = {"instruments": 100, "rate": 2000.0, "churn_s": None}


async def wait_until(met: Callable[[], Any], what: str, seconds: float = 5.0) -> Any:
    """Wait until `met` returns something true and return it."""
    deadline = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.005)
    return found


class Peer:
    """One WebSocket as a client sees it; keeps every frame."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, answer_pings: bool) -> None:
        self.ws = ws
        self.answer_pings = answer_pings
        self.texts: list[str] = []
        """Every frame; binary ones as the JSON of what they hold."""
        self.binaries: list[bytes] = []
        self.pings = self.pongs = 0
        self.closed: int | None = None
        self.ended = False
        self._task = asyncio.ensure_future(self._read())
        self._next = 0

    async def _read(self) -> None:
        while True:
            message = await self.ws.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                self.texts.append(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                self.binaries.append(message.data)
                self.texts.append(mexc_pb.text(message.data))
            elif message.type is aiohttp.WSMsgType.PING:
                self.pings += 1
                if self.answer_pings:
                    await self.ws.pong(message.data)
            elif message.type is aiohttp.WSMsgType.PONG:
                self.pongs += 1
            elif message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                self.closed, self.ended = self.ws.close_code, True
                return

    @property
    def frames(self) -> list[Any]:
        """Every frame that is JSON."""
        found = []
        for text in self.texts:
            try:
                found.append(json.loads(text))
            except ValueError:
                continue
        return found

    async def ask(self, method: str, *params: Any) -> Any:
        """Send a request and return its answer."""
        self._next += 1
        number = self._next
        await self.ws.send_json({"method": method, "params": list(params), "id": number})
        return await wait_until(
            lambda: next((f for f in self.frames if isinstance(f, dict) and f.get("id") == number), None), method
        )

    def pushed(self, symbol: str) -> list[Any]:
        """Return the payloads that name a symbol."""
        payloads = [f.get("data", f) for f in self.frames if isinstance(f, dict)]
        return [p for p in payloads if isinstance(p, dict) and p.get("s") == symbol]

    async def end(self) -> None:
        self._task.cancel()
        await self.ws.close()


class Outside:
    """Everything that can be done to a simulator from outside its process."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator, self.session = simulator, session
        self.peers: list[Peer] = []

    async def get(self, venue: str, path: str, **params: str) -> Any:
        async with self.session.get(self.simulator.urls[venue] + path, params=params) as answer:
            return await answer.json()

    async def raw(self, venue: str, path: str) -> tuple[int, dict[str, str], str]:
        async with self.session.get(self.simulator.urls[venue] + path) as answer:
            return answer.status, dict(answer.headers), await answer.text()

    async def post(self, venue: str, path: str, /, **body: Any) -> Any:
        async with self.session.post(self.simulator.urls[venue] + path, json=body) as answer:
            return await answer.json()

    async def fault(self, venue: str, name: str, /, **arguments: Any) -> Any:
        """Inject a fault over HTTP and insist that it was taken."""
        done = await self.post(venue, "/control/fault", fault=name, **arguments)
        assert "error" not in done, done
        return done

    async def connect(self, venue: str, path: str, *, answer_pings: bool = True) -> Peer:
        url = self.simulator.urls[venue] + path
        peer = Peer(await self.session.ws_connect(url, autoping=False, autoclose=True, ssl=False), answer_pings)
        self.peers.append(peer)
        return peer

    def symbol(self, venue: str, rank: int = 0, quote: str = "USDT") -> str:
        """Return one of the busiest ordinary symbols."""
        listings = self.simulator.market.venues[venue].values()
        ordinary = [li for li in listings if li.quote == quote and li.kind in ("spot", "perpetual") and li.trading]
        return sorted(ordinary, key=lambda li: -li.rate)[rank].symbol


@contextlib.asynccontextmanager
async def small_world(**options: Any) -> AsyncIterator[Outside]:
    """Run a small market for the length of a block, all venues of it unless `venues` says otherwise."""
    async with running(**SMALL | options) as simulator, aiohttp.ClientSession() as session:
        found = Outside(simulator, session)
        yield found
        for peer in found.peers:
            await peer.end()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with small_world() as found:
        yield found
