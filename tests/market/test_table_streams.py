from collections.abc import Sequence

import pytest

from arbwatch.market.table import RowState, Source, Table
from tests.market.conftest import NOW, Cell, S, quote

V = "here_spot"


def put(table: Table, symbol: str, bid: float = 1.0, received: int = NOW) -> None:
    table.door(V)[symbol] = quote(symbol, bid, bid + 1.0, received)
    table.drain(received)


def test_down_makes_rows_stale_at_once_and_what_waits_at_the_door_is_lost(table: Table, cell: Cell) -> None:
    table.up(V, ["AUSDT", "BUSDT"], NOW)
    put(table, "AUSDT")
    table.door(V)["AUSDT"] = quote("AUSDT", 9.0, 10.0)
    table.door(V)["BUSDT"] = quote("BUSDT", 9.0, 10.0)
    table.down(V, ["AUSDT"], "socket closed", NOW + S)
    assert cell(table, "AUSDT", "state") == RowState.DOWN
    table.drain(NOW + S)
    assert cell(table, "AUSDT", "bid") == 1.0
    assert cell(table, "AUSDT", "state") == RowState.DOWN
    assert cell(table, "BUSDT", "state") == RowState.LIVE


def test_a_row_that_was_down_lives_again_only_after_up_and_a_quote(table: Table, cell: Cell) -> None:
    put(table, "AUSDT")
    table.down(V, ["AUSDT"], "socket closed", NOW + S)
    table.up(V, ["AUSDT"], NOW + 2 * S)
    assert cell(table, "AUSDT", "state") == RowState.WAITING
    put(table, "AUSDT", received=NOW + 3 * S)
    assert cell(table, "AUSDT", "state") == RowState.LIVE


def test_a_quote_before_the_acknowledgement_is_kept_for_it(table: Table, cell: Cell) -> None:
    put(table, "AUSDT")
    table.down(V, ["AUSDT"], "socket closed", NOW + S)
    put(table, "AUSDT", 5.0, received=NOW + 2 * S)
    assert cell(table, "AUSDT", "state") == RowState.DOWN
    table.up(V, ["AUSDT"], NOW + 3 * S)
    assert cell(table, "AUSDT", "state") == RowState.LIVE
    assert cell(table, "AUSDT", "bid") == 5.0


def test_a_quote_still_at_the_door_when_its_stream_comes_up_counts(table: Table, cell: Cell) -> None:
    table.door(V)["AUSDT"] = quote("AUSDT")
    table.up(V, ["AUSDT", "NEWUSDT"], NOW)
    assert cell(table, "AUSDT", "state") == RowState.LIVE


def test_the_silence_of_a_socket_that_was_down_is_no_gap_of_the_stream(table: Table, cell: Cell) -> None:
    table.up(V, ["AUSDT"], NOW)
    for n in range(4):
        put(table, "AUSDT", received=NOW + n * S)
    assert cell(table, "AUSDT", "gaps") == 3
    table.down(V, ["AUSDT"], "socket closed", NOW + 4 * S)
    table.up(V, ["AUSDT"], NOW + 1000 * S)
    put(table, "AUSDT", received=NOW + 1001 * S)
    put(table, "AUSDT", received=NOW + 1002 * S)
    assert cell(table, "AUSDT", "gaps") == 4
    assert cell(table, "AUSDT", "gap") < 2 * S


@pytest.mark.parametrize("state", [RowState.SUSPECT, RowState.FROZEN, RowState.REFUSED])
def test_the_next_quote_clears_what_was_marked(table: Table, cell: Cell, state: RowState) -> None:
    put(table, "AUSDT")
    table.mark(V, "AUSDT", state, NOW + S)
    assert (cell(table, "AUSDT", "state"), cell(table, "AUSDT", "attempts")) == (state, 1)
    put(table, "AUSDT", received=NOW + 2 * S)
    assert (cell(table, "AUSDT", "state"), cell(table, "AUSDT", "attempts")) == (RowState.LIVE, 0)


def test_a_row_that_is_down_cannot_be_frozen_or_suspected(table: Table, cell: Cell) -> None:
    put(table, "AUSDT")
    table.down(V, ["AUSDT"], "socket closed", NOW + S)
    table.freeze(V, "AUSDT", NOW + S)
    table.suspect(V, "AUSDT")
    assert cell(table, "AUSDT", "state") == RowState.DOWN


def test_a_frozen_row_waits_once_it_is_subscribed_anew(table: Table, cell: Cell) -> None:
    put(table, "AUSDT")
    table.freeze(V, "AUSDT", NOW + S)
    table.suspect(V, "AUSDT")
    assert cell(table, "AUSDT", "state") == RowState.FROZEN
    table.up(V, ["AUSDT"], NOW + 2 * S)
    assert cell(table, "AUSDT", "state") == RowState.WAITING


def state_of(table: Table, cell: Cell) -> Sequence[object]:
    return [cell(table, "AUSDT", name) for name in ("bid", "source", "state", "confirmed")]


def test_rest_fills_a_row_that_no_stream_has_filled(table: Table, cell: Cell) -> None:
    assert table.check(V, [quote("AUSDT", 3.0, 4.0), quote("NEWUSDT")], NOW - S) == []
    assert state_of(table, cell) == [3.0, Source.REST, RowState.EMPTY, NOW - S]
    table.up(V, ["AUSDT"], NOW + S)
    assert state_of(table, cell) == [3.0, Source.REST, RowState.WAITING, NOW - S]
    put(table, "AUSDT", 5.0, NOW + 2 * S)
    assert state_of(table, cell) == [5.0, Source.STREAM, RowState.LIVE, NOW + 2 * S]


def test_rest_never_overwrites_a_live_stream(table: Table, cell: Cell) -> None:
    put(table, "AUSDT", 3.0)
    assert table.check(V, [quote("AUSDT", 8.0, 9.0, NOW + 2 * S)], NOW - S) == []
    assert cell(table, "AUSDT", "bid") == 3.0


def test_an_equal_answer_confirms_and_clears_the_suspicion(table: Table, cell: Cell) -> None:
    put(table, "AUSDT", 3.0)
    table.suspect(V, "AUSDT")
    assert table.check(V, [quote("AUSDT", 3.0, 4.0, NOW + 6 * S)], NOW + 5 * S) == []
    assert state_of(table, cell) == [3.0, Source.STREAM, RowState.LIVE, NOW + 5 * S]
    assert cell(table, "AUSDT", "changed") == NOW


def test_an_answer_that_differs_tells_which_streams_missed_it(table: Table, cell: Cell) -> None:
    put(table, "AUSDT", 3.0)
    put(table, "BUSDT", 3.0)
    put(table, "CUSDT", 3.0)
    # What waits at the door has spoken.
    table.door(V)["BUSDT"] = quote("BUSDT", 3.5, 4.5, NOW + 6 * S)
    told = [quote(symbol, 8.0, 9.0, NOW + 7 * S) for symbol in ("AUSDT", "BUSDT")] + [quote("CUSDT", 3.0, 4.0)]
    assert table.check(V, told, NOW + 5 * S) == ["AUSDT"]
    assert cell(table, "AUSDT", "bid") == 3.0
    assert cell(table, "AUSDT", "confirmed") == NOW


def test_a_price_without_its_size_is_held_against_the_price_alone(table: Table, cell: Cell) -> None:
    put(table, "AUSDT", 3.0)
    put(table, "BUSDT", 3.0)
    unlisted = quote("CUSDT", 7.0, 8.0, NOW + 6 * S, bid_size=None, ask_size=None)
    bare = [
        quote(symbol, bid, 4.0, NOW + 6 * S, bid_size=None, ask_size=None)
        for symbol, bid in (("AUSDT", 3.0), ("BUSDT", 2.5))
    ]
    assert table.check(V, [*bare, unlisted], NOW + 5 * S) == ["BUSDT"]
    assert [cell(table, symbol, "confirmed") for symbol in ("AUSDT", "BUSDT")] == [NOW + 5 * S, NOW]
    assert cell(table, "AUSDT", "bid_size") == quote("AUSDT").bid_size
    assert (cell(table, "CUSDT", "bid"), cell(table, "CUSDT", "source")) == (7.0, Source.REST)
    assert cell(table, "CUSDT", "bid_size") != cell(table, "CUSDT", "bid_size")


def test_a_size_that_differs_is_a_difference_and_empty_sides_agree(table: Table) -> None:
    for symbol in ("AUSDT", "BUSDT"):
        table.door(V)[symbol] = quote(symbol, None, 4.0, bid_size=None)
    table.drain(NOW)
    told = [quote("AUSDT", None, 4.0, bid_size=None, ask_size=19.0), quote("BUSDT", 0.0, 4.0, bid_size=0.0)]
    assert table.check(V, told, NOW + S) == ["AUSDT"]


def test_silent_since_looks_into_the_door_too(table: Table) -> None:
    put(table, "AUSDT", received=NOW)
    assert table.silent_since(V, "AUSDT", NOW + 1)
    assert not table.silent_since(V, "AUSDT", NOW)
    table.door(V)["AUSDT"] = quote("AUSDT", received=NOW + S)
    assert not table.silent_since(V, "AUSDT", NOW + 1)
    assert not table.silent_since(V, "NEWUSDT", NOW)


def test_lag_is_told_without_the_venues_clock_error(table: Table, cell: Cell) -> None:
    table.set_clock_offset(V, 8 * S)
    table.door(V)["AUSDT"] = quote("AUSDT", time=NOW + 8 * S - 20_000_000)
    table.door(V)["BUSDT"] = quote("BUSDT")
    table.drain(NOW)
    assert cell(table, "AUSDT", "lag") == 20_000_000
    assert cell(table, "BUSDT", "lag") != cell(table, "BUSDT", "lag")
    assert list(table.snapshot(NOW).latencies[0]) == [20_000_000]
