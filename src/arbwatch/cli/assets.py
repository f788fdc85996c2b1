"""`arbwatch assets`: which coins there are and who lists them; `assets conflicts`: what only shares a name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.output import Format, print_csv, print_json, print_table
from arbwatch.cli.wait import answered, wait
from arbwatch.cli.words import names, seconds

if TYPE_CHECKING:
    from arbwatch.views.picture import Picture

Venues = Annotated[str | None, typer.Option(metavar="A,B", help="Venues; all that are enabled by default")]
HowLong = Annotated[str, typer.Option("--for", metavar="TIME", help="How long to look")]
AtMost = Annotated[str, typer.Option("--for", metavar="TIME", help="How long to wait at most")]
How = Annotated[Format, typer.Option("--format", help="How it is printed")]
Demo = Annotated[bool, typer.Option(help="Look at simulated venues")]

assets = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode=None)


@assets.callback()
def listed(
    ctx: typer.Context, for_: AtMost = "15s", venues: Venues = None, format_: How = Format.table, demo: Demo = False
) -> int:
    """List the assets and the venues that carry them, or `conflicts`: what only shares a name; 5 if no venue answered.

    What belongs together is decided over all venues: by name, multiplier, class and the shipped list of other names.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    picture = _look(for_, venues, demo=demo, enough=lambda picture: not picture.progress)
    from arbwatch.views.assets import ASSET_COLUMNS, asset_rows  # noqa: PLC0415 views bring numpy along

    rows = asset_rows(picture)
    if format_ is Format.json:
        print_json(rows)
    elif format_ is Format.csv:
        print_csv((_flat(row) for row in rows), ASSET_COLUMNS)
    else:
        _print_assets(rows)
    return 0


@assets.command()
def conflicts(for_: HowLong = "10s", venues: Venues = None, format_: How = Format.table, demo: Demo = False) -> int:
    """List the markets that are not compared with others of their name, and why; 5 if no venue answered."""
    picture = _look(for_, venues, demo=demo)
    from arbwatch.views.assets import CONFLICT_COLUMNS, conflict_rows  # noqa: PLC0415 views bring numpy along

    rows = conflict_rows(picture)
    if format_ is Format.json:
        print_json(rows)
    elif format_ is Format.csv:
        print_csv(rows, CONFLICT_COLUMNS)
    else:
        _print_conflicts(rows)
    return 0


def _look(for_: str, venues: str | None, *, demo: bool, enough: "Callable[[Picture], bool] | None" = None) -> "Picture":
    limit_s = seconds(for_, "--for")
    loaded = begin(only_trouble=True)
    from arbwatch.app import App  # noqa: PLC0415 loaded once the options are known to be right

    with App(loaded.settings, names(venues), demo=demo) as app:
        return answered(wait(app, limit_s, enough))


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {name: " ".join(value) if isinstance(value, list) else value for name, value in row.items()}


def _print_assets(rows: list[dict[str, Any]]) -> None:
    from arbwatch.views import formats  # noqa: PLC0415 views bring numpy along
    from arbwatch.views.text import plain  # noqa: PLC0415 as above

    columns = [("asset", "left"), ("class", "left"), ("in", "left"), ("markets", "right"), ("on", "left")]
    cells = [
        [
            plain(row["asset"]),
            ", ".join(row["class"]),
            plain(", ".join(row["quote_currencies"])),
            str(row["markets"]),
            ", ".join(row["venues"]),
        ]
        for row in rows
    ]
    print_table(formats.counted(len(rows), "asset"), columns, cells)


def _print_conflicts(rows: list[dict[str, Any]]) -> None:
    from arbwatch.views import formats  # noqa: PLC0415 views bring numpy along
    from arbwatch.views.text import plain  # noqa: PLC0415 as above

    columns = [
        ("asset", "left"), ("market", "left"), ("price", "right"), ("others", "right"), ("why", "left"),
    ]  # fmt: skip
    cells = [
        [
            f"{plain(row['asset'])}/{plain(row['quote_currency'])}",
            f"{row['venue']} {plain(row['symbol'])}",
            formats.price(row["price"], None),
            formats.price(row["others_price"], None),
            plain(row["words"]),
        ]
        for row in rows
    ]
    print_table(f"{formats.counted(len(rows), 'market')} not compared with others of the same name", columns, cells)
