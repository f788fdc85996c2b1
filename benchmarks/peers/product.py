"""arbwatch as it runs: engine, sessions, health counters, watchdog and table, reached as any screen reaches them."""

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Emission
from arbwatch.engine.engine import Engine, VenueSpec
from arbwatch.model import Quote
from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter, once_quiet
from benchmarks.peers.door import connect, table_look, twins


def _probed(venue: type[Venue], delays: list[int]) -> type[Venue]:
    plain: Any = venue

    class Probed(plain):
        def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
            events = tuple(super().decode(frame, received))
            sizes = (e.bid_size for e in events if isinstance(e, Quote) and e.bid_size)
            delays.extend(d for d in map(traffic.delay_ns, sizes) if d is not None)
            return events

    return Probed


def _profiled(venue: type[Venue], meter: Meter) -> type[Venue]:
    plain: Any = venue

    class Profiled(plain):
        begun = False

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            if not Profiled.begun and threading.current_thread() is not threading.main_thread():
                Profiled.begun = True
                meter.profile.enable()

    return Profiled


def _probe_rows(engine: Engine, delays: list[int]) -> None:
    table = engine.table
    doors, drain = [table.door(lane.venue) for lane in table.layout.lanes], table.drain

    def _drain(now: int) -> int:
        stamps = [q.bid_size for door in doors for q in door.values() if q.bid_size is not None]
        dirty = drain(now)
        delays.extend(d for d in map(traffic.delay_ns, stamps) if d is not None)
        return dirty

    table.drain = _drain  # type: ignore[method-assign] # the probe sits where the engine calls


def _nothing() -> None:
    return


def run(job: Job, meter: Meter) -> Outcome:
    """Measure arbwatch."""
    watched = twins(job.venues)
    if job.probe:
        watched = [_probed(venue, meter.delays["decoded"]) for venue in watched]
    if job.profile:
        watched = [_profiled(venue, meter) for venue in watched]
    engine = Engine([VenueSpec(venue, connect(job)) for venue in watched])
    if job.probe:
        _probe_rows(engine, meter.delays["row"])
    return follow(engine, job, meter)


def follow(
    engine: Engine, job: Job, meter: Meter, begin: Callable[[], None] = _nothing, end: Callable[[], None] = _nothing
) -> Outcome:
    """Run an engine from its start to the last state of every symbol; `begin` and `end` frame what is measured."""
    engine.start()
    while not meter.late() and not _live(engine, job.symbols * job.venues):
        time.sleep(job.look_every_s)
    acks = frames(engine)
    begin()
    meter.ready()
    look = once_quiet(partial(frames, engine), partial(table_look, engine.table))
    while not meter.finished(look) and engine.running:
        time.sleep(job.look_every_s)
    end()
    messages, note = frames(engine) - acks, str(engine.failure or "")
    outcome = meter.outcome(look, messages=messages, sockets=_sockets(engine), note=note)
    engine.stop()
    return outcome


def _live(engine: Engine, topics: int) -> bool:
    sockets = [s for feed in list(engine.feeds.values()) for s in feed.pool.sockets()]
    return sum(s.live_topics for s in sockets) >= topics and all(s.live_topics == s.topics for s in sockets)


def frames(engine: Engine) -> int:
    """Return how many frames the sockets of an engine have read."""
    return sum(s.frames for feed in engine.feeds.values() for s in feed.pool.sockets())


def _sockets(engine: Engine) -> int:
    return sum(len(feed.pool.sockets()) for feed in engine.feeds.values())
