"""One module per budget; each `measure(options)` returns Findings."""

from collections.abc import Callable

import msgspec

from benchmarks.report import Line

VENUES = 10
"""So many are watched at once, as many as are built in; they differ by their names alone."""


class Options(msgspec.Struct, frozen=True):
    """How hard to measure. `scale` shrinks message counts and seconds, for a try-out whose figures mean little."""

    rounds: int
    scale: float
    profile: bool
    minutes: float
    """How long the long run lasts (B5)."""
    say: Callable[[str], None]


class Findings(msgspec.Struct, frozen=True):
    """What one suite found."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
