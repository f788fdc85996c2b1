"""`arbwatch plugins`: what is plugged in, built-ins included."""

from typing import Annotated

import msgspec
import typer

from arbwatch.cli.options import load_settings
from arbwatch.cli.output import Format, print_csv, print_json, print_table
from arbwatch.connector import registry

COLUMNS = (("group", "left"), ("name", "left"), ("package", "left"), ("target", "left"), ("state", "left"))


def plugins(fmt: Annotated[Format, typer.Option("--format", help="How to print it")] = Format.table) -> None:
    """List what is plugged in; a broken plug-in is named with its error, and skipped everywhere else."""
    load_settings()
    rows = [msgspec.to_builtins(plugin) for plugin in registry.plugins()]
    if fmt is Format.json:
        print_json(rows)
    elif fmt is Format.csv:
        print_csv(rows, ("group", "name", "package", "target", "error"))
    else:
        cells = [[row[name] for name, _ in COLUMNS[:-1]] + [row["error"] or "ok"] for row in rows]
        print_table("", COLUMNS, cells)
