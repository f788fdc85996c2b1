"""Recorded and documented messages of MEXC mean the same to arbwatch and to ccxt."""

import json
from pathlib import Path

from tests.evidence.mexc import ZONES
from tests.evidence.mexc_material import pieces, samples


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
