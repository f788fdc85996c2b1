"""Write what MEXC spot says about one pair: rows of REST answers and fields of pushes, every number a string.

Keys and empty strings as in https://www.mexc.com/api-docs/spot-v3/market-data-endpoints. Streams and 24 h statistics
trim numbers; books over REST, limited books and the best prices over REST do not. Pure: the venue's clock comes in as
milliseconds.
"""

import zlib
from decimal import Decimal

from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import TradeDone
from arbwatch.simulator.protocol import Row
from arbwatch.simulator.tokens import tokens

STATUSES = {"online": "1", "pause": "2", "offline": "3"}
SIDES = {"buy_only": 2, "sell_only": 3, "closed": 4}
"""`tradeSideType` by what an entry says of itself; anything else trades both sides."""


def trim(text: str) -> str:
    """Write a decimal without idle zeros."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Decimal) -> str:
    """Write an exact number without exponent or idle zeros."""
    return trim(f"{value:f}")


def price(listing: Listing, units: int) -> str:
    """Write a price without idle zeros."""
    return trim(listing.price(units))


def size(listing: Listing, units: int) -> str:
    """Write a size without idle zeros."""
    return trim(listing.size(units))


def precision(listing: Listing) -> int:
    """Return the decimals of the tick: the venue tells no tick but this."""
    return listing.price_decimals - len(str(listing.tick)) + 1


def address(listing: Listing) -> str:
    """Return the token contract of a coin on the first of its networks; empty where that has no contracts."""
    return tokens(listing.asset)[0].address or ""


def instrument(listing: Listing) -> Row:
    """Return one row of `exchangeInfo`."""
    decimals, odd = precision(listing), zlib.crc32(listing.symbol.encode())
    leveraged = listing.kind == "leveraged"
    return {
        "symbol": listing.symbol, "status": STATUSES[listing.status], "baseAsset": listing.base,
        "baseAssetPrecision": listing.size_decimals, "quoteAsset": listing.quote, "quotePrecision": decimals,
        "quoteAssetPrecision": decimals, "baseCommissionPrecision": listing.size_decimals,
        "quoteCommissionPrecision": decimals, "orderTypes": ["LIMIT", "MARKET", "LIMIT_MAKER"],
        "isSpotTradingAllowed": open_to_trade(listing), "isMarginTradingAllowed": False,
        "quoteAmountPrecision": listing.min_notional,
        "baseSizePrecision": "0" if odd % 3 == 0 else listing.size(listing.lot), "permissions": ["SPOT"],
        "filters": [] if odd % 2 else [
            {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "0.005", "askMultiplierDown": "0.005"}
        ],
        "maxQuoteAmount": "4000000", "makerCommission": "0", "takerCommission": "0" if odd % 11 == 0 else "0.0005",
        "quoteAmountPrecisionMarket": "1", "maxQuoteAmountMarket": "4000000",
        "fullName": f"{listing.base} 3X Long" if leveraged else listing.base.capitalize(),
        "tradeSideType": SIDES.get(listing.contract_type, 1), "contractAddress": address(listing),
        "st": listing.contract_type == "risk", "conceptPlateIds": [50, 5],
    }  # fmt: skip


def open_to_trade(listing: Listing) -> bool:
    """Tell whether the API may trade a pair."""
    return listing.status == "online" and listing.contract_type != "no_api"


def best(listing: Listing, *, trimmed: bool) -> tuple[str, str, str, str]:
    """Write bid, bid size, ask and ask size; an empty side is two empty strings."""
    bid, bid_size, ask, ask_size = listing.book.top()
    told = []
    for at, amount in ((bid, bid_size), (ask, ask_size)):
        pair = ("", "") if at is None else (listing.price(at), listing.size(amount))
        told.append((trim(pair[0]), trim(pair[1])) if trimmed else pair)
    return (*told[0], *told[1])


def book_ticker(listing: Listing) -> Row:
    """Return one row of `ticker/bookTicker`; an empty side is null."""
    bid, bid_size, ask, ask_size = (text or None for text in best(listing, trimmed=False))
    return {
        "symbol": listing.symbol, "bidPrice": bid, "bidQty": bid_size, "askPrice": ask, "askQty": ask_size,
    }  # fmt: skip


def volumes(listing: Listing) -> tuple[str, str]:
    """Write what was traded in 24 h, in coins and in quote currency."""
    stats = listing.statistics
    return (
        number(Decimal(stats.volume) / listing.size_scale),
        number(Decimal(stats.quote_volume) / (listing.size_scale * listing.price_scale)),
    )


def change(listing: Listing) -> str:
    """Write the change of 24 h: a fraction of four decimals, though the field is called a percentage."""
    stats = listing.statistics
    return trim(f"{round(stats.last / stats.open - 1, 4) + 0.0:.4f}")


def day(listing: Listing, skew_ms: int) -> Row:
    """Return one row of `ticker/24hr`."""
    stats, (volume, turnover) = listing.statistics, volumes(listing)
    bid, bid_size, ask, ask_size = best(listing, trimmed=True)
    opened = price(listing, stats.open)
    moved = number(Decimal(stats.last - stats.open) / listing.price_scale)
    return {
        "symbol": listing.symbol, "priceChange": moved, "priceChangePercent": change(listing),
        "prevClosePrice": opened, "lastPrice": price(listing, stats.last), "bidPrice": bid, "bidQty": bid_size,
        "askPrice": ask, "askQty": ask_size, "openPrice": opened, "highPrice": price(listing, stats.high),
        "lowPrice": price(listing, stats.low), "volume": volume,
        "quoteVolume": turnover if listing.trading else None, "openTime": stats.opened // 10**6 + skew_ms,
        "closeTime": stats.closed // 10**6 + skew_ms, "count": None,
    }  # fmt: skip


def mini(listing: Listing) -> Row:
    """Return the fields of one mini ticker: `volume` is what was paid, `quantity` the coins."""
    stats, (coins, turnover), rate = listing.statistics, volumes(listing), change(listing)
    high, low = price(listing, stats.high), price(listing, stats.low)
    return {
        "symbol": listing.symbol, "price": price(listing, stats.last), "rate": rate, "zonedRate": rate, "high": high,
        "low": low, "volume": turnover, "quantity": coins, "lastCloseRate": rate, "lastCloseZonedRate": rate,
        "lastCloseHigh": high, "lastCloseLow": low,
    }  # fmt: skip


def side(listing: Listing, bid: bool, levels: int) -> list[tuple[str, str]]:
    """Write the best levels of one side."""
    return [(listing.price(at), listing.size(amount)) for at, amount in listing.book.side(bid, levels)]


def trade(listing: Listing, done: TradeDone, skew_ms: int) -> Row:
    """Return the fields of one execution; type 1 is a buying taker."""
    return {
        "price": price(listing, done.price), "quantity": size(listing, done.size), "tradeType": 1 if done.buy else 2,
        "time": listing.time // 10**6 + skew_ms, "tradeId": f"{done.id}X0_{done.id + 1}X0",
    }  # fmt: skip
