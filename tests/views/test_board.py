import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbwatch.market.codes import RowState
from arbwatch.views import board
from arbwatch.views.board import Filter
from arbwatch.views.listing import Listing
from arbwatch.views.sheet import Sheet
from tests.views.stage import NOW, PERP, SECOND, SPOT, Stage, instrument

NUMBERS = [column for column in board.COLUMNS if column.most is None]


def shown(stage: Stage, key: tuple[str, str], column: str) -> str:
    sheet = Sheet(stage.picture())
    return board.BY_ID[column].text(sheet, sheet.listing.rows[key])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), descending=st.booleans())
def test_any_column_sorts_with_unknown_last_in_both_directions(data: st.DataObject, *, descending: bool) -> None:
    column = data.draw(st.sampled_from(board.COLUMNS))
    stage = Stage(12, seed=data.draw(st.integers(0, 5)))
    unknown = random.Random(data.draw(st.integers(0, 99)))
    for name in ("bid", "ask", "change_24h", "rate", "next_time", "changed", "tick_size", "interval_h"):
        lane, place = unknown.randrange(2), unknown.randrange(12)
        stage.set(lane, place, **{name: 0 if name in ("next_time", "changed") else np.nan})
    sheet = Sheet(stage.picture())
    values = column.value(sheet)[board.order(sheet, Filter(), column.id, descending)]
    known = values[~np.isnan(values)]
    assert len(values) == len(sheet)
    assert not np.isnan(values[: len(known)]).any()
    assert (np.diff(known) <= 0).all() if descending else (np.diff(known) >= 0).all()


def test_equal_rows_stay_in_order_of_asset_and_venue() -> None:
    sheet = Sheet(Stage(6).picture())
    places = board.order(sheet, Filter(), "market", descending=True)
    names = [(sheet.instrument(int(at)).market, sheet.instrument(int(at)).asset) for at in places]
    assert [name for market, name in names if market == "spot"] == ["BNB", "BTC", "DOGE", "ETH", "SOL", "XRP"]


@given(st.text(max_size=6))
def test_what_is_typed_is_found_in_asset_symbol_or_venue_whatever_its_case(text: str) -> None:
    sheet = Sheet(STAGE.picture(), LISTING)
    found = {sheet.listing.keys[at] for at in board.order(sheet, Filter(text), "asset", descending=False)}
    for row, one in enumerate(sheet.listing.instruments):
        whole = f"{one.asset} {one.symbol} {one.venue}".casefold()
        assert (sheet.listing.keys[row] in found) == all(word in whole for word in text.casefold().split())


STAGE = Stage()
LISTING = Listing(STAGE.picture().snapshot)


def test_choices_of_venue_market_and_currency_add_up() -> None:
    stage = Stage(8)
    stage.instruments[0][3] = instrument(SPOT, "XRP", 0.0001, symbol="XRPBTC", quote_currency="BTC")
    sheet = Sheet(stage.picture())

    def keys(**choice: object) -> set[tuple[str, str]]:
        return {sheet.listing.keys[at] for at in board.order(sheet, Filter(**choice), "asset", descending=False)}  # type: ignore[arg-type] # any field

    assert keys(venues=frozenset({SPOT})) == keys(market="spot")
    assert len(keys(market="perp")) == 8
    assert keys(currency="BTC") == {(SPOT, "XRPBTC")}
    assert keys(currency="BTC", market="perp") == set()
    assert keys(text="xrp alpha_p") == {(PERP, "XRPUSDT")}


def test_unknown_is_a_dash_and_what_cannot_be_is_empty() -> None:
    stage = Stage(4)
    stage.set(0, 0, ask=np.nan, ask_size=np.nan, change_24h=np.nan, quote_volume=np.nan, changed=0)
    stage.set(1, 0, rate=np.nan)
    for column in ("ask", "ask_size", "spread_bps", "change_24h", "quote_volume", "age_s"):
        assert shown(stage, (SPOT, "BTCUSDT"), column) == "-", column
    for column in ("funding", "funding_year", "interval_h", "countdown_s"):
        assert shown(stage, (SPOT, "BTCUSDT"), column) == ""
    assert shown(stage, (PERP, "BTCUSDT"), "funding").strip() == "-"


def test_an_assumed_interval_is_marked_wherever_it_counts() -> None:
    stage = Stage(4)
    stage.set(1, 0, rate=0.0001, interval_h=8, interval_source=4)
    stage.set(1, 1, rate=0.0001, interval_h=4, interval_source=1)
    assert shown(stage, (PERP, "BTCUSDT"), "interval_h") == "8h*"
    assert shown(stage, (PERP, "BTCUSDT"), "funding_year") == "+10.95*"
    assert shown(stage, (PERP, "ETHUSDT"), "interval_h") == "4h "
    assert shown(stage, (PERP, "ETHUSDT"), "funding_year") == "+21.90 "


def test_figures_of_a_row_by_hand() -> None:
    stage = Stage(4)
    stage.set(1, 0, bid=100.0, ask=100.1, tick_size=0.1, mark=101.0, index=100.0, last=np.nan)
    stage.set(1, 0, changed=NOW - 3 * SECOND, confirmed=NOW - SECOND // 2, next_time=NOW + 3_661 * SECOND)
    expected = {
        "spread_bps": "10.0", "tick_bps": "10.0", "mark_index": "+1.000", "age_s": "3.0 s", "unconfirmed_s": "0.5 s",
        "countdown_s": "1:01:01", "bid": "100.0", "last": "-", "market": "perp", "state": "live",
    }  # fmt: skip
    assert {name: shown(stage, (PERP, "BTCUSDT"), name) for name in expected} == expected


def test_every_state_has_its_word_and_old_figures_are_known_as_old() -> None:
    stage = Stage().every_state()
    sheet = Sheet(stage.picture())
    words = {}
    standing = [state for state in RowState if state != RowState.POLLED]
    for place, state in enumerate(standing, start=3):
        one = stage.instruments[1][place]
        assert one is not None
        row = sheet.listing.rows[(PERP, one.symbol)]
        words[state] = board.BY_ID["state"].text(sheet, row)
        assert board.stale(sheet, row) == (state in {0, 1, 4, 5, 8, 9})
    assert len(set(words.values())) == len(standing)
    assert words[RowState.DOWN] == "down"


def test_a_crossed_book_is_said_in_bad_tone_and_with_its_sign() -> None:
    stage = Stage(4)
    stage.set(0, 0, bid=101.0, ask=100.0)
    sheet = Sheet(stage.picture())
    row = sheet.listing.rows[(SPOT, "BTCUSDT")]
    assert board.BY_ID["spread_bps"].text(sheet, row).startswith("-")
    assert board.BY_ID["spread_bps"].tone(sheet, row) == "bad"


def test_a_listing_is_kept_until_an_instrument_changes() -> None:
    stage = Stage(4)
    first = Sheet(stage.picture())
    stage.move(5)
    second = Sheet(stage.picture(), first.listing)
    assert second.listing is first.listing
    stage.instruments[0][1] = None
    third = Sheet(stage.picture(), second.listing)
    assert third.listing is not first.listing
    assert len(third) == len(first) - 1


def test_hostile_symbols_are_harmless_in_every_cell() -> None:
    stage = Stage(4)
    stage.instruments[0][0] = instrument(SPOT, "EVIL", 0.1, symbol="\x1b[2J\u202eBTC\n", asset="\x9b31m")
    rows = board.rows(stage.picture())
    assert all(cell.isprintable() for row in rows for cell in row.cells)


def test_wrong_columns_are_named_with_the_nearest_right_one() -> None:
    with pytest.raises(ValueError, match="'fundng'; did you mean 'funding'"):
        board.choose(["bid", "fundng"])
    assert [column.id for column in board.choose(["ask", "bid", "ask"])] == ["ask", "bid"]
    assert board.choose(None) == board.COLUMNS


def test_columns_say_what_they_are() -> None:
    assert len({column.priority for column in board.COLUMNS}) == len(board.COLUMNS)
    for column in board.COLUMNS:
        assert column.help and len(column.title) <= column.width + 1
    sheet = Sheet(Stage(3).picture())
    for column in NUMBERS:
        assert math.isnan(column.value(sheet)[0]) or isinstance(float(column.value(sheet)[0]), float)
