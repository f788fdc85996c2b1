"""`arbwatch run` and `arbwatch demo`: everything that is set up, on a board or as a log."""

import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.words import names

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.config.load import Loaded
    from arbwatch.net.recorder import Recorder

log = logging.getLogger(__name__)

REPORT_S = 60.0
FIRST_REPORT_S = 5.0

VENUES = Annotated[str | None, typer.Option(metavar="A,B", help="Venues to watch; all that are enabled by default")]
HEADLESS = Annotated[bool, typer.Option(help="Log instead of showing the board")]


def run(
    venues: VENUES = None,
    demo: Annotated[bool, typer.Option(help="Watch simulated venues: no network, no keys")] = False,
    headless: HEADLESS = False,
    record: Annotated[Path | None, typer.Option(metavar="DIR", help="Also keep every frame and answer there")] = None,
) -> int:
    """Watch the venues: a board on a terminal, else a log. Ctrl-C or SIGTERM ends it."""
    board = not headless and on_terminal()
    loaded = begin(console=not board)
    from arbwatch.app import App  # noqa: PLC0415 numpy and sockets are loaded once settings are known to be right
    from arbwatch.cli.pulse import Pulse  # noqa: PLC0415 as above

    with contextlib.ExitStack() as stack:
        listen = stack.enter_context(_recorder(record)).tape if record else None
        app = stack.enter_context(App(loaded.settings, names(venues), demo=demo, listen=listen))
        stack.enter_context(Pulse(app.read, loaded.data_dir))
        return show_board(app, loaded) if board else log_until_stopped(app)


def _recorder(folder: Path) -> "Recorder":
    from arbwatch.cli.record import writable  # noqa: PLC0415 only where something is recorded
    from arbwatch.net.recorder import Recorder  # noqa: PLC0415 as above

    return Recorder(writable(folder))


def on_terminal() -> bool:
    """Tell whether somebody sits before it: a board can be drawn, and keys can be pressed."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def demo(venues: VENUES = None, headless: HEADLESS = False) -> int:
    """Watch simulated venues: no network, no keys."""
    return run(venues, demo=True, headless=headless)


def show_board(app: "App", loaded: "Loaded") -> int:
    """Show the board until the user quits."""
    from arbwatch.ui.terminal import run_board  # noqa: PLC0415 Textual is loaded only for a board

    settings = loaded.settings.board
    run_board(
        app.read,
        refresh_ms=settings.refresh_ms,
        columns=settings.columns or None,
        look=app.engine.look,
    )
    return 0


def log_until_stopped(app: "App") -> int:
    """Log what matters until a signal comes; 130 after Ctrl-C, 0 after SIGTERM."""
    stop = threading.Event()
    code = [0]

    def _signalled(number: int, _frame: object) -> None:
        code[0] = 130 if number == signal.SIGINT else 0
        stop.set()

    with Signals(_signalled):
        wait = FIRST_REPORT_S
        while not stop.wait(wait):
            _report(app)
            wait = REPORT_S
    log.info("stopping")
    return code[0]


def _report(app: "App") -> None:
    picture = app.read()
    for venue in picture.venues:
        log.info(
            "%s %s: %d of %d instruments live, %.0f messages/s%s",
            venue.venue,
            venue.state,
            venue.live,
            venue.instruments,
            venue.rate_s,
            f"; {venue.note}" if venue.note else "",
        )
    if picture.clock:
        log.warning("%s", picture.clock)


class Signals:
    """Answer Ctrl-C and SIGTERM while a block runs."""

    def __init__(self, handler: Callable[[int, object], None]) -> None:
        self._handler = handler
        self._before: dict[int, object] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._handler)

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type] # what signal.signal returned, it takes back
