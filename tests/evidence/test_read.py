"""Recorded and documented messages mean the same to arbwatch and to other people's decoders."""

from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.report import Opinion, opinion, text

OPINIONS = ("ccxt", "cryptofeed")
READ_BY_BOTH = {
    "ccxt": {
        ("spot", "quote"),
        ("spot", "delta"),
        ("spot", "snapshot"),
        ("spot", "trade"),
        ("spot", "ticker"),
        ("spot", "miniTicker"),
        ("spot", "listing"),
        ("spot", "tickers"),
        ("spot", "quotes"),
        ("spot", "clock"),
        ("perp", "quote"),
        ("perp", "delta"),
        ("perp", "snapshot"),
        ("perp", "trade"),
        ("perp", "ticker"),
        ("perp", "funding"),
        ("perp", "listing"),
        ("perp", "tickers"),
        ("perp", "premium"),
        ("perp", "intervals"),
        ("perp", "clock"),
    },
    "cryptofeed": {
        ("spot", "quote"),
        ("spot", "delta"),
        ("spot", "snapshot"),
        ("perp", "quote"),
        ("perp", "delta"),
        ("perp", "snapshot"),
        ("perp", "funding"),
    },
}


@pytest.fixture(scope="module", params=OPINIONS)
def other(request: pytest.FixtureRequest, recordings: Path) -> Opinion:
    return opinion(request.param, recordings)


def test_every_difference_is_judged(other: Opinion) -> None:
    unjudged = [case for row in other.rows for case in row.open]
    assert not unjudged, text(other)


def test_no_judgement_outlives_its_difference(other: Opinion) -> None:
    used = {name for row in other.rows for name in row.judged}
    assert [j.name for j in other.judgements if j.name not in used] == []


def test_what_both_are_said_to_read_was_read_by_both(other: Opinion) -> None:
    read: Counter[tuple[str, str]] = Counter()
    for row in other.rows:
        if row.ours and row.theirs:
            read[row.market, row.kind] += min(row.ours, row.theirs)
    assert READ_BY_BOTH[other.name] <= read.keys()


def test_nothing_recorded_is_refused(other: Opinion) -> None:
    assert [(piece.file, piece.line, why) for piece, why in other.refused] == []
