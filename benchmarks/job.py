"""What the runner, the server and a client tell each other: one JSON object per line."""

from typing import Literal

import msgspec


class Job(msgspec.Struct, frozen=True):
    """One measurement of one client."""

    peer: str
    port: int
    symbols: int
    sockets: int = 1
    probe: bool = False
    """Note the delay of every message too; such a run's CPU time is not used."""
    profile: bool = False
    timeout_s: float = 120.0
    look_every_s: float = 0.05
    """How often the result is looked at; a long paced run is disturbed the less the rarer."""
    venues: int = 1
    """So many venues are watched; each follows every symbol on `sockets` of its own."""


class Outcome(msgspec.Struct, frozen=True):
    """What a client measured. `delays_ms` tells percentiles by place: p50, p99, count."""

    peer: str
    cpu_s: float
    wall_s: float
    messages: int | None
    """How many messages the client counted; None where it keeps no count."""
    wrong: int
    """How many symbols ended in another state than the last one sent."""
    sockets: int
    delays_ms: dict[str, tuple[float, float, int]] = {}
    profile: str = ""
    note: str = ""
    error: str | None = None
    samples: list[tuple[float, int, float]] = []
    """Seconds since the start, messages so far, resident memory in MB."""


class Play(msgspec.Struct, frozen=True):
    """Tell the server what to `list`, or to `play`: as fast as it can (`rate` None), or at `rate` messages/s."""

    kind: Literal["list", "play"]
    symbols: int = 0
    messages: int = 0
    rate: float | None = None
    bulk: bool = False
    """With `rate`: in slices of ready bytes, unstamped, to every client that follows a symbol."""


class Played(msgspec.Struct, frozen=True):
    """Tell the runner what the server sent, closing messages included."""

    messages: int
    sockets: int
    error: str | None = None
    late_p99_ms: float = 0.0
    """How far the server was behind its own schedule."""
