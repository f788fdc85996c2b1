"""The board in a terminal."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from arbwatch.ui.terminal.app import Board
from arbwatch.views.listing import Key
from arbwatch.views.picture import Picture

__all__ = ["Board", "run_board"]


def run_board(
    read: Callable[[], Picture],
    *,
    refresh_ms: int = 250,
    columns: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    address: str | None = None,
    look: Callable[[Collection[Key]], None] | None = None,
    export_dir: Path | None = None,
) -> None:
    """Show the board in this terminal until the viewer quits.

    `read` gives the newest picture and is called every `refresh_ms`. `columns` are ids of `views.columns.COLUMNS` (all,
    by priority, for None), `venues` the ids to show at first, `address` stands in the footer. `look` is told the
    markets (venue and symbol) whose books are in sight. CSV files go to `export_dir` (the working folder for None).
    Raises ValueError for a column that does not exist.
    """
    Board(
        read,
        refresh_ms=refresh_ms,
        columns=columns,
        venues=venues,
        address=address,
        look=look,
        export_dir=export_dir,
    ).run()
