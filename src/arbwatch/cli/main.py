"""The program: global options, one sentence per error, exit codes."""

import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from arbwatch import __version__
from arbwatch.cli.lazy import LazyGroup
from arbwatch.cli.options import given
from arbwatch.config.errors import ArbwatchError

INTERRUPTED = 130

app = typer.Typer(
    name="arbwatch",
    cls=LazyGroup,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"arbwatch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log everything to the console, and errors with their traceback")
    ] = False,
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="Settings file (default: arbwatch.toml)")] = None,
    log_level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Least level on the console: DEBUG, INFO, WARNING, ERROR, OFF")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and end")
    ] = False,
) -> None:
    """Watch the same asset on many crypto markets and see where it is cheap and where it is dear.

    Without a command: run. Exit codes: 0 ok, 1 error, 2 wrong use, 3 wrong settings, 5 no venue reachable,
    6 a check found something, 130 interrupted.
    """
    given.verbose = verbose
    given.config = config
    given.log_level = log_level


def main(args: Sequence[str] | None = None) -> int:
    """Run one command line and return the exit code."""
    given.verbose, given.config, given.log_level = False, None, None
    alone = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _terminated) if alone else None
    try:
        result: Any = get_command(app).main(args=args, prog_name="arbwatch", standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 whatever ends the program ends in one sentence and a code
        return _ended_by(error)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
    return result if isinstance(result, int) else 0


def _terminated(number: int, _: object) -> NoReturn:
    """Leave by the way that closes and flushes everything; commands that run for long have their own."""
    raise SystemExit(128 + number)


def _ended_by(error: BaseException) -> int:
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return INTERRUPTED
    if given.verbose:
        traceback.print_exception(error)
    print(f"arbwatch: {_sentence(error)}", file=sys.stderr)
    return int(getattr(error, "exit_code", 1))


def _sentence(error: BaseException) -> str:
    if isinstance(error, TyperException):
        said: Any = error
        words = " ".join(said.format_message().split()).replace("Value error, ", "")
        return f"{words.rstrip('.')}. See --help."
    if isinstance(error, ArbwatchError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error} (run with -v to see where)" if not given.verbose else str(error)
    return f"Unexpected {type(error).__name__}: {error} (run with -v to see where)"
