"""Recorded and documented messages of Bitget mean the same to arbwatch and to ccxt; what is old is told to be."""

from collections import Counter
from pathlib import Path

import pytest

from arbwatch.connector.errors import DecodeError
from tests.evidence.bitget_material import frames, pieces, samples
from tests.evidence.bitget_readers import CcxtReader, venue
from tests.evidence.material import Market


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
