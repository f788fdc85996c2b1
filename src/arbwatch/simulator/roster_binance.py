"""What the two Binance venues list."""

from collections.abc import Iterator

from arbwatch.simulator import names
from arbwatch.simulator.entry import Entry, quarter_end

SPOT, PERP = "binance_spot", "binance_perp"


def spot(coins: list[str]) -> Iterator[Entry]:
    """List spot pairs for `coins` and the odd ones that are always there."""
    for coin in coins:
        yield Entry(SPOT, coin, "USDT", coin)
    for coin in names.THOUSANDS:
        yield Entry(SPOT, coin, "USDT", coin)
    for coin, prefix in names.THOUSANDS_BOTH.items():
        yield Entry(SPOT, prefix + coin, "USDT", coin, names.MULTIPLIERS[prefix])
    for base in ("BTC", "ETH", "SOL", "BNB", "XRP", "DOGE"):
        yield Entry(SPOT, base, "USDC", base)
        yield Entry(SPOT, base, "FDUSD", base)
    for base in ("ETH", "BNB", "SOL", "XRP", "ADA", "LINK", "LTC"):
        yield Entry(SPOT, base, "BTC", base)
    for base, quote in (("USDC", "USDT"), ("FDUSD", "USDT"), ("BTC", "EUR"), ("USDT", "TRY"), ("BTC", "TRY")):
        yield Entry(SPOT, base, quote, base)
    yield Entry(SPOT, names.NAMESAKE, "USDT", names.NAMESAKE)
    yield Entry(SPOT, names.NON_ASCII, "USDT", names.NON_ASCII)
    yield Entry(SPOT, "PUMP", "USDT", "PUMP")
    for base, status in (("BCC", "BREAK"), ("VEN", "BREAK"), ("PAX", "HALT"), ("MCO", "END_OF_DAY")):
        yield Entry(SPOT, base, "USDT", base, status=status)
    for base in ("BTCUP", "BTCDOWN"):
        yield Entry(SPOT, base, "USDT", base, kind="leveraged", status="BREAK")
    yield Entry(SPOT, "AAPLB", "USDT", "AAPLB", kind="share")
    yield Entry(SPOT, "STORM", "USDT", "STORM", status="CANCEL_ONLY")
    yield Entry(SPOT, "NPXS", "USDT", "NPXS", status="AUCTION_MATCH")


def _perpetual(base: str, asset: str, multiplier: int = 1, quote: str = "USDT") -> Entry:
    return Entry(PERP, base, quote, asset, multiplier, "perpetual", "PERPETUAL", "COIN")


def perp(coins: list[str], now: int) -> Iterator[Entry]:
    """List USD-M contracts for `coins` and the odd ones that are always there; `now` is UTC ns."""
    for coin in coins:
        yield _perpetual(names.RENAMED.get(coin, coin), coin)
    for coin, prefix in (*names.THOUSANDS.items(), *names.THOUSANDS_BOTH.items()):
        yield _perpetual(prefix + coin, coin, names.MULTIPLIERS[prefix])
    for base in ("BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "LINK"):
        yield _perpetual(base, base, quote="USDC")
    yield _perpetual("1000PEPE", "PEPE", 1000, "USDC")
    for base in ("PAXGX", "KASX", "MONX", "XMR", "BSV", "FARTCOIN", "POPCAT", "BRETT"):
        yield _perpetual(base, base)
    yield _perpetual(names.NAMESAKE, names.NAMESAKE + "2")
    yield _perpetual(names.NON_ASCII, names.NON_ASCII)
    yield _perpetual("PUMP", "PUMP")
    for base, underlying in names.STOCKS.items():
        yield Entry(PERP, base, "USDT", base, 1, "stock", "TRADIFI_PERPETUAL", underlying)
    for base in names.INDICES:
        yield Entry(PERP, base, "USDT", base, 1, "index", "PERPETUAL", "INDEX")
    for base, contract in (("BTC", "CURRENT_QUARTER"), ("ETH", "CURRENT_QUARTER"), ("BTC", "NEXT_QUARTER")):
        day = quarter_end(now // 10**6, contract == "NEXT_QUARTER")
        yield Entry(
            PERP, base, "USDT", base, 1, "quarter", contract, "COIN", symbol=f"{base}USDT_{day:%y%m%d}",
            delivery=int(day.timestamp() * 1000),
        )  # fmt: skip
    for base in ("BTC", "ETH", "SOL"):
        yield Entry(PERP, base, "USD", base, 1, "coin_margined", "PERPETUAL", "COIN", symbol=f"{base}USD_PERP")
    yield Entry(PERP, "VAPOR", "USDT", "VAPOR", 1, "odd", "EVENT_PERPETUAL", "COIN")
    for base, status in (("DUNA", "AUCTION_CALL"), ("SRM", "SETTLING"), ("RAYO", "CLOSE")):
        yield Entry(PERP, base, "USDT", base, 1, "perpetual", "PERPETUAL", "COIN", status=status)
    yield Entry(PERP, "FUTR", "USDT", "FUTR", 1, "perpetual", "", "COIN", status="PENDING_TRADING")
