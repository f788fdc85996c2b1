"""Write what MEXC contracts say about one contract: rows of REST answers and of pushes, every number a JSON number.

Keys as in https://www.mexc.com/api-docs/futures/market-endpoints. Sizes and volumes count contracts; whole numbers have
no decimals. Pure: the venue's clock comes in as milliseconds.
"""

import hashlib
import zlib
from decimal import Decimal

from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.market import Change, TradeDone
from arbwatch.simulator.protocol import Row

STATES = {"enabled": 0, "delivery": 1, "completed": 2, "offline": 3, "paused": 4}
BAND = 0.1
"""How far from the index an order may be: what `maxBidPrice` and `minAskPrice` tell. They are no quotes."""
RISKS = [
    {"level": 1, "maxVol": 50_000, "mmr": 0.001, "imr": 0.002, "maxLeverage": 500},
    {"level": 2, "maxVol": 400_000, "mmr": 0.004, "imr": 0.005, "maxLeverage": 200},
]
Number = int | float
Level = tuple[Number, Number, int]


def number(text: str) -> Number:
    """Turn a decimal into the number that JSON has for it."""
    value = float(text)
    return int(value) if value.is_integer() else value


def price(listing: Listing, units: int) -> Number:
    """Return a price as a number."""
    return number(listing.price(units))


def size(listing: Listing, units: int) -> Number:
    """Return a count of contracts."""
    return number(listing.size(units))


def near(listing: Listing, value: float) -> Number:
    """Return a price that lies between ticks."""
    return number(f"{value:.{max(8, listing.price_decimals)}f}")


def band(listing: Listing, value: float) -> Number:
    """Return a limit of prices, cut to their decimals."""
    return number(f"{value:.{listing.price_decimals}f}")


def inverse(listing: Listing) -> bool:
    """Tell whether a contract is worth dollars and settles in its coin."""
    return listing.kind == "coin_margined"


def instrument(listing: Listing) -> Row:
    """Return one row of `contract/detail`."""
    decimals = listing.price_decimals - len(str(listing.tick)) + len(str(listing.tick).rstrip("0"))
    perpetual = "" if listing.kind == "quarter" else " PERPETUAL"
    tick, odd = price(listing, listing.tick), zlib.crc32(listing.symbol.encode())
    coin = hashlib.blake2b(listing.asset.encode(), digest_size=16).hexdigest()
    return {
        "id": 10 + odd % 5000, "symbol": listing.symbol,
        "displayName": f"{listing.symbol}永续" if perpetual else listing.symbol,
        "displayNameEn": f"{listing.symbol}{perpetual}",
        "positionOpenType": 3, "baseCoin": listing.base, "quoteCoin": listing.quote,
        "baseCoinName": listing.base, "quoteCoinName": listing.quote,
        "futureType": 2 if listing.kind == "quarter" else 1, "settleCoin": listing.settle,
        "contractSize": number(listing.contract), "minLeverage": 1, "maxLeverage": 500, "priceScale": decimals,
        "volScale": 0, "amountScale": 4, "priceUnit": tick, "volUnit": int(size(listing, listing.lot)),
        "minVol": int(size(listing, listing.lot)), "maxVol": 400_000, "bidLimitPriceRate": BAND,
        "askLimitPriceRate": BAND, "takerFeeRate": 0 if odd % 11 == 0 else 0.0002, "makerFeeRate": 0,
        "maintenanceMarginRate": 0.001, "initialMarginRate": 0.002, "riskBaseVol": 11_500_000, "riskIncrVol": 0,
        "riskIncrMmr": 0, "riskIncrImr": 0, "riskLevelLimit": 1, "priceCoefficientVariation": 0.004,
        "indexOrigin": ["BITGET", "BYBIT", "BINANCE", "OKX", "MEXC"], "state": STATES[listing.status],
        "isNew": False, "isHot": False, "isHidden": listing.contract_type == "hidden",
        "conceptPlate": ["mc-trade-zone-pow", "mc-trade-zone-layer2"], "conceptPlateId": [12, 5],
        "riskLimitType": "BY_VOLUME",
        "maxNumOrders": [200, 50], "marketOrderMaxLevel": 20, "marketOrderPriceLimitRate1": 0.2,
        "marketOrderPriceLimitRate2": 0.005, "triggerProtect": 0.1, "appraisal": 0, "showAppraisalCountdown": 0,
        "automaticDelivery": 0, "apiAllowed": odd % 2 == 0, "depthStepList": [listing.price(listing.tick)],
        "limitMaxVol": 2_500_000, "threshold": 0, "baseCoinIconUrl": f"https://public.mocortech.com/coin/{coin}.png",
        "baseCoinId": coin, "createTime": listing.listed, "openingTime": 0, "openingCountdownOption": 1,
        "showBeforeOpen": True, "isMaxLeverage": True, "isZeroFeeRate": False,
        "isZeroFeeSymbol": odd % 11 == 0, "riskLimitMode": "CUSTOM", "riskLimitCustom": RISKS, "riskLongShortSwitch": 0,
        "liquidationFeeRate": 0.0004, "feeRateMode": "NORMAL", "leverageFeeRates": [], "tieredFeeRates": [],
        "preMarket": listing.contract_type == "pre_market", "type": 1, "stopOnlyFair": False,
        "countryConfigContractMaxLeverage": 0, "vid": coin,
    }  # fmt: skip


def volumes(listing: Listing) -> tuple[Number, Number]:
    """Return what was traded in 24 h: contracts, and the worth in the currency of settlement."""
    stats, contract = listing.statistics, Decimal(listing.contract)
    contracts = Decimal(stats.volume) / listing.size_scale
    if inverse(listing):
        worth = contracts * contract * listing.price_scale / max(1, stats.last)
    else:
        worth = Decimal(stats.quote_volume) / (listing.size_scale * listing.price_scale) * contract
    return number(f"{contracts:f}"), number(f"{worth:.4f}")


def brief(listing: Listing, known: FundingState, skew_ms: int) -> Row:
    """Return one row of `push.tickers`: without the best prices and without funding."""
    stats, (contracts, worth) = listing.statistics, volumes(listing)
    return {
        "symbol": listing.symbol, "lastPrice": price(listing, stats.last),
        "riseFallRate": round(stats.last / stats.open - 1, 4), "fairPrice": near(listing, known.mark),
        "indexPrice": near(listing, known.index), "volume24": contracts, "amount24": worth,
        "maxBidPrice": band(listing, known.index * (1 + BAND)), "minAskPrice": band(listing, known.index * (1 - BAND)),
        "lower24Price": price(listing, stats.low), "high24Price": price(listing, stats.high),
        "timestamp": max(stats.closed, listing.time, known.time) // 10**6 + skew_ms,
    }  # fmt: skip


def ticker(listing: Listing, known: FundingState, skew_ms: int) -> Row:
    """Return one row of `contract/ticker`; an empty side is 0. Best prices come without sizes."""
    row, stats = brief(listing, known, skew_ms), listing.statistics
    bid, _, ask, _ = listing.book.top()
    moved = number(f"{Decimal(stats.last - stats.open) / listing.price_scale:f}")
    rate = row["riseFallRate"]
    rates = {"zone": "UTC+8", "r": rate, "v": moved, "r7": 0.0081, "r30": 0.0362, "r90": -0.2682, "r180": -0.1842,
             "r365": -0.0804}  # fmt: skip
    more = {
        "contractId": 10 + zlib.crc32(listing.symbol.encode()) % 5000,
        "bid1": 0 if bid is None else price(listing, bid), "ask1": 0 if ask is None else price(listing, ask),
        "holdVol": int(listing.statistics.volume // 5), "riseFallValue": moved, "fundingRate": known.rate,
        "riseFallRates": rates, "riseFallRatesOfTimezone": [rate, rate, rate],
    }  # fmt: skip
    return row | more


def streamed(listing: Listing, known: FundingState, skew_ms: int) -> Row:
    """Return the fields of `push.ticker`: the changes of days in a list."""
    row = ticker(listing, known, skew_ms)
    rates = row.pop("riseFallRates")
    del row["contractId"]
    changes_of_days = [rates[key] for key in ("r", "r7", "r30", "r90", "r180", "r365")]
    return row | {"zone": rates["zone"], "riseFallRates": changes_of_days}


def level(listing: Listing, at: int, amount: int) -> Level:
    """Return one level: price, contracts, orders."""
    return price(listing, at), size(listing, amount), 1 + amount % 7 if amount else 0


def sides(listing: Listing, levels: int) -> Row:
    """Return the best levels of both sides with their place in the sequence."""
    return {
        "asks": [level(listing, *each) for each in listing.book.side(False, levels)],
        "bids": [level(listing, *each) for each in listing.book.side(True, levels)],
        "version": listing.book.id,
    }  # fmt: skip


def changes(listing: Listing, change: Change) -> Row:
    """Return the levels that changed."""
    newest: dict[bool, dict[int, int]] = {False: {}, True: {}}
    for bid, at, amount in change.levels:
        newest[bid][at] = amount
    return {
        name: [level(listing, *each) for each in sorted(newest[bid].items(), reverse=bid)]
        for name, bid in (("asks", False), ("bids", True))
    }


def deal(listing: Listing, done: TradeDone, skew_ms: int) -> Row:
    """Return one execution; T is the taker's side, 1 for a buyer."""
    now = listing.time // 10**6 + skew_ms
    return {
        "p": price(listing, done.price), "v": size(listing, done.size), "T": 1 if done.buy else 2, "O": 3,
        "M": 1 + done.id % 2, "t": now, "i": str(done.id), "cts": str(now),
    }  # fmt: skip


def funding(listing: Listing, known: FundingState, skew_ms: int) -> Row:
    """Return the row of `contract/funding_rate`: the rate is charged at `nextSettleTime`."""
    return {
        "symbol": listing.symbol, "fundingRate": known.rate, "maxFundingRate": known.cap, "minFundingRate": known.floor,
        "collectCycle": known.interval_h, "nextSettleTime": known.next_time, "timestamp": known.time // 10**6 + skew_ms,
    }  # fmt: skip
