"""What arbwatch and other programs read in OKX's messages, each difference judged.

`python -m tests.evidence.okx` prints it. Every judgement must be met by at least one message.
"""

import json
import os
import sys
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from tests.evidence.compare import Case, Judgement, Reader, compare
from tests.evidence.material import Market
from tests.evidence.okx_material import pieces, samples
from tests.evidence.okx_readers import CcxtReader, CryptofeedReader, OurReader
from tests.evidence.report import Opinion, text

UNBEGUN = ("BTC-USDT", "BTC-USDT-SWAP")
"""Whose book the samples begin with a change."""
V5 = "https://www.okx.com/docs-v5/en/"
CRYPTOFEED_READS = ("delta", "trade", "funding")


def _listed(case: Case) -> Any:
    """Return the row of a listing that a case is about."""
    return next(row for row in json.loads(case.piece.raw)["data"] if row["instId"] == case.symbol)


def _turnover(case: Case) -> float | None:
    row = next(row for row in json.loads(case.piece.raw)["data"] if row["instId"] == case.symbol)
    return float(row["volCcy24h"]) * float(row["last"]) if row["last"] else None


CCXT = (
    Judgement(
        "coin-margined swap",
        "instrument",
        "",
        lambda case: case.ours is None and case.theirs["inverse"] is True and case.piece.market == "perp",
        "A contract of so many dollars that is settled in the coin; arbwatch follows linear swaps only.",
        f"{V5}#public-data-rest-api-get-instruments",
    ),
    Judgement(
        "other product",
        "instrument",
        "",
        lambda case: case.ours is None and _listed(case)["instType"] not in ("SPOT", "SWAP"),
        "Dated contracts and margin pairs stand in the sample to be left out; ccxt reads whatever row it is given.",
        f"{V5}#public-data-rest-api-get-instruments",
    ),
    Judgement(
        "dated perpetual",
        "instrument",
        "",
        lambda case: case.ours is None and _listed(case).get("ruleType") == "xperp",
        "A future with an end that pays funding until then is no perpetual.",
        f"{V5}#public-data-rest-api-get-instruments",
    ),
    Judgement(
        "not yet described",
        "instrument",
        "",
        lambda case: case.ours is None and _listed(case)["state"] == "preopen" and not _listed(case)["ctVal"],
        "A swap that opens later is listed before its size is known; arbwatch waits for it, ccxt lists it without.",
        f"{V5}#public-data-rest-api-get-instruments",
    ),
    Judgement(
        "before the market",
        "instrument",
        "trading",
        lambda case: case.ours is False and _listed(case).get("ruleType") == "pre_market",
        "What trades by the rules of a pre-market is live for ccxt; nothing elsewhere can be its other leg.",
        f"{V5}#public-data-rest-api-get-instruments",
    ),
    Judgement(
        "contract size of spot",
        "instrument",
        "contract_size",
        lambda case: case.piece.market == "spot" and case.theirs is None and case.ours == 1,
        "ccxt knows no contract size on spot; arbwatch says how many of the asset one size unit stands for.",
    ),
    Judgement(
        "turnover of a swap",
        "ticker",
        "quote_volume",
        lambda case: case.theirs is None and case.piece.market == "perp" and _turnover(case) == case.ours,
        "The venue tells what a swap turned over in coins (volCcy24h); arbwatch gives that times the last price, ccxt "
        "nothing.",
        f"{V5}#order-book-trading-market-data-get-tickers",
    ),
    Judgement(
        "no action",
        "book",
        "",
        lambda case: case.theirs is None and "action" not in json.loads(case.piece.raw),
        "A sample without the word `snapshot` is one by its prevSeqId of -1; others go by the word and pass it over.",
        f"{V5}#order-book-trading-market-data-ws-order-book-channel",
    ),
    Judgement(
        "book without a first snapshot",
        "book gap",
        "",
        lambda case: case.theirs is None and case.piece.file.startswith("venues/") and case.piece.symbol in UNBEGUN,
        "Changes that no snapshot on the stream comes before: arbwatch asks for one and joins them, others wait.",
        f"{V5}#order-book-trading-market-data-ws-order-book-channel",
    ),
)
CRYPTOFEED = tuple(j for j in CCXT if j.name == "no action")
JUDGEMENTS: dict[str, tuple[Judgement, ...]] = {"ccxt": CCXT, "cryptofeed": CRYPTOFEED}


@cache
def opinion(name: str, folder: Path) -> Opinion:
    """Compare arbwatch with `ccxt` or `cryptofeed` over every recording under `folder` and every documented sample."""
    ours: list[OurReader] = []

    def make(market: Market) -> tuple[Reader, Reader]:
        ours.append(OurReader(market))
        return ours[-1], CcxtReader(market) if name == "ccxt" else CryptofeedReader(market)

    material = chain(pieces(folder), samples(Path(__file__).parents[1]))
    wanted = (p for p in material if p.kind != "other" and (name == "ccxt" or p.kind in CRYPTOFEED_READS))
    rows = compare(wanted, make, JUDGEMENTS[name])
    return Opinion(name, rows, JUDGEMENTS[name], [refusal for reader in ours for refusal in reader.refused])


if __name__ == "__main__":
    recordings = os.environ.get("ARBWATCH_RECORDINGS")
    if not recordings:
        sys.exit("ARBWATCH_RECORDINGS does not name a folder of recordings")
    for other in JUDGEMENTS:
        sys.stdout.write(f"\narbwatch and {other}\n{text(opinion(other, Path(recordings)))}\n")
