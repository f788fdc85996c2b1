from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from arbwatch.market.codes import FUNDING_STATUSES, INTERVAL_SOURCES
from arbwatch.market.table import Lane, Table
from arbwatch.model import Funding, Ticker
from tests.market.conftest import NOW, Cell, S, instrument, quote

NOTHING = Ticker("here_spot", "AUSDT", None, None, None, None, None, None, None, NOW)


def test_a_partial_ticker_keeps_what_it_does_not_tell(table: Table, cell: Cell) -> None:
    table.apply(replace(NOTHING, last=5.0, high=6.0, time=NOW))
    table.apply(replace(NOTHING, last=5.5, time=NOW + S))
    assert (cell(table, "AUSDT", "last"), cell(table, "AUSDT", "high")) == (5.5, 6.0)
    assert cell(table, "AUSDT", "ticker_time") == NOW + S


def test_each_field_has_its_own_time(table: Table, cell: Cell) -> None:
    table.apply(replace(NOTHING, last=5.0, time=NOW + S))
    table.apply(replace(NOTHING, last=4.0, high=6.0, time=NOW))
    assert (cell(table, "AUSDT", "last"), cell(table, "AUSDT", "high")) == (5.0, 6.0)
    assert cell(table, "AUSDT", "ticker_time") == NOW + S


def test_where_the_venue_gives_no_time_our_stamp_on_its_clock_counts(table: Table, cell: Cell) -> None:
    table.set_clock_offset("here_spot", 8 * S)
    table.apply(replace(NOTHING, last=5.0, time=NOW + 8 * S))
    table.apply(replace(NOTHING, last=6.0, received=NOW + 1))
    assert cell(table, "AUSDT", "last") == 6.0
    table.apply(replace(NOTHING, last=7.0, received=NOW - 1))
    assert cell(table, "AUSDT", "last") == 6.0


def test_funding_is_merged_with_its_words(table: Table, cell: Cell) -> None:
    first = Funding("here_spot", "AUSDT", rate=1e-4, status="estimate", mark=5.0, time=NOW)
    table.apply(first)
    table.apply(Funding("here_spot", "AUSDT", interval_h=8.0, interval_source="default", time=NOW - S))
    table.apply(Funding("here_spot", "AUSDT", rate=-2e-4, next_time=NOW + 5, time=NOW + S))
    assert cell(table, "AUSDT", "rate") == -2e-4
    assert cell(table, "AUSDT", "next_time") == NOW + 5
    assert cell(table, "AUSDT", "mark") == 5.0
    assert FUNDING_STATUSES[cell(table, "AUSDT", "funding_status")] == "estimate"
    assert INTERVAL_SOURCES[cell(table, "AUSDT", "interval_source")] == "default"
    assert cell(table, "AUSDT", "interval_h") == 8.0


def test_a_venue_whose_clock_was_set_back_is_heard_again(table: Table, cell: Cell) -> None:
    table.apply(replace(NOTHING, last=5.0, high=6.0, time=NOW + 7200 * S))
    table.apply(replace(NOTHING, last=5.5, time=NOW))
    table.apply(replace(NOTHING, last=5.4, time=NOW - S))
    assert (cell(table, "AUSDT", "last"), cell(table, "AUSDT", "high")) == (5.5, 6.0)
    table.apply(Funding("here_spot", "AUSDT", rate=1e-4, interval_h=8.0, time=NOW + 7200 * S))
    table.apply(Funding("here_spot", "AUSDT", rate=2e-4, time=NOW))
    table.apply(Funding("here_spot", "AUSDT", interval_h=4.0, time=NOW + S))
    assert (cell(table, "AUSDT", "rate"), cell(table, "AUSDT", "interval_h")) == (2e-4, 4.0)
    assert cell(table, "AUSDT", "ticker_time") == NOW


def test_once_it_is_known_that_a_clock_was_set_back_nothing_of_the_venue_is_late(table: Table, cell: Cell) -> None:
    table.set_clock_offset("here_spot", 5 * S)
    table.up("here_spot", ["AUSDT"], NOW)
    for bid, behind in ((1.0, 0), (1.1, S)):
        table.door("here_spot")["AUSDT"] = quote("AUSDT", bid, received=NOW + behind + 1, time=NOW + 5 * S - behind)
        table.drain(NOW + 2 * S)
    table.apply(replace(NOTHING, last=5.0, time=NOW + 5 * S))
    assert cell(table, "AUSDT", "bid") == 1.0
    table.set_clock_offset("here_spot", 0)
    table.door("here_spot")["AUSDT"] = quote("AUSDT", 1.2, received=NOW + 3 * S, time=NOW + 3 * S)
    table.drain(NOW + 3 * S)
    table.apply(replace(NOTHING, last=6.0, time=NOW + 3 * S))
    assert (cell(table, "AUSDT", "bid"), cell(table, "AUSDT", "last")) == (1.2, 6.0)


def test_a_zero_is_a_value_and_an_unlisted_symbol_is_left_out(table: Table, cell: Cell) -> None:
    table.apply(Funding("here_spot", "AUSDT", rate=1e-4, time=NOW))
    table.apply(Funding("here_spot", "AUSDT", rate=0.0, time=NOW + 1))
    table.apply(replace(NOTHING, symbol="NEWUSDT", last=1.0))
    assert cell(table, "AUSDT", "rate") == 0.0


FIELDS = ("last", "change_24h", "high", "low", "base_volume", "quote_volume")
events = st.lists(
    st.tuples(st.integers(0, 5), st.fixed_dictionaries(dict.fromkeys(FIELDS, st.none() | st.integers(0, 9)))),
    max_size=12,
)


@given(events)
def test_in_any_order_each_field_is_the_newest_that_was_told(told: list[tuple[int, dict[str, Any]]]) -> None:
    table = Table([Lane("here_spot", "here", "spot")], width=1)
    table.relist("here_spot", [instrument("AUSDT")], NOW)
    newest: dict[str, tuple[int, float]] = {}
    for after, values in told:
        table.apply(replace(NOTHING, time=NOW + after, **values))
        for name, value in values.items():
            if value is not None and after >= newest.get(name, (0, 0.0))[0]:
                newest[name] = (after, float(value))
    snapshot = table.snapshot(NOW)
    for name in FIELDS:
        found = float(getattr(snapshot, name)[0, 0])
        assert found == newest[name][1] if name in newest else found != found  # noqa: PLR0124 only NaN differs
