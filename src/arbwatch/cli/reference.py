"""Write the reference pages from the code: `python -m arbwatch.cli.reference [FOLDER]`.

Writes `docs/reference/commands.md`, `events.md` and `venues.md` below the folder.
"""

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec
from typer.main import get_command

from arbwatch.cli.evidence import gather
from arbwatch.cli.lazy import COMMANDS, load
from arbwatch.cli.main import INTERRUPTED, app
from arbwatch.config.errors import ArbwatchError
from arbwatch.config.examples import write
from arbwatch.connector.evidence import Basis
from arbwatch.connector.registry import plugins, venues
from arbwatch.connector.venue import Venue
from arbwatch.model import Event, Instrument

_TOLD = "Written by `python -m arbwatch.cli.reference` from the code itself."
_EVERYWHERE = {
    "venue": "The venue's id",
    "symbol": "The venue's spelling, verbatim",
    "time": "The venue's clock",
    "received": "Our clock, stamped at the socket read",
}
_WORDS = {str: "text", int: "integer", float: "number", bool: "true or false", type(None): "null"}


def commands() -> str:
    """Return the page of every command, its arguments and options."""
    shown = {name: entry for name, entry in COMMANDS.items() if not entry.hidden}
    named = {entry.target: name for name, entry in shown.items()}
    lines = ["# Commands", "", _TOLD, ""]
    lines += ["Without a command, `run` is meant. `python -m arbwatch` is the same program.", ""]
    lines += ["| command | does |", "|---|---|"]
    lines += [f"| [`arbwatch {name}`](#arbwatch-{name}) | {_cell(entry.help)} |" for name, entry in shown.items()]
    lines += [""]
    for name, entry in COMMANDS.items():
        if entry.hidden:
            lines += [f"`arbwatch {name}` is another name of `arbwatch {named[entry.target]}`.", ""]
    lines += ["## Options of every command", "", *_options(get_command(app), "arbwatch")]
    lines += ["## Exit codes", "", "| code | means |", "|---|---|", *_codes(), ""]
    for name in shown:
        lines += _command(load(name), f"arbwatch {name}")
    return "\n".join(lines)


def _command(command: Any, name: str) -> Iterator[str]:
    yield from (f"## {name}", "", *_prose(command.help or ""), "")
    yield from _options(command, name)
    for inner in getattr(command, "commands", {}).values():
        yield from _command(inner, f"{name} {inner.name}")


def _options(command: Any, name: str) -> Iterator[str]:
    with command.make_context(name, [], resilient_parsing=True) as context:
        usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
        records = [record for param in command.get_params(context) if (record := param.get_help_record(context))]
    if name in usage and name != "arbwatch":
        yield from ("```text", usage, "```", "")
    if shown := [(option, text) for option, text in records if not option.endswith("--help")]:
        yield from ("| option | meaning |", "|---|---|")
        yield from (f"| `{_cell(option)}` | {_cell(text)} |" for option, text in shown)
        yield ""


def _codes() -> Iterator[str]:
    kinds: list[type[ArbwatchError]] = [ArbwatchError, *ArbwatchError.__subclasses__()]
    yield "| 0 | All is well |"
    yield from (f"| {kind.exit_code} | {_first(kind)} |" for kind in sorted(kinds, key=lambda kind: kind.exit_code))
    yield f"| {INTERRUPTED} | Interrupted by Ctrl-C |"


def events() -> str:
    """Return the page of every event and its fields."""
    lines = ["# Events", "", _TOLD, ""]
    lines += [
        "`arbwatch decode` and `arbwatch replay` print one JSON object per line. `type` names it and comes first; the",
        "fields follow in the order of the tables. Unknown is null. Times are integers, nanoseconds since 1970, UTC:",
        "they lie above 2^53, so read them as integers. Prices and sizes are in the venue's own units; its instrument",
        "tells how to turn them: `price per asset unit = price / multiplier` and",
        "`size in asset units = size * contract_size`.",
        "",
    ]
    for kind in (Instrument, *get_args(Event)):
        lines += _event(kind)
    return "\n".join(lines)


def _event(kind: type[msgspec.Struct]) -> Iterator[str]:
    yield from (f"## {kind.__struct_config__.tag}", "", *_prose(_null(inspect.getdoc(kind) or "")), "")
    yield from ("| field | holds | meaning |", "|---|---|---|")
    said = _EVERYWHERE | _said(kind)
    for field in msgspec.structs.fields(kind):
        yield f"| `{field.encode_name}` | {_cell(_holds(field.type))} | {_cell(_null(said.get(field.name, '')))} |"
    yield ""


def _said(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Return the text under each field of a struct's source."""
    [body] = [node.body for node in ast.parse(inspect.getsource(kind)).body if isinstance(node, ast.ClassDef)]
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def _holds(told: Any) -> str:
    if isinstance(told, UnionType) or get_origin(told) not in (None, Literal, tuple):
        return " or ".join(_holds(part) for part in get_args(told))
    if get_origin(told) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(told))
    if get_origin(told) is tuple:
        inner = [part for part in get_args(told) if part is not Ellipsis]
        return f"list of {_holds(inner[0])}" if Ellipsis in get_args(told) else f"[{', '.join(map(_holds, inner))}]"
    return _WORDS[told]


def table() -> str:
    """Return the page of the venues that ship with the program."""
    ours = {plugin.name for plugin in plugins() if plugin.package == "arbwatch"}
    shown = [venue for name, venue in venues().items() if name in ours]
    lines = ["# Venues", "", _TOLD, ""]
    lines += [
        "*Asked* is what REST is asked for again and again. Fees are the defaults that nobody has to qualify for;"
    ]
    lines += ["limits are per socket and per subscribe message. `arbwatch venues` prints the same and more.", ""]
    lines += ["| venue | market | streams | asked | maker, taker | limits |", "|---|---|---|---|---|---|"]
    lines += [_venue(venue) for venue in shown]
    lines += ["", "## What the reading rests on", ""]
    lines += [
        "How many channels, lists and answers of each venue were *recorded* and decoded, stand *documented*, were"
    ]
    lines += [
        "read alike by a second client (*agreed*), or rest on our reading alone (*unconfirmed*); every one of them"
    ]
    lines += ["is in [the evidence](../evidence.md).", ""]
    kinds = get_args(Basis)
    lines += [f"| venue | {' | '.join(kinds)} | documentation |", "|---|" + "---|" * (len(kinds) + 1)]
    for venue in shown:
        counts = Counter(cell.basis for cell in gather([venue]))
        lines.append(f"| `{venue.id}` | {' | '.join(str(counts[kind]) for kind in kinds)} | <{venue.docs}> |")
    return "\n".join([*lines, ""])


def _venue(venue: type[Venue]) -> str:
    streams = ", ".join(kind + (" (on demand)" if way.on_demand else "") for kind, way in venue.channels.items())
    asked = ", ".join(poll.name for poll in venue().polls())
    fees = ", ".join("unknown" if fee is None else f"{fee:.3%}" for fee in (venue.fees.maker, venue.fees.taker))
    limits = f"{venue.limits.streams_per_socket}, {venue.limits.topics_per_frame}"
    return f"| `{venue.id}` | {venue.name} | {streams} | {asked} | {fees} | {limits} |"


def files() -> Iterator[tuple[str, str]]:
    """Yield each generated page's path in the repository and its text."""
    yield "docs/reference/commands.md", commands()
    yield "docs/reference/events.md", events()
    yield "docs/reference/venues.md", table()


def _null(text: str) -> str:
    return text.replace("None", "null")


def _first(kind: type) -> str:
    return _cell((inspect.getdoc(kind) or "").split("\n\n")[0])


def _prose(text: str) -> Sequence[str]:
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(textwrap.fill(part, 118, break_on_hyphens=False) for part in paragraphs).split("\n")


def _cell(text: str) -> str:
    return " ".join(text.split()).rstrip(".").replace("|", "\\|")


if __name__ == "__main__":
    write(files())
