import random
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from arbwatch.market.layout import FREE
from arbwatch.market.table import RowState, Table
from arbwatch.model import Instrument
from tests.market.conftest import LANES, NOW, Cell, instrument, quote

A, B, C = instrument("AUSDT"), instrument("BUSDT"), instrument("CUSDT")


def put(table: Table, symbol: str, bid: float, venue: str = "here_spot") -> None:
    table.door(venue)[symbol] = quote(symbol, bid, bid + 1.0, venue=venue)
    table.drain(NOW)


def symbols(part: tuple[Instrument, ...]) -> list[str]:
    return [one.symbol for one in part]


def test_a_listing_tells_what_is_new_gone_and_different(table: Table) -> None:
    told = [A, replace(B, tick_size=0.5), instrument("DUSDT")]
    changes = table.relist("here_spot", told, NOW)
    assert (symbols(changes.added), symbols(changes.ended), symbols(changes.changed)) == (
        ["DUSDT"],
        ["CUSDT"],
        ["BUSDT"],
    )
    assert changes.ended[0].status == "ended"
    assert not any(table.relist("here_spot", told, NOW))


def test_a_tick_changes_in_place(table: Table, cell: Cell) -> None:
    put(table, "BUSDT", 3.0)
    table.relist("here_spot", [A, replace(B, tick_size=0.5, lot_size=None), C], NOW)
    assert (cell(table, "BUSDT", "tick_size"), cell(table, "BUSDT", "bid")) == (0.5, 3.0)
    assert np.isnan(cell(table, "BUSDT", "lot_size"))
    assert cell(table, "BUSDT", "state") == RowState.LIVE


def test_what_is_gone_ends_and_its_place_is_freed_by_the_next_listing(table: Table, cell: Cell) -> None:
    put(table, "CUSDT", 3.0)
    table.relist("here_spot", [A, B], NOW)
    assert cell(table, "CUSDT", "state") == RowState.ENDED
    assert cell(table, "CUSDT", "bid") == 3.0
    put(table, "CUSDT", 4.0)
    assert cell(table, "CUSDT", "state") == RowState.ENDED
    table.relist("here_spot", [A, B], NOW)
    snapshot = table.snapshot(NOW)
    assert "CUSDT" not in snapshot.layout.rows[0]
    table.relist("here_spot", [A, B, instrument("DUSDT")], NOW)
    assert np.isnan(cell(table, "DUSDT", "bid"))
    assert cell(table, "DUSDT", "messages") == 0
    assert cell(table, "DUSDT", "state") == RowState.EMPTY


def test_one_missing_listing_does_not_cost_the_quote(table: Table, cell: Cell) -> None:
    put(table, "CUSDT", 3.0)
    table.relist("here_spot", [A, B], NOW)
    assert symbols(table.relist("here_spot", [A, B, C], NOW).added) == ["CUSDT"]
    assert cell(table, "CUSDT", "bid") == 3.0
    assert cell(table, "CUSDT", "state") == RowState.EMPTY


def test_a_halt_shows_at_once_and_ends_with_the_next_quote_after_it(table: Table, cell: Cell) -> None:
    table.up("here_spot", ["BUSDT"], NOW)
    put(table, "BUSDT", 3.0)
    table.relist("here_spot", [A, replace(B, status="halted"), C], NOW)
    put(table, "BUSDT", 4.0)
    assert (cell(table, "BUSDT", "state"), cell(table, "BUSDT", "bid")) == (RowState.HALTED, 4.0)
    table.up("here_spot", ["BUSDT"], NOW)
    table.down("here_spot", ["BUSDT"], "gone", NOW)
    assert cell(table, "BUSDT", "state") == RowState.HALTED
    table.relist("here_spot", [A, B, C], NOW)
    assert cell(table, "BUSDT", "state") == RowState.EMPTY
    put(table, "BUSDT", 5.0)
    assert cell(table, "BUSDT", "state") == RowState.LIVE


def test_the_same_asset_and_currency_share_a_column_over_all_venues(table: Table) -> None:
    table.relist(
        "there_spot", [instrument("B-USDT", "there_spot", base="B"), instrument("A-USDT", "there_spot", base="A")], NOW
    )
    snapshot = table.snapshot(NOW)
    rows = snapshot.layout.rows
    assert rows[2]["A-USDT"] == rows[0]["AUSDT"]
    assert snapshot.keys[rows[2]["B-USDT"]] == ("B", "USDT", 0)
    other = instrument("BUSDC", quote_currency="USDC", base="B")
    table.relist("here_spot", [A, B, C, other], NOW)
    assert table.layout.rows[0]["BUSDC"] != table.layout.rows[0]["BUSDT"]


def test_a_row_whose_asset_is_decided_anew_moves_with_its_quote(table: Table, cell: Cell) -> None:
    short = instrument("1000XUSDT", "here_perp", base="1000X", multiplier=1000)
    table.relist("here_perp", [short], NOW)
    put(table, "1000XUSDT", 3.0, "here_perp")
    assert table.snapshot(NOW).keys[table.layout.rows[1]["1000XUSDT"]].asset == "1000X"
    table.relist("there_spot", [instrument("XUSDT", "there_spot")], NOW)
    rows = table.layout.rows
    assert rows[1]["1000XUSDT"] == rows[2]["XUSDT"]
    assert cell(table, "1000XUSDT", "bid", "here_perp") == 3.0
    assert cell(table, "1000XUSDT", "state", "here_perp") == RowState.LIVE
    assert table.snapshot(NOW).instruments[1][rows[1]["1000XUSDT"]] == replace(short, asset="X")


def test_two_of_one_name_on_one_venue_are_told_apart_the_plain_one_first(table: Table, cell: Cell) -> None:
    many = instrument("1000AUSDT", base="1000AAA", multiplier=1000)
    plain = instrument("AAAUSDT", base="AAA")
    changes = table.relist("here_spot", [many], NOW)
    assert changes.added[0].asset == "AAA"
    put(table, "1000AUSDT", 3.0)
    assert cell(table, "1000AUSDT", "clash") == 0
    table.relist("here_spot", [many, plain], NOW)
    snapshot = table.snapshot(NOW)
    rows = snapshot.layout.rows[0]
    assert snapshot.keys[rows["AAAUSDT"]] == ("AAA", "USDT", 0)
    assert snapshot.keys[rows["1000AUSDT"]] == ("AAA", "USDT", 1)
    assert cell(table, "1000AUSDT", "bid") == 3.0
    assert (cell(table, "1000AUSDT", "clash"), cell(table, "AAAUSDT", "clash")) == (1, 1)


def test_growing_leaves_old_snapshots_and_views_as_they_were(table: Table, cell: Cell) -> None:
    put(table, "AUSDT", 3.0)
    snapshot = table.snapshot(NOW)
    many = [instrument(f"N{n}USDT") for n in range(20)]
    table.relist("here_spot", [A, B, C, *many], NOW)
    put(table, "AUSDT", 5.0)
    assert snapshot.bid.shape == (3, 4)
    assert snapshot.bid[0, 0] == 3.0
    assert cell(table, "AUSDT", "bid") == 5.0
    assert table.snapshot(NOW).bid.shape == (3, 32)


def test_growing_for_one_venue_keeps_the_others_in_place(table: Table, cell: Cell) -> None:
    table.relist("there_spot", [instrument("CUSDT", "there_spot")], NOW)
    table.relist("here_spot", [A, B, C, *(instrument(f"N{n}USDT") for n in range(20))], NOW)
    put(table, "CUSDT", 5.0, "there_spot")
    assert cell(table, "CUSDT", "bid", "there_spot") == 5.0
    assert [len(lane) for lane in table.snapshot(NOW).instruments] == [32, 32, 32]


def test_a_listing_that_changes_nothing_keeps_the_layout(table: Table) -> None:
    layout = table.layout
    table.relist("here_spot", [A, B, C], NOW)
    assert table.layout is layout


listings = st.lists(
    st.tuples(
        st.sampled_from([lane.venue for lane in LANES]),
        st.dictionaries(
            st.sampled_from(["A", "B", "1000A", "1000B", "1000X", "X", "D", "E"]),
            st.tuples(st.sampled_from(["trading", "halted"]), st.sampled_from([0.01, 0.1])),
        ),
    ),
    max_size=12,
)


def listed(venue: str, base: str, status: Any, tick: float) -> Instrument:
    times = 1000 if base.startswith("1000") else 1
    return instrument(f"{base}USDT", venue, base=base, multiplier=times, status=status, tick_size=tick)


@given(listings, st.integers(0, 2**32))
def test_through_any_listings_every_row_keeps_its_own_quote(history: Any, seed: int) -> None:
    draw = random.Random(seed)
    table = Table(LANES, width=1)
    written: dict[tuple[str, str], float] = {}
    before: dict[str, dict[str, str]] = {lane.venue: {} for lane in LANES}
    for turn, (venue, told) in enumerate(history):
        table.relist(venue, [listed(venue, base, *facts) for base, facts in told.items()], NOW)
        now = {f"{base}USDT": facts[0] for base, facts in told.items()}
        stays = {s: "ended" for s, status in before[venue].items() if s not in now and status != "ended"}
        before[venue] = now | stays
        written = {key: bid for key, bid in written.items() if key[0] != venue or key[1] in before[venue]}
        for symbol in now:
            if draw.random() < 0.6:
                written[venue, symbol] = float(turn * 100 + len(symbol) + draw.random())
                put(table, symbol, written[venue, symbol], venue)
        snapshot = table.snapshot(NOW)
        assert sum(key != FREE for key in snapshot.keys) == len({k for k in snapshot.keys if k != FREE})
        for lane, rows in zip(snapshot.lanes, snapshot.layout.rows, strict=True):
            assert set(rows) == set(before[lane.venue])
            for symbol, place in rows.items():
                one = snapshot.instruments[snapshot.lane(lane.venue)][place]
                assert one is not None and one.symbol == symbol and one.asset == snapshot.keys[place].asset
                bid = snapshot.bid[snapshot.lane(lane.venue), place]
                assert bid == written[lane.venue, symbol] if (lane.venue, symbol) in written else np.isnan(bid)
