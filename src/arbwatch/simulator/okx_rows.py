"""Write what OKX v5 says about one instrument: rows of REST answers and of pushes, every number a string.

Key order, trimmed numbers and empty strings as in https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments
and #order-book-trading-market-data. Pure: the venue's clock comes in as milliseconds.
"""

import zlib
from decimal import Decimal
from typing import NamedTuple

from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.market import TradeDone
from arbwatch.simulator.protocol import Row

CATEGORIES = {"COIN": "1", "EQUITY": "3", "COMMODITY": "4"}
"""`instCategory` by what an instrument stands on."""
GROUPS = {"SPOT": "12", "SWAP": "4", "FUTURES": "5"}


class Upcoming(NamedTuple):
    """An announced change of an instrument (`upcChg`)."""

    param: str
    value: str
    effective: int
    """UTC ms."""


def trim(text: str) -> str:
    """Write a decimal without zeros that say nothing, as the venue does."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Decimal) -> str:
    """Write an exact number without exponent or idle zeros."""
    return trim(f"{value:f}")


def exact(listing: Listing, value: float) -> str:
    """Write a price that lies between ticks."""
    return trim(f"{value:.{max(8, listing.price_decimals)}f}")


def rate(value: float) -> str:
    """Write a rate with the sixteen decimals that funding carries."""
    return f"{value:.16f}"


def inst_type(listing: Listing) -> str:
    """Return SPOT, SWAP or FUTURES."""
    if listing.funding is None:
        return "SPOT"
    return "FUTURES" if listing.kind == "quarter" else "SWAP"


def is_contract(listing: Listing) -> bool:
    """Tell whether sizes count contracts."""
    return listing.funding is not None


def family(listing: Listing) -> str:
    """Return the underlying of a contract, which is also the name of its index."""
    return f"{listing.base}-{listing.quote}"


def inverse(listing: Listing) -> bool:
    """Tell whether a contract is worth dollars and settles in its coin."""
    return listing.kind == "coin_margined"


def code(listing: Listing) -> int:
    """Return the number of an instrument, a new one each time it is listed."""
    return 3 + zlib.crc32(f"{listing.symbol}:{listing.listed}".encode()) % 400_000


def instrument(listing: Listing, upcoming: Upcoming | None = None) -> Row:
    """Return one row of `public/instruments`, every key that one has; before its opening a contract has few values."""
    contract, known = is_contract(listing), listing.status != "preopen" or not is_contract(listing)
    largest = "100000000" if contract else "9999999999"
    widest = f"{largest}.0000000000000000"
    lot, tick = (listing.size(listing.lot), listing.price(listing.tick)) if known else ("", "")
    empty = (
        "alias", "auctionEndTime", "freq", "longPosRemainingQuota", "maxPlatOICoinLmt", "maxPlatOILmt", "method",
        "optType", "preMktSwTime", "seriesId", "shortPosRemainingQuota", "stk",
    )  # fmt: skip
    row: Row = dict.fromkeys(empty, "") | {
        "category": "1", "expTime": "", "floatPxLmtPct": "0.005", "futureSettlement": False,
        "groupId": GROUPS[inst_type(listing)], "instCategory": CATEGORIES.get(listing.underlying, "1"),
        "instId": listing.symbol, "instIdCode": code(listing), "instType": inst_type(listing),
        "listTime": str(listing.listed), "lotSz": lot, "maxIcebergSz": widest, "maxLmtAmt": "20000000",
        "maxLmtSz": largest, "maxPxLmtPct": "0.01", "maxTriggerSz": widest, "maxTwapSz": widest, "minSz": lot,
        "rpiMinLevel": "3", "rpiMinPxBand": "20", "ruleType": rule(listing), "state": listing.status, "tickSz": tick,
        "upcChg": [] if upcoming is None else [upcoming_change(upcoming)],
    }  # fmt: skip
    return dict(sorted((row | (_contract(listing, known=known) if contract else _pair(listing))).items()))


def _pair(listing: Listing) -> Row:
    """Return what is particular to a spot pair."""
    empty = ("contTdSwTime", "ctMult", "ctType", "ctVal", "ctValCcy", "initPxLmtPct", "instFamily", "posLmtAmt")
    return dict.fromkeys((*empty, "posLmtPct", "settleCcy", "uly"), "") | {
        "baseCcy": listing.base, "lever": "10", "maxMktAmt": "1000000", "maxMktSz": "1000000", "maxStopSz": "1000000",
        "openType": "fix_price", "quoteCcy": listing.quote, "tradeQuoteCcyList": [listing.quote],
    }  # fmt: skip


def _contract(listing: Listing, *, known: bool) -> Row:
    """Return what is particular to a contract: base and quote stand in `uly` only."""
    row: Row = {
        "baseCcy": "", "contTdSwTime": str(listing.listed + 60_000), "ctMult": "1",
        "ctType": "inverse" if inverse(listing) else "linear", "ctVal": listing.contract,
        "ctValCcy": listing.quote if inverse(listing) else listing.base,
        "expTime": str(listing.delivery) if listing.kind == "quarter" else "", "initPxLmtPct": "0.02",
        "instFamily": family(listing), "lever": "100", "maxMktAmt": "", "maxMktSz": "35000", "maxStopSz": "35000",
        "openType": "call_auction", "posLmtAmt": "250000", "posLmtPct": "30", "quoteCcy": "",
        "settleCcy": listing.settle, "tradeQuoteCcyList": [], "uly": family(listing),
    }  # fmt: skip
    return row if known else row | dict.fromkeys((key for key, value in row.items() if value), "")


def rule(listing: Listing) -> str:
    """Return the trading rule: normal, pre_market, rebase_contract."""
    if listing.status == "rebase":
        return "rebase_contract"
    return "pre_market" if listing.contract_type == "pre_market" else "normal"


def upcoming_change(change: Upcoming) -> Row:
    """Return one announced change."""
    return {"param": change.param, "newValue": change.value, "effTime": str(change.effective)}


def top(listing: Listing) -> tuple[str, str, str, str]:
    """Write bid, bid size, ask and ask size; an empty side is two empty strings."""
    bid, bid_size, ask, ask_size = listing.book.top()
    return (
        "" if bid is None else listing.price(bid), "" if bid is None else listing.size(bid_size),
        "" if ask is None else listing.price(ask), "" if ask is None else listing.size(ask_size),
    )  # fmt: skip


def volumes(listing: Listing) -> tuple[str, str]:
    """Write `vol24h` and `volCcy24h`: coins and quote currency on spot, contracts and coins otherwise."""
    stats = listing.statistics
    volume = Decimal(stats.volume) / listing.size_scale
    if not is_contract(listing):
        return number(volume), number(Decimal(stats.quote_volume) / (listing.size_scale * listing.price_scale))
    worth = volume * Decimal(listing.contract)
    if inverse(listing):
        worth = (worth * listing.price_scale / max(1, stats.last)).quantize(Decimal("1e-4"))
    return number(volume), number(worth)


def ticker(listing: Listing, skew_ms: int, *, streamed: bool) -> Row:
    """Return 24 h statistics with the top of the book; what is dead has empty strings for prices."""
    stats, dead = listing.statistics, listing.status == "suspend" and not listing.rate
    bid, bid_size, ask, ask_size = top(listing)
    volume, currency_volume = volumes(listing)

    def written(units: int) -> str:
        return "" if dead else listing.price(units)

    row: Row = {
        "instType": inst_type(listing), "instId": listing.symbol, "last": written(stats.last),
        "lastSz": "" if dead else listing.size(stats.last_size), "askPx": ask, "askSz": ask_size, "bidPx": bid,
        "bidSz": bid_size, "open24h": written(stats.open), "high24h": written(stats.high),
        "low24h": written(stats.low),
    }  # fmt: skip
    days = {"sodUtc0": written(stats.open), "sodUtc8": written(stats.open)}
    volumes_24h = {"volCcy24h": currency_volume, "vol24h": volume}
    changed = {"ts": str(max(stats.closed, listing.time) // 10**6 + skew_ms)}
    return row | (days | volumes_24h | changed if streamed else volumes_24h | changed | days)


def level(listing: Listing, at: int, amount: int) -> list[str]:
    """Write one level of a book: price, size, a dead zero, number of orders."""
    orders = 1 + amount // listing.lot % 23 if amount else 0
    return [listing.price(at), listing.size(amount), "0", str(orders)]


def side(listing: Listing, bid: bool, levels: int) -> list[list[str]]:
    """Write the best levels of one side."""
    return [level(listing, at, amount) for at, amount in listing.book.side(bid, levels)]


def book(listing: Listing, levels: int, skew_ms: int) -> Row:
    """Return the top of a book with its place in the sequence of the instrument."""
    return {
        "asks": side(listing, False, levels), "bids": side(listing, True, levels),
        "ts": str(listing.time // 10**6 + skew_ms), "seqId": listing.book.id,
    }  # fmt: skip


def trade(listing: Listing, done: TradeDone, skew_ms: int) -> Row:
    """Return one execution as streams tell it; the side is the taker's."""
    return {
        "instId": listing.symbol, "tradeId": str(done.id), "px": listing.price(done.price),
        "sz": listing.size(done.size), "side": "buy" if done.buy else "sell",
        "ts": str(listing.time // 10**6 + skew_ms), "count": "1", "source": "0", "seqId": listing.book.id,
    }  # fmt: skip


def state(listing: Listing) -> FundingState:
    """Return what the market knows of a contract; LookupError where it knows nothing."""
    if listing.funding is None:
        raise LookupError(f"{listing.symbol} has no funding")
    return listing.funding


def funding(listing: Listing, known: FundingState, skew_ms: int) -> Row:
    """Return the row of `public/funding-rate`: the rate is charged at `fundingTime`, the interval leads to the next."""
    interval = known.interval_h * 3_600_000
    return {
        "formulaType": "withRate", "fundingRate": rate(known.rate), "fundingTime": str(known.next_time),
        "impactValue": "20000.0000000000000000", "instId": listing.symbol, "instType": "SWAP",
        "interestRate": rate(known.interest), "maxFundingRate": trim(rate(known.cap)), "method": "current_period",
        "minFundingRate": trim(rate(known.floor)), "nextFundingRate": "",
        "nextFundingTime": str(known.next_time + interval), "premium": rate(known.premium),
        "prevFundingTime": str(known.next_time - interval), "settFundingRate": rate(known.rate * 0.9),
        "settState": "settled", "ts": str(known.time // 10**6 + skew_ms),
    }  # fmt: skip


def settlement(listing: Listing, charged: float, time: int) -> Row:
    """Return one row of `public/funding-rate-history`."""
    return {
        "formulaType": "withRate", "fundingRate": rate(charged), "fundingTime": str(time), "instId": listing.symbol,
        "instType": "SWAP", "method": "current_period", "realizedRate": rate(charged),
    }  # fmt: skip


def mark(listing: Listing, known: FundingState, skew_ms: int) -> Row:
    """Return the mark price."""
    return {
        "instId": listing.symbol, "instType": "SWAP", "markPx": exact(listing, known.mark),
        "ts": str(known.time // 10**6 + skew_ms),
    }  # fmt: skip


def index(listing: Listing, known: FundingState, skew_ms: int) -> Row:
    """Return the index under its own name, BTC-USDT for BTC-USDT-SWAP."""
    stats = listing.statistics

    def written(units: int) -> str:
        return listing.price(units)

    return {
        "instId": family(listing), "idxPx": exact(listing, known.index),
        "high24h": written(stats.high), "sodUtc0": written(stats.open), "open24h": written(stats.open),
        "low24h": written(stats.low), "sodUtc8": written(stats.open), "ts": str(known.time // 10**6 + skew_ms),
    }  # fmt: skip
