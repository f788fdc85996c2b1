"""`arbwatch funding`: funding rates of every perpetual, comparable."""

from math import isnan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.output import Format, print_csv, print_json, print_table
from arbwatch.cli.wait import answered, wait
from arbwatch.cli.words import names, seconds

if TYPE_CHECKING:
    from arbwatch.views.picture import Picture

CSV_COLUMNS = (
    "venue", "symbol", "asset", "rate", "status", "interval_h", "interval_source", "rate_per_year", "next_time", "cap",
    "floor", "mark", "index", "time",
)  # fmt: skip


def funding(
    venues: Annotated[str | None, typer.Option(metavar="A,B", help="Venues; all that are enabled by default")] = None,
    asset: Annotated[str | None, typer.Option(metavar="ASSET", help="One asset only")] = None,
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="How long to wait at most")] = "15s",
    format_: Annotated[Format, typer.Option("--format", help="How it is printed")] = Format.table,
    demo: Annotated[bool, typer.Option(help="Look at simulated venues")] = False,
) -> int:
    """Print funding rates, largest per year first; 5 if no venue answered."""
    limit_s = seconds(for_, "--for")
    loaded = begin(only_trouble=True)
    from arbwatch.app import App  # noqa: PLC0415 loaded once the options are known to be right
    from arbwatch.views.document import funding_rows  # noqa: PLC0415 as above

    with App(loaded.settings, names(venues), demo=demo) as app:
        picture = answered(wait(app, limit_s, _told))
    rows = [row for row in funding_rows(picture) if asset is None or row["asset"] == asset.upper()]
    if format_ is Format.json:
        print_json(rows)
    elif format_ is Format.csv:
        print_csv(rows, CSV_COLUMNS)
    else:
        _print(rows, picture.now)
    return 0


def _told(picture: "Picture") -> bool:
    """Every perpetual that trades has a rate and an interval."""
    if picture.progress:
        return False
    snapshot = picture.snapshot
    for lane, instruments in enumerate(snapshot.instruments):
        for column, instrument in enumerate(instruments):
            if instrument is None or instrument.market != "perp" or instrument.status != "trading":
                continue
            if isnan(snapshot.interval_h[lane, column]) or not snapshot.next_time[lane, column]:
                return False
    return True


def _print(rows: list[dict[str, Any]], now: int) -> None:
    from arbwatch.views import formats  # noqa: PLC0415 views bring numpy along
    from arbwatch.views.text import plain  # noqa: PLC0415 as above

    columns = [
        ("venue", "left"), ("symbol", "left"), ("asset", "left"), ("per interval", "right"), ("every", "right"),
        ("per year", "right"), ("next in", "right"), ("cap", "right"), ("floor", "right"), ("mark - index", "right"),
    ]  # fmt: skip
    cells = []
    for row in rows:
        assumed = row["interval_source"] == "default"
        basis = row["mark"] / row["index"] - 1 if row["mark"] and row["index"] else None
        cells.append(
            [
                row["venue"],
                plain(row["symbol"]),
                plain(row["asset"]),
                formats.percent(row["rate"], 4),
                formats.hours(row["interval_h"]) + ("*" if assumed else ""),
                formats.annual(row["rate"], row["interval_h"], assumed=assumed),
                formats.countdown(row["next_time"] - now if row["next_time"] else None),
                formats.percent(row["cap"]),
                formats.percent(row["floor"]),
                formats.percent(basis, 3),
            ]
        )
    print_table(f"{len(rows)} funding rates (positive: longs pay shorts)", columns, cells)
    if any(row["interval_source"] == "default" for row in rows):
        print("* the venue does not list this interval; its documented default is shown")
