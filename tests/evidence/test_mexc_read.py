"""Recorded and documented messages of MEXC mean the same to arbwatch and to ccxt."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.mexc import ZONES, opinion
from tests.evidence.mexc_material import pieces, samples
from tests.evidence.report import Opinion, text

READ_BY_BOTH = {
    *(("spot", kind) for kind in ("quote", "delta", "snapshot", "trade", "listing", "tickers", "quotes", "clock")),
    *(("perp", kind) for kind in ("delta", "snapshot", "trade", "ticker", "funding")),
    *(("perp", kind) for kind in ("listing", "tickers", "rates", "clock")),
}


@pytest.fixture(scope="module")
def ccxt(recordings: Path) -> Opinion:
    return opinion("ccxt", recordings)


def test_every_difference_is_judged(ccxt: Opinion) -> None:
    assert not [case for row in ccxt.rows for case in row.open], text(ccxt)


def test_no_judgement_outlives_its_difference(ccxt: Opinion) -> None:
    used = {name for row in ccxt.rows for name in row.judged}
    assert [j.name for j in ccxt.judgements if j.name not in used] == []


def test_what_both_are_said_to_read_was_read_by_both(ccxt: Opinion) -> None:
    read: Counter[tuple[str, str]] = Counter()
    for row in ccxt.rows:
        read[row.market, row.kind] += min(row.ours, row.theirs)
    assert {pair for pair, count in read.items() if count} >= READ_BY_BOTH


def test_nothing_of_the_present_interface_is_refused(ccxt: Opinion) -> None:
    assert [(piece.file, piece.line, why) for piece, why in ccxt.refused] == []


def test_the_rate_of_a_ticker_is_that_of_the_day_in_utc_8(recordings: Path) -> None:
    told = 0
    for piece in (*pieces(recordings), *samples(Path(__file__).parents[1])):
        if piece.market != "perp" or piece.kind not in ("ticker", "tickers"):
            continue
        data = json.loads(piece.raw)["data"]
        for row in data if isinstance(data, list) else [data]:
            if isinstance(row.get("riseFallRates"), dict):
                told += 1
                assert row["riseFallRates"]["zone"] == "UTC+8"
                assert row["riseFallRates"]["r"] == row["riseFallRate"] == row[ZONES][2] != row[ZONES][0]
    assert told >= 2
