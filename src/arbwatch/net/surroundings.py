"""What all sockets of one venue share: settings, trust, limits, and the way to the sink."""

import asyncio
import random
import ssl
from collections.abc import Callable

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Topic
from arbwatch.net.beat import Clock, clock_of
from arbwatch.net.hosts import Hosts
from arbwatch.net.http import Http
from arbwatch.net.options import Connect
from arbwatch.net.pacing import MARGIN, Window
from arbwatch.net.reach import tls
from arbwatch.net.sink import Sink

PARALLEL_OPENINGS = 8
ARRIVAL_S = 0.25
"""How much later than another an attempt may reach the venue: its window counts arrivals, ours counts starts."""


class Surroundings:
    """Hold what the lines of one venue have in common."""

    def __init__(self, venue: type[Venue], options: Connect, sink: Sink, http: Http, rng: random.Random) -> None:
        self.venue = venue
        self.options = options
        self.sink = sink
        self.http = http
        self.rng = rng
        limits = venue.limits
        self.attempts = Window(max(1, int(limits.connects * MARGIN)), limits.connects_window_s + ARRIVAL_S)
        self.opening = asyncio.Semaphore(PARALLEL_OPENINGS)
        self.hosts = Hosts(options.ws_url, options.ws_mirrors)
        self.sessions = 0
        """How many were made."""
        self.acked: Callable[[str, frozenset[Topic]], None] = _nobody
        self._context: ssl.SSLContext | None = None
        self._clock: Clock | None = None

    @property
    def clock(self) -> Clock:
        """Return the clock of the running loop."""
        if self._clock is None:
            self._clock = clock_of(asyncio.get_running_loop())
        return self._clock

    @property
    def context(self) -> ssl.SSLContext:
        """Return the trust that all sockets share; raises TrustError."""
        if self._context is None:
            self._context = tls(self.options)
        return self._context


def _nobody(_line: str, _topics: frozenset[Topic]) -> None:
    return
