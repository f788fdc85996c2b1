"""B10: what a message costs when 100, 1,000 and 10,000 evenly busy instruments share the flood, on one socket."""

from benchmarks.job import Outcome, Play
from benchmarks.report import Line
from benchmarks.runner import Runner, middle, rounds
from benchmarks.suites import Findings, Options

COUNTS = (100, 1_000, 10_000)
MESSAGES = 600_000
SHARE = 0.25


def measure(options: Options) -> Findings:
    """Measure arbwatch and the bare loop at every size."""
    messages = max(20_000, int(MESSAGES * options.scale))
    plays = [
        (f"{peer} {count}", Play("play", count, messages), {"peer": peer})
        for count in COUNTS
        for peer in ("bare", "arbwatch")
    ]
    with Runner(options.say) as runner:
        found = rounds(runner, options.rounds, plays)
    return Findings(tuple(line for peer in ("bare", "arbwatch") for line in _lines(peer, found)))


def _lines(peer: str, found: dict[str, list[Outcome]]) -> list[Line]:
    first = middle(found[f"{peer} {COUNTS[0]}"])
    lines = []
    for count in COUNTS:
        figure = middle(found[f"{peer} {count}"])
        grown = figure / first
        judged = peer == "arbwatch" and count != COUNTS[0]
        promise, ok = (f"within {SHARE:.0%}", abs(grown - 1) <= SHARE) if judged else ("", None)
        what = f"{peer}, {count:,} instruments"
        lines.append(Line("B10", what, figure, "us/message", f"{grown:.2f} x {COUNTS[0]}", promise, ok))
    return lines
