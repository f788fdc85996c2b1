"""The product's decode, door and table under the bare callback, on the product's loop.

What `arbwatch` costs beyond this is its net layer and everything that runs beside it.
"""

import asyncio
from time import time_ns
from typing import Any

from picows import WSFrame, WSTransport

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.registry import venues
from arbwatch.connector.venue import Venue
from arbwatch.market.snapshot import Snapshot
from arbwatch.market.table import Lane, Table
from arbwatch.model import Instrument, Quote
from arbwatch.net.beat import new_loop
from arbwatch.net.options import Connect
from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter, Read, once_quiet
from benchmarks.peers.bare import Frames, measure

DRAIN_S = 0.01
MANY = 1_000
"""Streams named in one subscribe frame: the local server sets no limit, and 10,000 are subscribed within seconds."""
VENUE = "binance_spot"


def twins(count: int) -> list[type[Venue]]:
    """Return `count` venues that speak one protocol: the built-in one, and others that differ by their names."""
    plain: Any = venues()[VENUE]
    made: list[type[Venue]] = [venues()[VENUE]]
    for number in range(2, count + 1):
        facts = {"id": f"twin{number}_spot", "exchange": f"twin{number}"}
        made.append(type(f"Twin{number}", (plain,), facts))
    return made


class Door(Frames):
    """The product's decode and door under the bare callback; drained as the engine does."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        venue = venues()[VENUE]
        self.table = Table([Lane(venue.id, venue.exchange, venue.market)])
        source = venue()
        listed = [i for i in source.instruments(traffic.listing(count)) if isinstance(i, Instrument)]
        self.table.relist(VENUE, listed, time_ns())
        self.decode = source.decode
        self.quotes = self.table.door(VENUE)
        self.quiet_look = once_quiet(lambda: self.frames, lambda: table_look(self.table))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame."""
        self.frames += 1
        try:
            for event in self.decode(frame.get_payload_as_memoryview(), 1):
                if type(event) is Quote:
                    self.quotes[event.symbol] = event
        except DecodeError:
            return

    async def drain(self) -> None:
        """Drain the door again and again."""
        while True:
            await asyncio.sleep(DRAIN_S)
            self.table.drain(time_ns())

    def look(self) -> Read:
        """Return a reader of the state of now."""
        return self.quiet_look()


def table_look(table: Table) -> Read:
    """Return a reader of the tops, by symbol, as of now; None too where the lanes show different ones."""
    snapshot = table.snapshot(time_ns())
    rows = snapshot.layout.rows

    def _read(symbol: str) -> traffic.Top | None:
        tops = {_top(snapshot, lane, places.get(symbol)) for lane, places in enumerate(rows)}
        return tops.pop() if len(tops) == 1 else None

    return _read


def _top(snapshot: Snapshot, lane: int, at: int | None) -> traffic.Top | None:
    if at is None:
        return None
    sides = (snapshot.bid, snapshot.bid_size, snapshot.ask, snapshot.ask_size)
    return traffic.Top(*(float(side[lane, at]) for side in sides))


def connect(job: Job) -> Connect:
    """Point the venue at the local server, its topics spread over the job's sockets."""
    per_socket = -(-job.symbols // job.sockets)
    return Connect(
        rest_url=f"http://127.0.0.1:{job.port}",
        ws_url=f"ws://127.0.0.1:{job.port}",
        streams_per_socket=per_socket,
        topics_per_frame=min(per_socket, MANY),
    )


async def _measure(job: Job, meter: Meter) -> Outcome:
    listener = Door(job.symbols)
    drain = asyncio.create_task(listener.drain())
    outcome = await measure(job, meter, listener)
    drain.cancel()
    return outcome


def run(job: Job, meter: Meter) -> Outcome:
    """Measure the product without its net layer."""
    loop = new_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(_measure(job, meter))
