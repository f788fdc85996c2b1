"""Measure the budgets named on the command line, all of them where none is named."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import msgspec

from benchmarks.machine import describe
from benchmarks.report import Report, text
from benchmarks.runner import BenchmarkError
from benchmarks.suites import Findings, Options

SUITES = {
    "B1": "flood",
    "B2": "paced",
    "B3": "seen",
    "B4": "compared",
    "B5": "memory",
    "B9": "start",
    "B10": "growth",
    "micro": "micro",
}
LEAST_ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 0; 1 where a figure could not be taken. A broken promise is said, not an error."""
    wanted = _parser().parse_args(arguments)
    options = Options(wanted.rounds, wanted.scale, wanted.profile, wanted.minutes, _say)
    machine = describe()
    _say(machine)
    findings, failures = [], 0
    for name in wanted.suites or SUITES:
        try:
            findings.append(_measure(name, options))
        except BenchmarkError as error:
            failures += 1
            findings.append(Findings((), (f"{name} could not be measured: {error}",)))
    report = Report(
        machine,
        options.rounds,
        tuple(line for f in findings for line in f.lines),
        (*_cautions(options), *(note for f in findings for note in f.notes)),
        tuple(profile for f in findings for profile in f.profiles),
    )
    print(text(report))
    if wanted.json:
        Path(wanted.json).write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return 1 if failures else 0


def _measure(name: str, options: Options) -> Findings:
    _say(f"measuring {name}")
    found: Findings = import_module(f"benchmarks.suites.{SUITES[name]}").measure(options)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="interleaved rounds, medians are printed")
    parser.add_argument("--json", metavar="FILE", help="also write everything measured to FILE")
    parser.add_argument("--profile", action="store_true", help="show where arbwatch's time goes (B1)")
    parser.add_argument("--minutes", type=float, default=15.0, help="how long the long run lasts (B5)")
    parser.add_argument("--scale", type=float, default=1.0, help="shrink the runs, for a try-out")
    return parser


def _cautions(options: Options) -> list[str]:
    cautions = []
    if options.rounds < LEAST_ROUNDS:
        cautions.append(f"fewer than {LEAST_ROUNDS} rounds: the figures are a try-out")
    if options.scale < 1:
        cautions.append(f"runs shrunk to {options.scale:.0%}: the figures mean little")
    return cautions


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
