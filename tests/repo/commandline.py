"""Command lines as pages, units and images write them, held against the program's own parser."""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from typer.exceptions import TyperException

from arbwatch.cli.lazy import COMMANDS, ENDING, FLAGS, VALUED, load, with_command

PROGRAM = re.compile(r"(?:\S*/)?arbwatch$")
ENDS = re.compile(r"\d?[<>]+|[|&]+|;")


def written(words: Sequence[str]) -> list[str] | None:
    """Return what a command line gives to arbwatch; None where it is another program's."""
    words = list(words)
    while words and (words[0] in {"$", "env"} or re.match(r"[A-Z_]+=", words[0])):
        words.pop(0)
    if words[1:3] == ["-m", "arbwatch"]:
        words = words[2:]
    if not words or not PROGRAM.match(words[0]):
        return None
    end = next((index for index, word in enumerate(words) if ENDS.fullmatch(word)), len(words))
    return words[1:end]


def complaint(args: Sequence[str]) -> str | None:
    """Say what the program would find wrong with these arguments; None where it would run."""
    words = iter(with_command(args))
    for word in words:
        if word in ENDING or word in FLAGS:
            continue
        if word in VALUED:
            next(words)
            continue
        if word.startswith("-"):
            return f"no such option: {word}"
        return _command(word, list(words))
    return None


def _command(name: str, rest: list[str]) -> str | None:
    if name not in COMMANDS:
        return f"no such command: {name}"
    command: Any = load(name)
    try:
        with command.make_context(name, rest) as context:
            left = [*getattr(context, "_protected_args", ()), *context.args]
            if left and hasattr(command, "resolve_command"):
                _, inner, rest = command.resolve_command(context, left)
                inner.make_context(left[0], rest, parent=context).close()
    except TyperException as error:
        return error.format_message()
    except SystemExit:
        pass
    return None


def problems(lines: Sequence[str]) -> Iterator[str]:
    """Name every line that gives arbwatch something that does not exist."""
    for line in lines:
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        args = written(words)
        if args is not None and (wrong := complaint(args)):
            yield f"{line.strip()}: {wrong}"
