"""`arbwatch healthcheck`: does the program that runs here watch anything."""

from pathlib import Path
from time import time_ns

import typer

from arbwatch.cli.options import load_settings
from arbwatch.cli.pulse import EVERY_S, FILE, Beat, last
from arbwatch.config.errors import ArbwatchError, NoVenueError

SILENT_S = 6 * EVERY_S
STUCK_MS = 1e3 * SILENT_S
WATCHED = ("up", "doubtful")
"""States of a venue that is reached and speaks."""


def healthcheck() -> None:
    """Tell whether the `arbwatch run` that shares this data folder watches anything.

    0 if at least one venue is up, 5 if none is, 1 if nothing runs or what runs is stuck.
    """
    typer.echo(verdict(load_settings().data_dir / FILE, time_ns()))


def verdict(path: Path, now: int) -> str:
    """Say in one line how the program does, as of `now` (UTC ns); raises ArbwatchError where it does not do well."""
    beat = last(path)
    if beat is None:
        raise ArbwatchError(f"Nothing runs here: {path} is not there; start `arbwatch run` with the same data folder")
    silent_s = (now - beat.written) / 1e9
    if not -SILENT_S < silent_s < SILENT_S:
        raise ArbwatchError(f"The program gave no sign of life for {silent_s:,.0f} s (process {beat.pid}, {path})")
    if beat.late_ms is not None and beat.late_ms >= STUCK_MS:
        raise ArbwatchError(f"The program is stuck: what is due waits {beat.late_ms / 1e3:,.0f} s (process {beat.pid})")
    return _venues(beat)


def _venues(beat: Beat) -> str:
    watched = [venue for venue, state in beat.venues.items() if state in WATCHED]
    if not watched:
        told = ", ".join(f"{venue} {state}" for venue, state in beat.venues.items()) or "none has started"
        raise NoVenueError(f"No venue is up: {told}")
    return f"{len(watched)} of {len(beat.venues)} venues up"
