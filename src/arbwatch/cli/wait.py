"""Wait for the program to have seen enough, and show that it is at work."""

import sys
import time
from collections.abc import Callable, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from arbwatch.config.errors import NoVenueError

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.views.picture import Picture, Progress

STEP_S = 0.1


def wait(app: "App", limit_s: float, enough: Callable[["Picture"], bool] | None = None) -> "Picture":
    """Look until `enough` says so, or for `limit_s` seconds; return the last picture. Progress goes to stderr."""
    deadline = time.monotonic() + limit_s
    shown = ""
    terminal = sys.stderr.isatty()
    try:
        while True:
            picture = app.read()
            if time.monotonic() >= deadline or (enough is not None and enough(picture)):
                return picture
            if terminal and (line := progress(picture)[: get_terminal_size().columns - 1]) != shown:
                shown = line
                sys.stderr.write(f"\r\x1b[2K{line}")
                sys.stderr.flush()
            time.sleep(min(STEP_S, max(0.0, deadline - time.monotonic())))
    finally:
        if shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def answered(picture: "Picture") -> "Picture":
    """Return the picture; raise NoVenueError, with what each venue said, where no venue brought a quote."""
    if any(status.live or status.polled for status in picture.venues):
        return picture
    if not picture.venues:
        raise NoVenueError("No venue is enabled; see `arbwatch config show`")
    said = (f"\n  {status.venue}: {status.note or status.last_error or status.state}" for status in picture.venues)
    raise NoVenueError("No venue answered:" + "".join(said))


def progress(picture: "Picture") -> str:
    """Say in a line what is still under way, venues at the same stage together; then how much is live."""
    stages: dict[str, list[Progress]] = {}
    for one in picture.progress:
        stages.setdefault(one.stage, []).append(one)
    if not stages:
        return f"{sum(status.live for status in picture.venues):,} markets live"
    return "; ".join(_stage(stage, those) for stage, those in stages.items())


def _stage(stage: str, those: "Sequence[Progress]") -> str:
    total = sum(one.total for one in those)
    far = f" {sum(one.done for one in those):,} of {total:,}" if total else ""
    return f"{stage}{far} ({', '.join(one.venue for one in those)})"
