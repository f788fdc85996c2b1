"""What a check found, line by line, and how it is printed."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from arbwatch.cli.output import Format, print_csv, print_json
from arbwatch.config.errors import CheckFoundError, NoVenueError


class Line(NamedTuple):
    """One thing looked at: `ok` is None where it could not be told."""

    what: str
    ok: bool | None
    words: str


Report = Mapping[str, Sequence[Line]]
"""By venue; the first line says whether it was reached."""


def show(report: Report, format_: Format) -> None:
    """Print a report."""
    if format_ is Format.json:
        print_json({name: [line._asdict() for line in lines] for name, lines in report.items()})
    elif format_ is Format.csv:
        found_lines = [{"venue": name, **line._asdict()} for name, lines in report.items() for line in lines]
        print_csv(found_lines, ("venue", *Line._fields))
    else:
        _print(report)


def judge(report: Report) -> None:
    """Raise NoVenueError where no venue was reached, CheckFoundError where anything is wrong."""
    if not any(lines[0].ok for lines in report.values()):
        raise NoVenueError("No venue could be reached: see above for what each said, and `network.proxy` for a way out")
    if found := sum(line.ok is False for lines in report.values() for line in lines):
        raise CheckFoundError(f"{found} of the things looked at {'is' if found == 1 else 'are'} not as they should be")


def _print(report: Report) -> None:
    from arbwatch.views.text import plain  # noqa: PLC0415 views bring numpy along

    for name, lines in report.items():
        print(name)
        width = max(16, *(len(line.what) for line in lines))
        for line in lines:
            mark = {True: "ok ", False: "BAD", None: "?  "}[line.ok]
            print(f"  {mark}  {line.what:<{width}}  {plain(line.words)}")
