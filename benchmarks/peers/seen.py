"""arbwatch with its scan listened to: how long it takes from the socket to the best pairs that contain a message."""

from collections import defaultdict
from time import time_ns

from arbwatch.analytics.best import Best
from arbwatch.analytics.plan import Plan
from arbwatch.engine.engine import Engine, VenueSpec
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Quote
from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter
from benchmarks.peers.door import connect, twins
from benchmarks.peers.product import follow


class _Probe:
    """Notes what each drain wrote, and how old it was when the scan over it was ready."""

    def __init__(self, delays: defaultdict[str, list[int]]) -> None:
        self._read, self._sent = delays["seen from socket read"], delays["seen from sent"]
        self._written: list[tuple[int, float]] = []
        self.best: dict[str, float] = {}
        """By asset: what the best pair left when it was last looked at."""

    def watch(self, engine: Engine) -> None:
        """Look into every door before it is emptied."""
        table = engine.table
        doors = [table.door(lane.venue) for lane in table.layout.lanes]
        drain = table.drain

        def _drain(now: int) -> int:
            self._written += [(q.received, q.bid_size or 0.0) for door in doors for q in _quotes(door)]
            return drain(now)

        table.drain = _drain  # type: ignore[method-assign] # the probe sits where the engine calls

    def seen(self, view: Snapshot, plan: Plan, best: Best) -> None:
        """Take the time: the scan is ready."""
        now = time_ns()
        for received, stamp in self._written:
            if (delay := traffic.delay_ns(stamp)) is not None:
                self._read.append(now - received)
                self._sent.append(delay)
        self._written.clear()


def _quotes(door: dict[str, Quote]) -> list[Quote]:
    return list(door.values())


def run(job: Job, meter: Meter) -> Outcome:
    """Measure arbwatch with a listener to its scans."""
    probe = _Probe(meter.delays)
    engine = Engine([VenueSpec(venue, connect(job)) for venue in twins(job.venues)], on_scan=probe.seen)
    probe.watch(engine)
    return follow(engine, job, meter)
