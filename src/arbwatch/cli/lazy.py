"""A group of commands whose code is loaded when one is run; `--help` needs only the table of names."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Entry(NamedTuple):
    """Where a command's function is (`module:function`), what `--help` says of it, and whether it is listed."""

    target: str
    help: str
    hidden: bool = False


COMMANDS: dict[str, Entry] = {
    "run": Entry("arbwatch.cli.run:run", "Watch the venues: a board on a terminal, else a log (default)"),
    "demo": Entry("arbwatch.cli.run:demo", "Do the same on simulated venues: no network, no keys"),
    "watch": Entry("arbwatch.cli.watch:watch", "Show the board alone"),
    "scan": Entry("arbwatch.cli.scan:scan", "Connect, look, print what was found, and end"),
    "book": Entry("arbwatch.cli.book:book", "Print one order book"),
    "funding": Entry("arbwatch.cli.funding:funding", "Print funding rates"),
    "record": Entry("arbwatch.cli.record:record", "Keep what the venues send, verbatim"),
    "replay": Entry("arbwatch.cli.replay:replay", "Run what was recorded through the same path again"),
    "assets": Entry("arbwatch.cli.assets:assets", "List the coins and who lists them, or what only shares a name"),
    "decode": Entry("arbwatch.cli.decode:decode", "Turn raw messages or a recording into events, one per line"),
    "venues": Entry("arbwatch.cli.venues:venues", "List the venues and what is read from each"),
    "check": Entry("arbwatch.cli.check:check", "Find out whether the venues can be reached and read"),
    "doctor": Entry("arbwatch.cli.check:check", "The same as check", hidden=True),
    "healthcheck": Entry("arbwatch.cli.healthcheck:healthcheck", "Tell whether the program that runs here is well"),
    "config": Entry("arbwatch.cli.config:config", "Show the settings and where each comes from, or write a file"),
    "simulate": Entry("arbwatch.cli.simulate:simulate", "Serve the simulated venues on this machine"),
    "plugins": Entry("arbwatch.cli.plugins:plugins", "List what is plugged in, and what is broken"),
}
DEFAULT = "run"
FLAGS = ("-v", "--verbose")
VALUED = ("--config", "--log-level")
ENDING = ("--help", "-h", "--version")


class LazyGroup(TyperGroup):
    """Lists every command from the table and loads only the one that is run."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override] # the base names a private class
        """Name every command, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override] # as above
        """Describe a command in one line; `resolve_command` is what loads it."""
        entry = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.help, hidden=entry.hidden) if entry else None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override] # as above
        """Load the command that is to be run."""
        self.commands = dict.fromkeys(COMMANDS, TyperCommand(None))
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(str(name)), rest

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override] # as above
        """Let global options stand anywhere, and run the default command where none is named."""
        return super().parse_args(ctx, with_command(args))

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override] # as above
        """Run the command; a reader of our output that has seen enough is no error."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still buffered must not raise again when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return result


def load(name: str) -> Any:
    """Import the command and give it its arguments."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return get_command(found)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name)(found)
    return get_command(single)


def with_command(args: Sequence[str]) -> list[str]:
    """Put global options first and name the default command where none is.

    A global option without its value stands alone, so that it is what the complaint is about.
    """
    ours: list[str] = []
    rest: list[str] = []
    pending = iter(args)
    for word in pending:
        if word == "--":
            rest += ["--", *pending]
        elif word in FLAGS or word.startswith(tuple(f"{option}=" for option in VALUED)):
            ours.append(word)
        elif word in VALUED:
            value = next(pending, None)
            if value is None:
                return [word]
            ours += [word, value]
        else:
            rest.append(word)
    if not rest or (rest[0].startswith("-") and rest[0] not in ENDING):
        rest.insert(0, DEFAULT)
    return ours + rest
