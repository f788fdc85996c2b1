"""Write what Bybit v5 says about one instrument: rows of REST answers and of pushes, nearly every number a string.

https://bybit-exchange.github.io/docs/v5/market/instrument and /tickers, /docs/v5/websocket/public/ticker. Spot writes
numbers without idle zeros, contracts with all decimals of their tick. Pure: the venue's clock comes in as milliseconds.
"""

import datetime as dt
import random
import zlib

from arbwatch.simulator.listing import FundingState, Listing, decimal_text
from arbwatch.simulator.market import TradeDone
from arbwatch.simulator.protocol import Row

SPOT_TYPES = {"EQUITY": "xstocks", "INNOVATION": "adventure"}
LINEAR_TYPES = {"EQUITY": "stock", "COMMODITY": "commodity", "INNOVATION": "innovation"}
"""`symbolType` by what an instrument stands on."""
TURNOVER_DECIMALS = 4
NO_PRE_LISTING = {"preOpenPrice": "", "preQty": "", "curPreListingPhase": ""}


def trim(text: str) -> str:
    """Write a decimal without idle zeros."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: float, decimals: int) -> str:
    """Write a number with at most so many decimals."""
    text = trim(f"{value:.{decimals}f}")
    return "0" if text == "-0" else text


def levels(listing: Listing, bid: bool, limit: int) -> list[tuple[str, str]]:
    """Write the best levels of one side."""
    return [(listing.price(price), listing.size(size)) for price, size in listing.book.side(bid, limit)]


def top(listing: Listing) -> Row:
    """Write the best bid and ask; an empty side has empty strings."""
    bid, bid_size, ask, ask_size = listing.book.top()
    return {
        "bid1Price": "" if bid is None else listing.price(bid),
        "bid1Size": "" if bid is None else listing.size(bid_size),
        "ask1Price": "" if ask is None else listing.price(ask),
        "ask1Size": "" if ask is None else listing.size(ask_size),
    }


def turnover(listing: Listing) -> str:
    """Write 24 h turnover in quote currency."""
    decimals = listing.price_decimals + listing.size_decimals
    wanted = min(decimals, 8) if listing.trimmed else TURNOVER_DECIMALS
    units = listing.statistics.quote_volume * 10**wanted // 10**decimals
    text = decimal_text(units, wanted)
    return trim(text) if listing.trimmed else text


def volume(listing: Listing) -> str:
    """Write 24 h volume in base coins."""
    if listing.trimmed:
        return listing.size(listing.statistics.volume)
    units = listing.statistics.volume * 10**TURNOVER_DECIMALS // listing.size_scale
    return decimal_text(units, TURNOVER_DECIMALS)


def change(listing: Listing, decimals: int) -> str:
    """Write the change of 24 h, a fraction."""
    stats = listing.statistics
    return number(stats.last / stats.open - 1, decimals)


def spot_day(listing: Listing, index: float) -> Row:
    """Return the fields that spot tickers of both kinds share."""
    stats = listing.statistics
    return {
        "lastPrice": listing.price(stats.last), "highPrice24h": listing.price(stats.high),
        "lowPrice24h": listing.price(stats.low), "prevPrice24h": listing.price(stats.open),
        "volume24h": volume(listing), "turnover24h": turnover(listing), "price24hPcnt": change(listing, 4),
        "usdIndexPrice": number(index, 8),
    }  # fmt: skip


def spot_ticker(listing: Listing, index: float) -> Row:
    """Return a row of REST tickers of spot."""
    day = spot_day(listing, index)
    order = (
        "lastPrice", "prevPrice24h", "price24hPcnt", "highPrice24h", "lowPrice24h", "turnover24h", "volume24h",
        "usdIndexPrice",
    )  # fmt: skip
    return {"symbol": listing.symbol} | top(listing) | {key: day[key] for key in order}


def interest(listing: Listing) -> dict[str, str]:
    """Return open interest; nothing but its size depends on it."""
    units = max(1, int(listing.statistics.volume / listing.lot / 3)) // 2 * listing.lot
    value = listing.size_float(units) * listing.price_float(listing.statistics.last)
    return {
        "openInterest": listing.size(2 * units), "openInterestValue": f"{2 * value:.2f}",
        "singleOpenInterest": listing.size(units), "singleOpenInterestValue": f"{value:.2f}",
    }  # fmt: skip


def funding(listing: Listing, state: FundingState) -> Row:
    """Return what tickers tell of funding; a dated contract has none."""
    if not state.interval_h:
        return {"nextFundingTime": "", "fundingRate": ""}
    return {"nextFundingTime": str(state.next_time), "fundingRate": number(state.rate, 8)}


def linear_push(listing: Listing, state: FundingState, direction: str) -> Row:
    """Return every field of a streamed ticker of a contract, in the order of the first push."""
    stats, decimals, open_interest = listing.statistics, listing.price_decimals, interest(listing)
    row: Row = {
        "symbol": listing.symbol, "tickDirection": direction, "price24hPcnt": change(listing, 6),
        "lastPrice": listing.price(stats.last), "prevPrice24h": listing.price(stats.open),
        "highPrice24h": listing.price(stats.high), "lowPrice24h": listing.price(stats.low),
        "prevPrice1h": listing.price(stats.open), "markPrice": f"{state.mark:.{decimals}f}",
        "indexPrice": f"{state.index:.{decimals}f}", "openInterest": open_interest["openInterest"],
        "openInterestValue": open_interest["openInterestValue"], "turnover24h": turnover(listing),
        "volume24h": volume(listing),
    }  # fmt: skip
    if not state.interval_h:
        row |= _delivery(listing, state) | {"deliveryTime": _moment(listing.delivery)}
    else:
        row |= {"fundingIntervalHour": str(state.interval_h), "fundingCap": number(state.cap, 8)}
    row |= {key: value for key, value in open_interest.items() if key.startswith("single")}
    return row | funding(listing, state) | top(listing) | NO_PRE_LISTING


def _moment(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _delivery(listing: Listing, state: FundingState) -> Row:
    basis = state.mark - state.index
    return {
        "basisRate": f"{basis / state.index:.8f}", "deliveryFeeRate": "0", "predictedDeliveryPrice": "",
        "basis": f"{basis:.2f}",
    }  # fmt: skip


def linear_ticker(listing: Listing, state: FundingState) -> Row:
    """Return a row of REST tickers of contracts."""
    push = linear_push(listing, state, "")
    dated = not state.interval_h
    terms = _delivery(listing, state) if dated else {
        "predictedDeliveryPrice": "", "basisRate": "", "deliveryFeeRate": "", "basis": ""
    }  # fmt: skip
    order = (
        "symbol", "lastPrice", "indexPrice", "markPrice", "prevPrice24h", "price24hPcnt", "highPrice24h",
        "lowPrice24h", "prevPrice1h", "openInterest", "openInterestValue", "turnover24h", "volume24h", "fundingRate",
        "nextFundingTime",
    )  # fmt: skip
    row: Row = {key: push[key] for key in order} | {
        "predictedDeliveryPrice": terms["predictedDeliveryPrice"], "basisRate": terms["basisRate"],
        "deliveryFeeRate": terms["deliveryFeeRate"], "deliveryTime": str(listing.delivery) if dated else "0",
        "ask1Size": push["ask1Size"], "bid1Price": push["bid1Price"], "ask1Price": push["ask1Price"],
        "bid1Size": push["bid1Size"], "basis": terms["basis"],
    } | NO_PRE_LISTING  # fmt: skip
    if dated:
        row["nextFundingTime"] = "0"
    hours = "" if dated else str(state.interval_h)
    return row | {
        "fundingIntervalHour": hours, "fundingCap": "" if dated else number(state.cap, 8),
        "singleOpenInterest": push["singleOpenInterest"],
        "singleOpenInterestValue": push["singleOpenInterestValue"],
    }  # fmt: skip


def code(listing: Listing) -> int:
    """Return a number for a symbol."""
    return 1 + zlib.crc32(listing.symbol.encode()) % 5000


def spot_instrument(listing: Listing) -> Row:
    """Return a row of instruments-info of spot."""
    lot, share = listing.size(listing.lot), listing.kind == "share"
    quote = decimal_text(1, min(listing.price_decimals + listing.size_decimals, 11))
    most = listing.size(listing.lot * 10**7)
    return {
        "symbolId": code(listing), "symbol": listing.symbol, "baseCoin": listing.base, "quoteCoin": listing.quote,
        "innovation": "0", "status": listing.status, "marginTrading": "utaOnly" if listing.rate > 1 else "none",
        "stTag": "1" if listing.base == "LUNC" else "0",
        "lotSizeFilter": {
            "basePrecision": lot, "quotePrecision": quote, "minOrderQty": lot, "maxOrderQty": most,
            "minOrderAmt": listing.min_notional, "maxOrderAmt": "8000000", "maxLimitOrderQty": most,
            "maxMarketOrderQty": listing.size(listing.lot * 10**6),
            "postOnlyMaxLimitOrderSize": listing.size(listing.lot * 10**8),
        },
        "priceFilter": {"tickSize": listing.price(listing.tick)},
        "riskParameters": {"priceLimitRatioX": "0.005", "priceLimitRatioY": "0.01"},
        "symbolType": SPOT_TYPES.get(listing.underlying, ""),
        "xstockMultiplier": "1.0032690125398187" if share else "1",
    }  # fmt: skip


def linear_instrument(listing: Listing) -> Row:
    """Return a row of instruments-info of contracts."""
    lot, tick, state = listing.size(listing.lot), listing.price(listing.tick), listing.funding
    hours, cap = (state.interval_h, state.cap) if state else (8, 0.01)
    pre, dated = listing.kind == "prelaunch", listing.kind == "quarter"
    most = listing.size(listing.lot * 10**6)
    upper = number(cap, 8) if hours else "0"
    return {
        "symbol": listing.symbol, "contractType": listing.contract_type, "status": listing.status,
        "baseCoin": listing.base, "quoteCoin": listing.quote, "launchTime": str(listing.listed),
        "deliveryTime": str(listing.delivery) if dated else "0", "deliveryFeeRate": "0" if dated else "",
        "priceScale": str(listing.price_decimals),
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "50.00", "leverageStep": "0.01"},
        "priceFilter": {"minPrice": tick, "maxPrice": listing.price(listing.tick * 19_999_998), "tickSize": tick},
        "lotSizeFilter": {
            "maxOrderQty": most, "minOrderQty": lot, "qtyStep": lot, "postOnlyMaxOrderQty": most,
            "maxMktOrderQty": listing.size(listing.lot * 10**5), "minNotionalValue": listing.min_notional,
        },
        "unifiedMarginTrade": True, "fundingInterval": hours * 60, "settleCoin": listing.settle,
        "copyTrading": "both" if listing.rate > 1 and listing.kind == "perpetual" else "none",
        "upperFundingRate": upper, "lowerFundingRate": upper if upper == "0" else f"-{upper}",
        "isPreListing": pre, "preListingInfo": _pre_listing(listing) if pre else None,
        "riskParameters": {"priceLimitRatioX": "0.05", "priceLimitRatioY": "0.1"},
        "displayName": f"{listing.base}USDC" if listing.quote == "USDC" else "",
        "symbolType": LINEAR_TYPES.get(listing.underlying, ""), "forbidUplWithdrawal": False,
        "symbolId": code(listing),
    }  # fmt: skip


def _pre_listing(listing: Listing) -> Row:
    names = ("NotStarted", "CallAuction", "CallAuctionNoCancel", "CrossMatching", "ContinuousTrading")
    return {
        "curAuctionPhase": "NotStarted",
        "phases": [{"phase": name, "startTime": str(listing.listed), "endTime": ""} for name in names],
        "auctionFeeInfo": {"auctionFeeRate": "0", "takerFeeRate": "0.001", "makerFeeRate": "0.0004"},
        "skipCallAuction": False,
    }  # fmt: skip


def settled(listing: Listing, state: FundingState, count: int, until: int) -> list[Row]:
    """Return what was charged before `until` (ms), the newest first."""
    interval = state.interval_h * 3_600_000
    newest = min(state.next_time - interval, until // interval * interval)
    rows = []
    for time in (newest - interval * ago for ago in range(count)):
        if time > listing.listed:
            rate = random.Random(f"{listing.symbol}:{time}").gauss(state.interest, 1e-4)
            text = number(min(max(rate, state.floor), state.cap), 8)
            rows.append({"symbol": listing.symbol, "fundingRate": text, "fundingRateTimestamp": str(time)})
    return rows


def trade(listing: Listing, done: TradeDone, time_ms: int, direction: str) -> Row:
    """Return an element of a trade push; spot and contracts order and fill it differently."""
    price, size, side = listing.price(done.price), listing.size(done.size), "Buy" if done.buy else "Sell"
    if listing.trimmed:
        return {
            "i": str(2_290_000_000_000_000_000 + done.id), "T": time_ms, "p": price, "v": size, "S": side,
            "seq": listing.book.id, "s": listing.symbol, "BT": False, "RPI": False,
        }  # fmt: skip
    ident = f"{done.id:032x}"
    return {
        "T": time_ms, "s": listing.symbol, "S": side, "v": size, "p": price, "L": direction,
        "i": f"{ident[:8]}-{ident[8:12]}-{ident[12:16]}-{ident[16:20]}-{ident[20:]}", "BT": False, "RPI": False,
        "seq": listing.book.id,
    }  # fmt: skip
