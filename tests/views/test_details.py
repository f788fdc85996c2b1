import numpy as np

from arbwatch.market.codes import RowState
from arbwatch.views import details
from arbwatch.views.sheet import Sheet
from tests.views.stage import PERP, SPOT, Stage, instrument


def told(stage: Stage, key: tuple[str, str]) -> dict[str, str]:
    sheet = Sheet(stage.picture())
    return {fact.name: fact.value for fact in details.details(sheet, sheet.listing.rows[key])}


def test_everything_known_of_a_multiplied_perpetual() -> None:
    stage = Stage(11)
    stage.set(1, 9, bid=0.02114, ask=0.02115, rate=0.0001, interval_h=8, interval_source=4)
    facts = told(stage, (PERP, "1000PEPEUSDT"))
    assert facts["multiplier"] == "1,000 PEPE per price unit"
    assert facts["contract"] == "1000 asset units per size unit"
    assert facts["bid per unit"] == "0.00002114"
    assert facts["rate"] == "+0.0100 %, estimate"
    assert facts["per year"] == "+10.95 %"
    assert facts["interval"] == "8h (the venue's default: not told for this symbol)"
    assert facts["floor, cap"] == "-2.00 %, +2.00 %"
    assert facts["least order"] == "5 USDT"
    assert facts["since"] == "2024-06-04 10:00:00"
    assert facts["page"] == "-"
    assert facts["came by"] == "stream"


def test_a_spot_row_has_no_funding_and_names_its_page() -> None:
    facts = told(Stage(3), (SPOT, "BTCUSDT"))
    assert facts["page"] == "https://trade.example/spot/BTCUSDT"
    assert "Funding" not in facts


def test_a_row_says_why_it_is_no_leg() -> None:
    stage = Stage().every_state()
    assert "stale" in told(stage, (SPOT, "APTUSDT"))["excluded"]
    assert "two different coins" in told(stage, (PERP, "ARBUSDT"))["excluded"]
    assert told(stage, (PERP, "BTCUSDT"))["pair"].startswith("buy on")
    lonely = Stage(3)
    lonely.instruments[0][0] = None
    assert "no market of the same coin" in told(lonely, (PERP, "BTCUSDT"))["none"]
    lonely.set(1, 0, state=RowState.DOWN)
    assert "No live connection" in told(lonely, (PERP, "BTCUSDT"))["none"]
    lonely.set(1, 0, state=RowState.LIVE, ask=np.nan)
    assert told(lonely, (PERP, "BTCUSDT"))["none"] == "Its book has no ask."


def test_hostile_names_are_harmless_in_every_fact() -> None:
    stage = Stage(3)
    evil = "\x1b[2J\u202eX\n"
    stage.instruments[1][0] = instrument(
        PERP, evil, 0.1, symbol=evil, asset=evil, quote_currency=evil, settle_currency=evil
    )
    sheet = Sheet(stage.picture())
    facts = details.details(sheet, sheet.listing.rows[(PERP, evil)])
    assert all(fact.name.isprintable() and fact.value.isprintable() for fact in facts)
