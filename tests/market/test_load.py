"""How busy is too busy, who is given up first, and how carefully it is taken back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.market.load import Gauge, Governor, Limits, Load, turnover
from arbwatch.market.table import Table
from arbwatch.model import Ticker
from tests.market.conftest import LANES, NOW, instrument, quote

LIMITS = Limits()
BEHIND = Load(1.0, 300.0, True)
WELL = Load(0.1, 1.0, False)
TICK = 0.1


def gauged(busy: float, late_s: float, seconds: float = 1.5) -> list[Load]:
    gauge, now, idle = Gauge(LIMITS), 100.0, 0.0
    found = []
    for _ in range(round(seconds / TICK)):
        now, idle = now + TICK, idle + (1 - busy) * TICK
        found.append(gauge.read(now, late_s, idle))
    return found


@pytest.mark.parametrize("busy", [0.0, 0.3, 0.9])
def test_a_loop_that_waits_now_and_then_keeps_up(busy: float) -> None:
    last = gauged(busy, 0.005)[-1]
    assert last.busy == pytest.approx(busy)
    assert last.late_ms == pytest.approx(5.0)
    assert not last.behind


def test_a_loop_that_never_waits_is_behind_within_a_second() -> None:
    assert any(load.behind for load in gauged(1.0, 0.02, 1.0))


def test_what_comes_late_is_told_at_once_and_forgotten_after_a_second() -> None:
    gauge = Gauge(LIMITS)
    for tick in range(10):
        gauge.read(tick * TICK, 0.0, tick * TICK)
    assert gauge.read(1.5, 0.4, 1.1).behind
    later = [gauge.read(1.5 + tick * TICK, 0.0, 1.1 + tick * TICK) for tick in range(1, 13)]
    assert not later[-1].behind
    assert later[-1].late_ms == 0


def acts(loads: list[Load], dropped: int = 0, governor: Governor | None = None, start: float = 0.0) -> list[str]:
    it = governor or Governor(LIMITS)
    found = []
    for tick, load in enumerate(loads):
        now = start + tick * TICK
        act = it.decide(now, load, dropped, calm=True)
        if act != "none":
            it.acted(now, act)
            dropped += 1 if act == "drop" else -1
            found.append(f"{act} {now:.0f}")
    return found


def test_nothing_is_dropped_for_a_moment_of_work() -> None:
    assert acts([BEHIND] * 25 + [WELL] + [BEHIND] * 25) == []


def test_while_it_is_behind_more_is_dropped_step_by_step() -> None:
    assert acts([BEHIND] * 100) == ["drop 3", "drop 6", "drop 9"]


def test_what_was_dropped_comes_back_only_after_a_good_while_and_in_steps() -> None:
    assert acts([WELL] * 400, dropped=2) == ["back 15", "back 30"]
    assert acts([Load(0.8, 1.0, False)] * 400, dropped=2) == []


def test_what_was_taken_back_too_early_waits_twice_as_long() -> None:
    governor = Governor(LIMITS)
    assert acts([WELL] * 160, 1, governor) == ["back 15"]
    assert acts([BEHIND] * 40, 0, governor, 16.0) == ["drop 19"]
    assert acts([WELL] * 400, 1, governor, 20.0) == ["back 50"]


def test_a_start_is_no_overload() -> None:
    governor = Governor(LIMITS)
    assert [governor.decide(tick * TICK, BEHIND, 0, calm=False) for tick in range(100)] == ["none"] * 100


@given(st.lists(st.sampled_from([BEHIND, WELL, Load(0.8, 50.0, False)]), max_size=600), st.integers(0, 3))
def test_it_never_takes_back_what_is_not_dropped_nor_drops_twice_at_once(loads: list[Load], dropped: int) -> None:
    found = acts(loads, dropped)
    assert sum(act.startswith("back") for act in found) <= dropped + sum(act.startswith("drop") for act in found)


def test_turnover_compares_currencies_and_leaves_the_unknown_unknown() -> None:
    table, venue = Table(LANES), "here_spot"
    listed = [
        instrument("BTCUSDT", base="BTC"),
        instrument("ETHBTC", base="ETH", quote_currency="BTC"),
        instrument("USDTTRY", base="USDT", quote_currency="TRY"),
        instrument("DOGETRY", base="DOGE", quote_currency="TRY"),
        instrument("NEWUSDT", base="NEW"),
    ]
    table.relist(venue, listed, NOW)
    for symbol, price in (("BTCUSDT", 50_000.0), ("USDTTRY", 40.0), ("ETHBTC", 0.05)):
        table.door(venue)[symbol] = quote(symbol, price, price)
    table.drain(NOW)
    for symbol, volume in (("BTCUSDT", 7e6), ("ETHBTC", 100.0), ("DOGETRY", 8e6)):
        table.apply(Ticker(venue, symbol, None, None, None, None, None, volume, NOW, NOW))
    view = table.view(NOW)
    lane = view.lane(venue)
    traded = turnover(view)
    found = {symbol: float(traded[lane, place]) for symbol, place in view.layout.rows[lane].items()}
    assert found["BTCUSDT"] == pytest.approx(7e6)
    assert found["ETHBTC"] == pytest.approx(5e6)
    assert found["DOGETRY"] == pytest.approx(2e5)
    assert np.isnan(found["NEWUSDT"])
