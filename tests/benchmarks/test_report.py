import msgspec
import pytest

from benchmarks.job import Job, Outcome, Played
from benchmarks.meter import Meter
from benchmarks.report import Line, Report, text
from benchmarks.runner import BenchmarkError, judge, middle
from benchmarks.traffic import Top, last_top, symbols

RIGHT = Outcome("one", cpu_s=1.0, wall_s=2.0, messages=100, wrong=0, sockets=1)


def test_a_broken_promise_is_said_with_its_figure() -> None:
    lines = (
        Line("B1", "kept", 1.25, "us", "1.2 x bare", "<= 1.3 x bare", ok=True),
        Line("B1", "broken", 1.5, "us", "1.5 x bare", "<= 1.3 x bare", ok=False),
        Line("B1", "not promised", 9.0, "us"),
    )
    said = text(Report("a machine", 5, lines, ("a note",), ()))
    assert "1 promises kept, 1 short" in said
    assert "B1 broken: 1.500 us 1.5 x bare, promised <= 1.3 x bare" in said
    assert "a machine" in said
    assert "note: a note" in said


def test_the_middle_is_the_median_cost_of_a_message() -> None:
    runs = [msgspec.structs.replace(RIGHT, cpu_s=s) for s in (5.0, 1.0, 2.0)]
    assert middle(runs) == pytest.approx(2.0 * 1e6 / 100)


@pytest.mark.parametrize(
    ("outcome", "played", "words"),
    [
        (msgspec.structs.replace(RIGHT, wrong=3), Played(100, 1), "3 symbols"),
        (msgspec.structs.replace(RIGHT, messages=99), Played(100, 1), "counted 99 messages, 100 were sent"),
        (msgspec.structs.replace(RIGHT, error="too late"), Played(100, 1), "too late"),
        (RIGHT, Played(0, 0, "not subscribed"), "not subscribed"),
    ],
)
def test_no_figure_comes_from_a_wrong_result(outcome: Outcome, played: Played, words: str) -> None:
    with pytest.raises(BenchmarkError, match=words):
        judge(outcome, played)


def test_a_right_result_passes() -> None:
    judge(RIGHT, Played(100, 1))
    judge(msgspec.structs.replace(RIGHT, messages=None), Played(100, 1))


def test_the_watch_stops_only_when_every_symbol_shows_its_last_state() -> None:
    meter = Meter(Job("one", 0, symbols=3))
    tops = {symbol: last_top(index) for index, symbol in enumerate(symbols(3))}
    none: dict[str, Top] = {}
    first = symbols(3)[0]
    assert not meter.finished(lambda: none.get)
    assert not meter.finished(lambda: {k: v for k, v in tops.items() if k != first}.get)
    assert meter.finished(lambda: tops.get)
    assert meter.outcome(lambda: tops.get, messages=3, sockets=1).wrong == 0
