"""Recorded and documented messages of Bybit mean the same to arbwatch and to other people's decoders."""

from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.bybit import JUDGEMENTS, opinion
from tests.evidence.report import Opinion, text

READ_BY_BOTH = {
    "ccxt": {
        *(("spot", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        ("perp", "intervals"),
    },
    "cryptofeed": {("spot", "delta"), ("spot", "trade"), ("perp", "delta"), ("perp", "trade"), ("perp", "ticker")},
}


@pytest.fixture(scope="module", params=JUDGEMENTS)
def other(request: pytest.FixtureRequest, recordings: Path) -> Opinion:
    return opinion(request.param, recordings)


def test_every_difference_is_judged(other: Opinion) -> None:
    assert not [case for row in other.rows for case in row.open], text(other)


def test_no_judgement_outlives_its_difference(other: Opinion) -> None:
    used = {name for row in other.rows for name in row.judged}
    assert [j.name for j in other.judgements if j.name not in used] == []


def test_what_both_are_said_to_read_was_read_by_both(other: Opinion) -> None:
    read: Counter[tuple[str, str]] = Counter()
    for row in other.rows:
        if row.ours and row.theirs:
            read[row.market, row.kind] += min(row.ours, row.theirs)
    assert READ_BY_BOTH[other.name] <= read.keys()


def test_only_what_the_venue_no_longer_sends_is_refused(other: Opinion) -> None:
    assert [why for _, why in other.refused if "sent a delta: only whole tops are" not in why] == []
