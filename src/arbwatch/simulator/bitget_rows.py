"""Write what Bitget v2 says about one instrument: rows of REST answers and of pushes, nearly every number a string.

Keys, their order and how numbers are padded as in https://www.bitget.com/api-doc/spot/market/Get-Tickers,
/api-doc/contract/market/Get-All-Symbol-Ticker and the recorded pushes: REST has no idle zeros, books and trades have
all decimals of the instrument. Pure: the venue's clock comes in as milliseconds.
"""

import math
import zlib
from collections.abc import Iterable
from decimal import Decimal

from arbwatch.simulator.listing import FundingState, Listing
from arbwatch.simulator.market import TradeDone
from arbwatch.simulator.protocol import Row

SPOT, USDT, USDC, COIN = "SPOT", "USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES"
PRODUCTS = (USDT, USDC, COIN)
DEMO = tuple(f"S{product}" for product in PRODUCTS)
TRADE_IDS = 1_235_670_000_000_000_000
"""Trade ids have nineteen digits."""
CHECKED = 25
"""Levels per side that a checksum covers."""
Level = tuple[int, int]


def trim(text: str) -> str:
    """Write a decimal without zeros that say nothing."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Decimal) -> str:
    """Write an exact number without exponent or idle zeros."""
    return trim(f"{value:f}")


def fraction(value: float, decimals: int = 5) -> str:
    """Write a fraction, without idle zeros and without a zero's sign."""
    return trim(f"{value:z.{decimals}f}")


def product(listing: Listing) -> str:
    """Return SPOT or the product type of a contract."""
    if listing.funding is None:
        return SPOT
    return {"USDT": USDT, "USDC": USDC}.get(listing.settle, COIN)


def dated(listing: Listing) -> bool:
    """Tell whether a contract is delivered one day."""
    return listing.kind == "quarter"


def is_open(listing: Listing) -> bool:
    """Tell whether there is anything to say of its trading: not what is gone or not there yet."""
    return listing.status not in ("offline", "off", "listed")


def state(listing: Listing) -> FundingState:
    """Return what the market knows of a contract; LookupError where it knows nothing."""
    if listing.funding is None:
        raise LookupError(f"{listing.symbol} has no funding")
    return listing.funding


def symbol(listing: Listing) -> Row:
    """Return the row of a spot instrument; its tick is a power of ten."""
    return {
        "symbol": listing.symbol, "baseCoin": listing.base, "quoteCoin": listing.quote, "minTradeAmount": "0",
        "maxTradeAmount": "900000000000000000000",
        "takerFeeRate": "0.002" if listing.status == "gray" else "0.001",
        "makerFeeRate": "0.002" if listing.status == "gray" else "0.001",
        "pricePrecision": str(listing.price_decimals - round(math.log10(listing.tick))),
        "quantityPrecision": str(listing.size_decimals - round(math.log10(listing.lot))), "quotePrecision": "6",
        "status": listing.status, "minTradeUSDT": "1" if listing.quote == "USDT" else "0.0001",
        "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "areaSymbol": "no", "orderQuantity": "200",
        "openTime": str(listing.listed), "offTime": "",
    }  # fmt: skip


def contract(listing: Listing) -> Row:
    """Return the row of a contract: the tick is `priceEndStep` units of the decimal `pricePlace`."""
    known, lot, step, place = state(listing), trim(listing.size(listing.lot)), listing.tick, listing.price_decimals
    while step % 10 == 0 and place:
        step, place = step // 10, place - 1
    delivered = str(listing.delivery) if dated(listing) else ""
    return {
        "symbol": listing.symbol, "baseCoin": listing.base, "quoteCoin": listing.quote, "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002", "takerFeeRate": "0.0006",
        "openCostUpRatio": "0.01",
        "supportMarginCoins": [listing.settle] if product(listing) != COIN else ["BTC", "ETH", "SOL", "USDC"],
        "minTradeNum": lot, "priceEndStep": str(step), "volumePlace": str(listing.size_decimals),
        "pricePlace": str(place), "sizeMultiplier": lot, "symbolType": listing.contract_type,
        "minTradeUSDT": "5", "maxSymbolOrderNum": "200", "maxProductOrderNum": "1000", "maxPositionNum": "150",
        "symbolStatus": listing.status, "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": delivered,
        "deliveryStartTime": str(listing.listed) if dated(listing) else "",
        "deliveryPeriod": "this_quarter" if dated(listing) else "", "launchTime": "",
        "fundInterval": str(known.interval_h or ""), "minLever": "1", "maxLever": "75", "posLimit": "0.1",
        "maintainTime": "", "maxMarketOrderQty": "220", "maxOrderQty": "1200",
        "isRwa": "YES" if listing.kind == "stock" else "NO", "openTime": str(listing.listed),
    }  # fmt: skip


def top(listing: Listing) -> tuple[str, str, str, str]:
    """Write bid, bid size, ask and ask size; an empty side is zero."""
    bid, bid_size, ask, ask_size = map(trim, listing.top())
    return bid, bid_size, ask, ask_size


def change(listing: Listing) -> str:
    """Write the change of 24 h as a fraction."""
    stats = listing.statistics
    return fraction(stats.last / stats.open - 1)


def turnover(listing: Listing) -> str:
    """Write the volume of 24 h in quote currency."""
    return number(Decimal(listing.statistics.quote_volume) / (listing.size_scale * listing.price_scale))


def holding(listing: Listing) -> int:
    """Return the open interest in units of size."""
    return max(1, listing.statistics.volume // 9 // listing.lot) * listing.lot


def spot_ticker(listing: Listing, skew_ms: int) -> Row:
    """Return the row of `spot/market/tickers`."""
    stats, (bid, bid_size, ask, ask_size) = listing.statistics, top(listing)

    def written(units: int) -> str:
        return trim(listing.price(units))

    return {
        "open": written(stats.open), "symbol": listing.symbol, "high24h": written(stats.high),
        "low24h": written(stats.low), "lastPr": written(stats.last), "quoteVolume": turnover(listing),
        "baseVolume": trim(listing.size(stats.volume)), "usdtVolume": turnover(listing),
        "ts": str(changed(listing) + skew_ms), "bidPr": bid, "askPr": ask, "bidSz": bid_size, "askSz": ask_size,
        "openUtc": written(stats.open), "changeUtc24h": change(listing), "change24h": change(listing),
    }  # fmt: skip


def contract_ticker(listing: Listing, skew_ms: int) -> Row:
    """Return the row of `mix/market/tickers`, which tells no funding time."""
    stats, (bid, bid_size, ask, ask_size), known = listing.statistics, top(listing), state(listing)

    def written(units: int) -> str:
        return trim(listing.price(units))

    return {
        "symbol": listing.symbol, "lastPr": written(stats.last), "askPr": ask, "bidPr": bid, "bidSz": bid_size,
        "askSz": ask_size, "high24h": written(stats.high), "low24h": written(stats.low),
        "ts": str(changed(listing) + skew_ms), "change24h": change(listing),
        "baseVolume": trim(listing.size(stats.volume)), "quoteVolume": turnover(listing),
        "usdtVolume": turnover(listing), "openUtc": written(stats.open), "changeUtc24h": change(listing),
        "indexPrice": index(listing, known), "fundingRate": fraction(known.rate, 6),
        "holdingAmount": trim(listing.size(holding(listing))),
        "deliveryStartTime": str(listing.listed) if dated(listing) else None,
        "deliveryTime": str(listing.delivery) if dated(listing) else None,
        "deliveryStatus": "delivery_normal" if dated(listing) else "", "open24h": written(stats.open),
        "markPrice": trim(mark(listing, known)),
    }  # fmt: skip


def changed(listing: Listing) -> int:
    """Return when trades or the book last changed, UTC ms."""
    return max(listing.statistics.closed, listing.time) // 10**6


def mark(listing: Listing, known: FundingState) -> str:
    """Write the mark price with the decimals of prices."""
    return f"{known.mark:.{listing.price_decimals}f}"


def index(listing: Listing, known: FundingState) -> str:
    """Write the index, which lies between ticks."""
    return trim(f"{known.index:.{max(6, listing.price_decimals + 2)}f}")


def streamed_spot(listing: Listing, skew_ms: int) -> Row:
    """Return the row of the channel `ticker` on spot."""
    stats, (bid, bid_size, ask, ask_size) = listing.statistics, top(listing)
    return {
        "instId": listing.symbol, "lastPr": listing.price(stats.last), "open24h": listing.price(stats.open),
        "high24h": listing.price(stats.high), "low24h": listing.price(stats.low), "change24h": change(listing),
        "bidPr": bid, "askPr": ask, "bidSz": bid_size, "askSz": ask_size, "baseVolume": listing.size(stats.volume),
        "quoteVolume": turnover(listing), "openUtc": listing.price(stats.open), "changeUtc24h": change(listing),
        "ts": str(changed(listing) + skew_ms),
    }  # fmt: skip


def streamed_contract(listing: Listing, skew_ms: int) -> Row:
    """Return the row of the channel `ticker` on contracts, the one push that tells the next funding time."""
    stats, (bid, bid_size, ask, ask_size), known = listing.statistics, top(listing), state(listing)
    return {
        "instId": listing.symbol, "lastPr": listing.price(stats.last), "bidPr": bid, "askPr": ask, "bidSz": bid_size,
        "askSz": ask_size, "open24h": listing.price(stats.open), "high24h": listing.price(stats.high),
        "low24h": listing.price(stats.low), "change24h": change(listing),
        "fundingRate": "0" if dated(listing) else f"{known.rate:z.6f}", "nextFundingTime": str(known.next_time),
        "markPrice": mark(listing, known), "indexPrice": index(listing, known),
        "holdingAmount": listing.size(holding(listing)), "baseVolume": listing.size(stats.volume),
        "quoteVolume": turnover(listing), "openUtc": listing.price(stats.open),
        "symbolType": "2" if dated(listing) else "1", "symbol": listing.symbol, "deliveryPrice": "0",
        "ts": str(changed(listing) + skew_ms),
    }  # fmt: skip


def levels(listing: Listing, side: Iterable[Level]) -> list[list[str]]:
    """Write levels; a size of 0 deletes one."""
    return [[listing.price(at), listing.size(size) if size else "0"] for at, size in side]


def book(listing: Listing, depth: int) -> Row:
    """Return the best `depth` levels of both sides."""
    return {
        "asks": levels(listing, listing.book.side(False, depth)),
        "bids": levels(listing, listing.book.side(True, depth)),
    }  # fmt: skip


def checksum(bids: list[list[str]], asks: list[list[str]]) -> int:
    """Return the signed CRC32 of the best levels as written, bid and ask in turn."""
    parts: list[str] = []
    for place in range(CHECKED):
        parts += [":".join(side[place]) for side in (bids, asks) if place < len(side)]
    crc = zlib.crc32(":".join(parts).encode())
    return crc - 2**32 if crc >= 2**31 else crc


def trade(listing: Listing, done: TradeDone, time_ms: int) -> Row:
    """Return one execution; the side is the taker's."""
    return {
        "ts": str(time_ms), "price": listing.price(done.price), "size": listing.size(done.size),
        "side": "buy" if done.buy else "sell", "tradeId": str(TRADE_IDS + done.id),
    }  # fmt: skip


def funding(listing: Listing, known: FundingState) -> Row:
    """Return the row of `mix/market/current-fund-rate`: the rate is charged at `nextUpdate`."""
    return {
        "symbol": listing.symbol, "fundingRate": fraction(known.rate, 6), "fundingRateInterval": str(known.interval_h),
        "nextUpdate": str(known.next_time), "minFundingRate": fraction(known.floor, 6),
        "maxFundingRate": fraction(known.cap, 6),
    }  # fmt: skip
