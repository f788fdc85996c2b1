"""B3: 20,000 messages/s over 40 sockets of ten venues; the time from the socket to the best pairs that contain each."""

from statistics import median

from benchmarks.job import Outcome, Play
from benchmarks.report import Line
from benchmarks.runner import Runner, rounds
from benchmarks.suites import VENUES, Findings, Options

SYMBOLS = 432
SOCKETS = 4
"""Of each venue."""
RATE = 20_000.0
SECONDS = 8.0
P99_MS = 25.0
READ = "seen from socket read"


def measure(options: Options) -> Findings:
    """Measure paced runs."""
    play = Play("play", SYMBOLS, int(RATE * SECONDS * options.scale), RATE)
    job = {"peer": "seen", "sockets": SOCKETS, "venues": VENUES, "look_every_s": 0.25}
    with Runner(options.say) as runner:
        found = rounds(runner, options.rounds, [("seen", play, job)])["seen"]
    lines = []
    for stage in found[0].delays_ms:
        for place, name in enumerate(("p50", "p99")):
            figure = median(outcome.delays_ms[stage][place] for outcome in found)
            judged = (stage, name) == (READ, "p99")
            promise, ok = (f"<= {P99_MS:g} ms", figure <= P99_MS) if judged else ("", None)
            lines.append(Line("B3", f"arbwatch, {RATE:,.0f}/s: {stage}, {name}", figure, "ms", "", promise, ok))
    return Findings(tuple(lines), _notes(found))


def _notes(found: list[Outcome]) -> tuple[str, ...]:
    counted = min(outcome.delays_ms[READ][2] for outcome in found)
    words = (
        f"B3 {SYMBOLS} symbols on {VENUES} venues; `seen`: a scan over the rows that contain the message is ready; "
        f"at least {counted:,} messages a round, those a newer one of their symbol overtook within 10 ms left out"
    )
    return (words,)
