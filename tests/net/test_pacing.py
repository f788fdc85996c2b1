"""Limits are kept whatever the order of events; pauses grow, are jittered, and start anew only after a stable while."""

import random

from hypothesis import given
from hypothesis import strategies as st

from arbwatch.net.pacing import Backoff, Window


class Time:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.integers(1, 40), st.floats(0, 30)), max_size=60))
def test_no_span_of_a_period_holds_more_than_the_limit(orders: list[tuple[int, float]]) -> None:
    time = Time()
    window = Window(100, 60, time=time)
    spent: list[tuple[float, int]] = []
    for units, idle in orders:
        time.now += idle
        while (delay := window.wait_s(units)) > 0:
            time.now += delay
        window.spend(units)
        spent.append((time.now, units))
    for start, _ in spent:
        assert sum(units for at, units in spent if start <= at < start + 60 - 1e-6) <= 100


def test_more_than_the_limit_waits_for_an_empty_window() -> None:
    time = Time()
    window = Window(100, 60, time=time)
    window.spend(1)
    assert 59 < window.wait_s(250) <= 60
    time.now = 60
    assert window.wait_s(250) == 0


def test_the_venues_own_count_is_adopted_where_it_is_higher() -> None:
    time = Time()
    window = Window(100, 60, time=time)
    window.spend(10)
    window.told(95)
    assert window.used == 95 and window.wait_s(6) > 0
    window.told(3)
    assert window.used == 95


def test_backoff_doubles_to_its_cap_with_jitter() -> None:
    backoff = Backoff(0.5, 60, 60, random.Random(1))
    pauses = [backoff.failed() for _ in range(12)]
    for n, pause in enumerate(pauses):
        full = min(60, 0.5 * 2**n)
        assert full / 2 <= pause <= full
    assert len({pause / min(60, 0.5 * 2**n) for n, pause in enumerate(pauses)}) == len(pauses)


def test_backoff_starts_anew_only_after_a_stable_while() -> None:
    backoff = Backoff(0.5, 60, 60, random.Random(1))
    for _ in range(8):
        backoff.failed()
    assert backoff.failed(lived_s=59) >= 30
    assert backoff.failed(lived_s=60) <= 0.5


def test_backoff_survives_a_year_of_failures() -> None:
    backoff = Backoff(0.5, 60, 60, random.Random(1))
    assert all(backoff.failed() <= 60 for _ in range(100_000))
