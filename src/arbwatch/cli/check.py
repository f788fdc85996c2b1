"""`arbwatch check`: tell whether the venues can be reached and read."""

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arbwatch.cli.options import begin, given
from arbwatch.cli.output import Format
from arbwatch.cli.record import writable
from arbwatch.cli.report import Line, judge, show
from arbwatch.cli.words import seconds

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.config.settings import Settings
    from arbwatch.market.health import VenueStatus
    from arbwatch.net.recorder import Recorder

STEP_S = 0.1
CLOCK_LIMIT_MS = 1000.0
USUAL_S, DEEP_S = "20s", "60s"


def check(
    venue: Annotated[
        str | None, typer.Argument(metavar="[VENUE]", help="One venue; all that are enabled by default")
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Try every stream, list, heartbeat and book once, and one reconnect")
    ] = False,
    record: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep every frame and answer there")] = None,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="How long to look: at most 20 s; 60 s with --deep")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How it is printed")] = Format.table,
    demo: Annotated[bool, typer.Option(help="Check the simulated venues")] = False,
) -> int:
    """Tell for each venue whether it answers, what its clock says, and when each stream first spoke.

    With --deep one report for whoever maintains the program. 0 if all is well, 5 if no venue was reachable, 6 if
    something was found.
    """
    limit_s = seconds(for_ or (DEEP_S if deep else USUAL_S), "--for")
    # A deep look provokes warnings of its own; what they say stands in the report.
    loaded = begin(only_trouble=True, console=not deep or given.verbose)
    from arbwatch.net.recorder import Recorder  # noqa: PLC0415 loaded once the options are known to be right

    with contextlib.ExitStack() as stack:
        recorder = stack.enter_context(Recorder(writable(record))) if record else None
        names = [venue] if venue else None
        found = (_deep if deep else _plain)(loaded.settings, names, recorder, limit_s, demo)
    if recorder is not None:
        for name, tape in recorder.tapes.items():
            kept = ", ".join(str(path) for path in tape.series.files) or "nothing"
            found[name].append(Line("frames kept", not (tape.missing or tape.trouble), tape.trouble or kept))
    show(found, format_)
    judge(found)
    return 0


def _plain(
    settings: "Settings", names: list[str] | None, recorder: "Recorder | None", limit_s: float, demo: bool
) -> dict[str, list[Line]]:
    from arbwatch.app import App  # noqa: PLC0415 loaded once the options are known to be right

    with App(settings, names, demo=demo, listen=recorder.tape if recorder else None) as app:
        return _look(app, limit_s)


def _deep(
    settings: "Settings", names: list[str] | None, recorder: "Recorder | None", limit_s: float, demo: bool
) -> dict[str, list[Line]]:
    from arbwatch.app import App, chosen  # noqa: PLC0415 loaded once the options are known to be right
    from arbwatch.cli import deep, evidence, findings  # noqa: PLC0415 as above
    from arbwatch.net.ear import Ear  # noqa: PLC0415 as above
    from arbwatch.net.tap import Tee  # noqa: PLC0415 as above

    venues = chosen(settings, names, demo=demo)
    ears = {name: Ear(venue) for name, venue in venues.items()}
    questions: dict[str, dict[str, str]] = {name: {} for name in venues}
    for cell in evidence.gather(venues.values()):
        if not cell.confirmed:
            questions[cell.venue][cell.channel] = f"{cell.basis}: {cell.source}"
    started = time.time_ns()
    with App(
        deep.pinging(settings, venues, ears, limit_s),
        names,
        demo=demo,
        listen=lambda v: Tee(recorder.tape(v), ears[v.id]) if recorder else ears[v.id],
    ) as app:
        looks = deep.watch(app, ears, limit_s)
        picture = app.read()
        return {
            name: [*_venue(app, name, started), *findings.lines(look, picture, questions[name])]
            for name, look in looks.items()
        }


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
