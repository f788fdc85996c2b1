"""`arbwatch replay`: recorded traffic through the path that live traffic takes."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from arbwatch.cli.options import begin
from arbwatch.cli.words import seconds
from arbwatch.config.errors import WrongUseError

if TYPE_CHECKING:
    from arbwatch.engine.replay import Output, Replay, Scan
    from arbwatch.engine.tracks import Played, Recording

CHUNK = 256 * 1024
LEAST_SLEEP_S = 0.002
TOLD = 3
_NS = 1e9


class Lines(StrEnum):
    """How a replay is printed."""

    json = "json"


def replay(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Recordings, of any venues; parts of one series in any order")
    ],
    speed: Annotated[
        str, typer.Option(metavar="N", help="So many times as fast as it was; 0 or max is as fast as possible")
    ] = "max",
    step: Annotated[
        str, typer.Option(metavar="TIME", help="Recorded time from one look for spreads to the next")
    ] = "1s",
    format_: Annotated[Lines, typer.Option("--format", help="One JSON object per line")] = Lines.json,
) -> int:
    """Print the events and spreads that recorded traffic holds, one JSON object per line; a summary goes to stderr.

    The recording's clock drives everything: the output is the same, byte for byte, at any speed.
    """
    pace, step_s = speed_of(speed), seconds(step, "--step")
    loaded = begin(only_trouble=True)
    from arbwatch.app import rules  # noqa: PLC0415 loaded once the options are known to be right
    from arbwatch.connector.registry import venues  # noqa: PLC0415 as above
    from arbwatch.engine.replay import Replay  # noqa: PLC0415 as above
    from arbwatch.engine.tracks import UntimedError, merged  # noqa: PLC0415 as above

    said: list[str] = []
    run = Replay(venues(), rules(loaded.settings), step_ns=max(1, round(step_s * _NS)))
    out = sys.stdout.buffer
    try:
        for output in run.run(_paced(merged([_recording(file, said) for file in files], said.append), pace)):
            out.write(_line(output))
    except UntimedError as problem:
        raise WrongUseError(str(problem)) from None
    out.flush()
    for words in (*said, *_summary(run)):
        print(words, file=sys.stderr)
    return 0


def speed_of(text: str) -> float:
    """Read a speed: times real time, 0 for as fast as possible. Raises WrongUseError for anything else."""
    try:
        speed = 0.0 if text.strip().lower() == "max" else float(text.strip().lower().removesuffix("x"))
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise WrongUseError(f"--speed is {text!r}; write how many times as fast, such as 1 or 50, or max")
    return speed


def _recording(file: str, said: list[str]) -> "Recording":
    from arbwatch.connector.recording import lines, read  # noqa: PLC0415 `--help` must not wait for it
    from arbwatch.engine.tracks import Recording  # noqa: PLC0415 as above

    try:
        Path(file).open("rb").close()
    except OSError as problem:
        raise WrongUseError(f"{file} cannot be read: {problem.strerror}") from None
    return Recording(file, read(lines(_chunks(file), lambda words: said.append(f"{file}: {words}"))))


def _chunks(file: str) -> Iterator[bytes]:
    with Path(file).open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _paced(lines: "Iterator[Played]", speed: float) -> "Iterator[Played]":
    """Hold every line back until it is due."""
    begun, first = time.monotonic(), None
    for line in lines:
        if speed:
            first = line.time if first is None else first
            wait = begun + (line.time - first) / _NS / speed - time.monotonic()
            if wait > LEAST_SLEEP_S:
                sys.stdout.buffer.flush()
                time.sleep(wait)
        yield line


def _line(output: "Output") -> bytes:
    from arbwatch.engine.replay import Scan  # noqa: PLC0415 loaded by then

    what: Any = _spreads(output.what) if isinstance(output.what, Scan) else output.what
    return msgspec.json.encode(what) + b"\n"


def _spreads(scan: "Scan") -> dict[str, Any]:
    from arbwatch.views.document import excluded_object, spread_object  # noqa: PLC0415 loaded by then

    return {
        "type": "spreads",
        "time": scan.time,
        "spreads": [spread_object(spread) for spread in scan.spreads.found],
        "excluded": {
            "pairs": [excluded_object(excluded) for excluded in scan.spreads.excluded],
            "counts": dict(sorted(scan.spreads.reasons.items())),
        },
    }


def _summary(run: "Replay") -> Iterator[str]:
    """Tell what came of it; nothing in it depends on when or how fast it was replayed."""
    if run.first is None:
        yield "there is nothing in it"
        return
    begun = datetime.fromtimestamp(run.first / _NS, UTC).strftime("%Y-%m-%d %H:%M:%S")
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(run.counts.items()))
    yield f"{(run.now - run.first) / _NS:,.1f} s recorded from {begun} UTC: {counts or 'nothing of a venue here'}"
    for venue in run.venues.values():
        name = venue.venue.id
        if venue.quotes and not venue.listed:
            yield f"{name}: no listing was recorded, so that its quotes are among the events and in no spread"
        if venue.rejected:
            yield f"{name}: {venue.rejected:,} pieces could not be read; the last: {venue.rejects[-1].reason}"
        if venue.listed and (finding := venue.finding) is not None:
            if finding.venue:
                yield f"{name} is doubtful: {finding.venue}"
            elif finding.waits:
                yield f"{name} is not proven: it waits for {finding.waits}"
    for conn, count in sorted(run.strange.items())[:TOLD]:
        yield f"{count:,} messages on {conn} are of no venue here"
