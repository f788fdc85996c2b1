"""What arbwatch and other programs read in Bitget's messages, each difference judged.

`python -m tests.evidence.bitget` prints it. Every judgement must be met by at least one message. Of the installed
clients ccxt alone knows the present interface.
"""

import json
import os
import sys
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from tests.evidence.bitget_material import pieces, samples
from tests.evidence.bitget_readers import CcxtReader, OurReader
from tests.evidence.compare import Case, Judgement, Reader, compare
from tests.evidence.material import Market
from tests.evidence.report import Opinion, text

DOCS = "https://www.bitget.com/api-doc"


def _listed(case: Case) -> Any:
    """Return the row of a list that a case is about; of a push its first row."""
    rows = json.loads(case.piece.raw)["data"]
    return next((row for row in rows if row.get("symbol") == case.symbol), rows[0])


def _unquoted(case: Case) -> bool:
    row = _listed(case)
    price, size = (row[f"{case.field.removesuffix('_size')}{word}"] for word in ("Pr", "Sz"))
    return not (float(price or 0) and float(size or 0))


def _unpriced(case: Case) -> bool:
    row = _listed(case)
    return float(row.get("open24h") or row.get("openPrice24h") or row.get("open") or 0) == 0


CCXT = (
    Judgement(
        "time of the push",
        "quote",
        "time",
        lambda case: not case.piece.body and case.ours == json.loads(case.piece.raw)["ts"],
        "A top may be pushed again unchanged. arbwatch takes the time of the push, ccxt that of the row.",
        f"{DOCS}/spot/websocket/public/Depth-Channel",
    ),
    Judgement(
        "empty side of a list",
        "quote",
        "bid bid_size ask ask_size",
        lambda case: case.piece.body and case.ours is None and _unquoted(case),
        "A side without orders comes with a price of 0, its size may be an old one; ccxt keeps either.",
        f"{DOCS}/spot/market/Get-Tickers",
    ),
    Judgement(
        "no price a day ago",
        "ticker",
        "change_24h high low",
        lambda case: case.ours is None and _unpriced(case),
        "What had no price a day ago comes with zeros for the change, and for high and low; arbwatch says unknown.",
        f"{DOCS}/spot/websocket/public/Tickers-Channel",
    ),
    Judgement(
        "dated contract",
        "instrument ticker quote funding",
        "",
        lambda case: case.ours is None and "_" in case.symbol,
        "A contract with an end stands among the perpetuals; arbwatch leaves it out, ccxt reads whatever it is given.",
        f"{DOCS}/contract/market/Get-All-Symbols-Contracts",
    ),
    Judgement(
        "leveraged token",
        "instrument",
        "",
        lambda case: case.ours is None and case.symbol == "BTC3LUSDT",
        "A token of three times a coin is no coin.",
        f"{DOCS}/spot/market/Get-Symbols",
    ),
    Judgement(
        "will be taken off",
        "instrument",
        "trading",
        lambda case: case.ours is False and int(_listed(case)["offTime"]) > 0,
        "A symbol trades on until it is taken off; arbwatch says that it is closing.",
        f"{DOCS}/contract/market/Get-All-Symbols-Contracts",
    ),
    Judgement(
        "since when",
        "instrument",
        "listed",
        lambda case: case.theirs is None and case.ours == int(_listed(case)["openTime"]),
        "Of a pair the listing tells `openTime`, which ccxt does not read.",
        f"{DOCS}/spot/market/Get-Symbols",
    ),
    Judgement(
        "contract size of spot",
        "instrument",
        "contract_size",
        lambda case: case.piece.market == "spot" and case.theirs is None and case.ours in (1, 1000),
        "ccxt knows no contract size on spot; arbwatch says how many of the asset one size unit stands for.",
    ),
    Judgement(
        "multiplier inside",
        "instrument",
        "contract_size",
        lambda case: case.theirs == 1 and case.ours == 1000 and _listed(case)["baseCoin"].startswith("1000"),
        "For ccxt one unit of 1000BONK is one 1000BONK; arbwatch counts the asset.",
    ),
)
JUDGEMENTS: dict[str, tuple[Judgement, ...]] = {"ccxt": CCXT}


@cache
def opinion(name: str, folder: Path) -> Opinion:
    """Compare arbwatch with `ccxt` over every recording under `folder` and every documented sample.

    Another client has no opinion: it knows only the interface that ended.
    """
    if name not in JUDGEMENTS:
        return Opinion(name, [], (), [])
    ours: list[OurReader] = []

    def make(market: Market) -> tuple[Reader, Reader]:
        ours.append(OurReader(market))
        return ours[-1], CcxtReader(market)

    rows = compare(chain(pieces(folder), samples(Path(__file__).parents[1])), make, JUDGEMENTS[name])
    return Opinion(name, rows, JUDGEMENTS[name], [refusal for reader in ours for refusal in reader.refused])


if __name__ == "__main__":
    recordings = os.environ.get("ARBWATCH_RECORDINGS")
    if not recordings:
        sys.exit("ARBWATCH_RECORDINGS does not name a folder of recordings")
    for other in JUDGEMENTS:
        sys.stdout.write(f"\narbwatch and {other}\n{text(opinion(other, Path(recordings)))}\n")
