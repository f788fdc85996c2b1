import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.views import board, export
from arbwatch.views.board import Filter
from arbwatch.views.sheet import Sheet
from tests.views.stage import SPOT, Stage, instrument

HEADERS = (
    "taken,asset,venue,symbol,market,bid,bid_size,ask,ask_size,spread_bps,last,change_24h,quote_volume,funding,"
    "funding_year,countdown_s,interval_h,mark_index,tick_size,tick_bps,age_s,unconfirmed_s,quote_currency,high,low,state"
)


def table(stage: Stage) -> list[dict[str, str]]:
    sheet = Sheet(stage.picture())
    text = export.board(sheet, board.order(sheet, Filter(), "symbol", descending=False))
    assert text.splitlines()[0] == HEADERS
    return list(csv.DictReader(io.StringIO(text)))


def test_numbers_are_exact_and_unknown_is_empty() -> None:
    stage = Stage(3)
    stage.set(0, 0, bid=0.000021130001, ask=np.nan, change_24h=-0.0123)
    row = next(row for row in table(stage) if row["venue"] == SPOT and row["symbol"] == "BTCUSDT")
    assert float(row["bid"]) == 0.000021130001
    assert "e" not in row["bid"]
    assert row["ask"] == row["spread_bps"] == row["funding"] == ""
    assert row["change_24h"] == "-0.0123"
    assert row["state"] == "live"
    assert row["taken"] == "2026-11-21T10:00:00.000+00:00"


@pytest.mark.parametrize(
    "symbol", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|' /C calc'!A0", "\uff1d1", 'a"b,c', "a\nb"]
)
def test_no_symbol_becomes_a_formula_or_breaks_the_table(symbol: str) -> None:
    stage = Stage(3)
    stage.instruments[0][0] = instrument(SPOT, "EVIL", 0.1, symbol=symbol)
    rows = table(stage)
    assert len(rows) == 6
    cell = next(row["symbol"] for row in rows if row["asset"] == "EVIL")
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))


@given(st.text())
def test_safe_never_starts_a_formula(text: str) -> None:
    assert not export.safe(text).lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
