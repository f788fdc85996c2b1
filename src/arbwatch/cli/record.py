"""`arbwatch record`: keep what the venues send, as it comes."""

import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.words import names, seconds
from arbwatch.config.errors import ArbwatchError, NoVenueError, WrongUseError

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.net.recorder import Recorder

STEP_S = 0.2
LEAST_SIZE = 1024
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}

OUT = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder for the files; `recordings` in the data folder by default")
]


def record(
    out: OUT = None,
    venues: Annotated[str | None, typer.Option(metavar="A,B", help="Venues; all that are enabled by default")] = None,
    for_: Annotated[str | None, typer.Option("--for", metavar="TIME", help="How long; until Ctrl-C by default")] = None,
    rotate: Annotated[str, typer.Option(metavar="SIZE", help="Size at which the next file begins")] = "64M",
    demo: Annotated[bool, typer.Option(help="Record simulated venues")] = False,
) -> int:
    """Keep every frame and answer of the venues, verbatim, until Ctrl-C or SIGTERM; 5 if no venue answered.

    One series of gzip files per venue, each readable on its own, up to the last second whatever happens.
    `arbwatch replay` runs them, `arbwatch decode` prints them.
    """
    limit_s = seconds(for_, "--for") if for_ is not None else None
    size = bytes_of(rotate, "--rotate")
    loaded = begin(only_trouble=True)
    from arbwatch.app import App  # noqa: PLC0415 loaded once the options are known to be right
    from arbwatch.net.recorder import Recorder  # noqa: PLC0415 as above

    folder = writable(out or loaded.data_dir / "recordings")
    with (
        Recorder(folder, size) as recorder,
        App(loaded.settings, names(venues), demo=demo, listen=recorder.tape) as app,
    ):
        code = _wait(app, recorder, limit_s)
        said = "; ".join(f"{s.venue}: {s.note or s.last_error or s.state}" for s in app.read().venues)
    print(recorder.summary(), file=sys.stderr)
    for path in (path for tape in recorder.tapes.values() for path in tape.series.files):
        print(path)
    if recorder.trouble:
        raise ArbwatchError(recorder.trouble)
    if not any(tape.frames or tape.answers for tape in recorder.tapes.values()):
        raise NoVenueError(f"No venue answered. {said}")
    return code


def bytes_of(text: str, option: str) -> int:
    """Read a size such as `500k`, `64M`, `1G`. Raises WrongUseError for anything else."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?)i?b?\s*", text.lower())
    if match is None or (size := int(float(match[1]) * _UNITS[match[2]])) < LEAST_SIZE:
        raise WrongUseError(f"{option} is {text!r}; write a size such as 64M, at least 1k")
    return size


def writable(folder: Path) -> Path:
    """Make a folder that can be written to. Raises ArbwatchError where there is none to be had."""
    folder = folder.expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".arbwatch-{time.time_ns()}"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise ArbwatchError(f"{folder} cannot be written: {problem.strerror or problem}; name another folder") from None
    return folder


def _wait(app: "App", recorder: "Recorder", limit_s: float | None) -> int:
    """Record until the time is over or a signal comes: 0, or 130 after Ctrl-C."""
    from arbwatch.cli.run import Signals  # noqa: PLC0415 only a command that waits needs it

    stop, code = threading.Event(), [0]

    def signalled(number: int, _frame: object) -> None:
        code[0] = 130 if number == signal.SIGINT else 0
        stop.set()

    deadline = None if limit_s is None else time.monotonic() + limit_s
    terminal = sys.stderr.isatty()
    with Signals(signalled):
        while deadline is None or time.monotonic() < deadline:
            if not app.engine.running:
                # Says why it ended.
                app.read()
            if terminal:
                sys.stderr.write(f"\r\x1b[2K{recorder.summary()[:110]}")
                sys.stderr.flush()
            left = STEP_S if deadline is None else min(STEP_S, max(0.0, deadline - time.monotonic()))
            if stop.wait(left):
                break
    if terminal:
        sys.stderr.write("\r\x1b[2K")
    return code[0]
