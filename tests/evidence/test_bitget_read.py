"""Recorded and documented messages of Bitget mean the same to arbwatch and to ccxt; what is old is told to be."""

from collections import Counter
from pathlib import Path

import pytest

from arbwatch.connector.errors import DecodeError
from tests.evidence.bitget import opinion
from tests.evidence.bitget_material import frames, pieces, samples
from tests.evidence.bitget_readers import CcxtReader, venue
from tests.evidence.material import Market
from tests.evidence.report import Opinion, text

READ_BY_BOTH = {
    *(("spot", kind) for kind in ("quote", "delta", "partial", "trade", "ticker", "listing", "tickers", "quotes")),
    *(("perp", kind) for kind in ("quote", "delta", "partial", "trade", "ticker", "listing", "tickers", "quotes")),
    *(("spot", kind) for kind in ("clock", "networks")),
    *(("perp", kind) for kind in ("clock", "rates")),
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


def test_checksums_of_the_documented_books_hold_for_ccxt_too() -> None:
    reader, checked = CcxtReader("spot"), 0
    for piece in samples(Path(__file__).parents[1]):
        if (piece.market, piece.kind) == ("spot", "delta"):
            checked += b'"checksum":0' not in piece.raw and b"checksum" in piece.raw
            assert reader.read(piece), piece.line
    assert checked >= 4
    assert not reader.broken


@pytest.mark.parametrize("market", ["spot", "perp"])
def test_a_session_of_the_interface_that_ended_is_told_to_be_old(recordings: Path, market: Market) -> None:
    source, told = venue(market)(), 0
    for frame in frames(recordings):
        with pytest.raises(DecodeError, match="ended on 2025-11-28"):
            list(source.decode(frame, 0))
        told += 1
    assert told > 1000


def test_the_recordings_hold_messages_of_both_present_interfaces(recordings: Path) -> None:
    spelt = Counter(b'"topic"' in piece.raw for piece in pieces(recordings) if not piece.body)
    assert spelt[True] > 5
    assert spelt[False] > 10
