"""`arbwatch decode`: raw messages in, one normalised event per line out."""

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated, cast

import msgspec
import typer

from arbwatch.config.errors import WrongUseError
from arbwatch.config.words import no_such
from arbwatch.connector.decoding import Decoding
from arbwatch.connector.recording import read
from arbwatch.connector.registry import venues
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Reject
from arbwatch.model import Event, Instrument

_GZIP = b"\x1f\x8b"


def decode(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="A recording, or bare messages, one per line; may be gzip")
    ],
    venue: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose messages they are, where they do not tell")
    ] = None,
) -> int:
    """Turn raw messages or a recording into events: one JSON object per line.

    What cannot be read goes to stderr as `line N: reason`; where nothing could be read, the exit code is 1.
    """
    known = venues()
    out = sys.stdout.buffer
    found = rejected = nameless = 0
    with _opened(file) as source:
        for decoded in Decoding(known, _named(known, venue)).read(read(_lines(source, file))):
            found += 1
            if isinstance(decoded.found, Event | Instrument):
                out.write(msgspec.json.encode(decoded.found) + b"\n")
                if file == "-":
                    # Whoever pipes a live source in wants each event when it comes.
                    out.flush()
            elif isinstance(decoded.found, Reject):
                rejected += 1
                nameless += not decoded.venue
                print(f"line {decoded.line}: {_one_line(decoded.found.reason)}", file=sys.stderr)
    if rejected:
        print(f"{rejected} rejected{_remedy(nameless, venue)}", file=sys.stderr)
    elif not found:
        source_name = "standard input" if file == "-" else file
        hint = "" if venue else "; `arbwatch venues` lists them, --venue names one"
        print(f"{source_name} holds no message known to be of a venue here{hint}", file=sys.stderr)
    return int(bool(found) and rejected == found)


def _remedy(nameless: int, venue: str | None) -> str:
    return f"; --venue tells whose messages {nameless} of them are" if nameless and venue is None else ""


def _named(known: dict[str, type[Venue]], name: str | None) -> type[Venue] | None:
    if name is None or name in known:
        return known.get(name or "")
    raise WrongUseError(no_such("venue", name, known, "`arbwatch venues`"))


def _opened(file: str) -> IO[bytes]:
    try:
        return sys.stdin.buffer if file == "-" else Path(file).open("rb")
    except OSError as problem:
        raise WrongUseError(f"{file} cannot be read: {problem.strerror}") from None


def _lines(source: IO[bytes], file: str) -> Iterator[bytes]:
    """Read lines, unpacking gzip."""
    peek = getattr(source, "peek", None)
    packed = peek is not None and peek(2)[:2] == _GZIP
    lines = cast("IO[bytes]", gzip.GzipFile(fileobj=source)) if packed else source
    try:
        yield from lines
    except (OSError, EOFError) as problem:
        raise WrongUseError(f"{file} cannot be read to its end: {problem}") from None


def _one_line(reason: str) -> str:
    return " ".join(reason.split())
