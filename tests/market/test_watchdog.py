import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbwatch.market.table import RowState, Table
from arbwatch.market.watchdog import DEFAULT, Finding, findings
from tests.market.conftest import LANES, NOW, S, instrument, quote

V = "here_spot"
LOOK = S // 4
Gaps = Callable[[random.Random], Iterator[float]]


def regular(gap_s: float, jitter: float = 0.0) -> Gaps:
    def gaps(draw: random.Random) -> Iterator[float]:
        while True:
            yield gap_s * draw.uniform(1 - jitter, 1 + jitter)

    return gaps


def poisson(median_s: float) -> Gaps:
    def gaps(draw: random.Random) -> Iterator[float]:
        while True:
            yield draw.expovariate(0.6931471805599453 / median_s)

    return gaps


def bursty(burst: int, pause_s: float) -> Gaps:
    def gaps(draw: random.Random) -> Iterator[float]:
        while True:
            yield from [0.02] * (burst - 1)
            yield pause_s * draw.uniform(0.9, 1.1)

    return gaps


class World:
    """One stream that speaks, or does not."""

    def __init__(self, symbols: int = 1) -> None:
        self.table = Table(LANES, width=1)
        self.symbols = [f"S{n}USDT" for n in range(symbols)]
        self.table.relist(V, [instrument(symbol) for symbol in self.symbols], NOW)
        self.table.up(V, self.symbols, NOW)
        self.now = NOW

    def speak(self, *symbols: str) -> None:
        for symbol in symbols or self.symbols:
            self.table.door(V)[symbol] = quote(symbol, received=self.now)
        self.table.drain(self.now)

    def look(self, at: int | None = None) -> list[Finding]:
        return findings(self.table, self.now if at is None else at, V)

    def live(self, gaps: Gaps, messages: int, seed: int, learn: int = 0) -> int:
        """Let it speak; return how often it was found although it went on speaking."""
        found, stream = 0, gaps(random.Random(seed))
        for turn in range(messages):
            self.speak()
            after = int(next(stream) * S)
            found += turn >= learn and bool(self.look(self.now + after - 1))
            self.now += after
        return found

    def freeze(self) -> tuple[Finding, int]:
        """Stop speaking and look every quarter of a second; return what is found, and after how long."""
        last = self.table.view(self.now).received[0, 0]
        at = int(last)
        while not (found := self.look(at)):
            at += LOOK
        return found[0], at - int(last)


@given(st.floats(0.01, 45.0), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_an_even_stream_is_found_frozen_within_five_gaps_and_never_while_it_speaks(gap_s: float, seed: int) -> None:
    world = World()
    assert world.live(regular(gap_s, 0.2), 60, seed) == 0
    found, after = world.freeze()
    assert (found.symbol, found.kind) == ("S0USDT", "suspect")
    assert found.silent_ns == after > found.allowed_ns >= 1.5 * S
    assert max(1.5, 3.4 * gap_s) * S <= after <= max(2.0, 5.0 * gap_s) * S + LOOK


@pytest.mark.parametrize("median_s", [0.05, 0.4, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_an_uneven_stream_is_found_frozen_in_time(median_s: float, seed: int) -> None:
    world = World()
    found_alive = world.live(poisson(median_s), 400, seed, learn=50)
    # Of such a stream one gap in sixteen lasts four medians: REST is asked, and says that nothing happened.
    assert found_alive <= 350 / 16 * 1.8
    found, after = world.freeze()
    assert found.kind == "suspect"
    assert after <= max(2.0, 6.0 * median_s) * S + LOOK


@pytest.mark.parametrize("gaps", [regular(600.0), regular(600.0, 0.5), poisson(600.0), bursty(3, 600.0)])
def test_a_symbol_that_speaks_every_ten_minutes_is_never_found(gaps: Gaps) -> None:
    for seed in range(4):
        assert World().live(gaps, 400, seed, learn=40) == 0


@pytest.mark.parametrize("gap_s", [300.0, 600.0, 3600.0])
def test_nor_is_it_found_while_its_rate_is_still_being_learnt(gap_s: float) -> None:
    assert World().live(regular(gap_s, 0.9), 40, seed=1) == 0


@pytest.mark.parametrize(("burst", "pause_s"), [(2, 3.0), (5, 10.0), (40, 10.0)])
def test_the_pauses_of_a_stream_that_speaks_in_bursts_are_its_rate(burst: int, pause_s: float) -> None:
    assert World().live(bursty(burst, pause_s), burst * 60, 1, learn=burst * 30) == 0


def test_a_frozen_one_among_many_is_found_alone() -> None:
    world = World(200)
    for _ in range(30):
        world.speak()
        world.now += S // 5
    frozen, others = world.symbols[77], [s for s in world.symbols if s != world.symbols[77]]
    found: list[Finding] = []
    stopped = world.now
    while not found:
        world.speak(*others)
        world.now += S // 20
        found = world.look()
    assert [one.symbol for one in found] == [frozen]
    assert world.now - stopped < 2 * S


def test_fewer_than_eight_known_gaps_say_nothing() -> None:
    world = World()
    world.live(regular(0.5), 8, 1)
    assert world.look(world.now + 3600 * S) == []
    world.live(regular(0.5), 1, 1)
    assert world.look(world.now + 3600 * S) != []


def test_what_is_being_checked_is_found_again_only_after_a_while() -> None:
    world = World()
    world.live(regular(0.5), 20, 1)
    world.table.drain(world.now + 3 * S)
    world.table.suspect(V, "S0USDT")
    assert world.look(world.now + 3 * S + 1) == []
    assert world.look(world.now + 4 * S) != []


def test_what_rest_confirmed_may_be_silent_for_as_long_again() -> None:
    world = World()
    world.live(regular(0.5), 20, 1)
    world.table.suspect(V, "S0USDT")
    later = world.now + 5 * S
    assert world.table.check(V, [quote("S0USDT", received=later)], later) == []
    assert world.look(later + S) == []
    assert [one.kind for one in world.look(later + 3 * S)] == ["suspect"]


def test_a_frozen_row_is_found_again_at_growing_intervals() -> None:
    world = World()
    world.live(regular(0.5), 20, 1)
    at, times = world.now, []
    for _ in range(4):
        world.table.freeze(V, "S0USDT", at)
        times.append(at)
        while not world.look(at):
            at += S
    times.append(at)
    assert [round((later - earlier) / S) for earlier, later in pairwise(times)] == [11, 61, 601, 601]


@pytest.mark.parametrize("state", [RowState.DOWN, RowState.REFUSED, RowState.HALTED, RowState.ENDED, RowState.EMPTY])
def test_rows_whose_silence_has_a_known_cause_are_left_alone(state: RowState) -> None:
    world = World()
    world.live(regular(0.5), 20, 1)
    world.table.columns.state[0, 0] = state
    assert world.look(world.now + 3600 * S) == []


def test_a_stream_subscribed_anew_is_held_to_the_rate_it_had_and_learns_nothing_from_the_hole() -> None:
    world = World()
    world.live(regular(0.5), 20, 1)
    gap, gaps = (getattr(world.table.view(0), name)[0, 0] for name in ("gap", "gaps"))
    up = world.now + 100 * S
    world.table.down(V, world.symbols, "socket closed", world.now)
    world.table.up(V, world.symbols, up)
    assert world.look(up + S) == []
    assert [one.kind for one in world.look(up + 3 * S)] == ["suspect"]
    world.table.suspect(V, "S0USDT")
    assert world.table.check(V, [quote("S0USDT", received=up + 3 * S)], up + 3 * S) == []
    assert world.table.view(0).state[0, 0] == RowState.WAITING
    world.table.suspect(V, "S0USDT")
    world.now = up + 4 * S
    world.speak()
    assert world.table.view(0).state[0, 0] == RowState.LIVE
    assert [getattr(world.table.view(0), name)[0, 0] for name in ("gap", "gaps")] == [gap, gaps]


def test_what_rest_tells_is_not_the_word_of_a_stream_that_was_subscribed_anew() -> None:
    world = World()
    world.live(regular(0.5), 20, 1)
    up = world.now + S
    world.table.down(V, ["S0USDT"], "gone", world.now)
    world.table.up(V, ["S0USDT"], up)
    asked = up + 2 * S
    world.table.check(V, [quote("S0USDT", 5.0, 6.0, asked)], asked)
    assert [one.kind for one in world.look(asked + S)] == ["suspect"]
    world.table.suspect(V, "S0USDT")
    assert world.table.check(V, [quote("S0USDT", 5.0, 6.0, asked + S)], asked + S) == []
    assert world.table.view(0).state[0, 0] == RowState.WAITING


def waiting(world: World, *bids: float) -> int:
    """Ask REST every 3 s; return when it answered last."""
    for bid in bids:
        world.now += 3 * S
        world.table.check(V, [quote("S0USDT", bid, bid + 1.0, world.now)], world.now)
    return world.now


def test_a_stream_that_never_spoke_is_found_when_rest_saw_its_venue_move() -> None:
    world = World()
    waiting(world, 1.0, 1.1)
    assert world.look(NOW + 9 * S) == []
    (found,) = world.look(NOW + 11 * S)
    assert (found.symbol, found.kind, found.allowed_ns) == ("S0USDT", "no_first_message", 10 * S)


def test_an_idle_market_is_no_dead_stream() -> None:
    world = World()
    waiting(world, 1.0, 1.0, 1.0)
    assert world.look(NOW + 86_400 * S) == []


def test_a_market_of_which_nothing_is_known_is_no_dead_stream() -> None:
    assert World().look(NOW + 86_400 * S) == []


def test_what_moved_before_the_stream_was_up_is_no_evidence() -> None:
    world = World()
    world.table.down(V, world.symbols, "socket closed", NOW)
    waiting(world, 1.0)
    world.table.up(V, world.symbols, world.now + 1)
    waiting(world, 1.1, 1.1)
    assert world.look(world.now + 86_400 * S) == []


def test_a_stream_that_stays_mute_is_found_at_growing_intervals() -> None:
    world = World()
    at, times = NOW, [NOW]
    for turn in range(3):
        world.table.up(V, world.symbols, at)
        world.now = at
        waiting(world, turn + 1.0, turn + 2.0)
        while not world.look(at):
            at += S
        times.append(at)
        world.table.handled(V, "S0USDT", at)
    assert [round((later - earlier) / S) for earlier, later in pairwise(times)] == [11, 61, 601]


def test_a_silent_socket_is_one_finding_in_place_of_its_symbols() -> None:
    world = World(40)
    sockets = {"one": world.symbols[:20], "two": world.symbols[20:]}
    for _ in range(30):
        world.speak()
        world.now += S // 5
    for _ in range(15):
        world.speak(*sockets["two"])
        world.now += S // 5
    found = findings(world.table, world.now, V, sockets)
    assert [(one.kind, one.socket, one.symbol) for one in found] == [("socket_silent", "one", "")]
    assert found[0].allowed_ns == DEFAULT.least_s * S
    assert len(findings(world.table.snapshot(world.now), world.now, V)) == 20
