"""What arbwatch and other programs read in MEXC's messages, each difference judged.

`python -m tests.evidence.mexc` prints it. Every judgement must be met by at least one message. Of the installed clients
ccxt alone knows the exchange.
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
from tests.evidence.mexc_material import pieces, samples
from tests.evidence.mexc_readers import CcxtReader, OurReader
from tests.evidence.report import Opinion, text

SPOT = "https://www.mexc.com/api-docs/spot-v3"
FUTURES = "https://www.mexc.com/api-docs/futures"
DOCS = "https://www.mexc.com/api-docs"


OPENED = ("firstOpenTime", "openingTime", "createTime")
ZONES = "riseFallRatesOfTimezone"


def _row(case: Case) -> Any:
    """Return the row of a list that a case is about; of a list of trades the first one that fits."""
    message = json.loads(case.piece.raw)
    rows = message if isinstance(message, list) else message.get("symbols", message.get("data", message))
    found = rows if isinstance(rows, list) else [rows]
    return next((row for row in found if row.get("symbol") == case.symbol), found[0])


def _day(case: Case) -> bool:
    """Tell whether ccxt took the day in UTC+8 for 24 h."""
    row = _row(case)
    told = row[ZONES][0] if len(row.get(ZONES, ())) == 3 else None
    return case.ours == told and abs(case.theirs - row["riseFallRate"]) < 1e-12


def _other(row: Any) -> bool:
    return bool(row["futureType"] != 1 or row["isHidden"] or row["settleCoin"] != row["quoteCoin"])


CCXT = (
    Judgement(
        "day in UTC+8",
        "ticker",
        "change_24h",
        lambda case: case.piece.market == "perp" and _day(case),
        "`riseFallRate` counts from midnight in UTC+8: it equals the third of `riseFallRatesOfTimezone`, whose first "
        "is the change of 24 h. ccxt gives the first for the latter; arbwatch says unknown where only that is told.",
        f"{FUTURES}/market-endpoints",
    ),
    Judgement(
        "time of the push",
        "ticker",
        "time",
        lambda case: case.theirs is None and case.ours == json.loads(case.piece.raw).get("ts"),
        "Rows without a time of their own have that of the push.",
        f"{FUTURES}/websocket-api",
    ),
    Judgement(
        "other product",
        "instrument",
        "",
        lambda case: case.ours is None and case.piece.market == "perp" and _other(_row(case)),
        "Coin-margined, dated and hidden contracts are listed among the others; arbwatch leaves them out.",
        f"{FUTURES}/market-endpoints",
    ),
    Judgement(
        "other product's row",
        "ticker funding quote",
        "",
        lambda case: case.ours is None and case.symbol.endswith("_USD"),
        "Coin-margined contracts stand in the same lists and streams; arbwatch passes them over by their spelling.",
        f"{FUTURES}/market-endpoints",
    ),
    Judgement(
        "leveraged token",
        "instrument",
        "",
        lambda case: case.ours is None and case.symbol == "BTC3LUSDT",
        "A token of three times a coin is no coin.",
        f"{SPOT}/market-data-endpoints",
    ),
    Judgement(
        "orders by the API",
        "instrument",
        "trading",
        lambda case: case.ours is True and _row(case)["isSpotTradingAllowed"] is False,
        "`isSpotTradingAllowed` is false of BTCUSDT in the recording, which streams and trades: it speaks of orders by "
        "the API only.",
        f"{SPOT}/market-data-endpoints",
    ),
    Judgement(
        "one side only",
        "instrument",
        "trading",
        lambda case: case.ours is False and _row(case).get("tradeSideType", 1) != 1,
        "Where people may only sell, or only buy, nobody trades freely.",
        f"{SPOT}/market-data-endpoints",
    ),
    Judgement(
        "before the market",
        "instrument",
        "trading",
        lambda case: case.ours is False and _row(case).get("preMarket") is True,
        "What trades by the rules of a pre-market is live for ccxt; nothing elsewhere can be its other leg.",
        f"{FUTURES}/market-endpoints",
    ),
    Judgement(
        "since when",
        "instrument",
        "listed",
        lambda case: case.theirs is None and case.ours in [_row(case).get(name) for name in OPENED],
        "The listing tells when trading began; ccxt does not read it.",
        f"{SPOT}/market-data-endpoints",
    ),
    Judgement(
        "step of a size",
        "instrument",
        "lot_size",
        lambda case: case.ours == float(_row(case)["baseSizePrecision"]) > case.theirs,
        "`baseSizePrecision` is a least size or a step; ccxt takes the digits of the coin. What is a multiple of the "
        "former is valid either way.",
        f"{SPOT}/market-data-endpoints",
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
        lambda case: case.ours == 1000 * case.theirs and _row(case)["baseCoin"].startswith("1000"),
        "For ccxt a contract of 1000BONK is so many 1000BONK; arbwatch counts the asset.",
    ),
    Judgement(
        "id of a trade",
        "trade",
        "id",
        lambda case: case.theirs is None or "taker" in case.theirs,
        "ccxt does not read the id of a trade, and makes one up for contracts.",
        f"{SPOT}/websocket-market-streams",
    ),
    Judgement(
        "one trade without a list",
        "trade",
        "",
        lambda case: case.theirs is None and isinstance(json.loads(case.piece.raw)["data"], dict),
        "As recorded in 2021, a trade may come bare; ccxt knows lists only.",
        f"{FUTURES}/websocket-api",
    ),
    Judgement(
        "empty side of a top",
        "quote",
        "bid bid_size ask ask_size",
        lambda case: case.ours is None and not case.piece.body,
        "A price with a size of 0 is no order; ccxt keeps both.",
        f"{SPOT}/websocket-market-streams",
    ),
    Judgement(
        "already in the snapshot",
        "book",
        "",
        lambda case: case.ours is None and case.piece.kind == "delta",
        "A change that ends at or before the number of the snapshot is part of it; ccxt applies one that ends there.",
        f"{SPOT}/websocket-market-streams",
    ),
    Judgement(
        "number of a change",
        "book",
        "seq",
        lambda case: case.piece.market == "spot" and case.ours >= case.theirs,
        "A book that took a change stands at its `toVersion`; ccxt keeps `fromVersion`, and misses no gap by it.",
        f"{SPOT}/websocket-market-streams",
    ),
)
JUDGEMENTS: dict[str, tuple[Judgement, ...]] = {"ccxt": CCXT}


@cache
def opinion(name: str, folder: Path) -> Opinion:
    """Compare arbwatch with `ccxt` over every recording under `folder` and every documented sample.

    Another client has no opinion: it does not know the exchange.
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
