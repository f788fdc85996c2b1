"""`arbwatch config`: show the settings in force, or write a file to start from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arbwatch.cli.options import load_settings
from arbwatch.cli.output import Format, print_csv, print_json, print_table
from arbwatch.config.errors import ArbwatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arbwatch.config.load import Loaded

config = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode=None)


@config.callback()
def group(ctx: typer.Context) -> None:
    """Show the settings and where each comes from (the default), or write a file to start from."""
    if ctx.invoked_subcommand is None:
        show()


@config.command()
def show(
    every: Annotated[bool, typer.Option("--all", help="Also settings that are at their default")] = False,
    fmt: Annotated[Format, typer.Option("--format", help="How to print it")] = Format.table,
) -> None:
    """Print the settings, where each comes from, and the folders in use. Passwords are masked."""
    loaded = load_settings()
    rows = [row for row in settings_rows(loaded) if every or row["from"] != "default"]
    places = {"file": str(loaded.file) if loaded.file else None, "data_dir": str(loaded.data_dir)}
    if fmt is Format.json:
        print_json({**places, "settings": rows})
    elif fmt is Format.csv:
        print_csv(rows, ("key", "value", "from"))
    else:
        print(f"settings file: {places['file'] or 'none'}\ndata folder:   {places['data_dir']}\n")
        if not rows:
            print("Every setting is at its default; --all shows them.")
            return
        cells = [(row["key"], _written(row["value"]), row["from"]) for row in rows]
        print_table("", (("key", "left"), ("value", "left"), ("from", "left")), cells)


@config.command()
def init(
    path: Annotated[Path, typer.Argument(help="File to write")] = Path("arbwatch.toml"),
    user: Annotated[bool, typer.Option("--user", help="Write to your own configuration folder instead")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there")] = False,
) -> None:
    """Write a settings file with every setting commented out, its meaning and its default."""
    from arbwatch.config.examples import toml_example  # noqa: PLC0415 only this command writes one
    from arbwatch.config.load import FILE_NAME, config_folder  # noqa: PLC0415 as above

    target = config_folder() / FILE_NAME if user else path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(toml_example())
    except FileExistsError:
        raise ArbwatchError(f"{target} is there already; --force replaces it") from None
    except OSError as error:
        raise ArbwatchError(f"{target} cannot be written: {error.strerror or error}") from error
    print(target)


def settings_rows(loaded: "Loaded") -> "list[dict[str, Any]]":
    """List every setting in force with its value and origin; venues only where something is set for them."""
    return [
        {"key": ".".join(path), "value": _plain(value), "from": loaded.origins.get(path, "default")}
        for path, value in _walk(loaded.settings.model_dump(by_alias=True), ())
    ]


def _walk(table: dict[str, Any], path: tuple[str, ...]) -> "Iterator[tuple[tuple[str, ...], Any]]":
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _walk(value, (*path, name))
        else:
            yield (*path, name), value


def _plain(value: Any) -> Any:
    from arbwatch.config.values import masked  # noqa: PLC0415 `config --help` needs no settings

    if value is None or isinstance(value, (bool, int, float)):
        return value
    return list(value) if isinstance(value, tuple) else masked(value)


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return {None: "-", True: "true", False: "false"}.get(value, str(value)) if not isinstance(value, str) else value
