from math import isnan
from typing import Any

import pytest
from msgspec.structs import replace

from arbwatch.market.table import RowState, Source, Table
from tests.market.conftest import LANES, NOW, Cell, S, instrument, quote

TOP = ("bid", "bid_size", "ask", "ask_size")


def put(table: Table, *quotes: Any, now: int = NOW) -> int:
    door = table.door("here_spot")
    for one in quotes:
        door[one.symbol] = one
    return table.drain(now)


def test_a_quote_reaches_its_row_and_no_other(table: Table, cell: Cell) -> None:
    assert put(table, quote("BUSDT", 3.0, 4.0, time=NOW - 5)) == 1
    assert [cell(table, "BUSDT", name) for name in TOP] == [3.0, 10.0, 4.0, 20.0]
    assert cell(table, "BUSDT", "time") == NOW - 5
    assert cell(table, "BUSDT", "state") == RowState.LIVE
    assert cell(table, "BUSDT", "source") == Source.STREAM
    assert all(isnan(cell(table, "AUSDT", name)) for name in TOP)
    assert cell(table, "AUSDT", "state") == RowState.EMPTY


def test_the_door_stays_the_same_dict_and_is_empty_after_a_drain(table: Table) -> None:
    door = table.door("here_spot")
    put(table, quote("AUSDT"))
    assert table.door("here_spot") is door and not door
    assert table.drain(NOW) == 0


@pytest.mark.parametrize(
    ("more", "empty"),
    [
        ({"bid": None, "bid_size": None}, ("bid", "bid_size")),
        ({"ask": None, "ask_size": None}, ("ask", "ask_size")),
        ({"bid_size": 0.0}, ("bid", "bid_size")),
        ({"ask": 0.0}, ("ask", "ask_size")),
        ({"bid": float("inf")}, ("bid", "bid_size")),
        ({"ask": float("nan")}, ("ask", "ask_size")),
        ({"bid": -1.0}, ("bid", "bid_size")),
    ],
)
def test_an_empty_side_is_unknown_in_price_and_size_at_once(
    table: Table, cell: Cell, more: dict[str, Any], empty: tuple[str, str]
) -> None:
    put(table, quote("AUSDT"))
    put(table, quote("AUSDT", received=NOW + S, **more))
    assert {name for name in TOP if isnan(cell(table, "AUSDT", name))} == set(empty)


def test_a_repeated_quote_confirms_but_does_not_change(table: Table, cell: Cell) -> None:
    put(table, quote("AUSDT", bid=None, bid_size=None))
    put(table, quote("AUSDT", bid=None, bid_size=None, received=NOW + S))
    assert cell(table, "AUSDT", "changed") == NOW
    assert cell(table, "AUSDT", "received") == cell(table, "AUSDT", "confirmed") == NOW + S
    put(table, quote("AUSDT", bid=None, bid_size=None, ask_size=21.0, received=NOW + 2 * S))
    assert cell(table, "AUSDT", "changed") == NOW + 2 * S
    assert cell(table, "AUSDT", "messages") == 3


def test_what_cannot_be_placed_or_read_is_counted_and_costs_only_itself(table: Table, cell: Cell) -> None:
    put(table, quote("AUSDT"), quote("NEWUSDT"), replace(quote("BUSDT"), bid="3.0"), quote("CUSDT"))
    arrivals = table.snapshot(NOW).arrivals[0]
    assert (arrivals.quotes, arrivals.unknown, arrivals.unreadable) == (2, 1, 1)
    assert cell(table, "CUSDT", "state") == RowState.LIVE


def test_a_quote_overtaken_by_a_newer_one_is_dropped(table: Table, cell: Cell) -> None:
    put(table, quote("AUSDT", 5.0, 6.0, time=NOW))
    put(table, quote("AUSDT", 1.0, 2.0, time=NOW - 1, received=NOW + 1), quote("BUSDT", time=NOW - 1))
    assert cell(table, "AUSDT", "bid") == 5.0
    assert cell(table, "BUSDT", "bid") == 1.0
    assert table.snapshot(NOW).arrivals[0].reordered == 1


def test_only_the_overtaken_quote_is_dropped_and_only_while_its_stream_is_live(table: Table, cell: Cell) -> None:
    for symbol in ("AUSDT", "BUSDT", "CUSDT"):
        put(table, quote(symbol, 5.0, 6.0, time=NOW))
    table.freeze("here_spot", "CUSDT", NOW)
    late = [quote(symbol, 1.0, 2.0, time=NOW - 1, received=NOW + 1) for symbol in ("AUSDT", "CUSDT")]
    assert put(table, late[0], quote("BUSDT", 7.0, 8.0, time=NOW, received=NOW + 1), late[1]) == 2
    assert [cell(table, symbol, "bid") for symbol in ("AUSDT", "BUSDT", "CUSDT")] == [5.0, 7.0, 1.0]


def test_a_venue_clock_that_is_set_back_does_not_freeze_its_rows(table: Table, cell: Cell) -> None:
    put(table, quote("AUSDT", 5.0, 6.0, time=NOW))
    put(table, quote("AUSDT", 1.0, 2.0, time=NOW - 3600 * S, received=NOW + 1))
    assert cell(table, "AUSDT", "bid") == 1.0


def test_more_quotes_than_one_stage_holds_all_arrive() -> None:
    table = Table(LANES, width=1)
    symbols = [f"S{n}USDT" for n in range(9000)]
    table.relist("here_spot", [instrument(symbol) for symbol in symbols], NOW)
    table.relist("there_spot", [instrument("S1USDT", "there_spot")], NOW)
    for n, symbol in enumerate(symbols):
        table.door("here_spot")[symbol] = quote(symbol, n + 1.0, n + 2.0)
    table.door("there_spot")["S1USDT"] = quote("S1USDT", 7.0, 8.0, venue="there_spot")
    assert table.drain(NOW) == 9001
    snapshot = table.snapshot(NOW)
    rows = snapshot.layout.rows[0]
    assert [snapshot.bid[0, rows[symbol]] for symbol in symbols] == [n + 1.0 for n in range(9000)]
    assert snapshot.bid[2, rows["S1USDT"]] == 7.0
    assert [arrivals.quotes for arrivals in snapshot.arrivals] == [9000, 0, 1]
