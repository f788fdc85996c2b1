"""Where other programs read Binance's messages differently than arbwatch, each difference judged.

SPOT and USDM stand for the halves of Binance's documentation. Every entry must be met by at least one message: a
difference that no longer exists is struck off here.
"""

import re

from arbwatch.venues.binance.listing import STOCK_TOKENS
from tests.evidence.compare import Case, Judgement

SPOT = "https://developers.binance.com/en/docs/catalog/core-trading-spot-trading/api"
USDM = "https://developers.binance.com/en/docs/catalog/core-trading-derivatives-trading-usd-s-m-futures/api"

COIN_MARGINED = 2
DATED = re.compile(r"_\d{6}$")
MULTIPLIERS = {1.0: ("",), 1e3: ("1000",), 1e6: ("1000000", "1M")}


def _counted(case: Case) -> bool:
    """Tell whether ours is the multiplier that stands in front of the base."""
    return bool(case.raw["baseAsset"].startswith(MULTIPLIERS.get(case.ours, ("no such base",))))


def _leveraged(case: Case) -> bool:
    row = case.raw
    return row.get("permissions") == ["LEVERAGED"] or row.get("baseAsset") in ("BTCUP", "BTCDOWN")


def _matched(case: Case) -> bool:
    """Ours is when the matching engine did it (T), theirs is when the message was pushed (E)."""
    raw = case.raw
    return case.piece.market == "perp" and case.ours == raw.get("T") and case.theirs == raw.get("E")


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
        lambda case: case.ours is None and _leveraged(case),
        "BTCUP and BTCDOWN are products of a fund, no coins; arbwatch leaves them out, ccxt lists them as spot.",
        f"{SPOT}/rest-api/general#exchange-info",
    ),
    Judgement(
        "dated future",
        "instrument funding",
        "",
        lambda case: case.ours is None and DATED.search(case.symbol) is not None,
        "A contract with a delivery date is no perpetual and pays no funding; arbwatch leaves it out, ccxt lists it as "
        "type future.",
        f"{USDM}/rest-api/market-data#exchange-information",
    ),
    Judgement(
        "share in token form",
        "instrument",
        "",
        lambda case: case.ours is None and case.raw["baseAsset"] in STOCK_TOKENS,
        "A tokenised share is no coin; nothing in the listing tells it apart, so arbwatch knows them by name.",
    ),
    Judgement(
        "coin-margined row",
        "ticker funding",
        "",
        lambda case: case.ours is None and case.raw.get("st") == COIN_MARGINED,
        "All-market streams carry coin-margined contracts too since 2026-06-30; arbwatch passes them over by `st`, "
        "others take them for contracts of this market.",
        f"{USDM}/ws-streams/market#all-market-tickers-streams",
    ),
    Judgement(
        "nobody traded",
        "trade",
        "",
        lambda case: case.ours is None and case.raw.get("X") == "NA" and case.theirs["price"] == 0,
        "USD-M prints liquidations taken over by the insurance fund with zeros; that is no trade.",
        f"{USDM}/ws-streams/market#aggregate-trade-streams",
    ),
    Judgement(
        "trading switched off",
        "instrument",
        "trading",
        lambda case: case.ours is False and case.raw.get("isSpotTradingAllowed") is False,
        "The status says TRADING but isSpotTradingAllowed says no; ccxt looks at the status alone.",
        f"{SPOT}/rest-api/general#exchange-info",
    ),
    Judgement(
        "zero step",
        "instrument",
        "tick_size lot_size min_notional",
        lambda case: case.ours is None and case.theirs == 0,
        "A step of zero means that the rule is off; arbwatch says unknown instead of zero.",
        f"{SPOT}/rest-api/~#filters",
    ),
    Judgement(
        "older snapshot",
        "book",
        "",
        lambda case: case.piece.kind == "snapshot" and case.piece.file == "rest/gct-http-2019-2025.jsonl",
        "Three snapshots of one symbol recorded years apart and out of order: a joined book passes over one that is "
        "older than itself, ccxt starts anew with whatever comes.",
    ),
)

BOOKS_AND_TIMES = (
    Judgement(
        "empty side",
        "quote",
        "bid bid_size ask ask_size",
        lambda case: case.ours is None and case.theirs == 0,
        "A side without orders comes as zeros; arbwatch says that there is none, others keep the zero.",
        f"{SPOT}/ws-streams/~#book-ticker",
    ),
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
        "book gap",
        "",
        lambda case: case.piece.file == "snippets/tardis-binance-futures.jsonl",
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
        "no time",
        "quote",
        "time",
        lambda case: case.ours is None and case.theirs == 0,
        "A contract that has long ended has a time of zero; arbwatch says unknown.",
        f"{USDM}/rest-api/market-data#symbol-order-book-ticker",
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
        lambda case: case.piece.market == "spot" and case.theirs is None and _counted(case),
        "ccxt knows no contract size on spot; arbwatch says how many of the asset one size unit stands for: 1, or the "
        "multiplier in the base.",
    ),
    Judgement(
        "multiplier inside",
        "instrument",
        "contract_size",
        lambda case: case.theirs == 1 and case.ours > 1 and _counted(case),
        "For ccxt one unit of 1000SHIB is one 1000SHIB; arbwatch counts the asset, so that sizes of spot and perp can "
        "be compared.",
    ),
)

CRYPTOFEED = (
    *(j for j in NOT_FOLLOWED if j.name in ("aggTrade", "coin-margined row", "older snapshot")),
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
