"""Where other programs read Binance's messages differently than arbwatch, each difference judged.

SPOT and USDM stand for the halves of Binance's documentation. Every entry must be met by at least one message: a
difference that no longer exists is struck off here.
"""

from tests.evidence.compare import Case, Judgement

SPOT = "https://developers.binance.com/en/docs/catalog/core-trading-spot-trading/api"
USDM = "https://developers.binance.com/en/docs/catalog/core-trading-derivatives-trading-usd-s-m-futures/api"


def _matched(case: Case) -> bool:
    """Ours is when the matching engine did it (T), theirs is when the message was pushed (E)."""
    raw = case.raw
    return case.piece.market == "perp" and case.ours == raw.get("T") and case.theirs == raw.get("E")


def _edited(case: Case) -> bool:
    return case.piece.file == "snippets/tardis-binance-futures.jsonl"


NOT_FOLLOWED = (
    Judgement(
        "aggTrade",
        "trade",
        "",
        lambda case: case.piece.kind == "aggTrade" and case.ours is None,
        "arbwatch follows single trades (<symbol>@trade), where every execution has its own id; aggregated ones are "
        "another channel, which it never subscribes to and passes over.",
        f"{SPOT}/ws-streams/~#trade",
    ),
    Judgement(
        "leveraged token",
        "instrument",
        "",
        lambda case: case.ours is None and case.raw.get("permissions") == ["LEVERAGED"],
        "BTCUP and BTCDOWN are products of a fund, no coins; arbwatch leaves them out, ccxt lists them as spot.",
        f"{SPOT}/rest-api/general#exchange-info",
    ),
    Judgement(
        "dated future",
        "instrument",
        "",
        lambda case: case.ours is None and case.raw.get("contractType", "").endswith("_QUARTER"),
        "A quarterly contract is no perpetual; arbwatch leaves it out, ccxt lists it as type future.",
        f"{USDM}/rest-api/market-data#exchange-information",
    ),
)

BOOKS_AND_TIMES = (
    Judgement(
        "time T not E",
        "quote book",
        "time",
        _matched,
        "arbwatch takes T, when the matching engine changed the book; others take E, when the message was pushed "
        "(up to tens of ms later). Age and lag are measured from what happened.",
        f"{USDM}/ws-streams/public#individual-symbol-book-ticker-streams",
    ),
    Judgement(
        "edited sample",
        "book",
        "seq time bids asks",
        _edited,
        "A vendor's test message with pu = u, which cannot be: a change does not build on itself. Others look at U and "
        "u only and join it; arbwatch, which goes by pu, reports a gap and asks for a new snapshot.",
        f"{USDM}/ws-streams/public#diff-book-depth-streams",
    ),
)

CCXT = (
    *NOT_FOLLOWED,
    *BOOKS_AND_TIMES,
    Judgement(
        "time E not C",
        "ticker",
        "time",
        lambda case: case.ours == case.raw.get("E") and case.theirs == case.raw.get("C"),
        "arbwatch takes E, the time of the event; ccxt takes C, the end of the 24 h window, which is the same moment "
        "to some ms in live traffic and anything in samples.",
        f"{SPOT}/ws-streams/~#ticker",
    ),
    Judgement(
        "partial book",
        "book",
        "",
        lambda case: case.piece.kind == "partial" and case.theirs is None,
        "arbwatch reads the top-N streams as whole books although it does not subscribe to them; ccxt passes them "
        "over (spot) or would take them for changes (USD-M).",
        f"{SPOT}/ws-streams/~#partial-book-depth",
    ),
    Judgement(
        "contract size of spot",
        "instrument",
        "contract_size",
        lambda case: case.piece.market == "spot" and case.theirs is None,
        "ccxt knows no contract size on spot; arbwatch says how many of the asset one size unit stands for: 1, or the "
        "multiplier in the base.",
    ),
    Judgement(
        "multiplier inside",
        "instrument",
        "contract_size",
        lambda case: case.theirs == 1 and case.raw["baseAsset"].startswith("1000") and case.ours == 1000,
        "For ccxt one unit of 1000SHIB is one 1000SHIB; arbwatch counts the asset, so that sizes of spot and perp can "
        "be compared.",
    ),
)

CRYPTOFEED = (
    *(j for j in NOT_FOLLOWED if j.kinds == "trade"),
    *BOOKS_AND_TIMES,
    Judgement(
        "receipt for time",
        "quote",
        "time",
        lambda case: case.piece.market == "spot" and case.ours is None,
        "Spot's bookTicker carries no time. cryptofeed writes its own receipt time there; arbwatch says unknown.",
        f"{SPOT}/ws-streams/~#book-ticker",
    ),
)
