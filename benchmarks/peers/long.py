"""arbwatch over many venues for a long time, looked at as a board does: what it holds in memory."""

import os
import threading
import time
from pathlib import Path

from msgspec.structs import replace

from arbwatch.engine.engine import Engine, VenueSpec
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter
from benchmarks.peers.door import connect, twins
from benchmarks.peers.product import follow, frames

SAMPLE_S = 2.0
LOOK_S = 0.5
"""How often a picture of the market is taken meanwhile."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_mb() -> float:
    """Return how much memory this process holds, MB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6


class _Samples:
    """Takes pictures as a screen does, and notes the memory now and then."""

    def __init__(self, engine: Engine) -> None:
        self.taken: list[tuple[float, int, float]] = []
        self.behind = 0
        self._engine = engine
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        began = due = time.monotonic()
        while not self._stop.wait(LOOK_S):
            picture = self._engine.read()
            self.behind += picture.load.behind
            del picture
            if (now := time.monotonic()) >= due:
                due += SAMPLE_S
                self.taken.append((now - began, frames(self._engine), resident_mb()))


def run(job: Job, meter: Meter) -> Outcome:
    """Measure arbwatch over `job.venues` venues; scans are listened to, so that they are made."""
    # Answers to pings would be counted as messages.
    reach = replace(connect(job), ping_interval_s=86_400.0)
    specs = [VenueSpec(venue, reach) for venue in twins(job.venues)]
    # Dropped markets would not end in their last state; that it was too much is told instead.
    engine = Engine(specs, shed=False, on_scan=lambda *_: None)
    samples = _Samples(engine)
    outcome = follow(engine, job, meter, samples.start, samples.stop)
    behind = f"behind in {samples.behind} looks" if samples.behind else ""
    return replace(outcome, samples=samples.taken, note=outcome.note or behind)
