"""A common way to write it oneself: aiohttp's WebSocket, orjson, floats in a dict."""

import asyncio

import aiohttp
import orjson

from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter, Read, until_finished


class Reader:
    """One dict of tops, filled from any number of sockets."""

    def __init__(self, meter: Meter) -> None:
        self.tops: dict[str, tuple[float, float, float, float]] = {}
        self.messages = 0
        self.meter = meter

    async def read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Read one socket to its end."""
        delays = self.meter.delays["decoded"] if self.meter.job.probe else None
        async for message in socket:
            if (data := orjson.loads(message.data).get("data")) is None:
                continue
            self.messages += 1
            self.tops[data["s"]] = (float(data["b"]), float(data["B"]), float(data["a"]), float(data["A"]))
            if delays is not None and (delay := traffic.delay_ns(float(data["B"]))) is not None:
                delays.append(delay)

    def look(self) -> Read:
        """Return a reader of the state of now."""
        return lambda symbol: traffic.Top(*self.tops[symbol]) if symbol in self.tops else None


async def _measure(job: Job, meter: Meter) -> Outcome:
    reader = Reader(meter)
    names = [traffic.stream(s) for s in traffic.symbols(job.symbols)]
    per_socket = -(-len(names) // job.sockets)
    async with aiohttp.ClientSession() as session:
        tasks = []
        for start in range(0, len(names), per_socket):
            socket = await session.ws_connect(f"ws://127.0.0.1:{job.port}/stream")
            await socket.send_json({"method": "SUBSCRIBE", "params": names[start : start + per_socket], "id": 1})
            tasks.append(asyncio.create_task(reader.read(socket)))
        await until_finished(meter, reader.look)
        outcome = meter.outcome(reader.look, messages=reader.messages, sockets=len(tasks))
        for task in tasks:
            task.cancel()
    return outcome


def run(job: Job, meter: Meter) -> Outcome:
    """Measure aiohttp with orjson."""
    return asyncio.run(_measure(job, meter))
