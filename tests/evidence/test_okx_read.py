"""Recorded books of OKX agree with the checksums that came with them."""

from pathlib import Path

from tests.evidence.okx import opinion
from tests.evidence.okx_material import pieces
from tests.evidence.okx_readers import CryptofeedReader

SESSION = "recordings/cryptofeed-v5-2022-02-27.jsonl"


def test_every_recorded_book_agrees_with_one_that_its_checksum_confirms(recordings: Path) -> None:
    found = opinion("cryptofeed", recordings)
    (row,) = (row for row in found.rows if (row.file, row.market, row.kind) == (SESSION, "spot", "delta"))
    assert row.agreed == row.pieces == row.ours > 2000
    reader = CryptofeedReader("spot")
    for piece in pieces(recordings):
        if (piece.file, piece.market, piece.kind) == (SESSION, "spot", "delta"):
            reader.read(piece)
    assert reader.checked == row.pieces
