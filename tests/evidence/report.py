"""Recorded traffic through arbwatch's decoders and other programs' own: `python -m tests.evidence.report`."""

import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.evidence.ccxt_reader import CcxtReader
from tests.evidence.compare import Judgement, Reader, Row, compare, table
from tests.evidence.cryptofeed_reader import CryptofeedReader
from tests.evidence.judgements import CCXT, CRYPTOFEED
from tests.evidence.material import Market, Piece, pieces
from tests.evidence.our_reader import OurReader

CRYPTOFEED_READS = ("quote", "aggTrade", "funding", "delta", "snapshot")


class Opinion(NamedTuple):
    """What one other program says of all the material."""

    name: str
    rows: list[Row]
    judgements: tuple[Judgement, ...]
    refused: list[tuple[Piece, str]]
    """What arbwatch could not read, with the reason."""


@cache
def opinion(name: str, folder: Path) -> Opinion:
    """Compare arbwatch with `ccxt` or `cryptofeed` over every recording under `folder`."""
    ours: list[OurReader] = []
    other, judgements = (CcxtReader, CCXT) if name == "ccxt" else (CryptofeedReader, CRYPTOFEED)

    def make(market: Market) -> tuple[Reader, Reader]:
        ours.append(OurReader(market))
        return ours[-1], other(market)

    wanted = (p for p in pieces(folder) if p.kind != "other" and (name == "ccxt" or p.kind in CRYPTOFEED_READS))
    rows = compare(wanted, make, judgements)
    return Opinion(name, rows, judgements, [refusal for reader in ours for refusal in reader.refused])


def text(found: Opinion) -> str:
    """Return the table, what the judgements say, and what is still open."""
    used = {name for row in found.rows for name in row.judged}
    words = [f"{j.name}: {j.words} {j.page}".rstrip() for j in found.judgements if j.name in used]
    unjudged = [f"OPEN {c.piece.file}:{c.piece.line} {c}"[:300] for row in found.rows for c in row.open]
    refused = [f"REFUSED {piece.file}:{piece.line} {piece.kind}: {why}" for piece, why in found.refused]
    return "\n".join([table(found.rows, found.name), "", *words, *unjudged, *refused])


def main(names: Iterable[str]) -> None:
    """Print the named programs' opinions of the recordings that ARBWATCH_RECORDINGS names."""
    folder = os.environ.get("ARBWATCH_RECORDINGS")
    if not folder:
        sys.exit("ARBWATCH_RECORDINGS does not name a folder of recordings")
    for name in names:
        sys.stdout.write(f"\narbwatch and {name}\n{text(opinion(name, Path(folder)))}\n")


if __name__ == "__main__":
    main(sys.argv[1:] or ("ccxt", "cryptofeed"))
