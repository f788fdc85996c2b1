"""B5: memory over a long run: 12 venues of 1,000 instruments each, looked at as a board does."""

from statistics import linear_regression

from benchmarks.job import Outcome, Play
from benchmarks.report import Line
from benchmarks.runner import BenchmarkError, Runner
from benchmarks.suites import Findings, Options

VENUES, SYMBOLS, SOCKETS = 12, 1_000, 2
RATE = 120_000.0
"""Messages a second, all venues together: 100 million within 15 minutes, with some to spare."""
SETTLE_S = 180.0
"""Caches and pools fill within the first minutes; of a shorter run, the first third is left out."""
RSS_MB, SLOPE_MB, PER = 300.0, 1.0, 10_000_000
WHOLE_MINUTES, WHOLE_MESSAGES = 15.0, 100_000_000


def measure(options: Options) -> Findings:
    """Pour for as many minutes as asked for, once."""
    seconds = 60.0 * options.minutes
    options.say(f"memory: {options.minutes:g} minutes at {RATE:,.0f} messages/s")
    play = Play("play", SYMBOLS, int(RATE * seconds), RATE, bulk=True)
    with Runner(options.say) as runner:
        outcome = runner.run(
            play,
            "long",
            sockets=SOCKETS,
            venues=VENUES,
            look_every_s=1.0,
            timeout_s=3 * seconds + 120,
        )
    later = [sample for sample in outcome.samples if sample[0] >= min(SETTLE_S, seconds / 3)]
    if len(later) < 3:
        raise BenchmarkError(f"only {len(later)} readings of the memory; run it for longer")
    most = max(memory for _, _, memory in outcome.samples)
    slope = linear_regression([messages / PER for _, messages, _ in later], [memory for _, _, memory in later]).slope
    what = f"{VENUES} venues x {SYMBOLS:,}, {(outcome.messages or 0) / 1e6:.0f} M messages"
    return Findings(
        (
            Line("B5", f"{what}: most memory held", most, "MB", "", f"<= {RSS_MB:g} MB", most <= RSS_MB),
            Line("B5", "growth per 10 M messages", slope, "MB", "", f"<= {SLOPE_MB:g} MB", slope <= SLOPE_MB),
        ),
        (*_notes(outcome, later), *_cautions(options, outcome)),
    )


def _notes(outcome: Outcome, later: list[tuple[float, int, float]]) -> tuple[str, ...]:
    rate = (outcome.messages or 0) / outcome.wall_s
    # Five readings tell whether it still grows at the end.
    some = [later[at * (len(later) - 1) // 4] for at in range(5)]
    held = ", ".join(f"{memory:.1f} after {seconds:.0f} s" for seconds, _, memory in some)
    words = (
        f"B5 {rate:,.0f} messages/s over {outcome.sockets} sockets, {outcome.cpu_s / outcome.wall_s:.0%} of a core; "
        f"MB held: {held}; {outcome.note}"
    )
    return (words,)


def _cautions(options: Options, outcome: Outcome) -> tuple[str, ...]:
    if options.minutes >= WHOLE_MINUTES and (outcome.messages or 0) >= WHOLE_MESSAGES:
        return ()
    return (f"B5 lasted {options.minutes:g} minutes of {WHOLE_MINUTES:g}: its growth is a try-out",)
