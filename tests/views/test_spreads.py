import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.views import spreads
from arbwatch.views.listing import Listing
from tests.views.stage import PERP, SECOND, SPOT, Stage

STAGE = Stage().every_state()
PICTURE = STAGE.picture()
LISTING = Listing(PICTURE.snapshot)


@given(column=st.sampled_from(spreads.COLUMNS), descending=st.booleans())
def test_what_counts_comes_first_and_unknown_last_whatever_it_is_sorted_by(
    column: spreads.SpreadColumn, *, descending: bool
) -> None:
    found = spreads.order(spreads.lines(PICTURE, LISTING), column.id, descending)
    assert len(found) == len(PICTURE.spreads.found) + len(PICTURE.spreads.excluded)
    excluded = [line.reason is not None for line in found]
    assert excluded == sorted(excluded)
    for group in (False, True):
        values = [column.value(line) for line in found if (line.reason is not None) == group]
        known = [value for value in values if value is not None]
        assert values[: len(known)] == known
        assert known == sorted(known, reverse=descending)


def test_a_spread_by_hand() -> None:
    stage = Stage(11)
    stage.set(0, 9, bid=0.00002110, ask=0.00002111, ask_size=1e6, changed=stage.now - SECOND)
    stage.set(1, 9, bid=0.02114, ask=0.02115, bid_size=500.0, changed=stage.now - 2 * SECOND)
    picture = stage.picture()
    found = spreads.matching(spreads.lines(picture, Listing(picture.snapshot)), "pepe")
    line = next(line for line in found if line.spread.buy.venue == SPOT)
    cells = {column.id: column.text(line) for column in spreads.COLUMNS}
    assert cells["buy_price"] == "0.00002111"
    assert cells["sell_price"] == "0.00002114"
    assert cells["gross"] == "14.2"
    assert cells["exit"] == "-23.6"
    assert cells["size"] == "500k"
    assert cells["money"] == "10.55"
    assert cells["ages"] == "1.0 s / 2.0 s"
    assert cells["sell_symbol"] == "1000PEPEUSDT"
    assert cells["check"] == "ok"
    other = next(line for line in found if line.spread.buy.venue == PERP)
    assert spreads.BY_ID["check"].text(other) == "ok (coin)"


def test_a_missing_size_is_unknown_and_so_is_the_money() -> None:
    stage = Stage(3)
    stage.set(0, 0, ask_size=np.nan)
    picture = stage.picture()
    found = spreads.matching(spreads.lines(picture, Listing(picture.snapshot)), "btc")
    line = next(line for line in found if line.spread.buy.venue == SPOT)
    assert line.size is None and line.money is None
    assert spreads.BY_ID["money"].text(line) == "-"


def test_excluded_spreads_say_why_and_the_rest_is_counted_by_reason() -> None:
    found = spreads.lines(PICTURE, LISTING)
    reasons = {line.spread.asset: line.reason for line in found if line.reason}
    assert "stale" in (reasons["APT"] or "")
    assert "two different coins" in (reasons["ARB"] or "")
    assert "one-sided book 1" in spreads.uncounted(PICTURE)


@pytest.mark.parametrize(("text", "assets"), [("btc", {"BTC"}), ("alpha_perp eth", {"ETH"}), ("nothing", set())])
def test_typing_finds_spreads_too(text: str, assets: set[str]) -> None:
    assert {line.spread.asset for line in spreads.matching(spreads.lines(PICTURE, LISTING), text)} == assets
