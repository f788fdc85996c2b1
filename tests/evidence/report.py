"""What arbwatch and other programs read in recorded and documented messages: `python -m tests.evidence.report`."""

import os
import sys
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from tests.evidence.ccxt_reader import CcxtReader
from tests.evidence.compare import Case, Judgement, Reader, Row, compare, table
from tests.evidence.cryptofeed_reader import CryptofeedReader
from tests.evidence.judgements import CCXT, CRYPTOFEED
from tests.evidence.material import Market, Piece, pieces, samples
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
    """Compare arbwatch with `ccxt` or `cryptofeed` over every recording under `folder` and every documented sample."""
    ours: list[OurReader] = []
    other, judgements = (CcxtReader, CCXT) if name == "ccxt" else (CryptofeedReader, CRYPTOFEED)

    def make(market: Market) -> tuple[Reader, Reader]:
        ours.append(OurReader(market))
        return ours[-1], other(market)

    material = chain(pieces(folder), samples(Path(__file__).parents[1]))
    wanted = (p for p in material if p.kind != "other" and (name == "ccxt" or p.kind in CRYPTOFEED_READS))
    rows = compare(wanted, make, judgements)
    return Opinion(name, rows, judgements, [refusal for reader in ours for refusal in reader.refused])


def text(found: Opinion) -> str:
    """Return the table, what the judgements say, and what is still open."""
    used = {name for row in found.rows for name in row.judged}
    words = [f"{j.name}: {j.words} {j.page}".rstrip() for j in found.judgements if j.name in used]
    unjudged = [_words(case) for row in found.rows for case in row.open]
    refused = [f"REFUSED {piece.file}:{piece.line} {piece.kind}: {why}" for piece, why in found.refused]
    return "\n".join([table(found.rows, found.name), "", *words, *unjudged, *refused])


def _words(case: Case) -> str:
    where = f"{case.piece.file}:{case.piece.line} {case.piece.kind} {case.kind} {case.symbol} {case.field}"
    return f"OPEN {where}: ours {str(case.ours)[:150]}, theirs {str(case.theirs)[:150]}"


def main(names: Iterable[str]) -> None:
    """Print the named programs' opinions of the recordings that ARBWATCH_RECORDINGS names."""
    folder = os.environ.get("ARBWATCH_RECORDINGS")
    if not folder:
        sys.exit("ARBWATCH_RECORDINGS does not name a folder of recordings")
    for name in names:
        sys.stdout.write(f"\narbwatch and {name}\n{text(opinion(name, Path(folder)))}\n")


if __name__ == "__main__":
    main(sys.argv[1:] or ("ccxt", "cryptofeed"))
