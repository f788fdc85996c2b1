"""`arbwatch watch`: the board alone."""

from typing import Annotated

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.run import VENUES, on_terminal, show_board
from arbwatch.cli.words import names
from arbwatch.config.errors import WrongUseError


def watch(
    venues: VENUES = None,
    demo: Annotated[bool, typer.Option(help="Watch simulated venues: no network, no keys")] = False,
    refresh: Annotated[int | None, typer.Option(metavar="MS", help="Milliseconds between two pictures")] = None,
) -> int:
    """Show the board in this terminal; q ends it."""
    if not on_terminal():
        raise WrongUseError("A board needs a terminal; without one, `arbwatch run` logs and `arbwatch scan` prints")
    loaded = begin({"board.refresh_ms": refresh}, console=False)
    from arbwatch.app import App  # noqa: PLC0415 numpy and sockets are loaded once settings are known to be right

    with App(loaded.settings, names(venues), demo=demo) as app:
        return show_board(app, loaded)
