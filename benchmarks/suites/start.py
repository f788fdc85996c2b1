"""B9: how long a user waits for `--help`, and for the first board of the demo."""

import subprocess
import sys
import threading
import time
from statistics import median

from benchmarks.report import Line
from benchmarks.runner import BenchmarkError
from benchmarks.suites import Findings, Options

LEAST_RUNS = 10
HELP_S = 0.3
BOARD_S = 5.0
TIMEOUT_S = 60.0
COMMANDS = {
    "a bare interpreter": ("-c", "pass"),
    "arbwatch --help": ("-m", "arbwatch", "--help"),
    "import ccxt": ("-c", "import ccxt"),
    "import cryptofeed": ("-c", "import cryptofeed"),
}
DEMO = ("-m", "benchmarks.first_board")


def measure(options: Options) -> Findings:
    """Start every command in turn, again and again."""
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(max(LEAST_RUNS, options.rounds) if options.scale >= 1 else 2):
        for name, command in COMMANDS.items():
            found[name].append(_seconds(command))
        options.say(f"start {turn + 1}: " + ", ".join(f"{n} {v[-1]:.2f} s" for n, v in found.items()))
    boards = [_board() for _ in range(options.rounds)]
    options.say("demo: " + ", ".join(f"{first:.2f} s, whole {whole:.2f} s" for first, whole in boards))
    bare = median(found["a bare interpreter"])
    lines = []
    for name, seconds in found.items():
        figure, over = median(seconds), median(seconds) - bare
        ours = name == "arbwatch --help"
        promise, ok = (f"<= {HELP_S} s over bare", over <= HELP_S) if ours else ("", None)
        lines.append(Line("B9", name, figure, "s", f"{over:+.3f} s to bare", promise, ok))
    first, whole = median(f for f, _ in boards), median(w for _, w in boards)
    lines.append(Line("B9", "demo to its first board", first, "s", "", f"<= {BOARD_S:g} s", first <= BOARD_S))
    lines.append(Line("B9", "demo to a board that is 90 % full", whole, "s"))
    return Findings(tuple(lines))


def _seconds(command: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, *command], capture_output=True, timeout=TIMEOUT_S, check=False)
    if done.returncode:
        raise BenchmarkError(
            f"python {' '.join(command)} ended with code {done.returncode}: {done.stderr.decode()[-500:]}"
        )
    return time.perf_counter() - begun


def _board() -> tuple[float, float]:
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, *DEMO], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as demo:
        watchdog = threading.Timer(TIMEOUT_S, demo.kill)
        watchdog.start()
        try:
            assert demo.stdout is not None
            assert demo.stderr is not None
            at = {line.strip(): time.perf_counter() - begun for line in demo.stdout}
            error = demo.stderr.read().decode()
        finally:
            watchdog.cancel()
    if set(at) != {b"board", b"whole"}:
        raise BenchmarkError(f"the demo showed no whole board within {TIMEOUT_S:.0f} s: {error[-500:]}")
    return at[b"board"], at[b"whole"]
