"""The product without its engine: sessions and pool on the product's loop, the table drained as the engine does."""

import asyncio
from collections.abc import Iterable
from time import time_ns

from arbwatch.connector.registry import venues
from arbwatch.connector.wire import Notice, Topic
from arbwatch.market.table import Lane, Table
from arbwatch.model import Event, Instrument
from arbwatch.net.beat import new_loop
from arbwatch.net.http import Http
from arbwatch.net.pool import Pool
from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter, once_quiet, until_finished
from benchmarks.peers.door import DRAIN_S, VENUE, connect, table_look


class Sink:
    """The least that net wants from whoever it feeds."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.quotes = table.door(VENUE)
        self.live: set[Topic] = set()
        self.refusals: list[str] = []

    def apply(self, event: Event) -> None:
        """Drop what is no quote."""

    def up(self, socket: str, topics: frozenset[Topic]) -> None:
        """Take note of live topics."""
        self.live |= topics
        self.table.up(VENUE, _symbols(topics), time_ns())

    def down(self, socket: str, topics: frozenset[Topic], reason: str) -> None:
        """Take note of lost topics."""
        self.live -= topics
        self.table.down(VENUE, _symbols(topics), reason, time_ns())

    def refused(self, topic: Topic, reason: str) -> None:
        """Keep the reason."""
        self.refusals.append(reason)

    def reject(self, socket: str, what: str, reason: str, raw: bytes) -> None:
        """Keep the reason."""
        self.refusals.append(reason)

    def notice(self, notice: Notice) -> None:
        """Drop it: nothing is announced here."""


def _symbols(topics: Iterable[Topic]) -> list[str]:
    return [topic.symbol for topic in topics if topic.symbol is not None]


def _frames(pool: Pool) -> int:
    return sum(socket.frames for socket in pool.sockets())


async def _drain(table: Table) -> None:
    while True:
        await asyncio.sleep(DRAIN_S)
        table.drain(time_ns())


async def _measure(job: Job, meter: Meter) -> Outcome:
    venue, options = venues()[VENUE], connect(job)
    table = Table([Lane(venue.id, venue.exchange, venue.market)])
    listed = [i for i in venue().instruments(traffic.listing(job.symbols)) if isinstance(i, Instrument)]
    table.relist(VENUE, listed, time_ns())
    http, sink = Http(venue, options), Sink(table)
    pool = Pool(venue, options, sink, http)
    await pool.start()
    pool.follow(Topic("quote", i.symbol) for i in listed)
    while not meter.late() and len(sink.live) < job.symbols:
        await asyncio.sleep(job.look_every_s)
    drain = asyncio.create_task(_drain(table))
    before = _frames(pool)
    look = once_quiet(lambda: _frames(pool), lambda: table_look(table))
    await until_finished(meter, look)
    messages, note = _frames(pool) - before, "; ".join(sorted(set(sink.refusals))[:3])
    outcome = meter.outcome(look, messages=messages, sockets=len(pool.sockets()), note=note)
    drain.cancel()
    await pool.stop()
    await http.close()
    return outcome


def run(job: Job, meter: Meter) -> Outcome:
    """Measure net and table."""
    loop = new_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(_measure(job, meter))
