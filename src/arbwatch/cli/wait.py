"""Wait for the program to have seen enough, and show that it is at work."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from arbwatch.config.errors import NoVenueError

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.views.picture import Picture

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
            if terminal and (line := _line(picture)) != shown:
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


def _line(picture: "Picture") -> str:
    parts = [f"{p.venue}: {p.stage}" + (f" {p.done} of {p.total}" if p.total else "") for p in picture.progress]
    if not parts:
        parts = [f"{status.venue}: {status.live} live" for status in picture.venues]
    return "  ".join(parts)[:100]
