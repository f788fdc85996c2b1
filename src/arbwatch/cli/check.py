"""`arbwatch check`: tell whether the venues can be reached and read."""

import time
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.output import Format, print_csv, print_json
from arbwatch.cli.words import seconds
from arbwatch.config.errors import CheckFoundError, NoVenueError

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.market.health import VenueStatus

STEP_S = 0.1
CLOCK_LIMIT_MS = 1000.0


class Line(NamedTuple):
    """One thing looked at: `ok` is None where it could not be told."""

    what: str
    ok: bool | None
    words: str


def check(
    venue: Annotated[
        str | None, typer.Argument(metavar="[VENUE]", help="One venue; all that are enabled by default")
    ] = None,
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="How long to look at most")] = "20s",
    format_: Annotated[Format, typer.Option("--format", help="How it is printed")] = Format.table,
    demo: Annotated[bool, typer.Option(help="Check the simulated venues")] = False,
) -> int:
    """Tell for each venue whether it answers, what its clock says, and when each stream first spoke.

    0 if all is well, 5 if no venue was reachable, 6 if something was found.
    """
    limit_s = seconds(for_, "--for")
    loaded = begin(only_trouble=True)
    from arbwatch.app import App  # noqa: PLC0415 loaded once the options are known to be right

    with App(loaded.settings, [venue] if venue else None, demo=demo) as app:
        report = _look(app, limit_s)
    if format_ is Format.json:
        print_json({name: [line._asdict() for line in lines] for name, lines in report.items()})
    elif format_ is Format.csv:
        found_lines = [{"venue": name, **line._asdict()} for name, lines in report.items() for line in lines]
        print_csv(found_lines, ("venue", *Line._fields))
    else:
        _print(report)
    reached = [name for name, lines in report.items() if lines[0].ok]
    if not reached:
        raise NoVenueError("No venue could be reached: see above for what each said, and `network.proxy` for a way out")
    if found := sum(line.ok is False for lines in report.values() for line in lines):
        raise CheckFoundError(f"{found} of the things looked at {'is' if found == 1 else 'are'} not as they should be")
    return 0


def _look(app: "App", limit_s: float) -> dict[str, list[Line]]:
    started = time.time_ns()
    deadline = time.monotonic() + limit_s
    while True:
        report = {name: _venue(app, name, started) for name in app.venues}
        settled = all(line.ok for lines in report.values() for line in lines)
        if settled or time.monotonic() > deadline:
            return report
        time.sleep(STEP_S)


def _venue(app: "App", name: str, started: int) -> list[Line]:
    picture = app.read()
    status = next((s for s in picture.venues if s.venue == name), None)
    if status is None or not app.engine.listed(name):
        words = (status and (status.last_error or status.rest_words or status.note)) or "no answer yet"
        return [Line("listing", False, words)]
    instruments = app.engine.instruments(name)
    trading = sum(i.status == "trading" for i in instruments.values())
    lines = [Line("listing", True, f"{len(instruments)} instruments, {trading} trading")]
    lines.append(_clock(status))
    lane = next(i for i, lane in enumerate(picture.snapshot.lanes) if lane.venue == name)
    spoke = int((picture.snapshot.messages[lane] > 0).sum())
    progress = app.engine.progress(name)
    quotes = f"{progress.done} of {progress.total} subscriptions acknowledged; {spoke} have spoken"
    lines.append(Line("quote streams", bool(spoke) and progress.done >= progress.total, quotes))
    first = app.engine.first_messages(name)
    for kind, channel in app.venues[name].channels.items():
        if channel.whole_market and kind != "notice":
            when = first.get(kind)
            words = "no message yet" if when is None else f"first message after {(when - started) / 1e9:.1f} s"
            lines.append(Line(f"{kind} stream", when is not None, words))
    if status.rejected:
        last: Any = status.last_rejects[-1] if status.last_rejects else None
        told = f"; last: {last.what}: {last.reason}" if last else ""
        lines.append(Line("messages", False, f"{status.rejected} could not be read{told}"))
    else:
        lines.append(Line("messages", True, f"{status.messages} read, none rejected"))
    return lines


def _clock(status: "VenueStatus") -> Line:
    if status.clock_offset_ms is None:
        return Line("clock", False, "the venue did not tell its time")
    from arbwatch.views.health import offset  # noqa: PLC0415 views bring numpy along

    far = abs(status.clock_offset_ms) > CLOCK_LIMIT_MS
    words = f"the venue's is {offset(status)}"
    return Line("clock", not far, words + ("; set this computer's clock" if far else ""))


def _print(report: dict[str, list[Line]]) -> None:
    from arbwatch.views.text import plain  # noqa: PLC0415 views bring numpy along

    for name, lines in report.items():
        print(name)
        for line in lines:
            mark = {True: "ok ", False: "BAD", None: "?  "}[line.ok]
            print(f"  {mark}  {line.what:<16} {plain(line.words)}")
