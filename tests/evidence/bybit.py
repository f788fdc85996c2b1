"""What arbwatch and other programs read in Bybit's messages, each difference judged.

`python -m tests.evidence.bybit` prints it. Every judgement must be met by at least one message.
"""

import json
import os
import sys
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from tests.evidence.bybit_material import pieces, samples
from tests.evidence.bybit_readers import CcxtReader, CryptofeedReader, OurReader
from tests.evidence.compare import Case, Judgement, Reader, compare
from tests.evidence.material import Market
from tests.evidence.report import Opinion, text

V5 = "https://bybit-exchange.github.io/docs/v5"
CRYPTOFEED_READS = ("delta", "trade", "ticker")


def _message(case: Case) -> Any:
    return json.loads(case.piece.raw)


def _row(case: Case) -> Any:
    """Return the row of a REST body or an array that a case is about."""
    message = _message(case)
    rows = message["result"]["list"] if case.piece.body else message["data"]
    if isinstance(rows, dict):
        return rows
    return next((row for row in rows if row.get("symbol", row.get("s")) == case.symbol), {})


def _begun_anew(case: Case) -> bool:
    # The restart stands in our own samples of this book; from there on the two hold different levels.
    return case.piece.file.startswith("venues/bybit/perp") and case.symbol == "BTCPERP"


BOTH = (
    Judgement(
        "time cts not ts",
        "book",
        "time",
        lambda case: case.ours == _message(case).get("cts") and case.theirs == _message(case)["ts"],
        "arbwatch dates a change of a book by cts, when the matching engine made it; others take ts, when the message "
        "was pushed.",
        f"{V5}/websocket/public/orderbook",
    ),
    Judgement(
        "service restart",
        "book",
        "bids asks",
        _begun_anew,
        "A message with u 1 is a whole book, whatever its type says: the page has it overwrite what was there.",
        f"{V5}/websocket/public/orderbook",
    ),
    Judgement(
        "block trade",
        "trade",
        "",
        lambda case: case.ours is None and all(row["BT"] for row in _message(case)["data"]),
        "A block trade was negotiated beside the book; arbwatch leaves it out, others take it for a trade in it.",
        f"{V5}/websocket/public/trade",
    ),
)

CCXT = (
    *BOTH,
    Judgement(
        "change before the whole",
        "book",
        "",
        lambda case: case.ours is None and _message(case).get("type") == "delta",
        "The message is a change to a book whose snapshot was not kept: arbwatch waits for one, ccxt shows the few "
        "levels of the change as a book.",
        f"{V5}/websocket/public/orderbook",
    ),
    Judgement(
        "change to statistics before the whole",
        "ticker funding",
        "",
        lambda case: case.ours is None and _message(case).get("type") == "delta",
        "A delta holds only what changed; before the snapshot arbwatch passes it over, ccxt reports a ticker with "
        "nothing else in it.",
        f"{V5}/websocket/public/ticker",
    ),
    Judgement(
        "old delta of level 1",
        "quote",
        "",
        lambda case: case.ours is None and _message(case).get("type") == "delta",
        "Level 1 has been snapshots only since 2025-03-20; the sample is older. arbwatch refuses it in words.",
        f"{V5}/websocket/public/orderbook",
    ),
    Judgement(
        "dated future",
        "instrument quote ticker funding",
        "",
        lambda case: case.ours is None and "-" in case.symbol,
        "A contract with a delivery date is no perpetual; arbwatch leaves it out, ccxt lists it as type future.",
        f"{V5}/market/instrument",
    ),
    Judgement(
        "leveraged token",
        "instrument",
        "",
        lambda case: case.ours is None and _row(case)["baseCoin"] == "BTC3L",
        "A leveraged token is a product of a fund, no coin; arbwatch leaves it out.",
        f"{V5}/spot-lever-token/leverage-token-info",
    ),
    Judgement(
        "contract size of spot",
        "instrument",
        "contract_size",
        lambda case: case.piece.market == "spot" and case.theirs is None and case.ours == 1,
        "ccxt knows no contract size on spot; arbwatch says how many of the asset one size unit stands for.",
    ),
    Judgement(
        "multiplier inside",
        "instrument",
        "contract_size",
        lambda case: case.theirs == 1 and str(int(case.ours)) in _row(case)["baseCoin"],
        "For ccxt one unit of 1000PEPE or SHIB1000 is one of that; arbwatch counts the asset, so that sizes of spot "
        "and perpetual can be compared.",
    ),
    Judgement(
        "announced delisting",
        "instrument",
        "trading",
        lambda case: case.ours is False and case.theirs is True and _row(case).get("deliveryTime", "0") != "0",
        "deliveryTime of a perpetual is when it will be delisted; arbwatch calls it closing, ccxt looks at the status "
        "alone.",
        f"{V5}/market/instrument",
    ),
    Judgement(
        "no change in a day",
        "ticker",
        "change_24h",
        lambda case: case.ours == 0 == float(_row(case)["price24hPcnt"]),
        "arbwatch takes the venue's rounded change as it is; where that is zero ccxt works out its own.",
        f"{V5}/market/tickers",
    ),
    Judgement(
        "two levels at level 1",
        "quote",
        "bid bid_size ask ask_size",
        lambda case: len(_message(case)["data"]["b"]) > 1 and case.piece.file == "samples/nautilus.jsonl",
        "A sample that no level 1 looks like: arbwatch takes the first, which is the best; ccxt takes the last bid.",
        f"{V5}/websocket/public/orderbook",
    ),
    Judgement(
        "nothing is none",
        "instrument funding",
        "listed cap floor interval_h",
        lambda case: case.ours is None and case.theirs == 0,
        "A zero where there is none; arbwatch says unknown.",
        f"{V5}/market/instrument",
    ),
)
JUDGEMENTS = {"ccxt": CCXT, "cryptofeed": BOTH}


@cache
def opinion(name: str, folder: Path) -> Opinion:
    """Compare arbwatch with `ccxt` or `cryptofeed` over every recording under `folder` and every documented sample."""
    ours: list[OurReader] = []
    other = CcxtReader if name == "ccxt" else CryptofeedReader

    def make(market: Market) -> tuple[Reader, Reader]:
        ours.append(OurReader(market, leave_out="" if name == "ccxt" else "ticker"))
        return ours[-1], other(market)

    material = chain(pieces(folder), samples(Path(__file__).parents[1]))
    wanted = (p for p in material if p.kind != "other" and (name == "ccxt" or p.kind in CRYPTOFEED_READS))
    if name == "cryptofeed":
        # It makes of statistics what is asked for; alike to ours is the funding in those of perpetuals.
        wanted = (p for p in wanted if p.kind != "ticker" or p.market == "perp")
    rows = compare(wanted, make, JUDGEMENTS[name])
    return Opinion(name, rows, JUDGEMENTS[name], [refusal for reader in ours for refusal in reader.refused])


def main() -> None:
    """Print both opinions of the recordings that ARBWATCH_RECORDINGS names."""
    for name in JUDGEMENTS:
        sys.stdout.write(f"\narbwatch and {name}\n{text(opinion(name, Path(os.environ['ARBWATCH_RECORDINGS'])))}\n")


if __name__ == "__main__":
    main()
