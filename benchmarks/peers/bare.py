"""The reference: the least a picows client can do with these frames, and the steps up to it.

`frames` counts them, `decode` also reads them into a typed struct, `bare` also writes one row each: the bare loop.
"""

import asyncio
import struct
from collections import deque
from contextlib import suppress

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter, Read, until_finished

ROW = struct.Struct("4d")


class Ticker(msgspec.Struct, gc=False):
    """The used fields of a best bid and ask."""

    s: str
    b: float
    B: float
    a: float
    A: float


class Combined(msgspec.Struct, gc=False):
    """A combined-stream message."""

    data: Ticker


ticker = msgspec.json.Decoder(Combined, strict=False).decode


class Frames(WSListener):
    """Count frames; keep the latest ones for the result check."""

    def __init__(self, count: int) -> None:
        self.frames = 0
        """Acknowledgements included, one per socket."""
        self.latest: deque[bytes] = deque(maxlen=count)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame."""
        self.frames += 1
        self.latest.append(frame.get_payload_as_bytes())

    def look(self) -> Read:
        """Return a reader of the state of now."""
        tops = {}
        for payload in self.latest:
            with suppress(msgspec.ValidationError):
                t = ticker(payload).data
                tops[t.s] = traffic.Top(t.b, t.B, t.a, t.A)
        return tops.get


class Decode(Frames):
    """Read every frame, too."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.tops: dict[str, Ticker] = {}

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame."""
        self.frames += 1
        try:
            t = ticker(frame.get_payload_as_memoryview()).data
        except msgspec.ValidationError:
            return
        self.tops[t.s] = t

    def look(self) -> Read:
        """Return a reader of the state of now."""
        tops = {s: traffic.Top(t.b, t.B, t.a, t.A) for s, t in self.tops.items()}
        return tops.get


class Bare(Frames):
    """Read every frame and write its row into a flat buffer."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.rows = {symbol: index * ROW.size for index, symbol in enumerate(traffic.symbols(count))}
        self.buffer = bytearray(len(self.rows) * ROW.size)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame."""
        self.frames += 1
        try:
            t = ticker(frame.get_payload_as_memoryview()).data
        except msgspec.ValidationError:
            return
        ROW.pack_into(self.buffer, self.rows[t.s], t.b, t.B, t.a, t.A)

    def look(self) -> Read:
        """Return a reader of the state of now."""
        return lambda symbol: traffic.Top(*ROW.unpack_from(self.buffer, self.rows[symbol]))


class Probed(Bare):
    """The bare loop, noting how long each message took."""

    def __init__(self, count: int, delays: list[int]) -> None:
        super().__init__(count)
        self.delays = delays

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame."""
        super().on_ws_frame(transport, frame)
        with suppress(msgspec.ValidationError):
            delay = traffic.delay_ns(ticker(frame.get_payload_as_memoryview()).data.B)
            if delay is not None:
                self.delays.append(delay)


def _listener(job: Job, meter: Meter) -> Frames:
    if job.probe:
        return Probed(job.symbols, meter.delays["decoded"])
    kinds: dict[str, type[Frames]] = {"frames": Frames, "decode": Decode, "bare": Bare}
    return kinds[job.peer](job.symbols)


async def connect(job: Job, listener: Frames) -> list[WSTransport]:
    """Subscribe every symbol, evenly spread over the job's sockets, all read by one listener."""
    transports = []
    names = [traffic.stream(s) for s in traffic.symbols(job.symbols)]
    per_socket = -(-len(names) // job.sockets)
    for start in range(0, len(names), per_socket):
        transport, _ = await ws_connect(lambda: listener, f"ws://127.0.0.1:{job.port}/stream")
        part = names[start : start + per_socket]
        transport.send(WSMsgType.TEXT, msgspec.json.encode({"method": "SUBSCRIBE", "params": part, "id": 1}))
        transports.append(transport)
    return transports


async def measure(job: Job, meter: Meter, listener: Frames) -> Outcome:
    """Connect a listener and wait until it has finished."""
    transports = await connect(job, listener)
    await until_finished(meter, listener.look)
    acks = len(transports)
    return meter.outcome(listener.look, messages=listener.frames - acks, sockets=len(transports))


def run(job: Job, meter: Meter) -> Outcome:
    """Measure a bare client."""
    return asyncio.run(measure(job, meter, _listener(job, meter)))
