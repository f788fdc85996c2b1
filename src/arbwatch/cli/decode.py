"""`arbwatch decode`: raw messages in, one normalised event per line out."""

import gzip
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Annotated, cast

import msgspec
import typer

from arbwatch.config.errors import WrongUseError
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

    What cannot be read goes to stderr as `line N: reason`.
    """
    known = venues()
    out = sys.stdout.buffer
    rejected = 0
    with _opened(file) as source:
        for decoded in Decoding(known, _named(known, venue)).read(read(_lines(source, file))):
            if isinstance(decoded.found, Event | Instrument):
                out.write(msgspec.json.encode(decoded.found) + b"\n")
                if file == "-":
                    # Whoever pipes a live source in wants each event when it comes.
                    out.flush()
            elif isinstance(decoded.found, Reject):
                rejected += 1
                print(f"line {decoded.line}: {_one_line(decoded.found.reason)}", file=sys.stderr)
    if rejected:
        print(f"{rejected} rejected", file=sys.stderr)
    return 0


def _named(known: dict[str, type[Venue]], name: str | None) -> type[Venue] | None:
    if name is None or name in known:
        return known.get(name or "")
    near = get_close_matches(name, known, 1, 0)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise WrongUseError(f"There is no venue {name!r}{hint}")


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
