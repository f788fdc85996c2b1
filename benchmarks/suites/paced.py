"""B2: 10,000 messages/s at random times over 40 sockets; CPU, and the delay from the server's stamp to the row."""

from statistics import median
from typing import Any

from benchmarks.job import Outcome, Play
from benchmarks.report import Line
from benchmarks.runner import Runner, middle, rounds
from benchmarks.suites import VENUES, Findings, Options

SYMBOLS = 432
SOCKETS = 40
"""Of arbwatch four for each of its venues; others watch one venue over as many."""
RATE = 10_000.0
QUIET_RATE = 500.0
SECONDS = 10.0
LOOK_EVERY_S = 0.25
CPU_SHARE = 4.0
ADDED_P50_MS, ADDED_P99_MS, QUIET_P50_MS = 3.0, 6.0, 0.25
PEERS = ("bare", "arbwatch", "cryptofeed")
PROBE_ROUNDS = 3
CALM_P99_MS = 1.0
"""The bare loop's own p99 on a machine that has nothing else to do is well below this."""


def measure(options: Options) -> Findings:
    """Measure CPU without probes first, then delays with them."""
    seconds = SECONDS * options.scale
    busy = Play("play", SYMBOLS, int(RATE * seconds), RATE)
    quiet = Play("play", SYMBOLS, int(QUIET_RATE * seconds), QUIET_RATE)
    with Runner(options.say) as runner:
        cpu = rounds(
            runner,
            options.rounds,
            [(p, busy, {"peer": p, **_over(p)}) for p in PEERS],
        )
        probes = [(f"{p} {how}", play, {"peer": p, "probe": True, **_over(p)})
                  for how, play in (("busy", busy), ("quiet", quiet)) for p in ("bare", "arbwatch")]  # fmt: skip
        probes.append(
            (
                "cryptofeed busy",
                busy,
                {"peer": "cryptofeed", "probe": True, **_over("cryptofeed")},
            )
        )
        delays = rounds(runner, min(options.rounds, PROBE_ROUNDS), probes)
    return Findings((*_cpu_lines(cpu), *_delay_lines(delays)), (*_notes(cpu), *_cautions(delays)))


def _over(peer: str) -> dict[str, Any]:
    many = {"venues": VENUES, "sockets": SOCKETS // VENUES} if peer == "arbwatch" else {"sockets": SOCKETS}
    return {**many, "look_every_s": LOOK_EVERY_S}


def _cpu_lines(found: dict[str, list[Outcome]]) -> list[Line]:
    bare, ours, theirs = (middle(found[p]) for p in PEERS)
    share = theirs / ours
    return [
        Line("B2", "bare loop, 10,000 messages/s over 40 sockets", bare, "us/message", "1.00 x bare"),
        Line(
            "B2", "arbwatch", ours, "us/message", f"cryptofeed / arbwatch {share:.2f}",
            f"<= 1/{CPU_SHARE:.0f} of cryptofeed", share >= CPU_SHARE,
        ),
        Line("B2", "cryptofeed", theirs, "us/message", f"{theirs / bare:.2f} x bare"),
    ]  # fmt: skip


def _delay_lines(found: dict[str, list[Outcome]]) -> list[Line]:
    lines = []
    for how, name in (("busy", "10,000/s"), ("quiet", "500/s, quiet")):
        for peer in PEERS:
            outcomes = found.get(f"{peer} {how}")
            if not outcomes:
                continue
            for stage in outcomes[0].delays_ms:
                base = _delay(found[f"bare {how}"], "decoded")
                p50, p99 = _delay(outcomes, stage)
                judged = peer == "arbwatch" and stage == "decoded"
                limits = (ADDED_P50_MS, ADDED_P99_MS) if how == "busy" else (QUIET_P50_MS, None)
                for place, value, of, limit in zip(("p50", "p99"), (p50, p99), base, limits, strict=True):
                    lines.append(_delay_line(f"{peer}, {name}: sent to {stage}, {place}", value, value - of,
                                             limit if judged else None, peer))  # fmt: skip
    return lines


def _delay_line(what: str, value: float, added: float, limit: float | None, peer: str) -> Line:
    ratio = "" if peer == "bare" else f"{added:+.2f} ms to bare"
    if limit is None:
        return Line("B2", what, value, "ms", ratio)
    return Line("B2", what, value, "ms", ratio, f"added <= {limit:g} ms", added <= limit)


def _delay(outcomes: list[Outcome], stage: str) -> tuple[float, float]:
    found = [o.delays_ms[stage] for o in outcomes]
    return median(p50 for p50, _, _ in found), median(p99 for _, p99, _ in found)


def _notes(found: dict[str, list[Outcome]]) -> tuple[str, ...]:
    sockets = ", ".join(f"{peer} {outcomes[0].sockets}" for peer, outcomes in found.items())
    return (
        f"B2 {SYMBOLS} symbols; sockets: {sockets} (arbwatch's include those of whole-market streams)",
        "B2 `decoded`: the quote reaches the door (bare loop: its row); `row`: the drain that wrote it is over",
    )


def _cautions(found: dict[str, list[Outcome]]) -> tuple[str, ...]:
    late = _delay(found["bare busy"], "decoded")[1]
    if late <= CALM_P99_MS:
        return ()
    words = f"B2 was taken on a busy machine: even the bare loop's p99 is {late:.1f} ms; messages bunch up, "
    return (words + "which flatters the clients that read each at once, and makes every delay worse",)
