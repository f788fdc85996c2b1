"""Recorded and documented messages of OKX mean the same to arbwatch and to other people's decoders."""

from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.okx import JUDGEMENTS, opinion
from tests.evidence.okx_material import pieces
from tests.evidence.okx_readers import CryptofeedReader
from tests.evidence.report import Opinion, text

SESSION = "recordings/cryptofeed-v5-2022-02-27.jsonl"
READ_BY_BOTH = {
    "ccxt": {
        *(("spot", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("funding", "rates", "marks", "indexes", "snapshot")),
        ("spot", "snapshot"),
    },
    "cryptofeed": {("spot", "delta"), ("spot", "trade"), ("perp", "delta"), ("perp", "trade"), ("perp", "funding")},
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


def test_nothing_is_refused(other: Opinion) -> None:
    assert [(piece.file, piece.line, why) for piece, why in other.refused] == []


def test_every_recorded_book_agrees_with_one_that_its_checksum_confirms(recordings: Path) -> None:
    found = opinion("cryptofeed", recordings)
    (row,) = (row for row in found.rows if (row.file, row.market, row.kind) == (SESSION, "spot", "delta"))
    assert row.agreed == row.pieces == row.ours > 2000
    reader = CryptofeedReader("spot")
    for piece in pieces(recordings):
        if (piece.file, piece.market, piece.kind) == (SESSION, "spot", "delta"):
            reader.read(piece)
    assert reader.checked == row.pieces
