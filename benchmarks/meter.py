"""Time one client from the moment it is ready to the moment every symbol shows its last state."""

import asyncio
import cProfile
import io
import pstats
import sys
import time
from collections import defaultdict
from collections.abc import Callable

from benchmarks import traffic
from benchmarks.job import Job, Outcome

PROFILE_LINES = 28

Read = Callable[[str], traffic.Top | None]
"""The last state of a symbol, None where there is none yet."""
Look = Callable[[], Read]
"""What a client shows at one moment."""


class Meter:
    """One client's stop-watch; CPU time is that of all its threads."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.delays: defaultdict[str, list[int]] = defaultdict(list)
        self.profile = cProfile.Profile()
        self._last = traffic.symbols(job.symbols)[-1]
        self._deadline = time.monotonic() + job.timeout_s
        self._cpu = self._wall = 0.0
        self._stopped = (0.0, 0.0)

    def ready(self) -> None:
        """Start the watch and say so on stdout."""
        print("ready", flush=True)
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def late(self) -> bool:
        """Tell whether the time allowed is over."""
        return time.monotonic() > self._deadline

    def finished(self, look: Look) -> bool:
        """Tell whether every symbol shows its last state; what the check itself costs is not counted."""
        cpu, wall = time.process_time(), time.perf_counter()
        self._stopped = cpu - self._cpu, wall - self._wall
        if self.late():
            return True
        read = look()
        if read(self._last) != traffic.last_top(self.job.symbols - 1):
            return False
        return next(traffic.wrong_symbols(self.job.symbols, read), None) is None

    def outcome(self, look: Look, *, messages: int | None, sockets: int, note: str = "") -> Outcome:
        """Tell what the watch showed when the client had finished."""
        cpu, wall = self._stopped
        delays = {name: _percentiles(values) for name, values in self.delays.items() if values}
        profile = _top(self.profile) if self.job.profile else ""
        error = "the last state of every symbol did not arrive in time" if self.late() else None
        wrong = sum(1 for _ in traffic.wrong_symbols(self.job.symbols, look()))
        return Outcome(self.job.peer, cpu, wall, messages, wrong, sockets, delays, profile, note, error)


def once_quiet(count: Callable[[], int], look: Look) -> Look:
    """Look only when no message came since the last time; a look that costs something does not disturb the run."""
    seen = -1

    def _look() -> Read:
        nonlocal seen
        before, seen = seen, count()
        return look() if seen == before else _nothing

    return _look


def _nothing(symbol: str) -> None:
    return None


async def until_finished(meter: Meter, look: Look) -> None:
    """Start the watch and look now and then, on the client's own loop."""
    if meter.job.profile:
        meter.profile.enable()
    meter.ready()
    while not meter.finished(look):
        await asyncio.sleep(meter.job.look_every_s)
    meter.profile.disable()


def _percentiles(values: list[int]) -> tuple[float, float, int]:
    values.sort()
    return values[len(values) // 2] / 1e6, values[int(len(values) * 0.99)] / 1e6, len(values)


def _top(profile: cProfile.Profile) -> str:
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(PROFILE_LINES)
    lines = [line for line in text.getvalue().splitlines() if line.strip()]
    return "\n".join(line.replace(sys.prefix, "") for line in lines[2:])
