"""Start the server and the clients, each a process of its own, and never leave one behind."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from select import select
from statistics import median
from types import TracebackType
from typing import Any, Self

import msgspec

from benchmarks.job import Job, Outcome, Play, Played

ANSWER_WITHIN_S = 180.0


class BenchmarkError(Exception):
    """A run could not be made; a figure from it would be worth nothing."""


class Runner:
    """One server, and one client at a time."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.server = _start("benchmarks.server")
        self.port = int(_line(self.server, "the server's port"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        _end(self.server)

    def run(self, play: Play, peer: str, **job: Any) -> Outcome:
        """Measure one client on one replay; raises BenchmarkError unless its result is right."""
        _tell(self.server, Play("list", symbols=play.symbols))
        client = _start("benchmarks.client")
        try:
            _tell(client, Job(peer, self.port, play.symbols, **job))
            if (said := _line(client, f"{peer} to be ready")) != "ready":
                raise BenchmarkError(f"{peer} said {said!r} instead of being ready")
            _tell(self.server, play)
            lasts_s = play.messages / play.rate if play.rate else 0.0
            said = _line(self.server, "the server to have played", ANSWER_WITHIN_S + 2 * lasts_s)
            played = msgspec.json.decode(said, type=Played)
            outcome = msgspec.json.decode(_line(client, f"{peer}'s figures"), type=Outcome)
        finally:
            _end(client)
        judge(outcome, played)
        return msgspec.structs.replace(outcome, messages=played.messages)


def rounds(runner: Runner, count: int, plays: Sequence[tuple[str, Play, dict[str, Any]]]) -> dict[str, list[Outcome]]:
    """Measure every named play `count` times, interleaved; each round begins with another one."""
    found: dict[str, list[Outcome]] = {name: [] for name, _, _ in plays}
    for turn in range(count):
        shift = turn % len(plays)
        for name, play, job in [*plays[shift:], *plays[:shift]]:
            outcome = runner.run(play, **job)
            found[name].append(outcome)
            runner.say(f"round {turn + 1}/{count} {name}: {per_message_us(outcome):.3f} us/message")
    return found


def per_message_us(outcome: Outcome) -> float:
    """Return the CPU time of one message, microseconds."""
    return outcome.cpu_s * 1e6 / (outcome.messages or 1)


def middle(outcomes: Sequence[Outcome]) -> float:
    """Return the median CPU time of one message, microseconds."""
    return median(per_message_us(o) for o in outcomes)


def judge(outcome: Outcome, played: Played) -> None:
    """Raise BenchmarkError unless every message arrived and every symbol shows its last state."""
    if played.error is not None:
        raise BenchmarkError(f"{outcome.peer}: {played.error}")
    if outcome.error is not None or outcome.wrong:
        raise BenchmarkError(
            f"{outcome.peer}: {outcome.error or 'wrong result'}; {outcome.wrong} symbols are not in their last state"
        )
    if outcome.messages is not None and outcome.messages != played.messages:
        raise BenchmarkError(f"{outcome.peer} counted {outcome.messages} messages, {played.messages} were sent")


def _start(module: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _tell(process: "subprocess.Popen[bytes]", order: Play | Job) -> None:
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(order) + b"\n")
    process.stdin.flush()


def _line(process: "subprocess.Popen[bytes]", what: str, within_s: float = ANSWER_WITHIN_S) -> str:
    assert process.stdout is not None
    if not select([process.stdout], [], [], within_s)[0]:
        raise BenchmarkError(f"waited {within_s:.0f} s for {what}")
    line = process.stdout.readline()
    if not line:
        raise BenchmarkError(f"waited for {what}, but the process ended with code {process.wait()}")
    return line.decode().strip()
