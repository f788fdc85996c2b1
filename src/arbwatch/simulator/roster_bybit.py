"""What the two Bybit venues list: https://bybit-exchange.github.io/docs/v5/market/instrument."""

from collections.abc import Iterator

from arbwatch.simulator import names
from arbwatch.simulator.entry import Entry, quarter_end

SPOT, PERP = "bybit_spot", "bybit_perp"
MULTIPLIED = {
    "PEPE": ("1000PEPE", 1000), "SHIB": ("SHIB1000", 1000), "BONK": ("1000BONK", 1000), "FLOKI": ("1000FLOKI", 1000),
    "XEC": ("1000XEC", 1000), "LUNC": ("1000LUNC", 1000), "RATS": ("1000RATS", 1000), "TOSHI": ("1000TOSHI", 1000),
    "TURBO": ("1000TURBO", 1000), "CAT": ("1000CAT", 1000), "SATS": ("10000SATS", 10_000),
    "MOG": ("1000000MOG", 1_000_000), "BABYDOGE": ("1000000BABYDOGE", 1_000_000),
    "CHEEMS": ("1000000CHEEMS", 1_000_000), "NEIRO": ("1000NEIROCTO", 1000),
}  # fmt: skip
"""Base and multiplier of perpetuals; spot has no multipliers."""
RENAMED = {"RAY": "RAYDIUM", "LAYER": "SOLAYER", "LUNA": "LUNA2", "PUMP": "PUMPFUN"}
"""Spot base and the base that the perpetual of the same coin goes by."""
NOT_LISTED = frozenset({"NEIRO", "TON", *RENAMED})
"""Coins of the common list that go by another name, or are not there."""
STOCKS = {
    "TSLA": "EQUITY", "NVDA": "EQUITY", "AAPL": "EQUITY", "CATSTOCK": "EQUITY", "XAU": "COMMODITY", "XAG": "COMMODITY",
}  # fmt: skip
INNOVATIONS = frozenset({"4", "2Z", "C98", "TURTLE"})
"""Ordinary coins that the venue marks as risky."""


def spot(coins: list[str]) -> Iterator[Entry]:
    """List spot pairs for `coins` and the odd ones that are always there."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield Entry(SPOT, coin, "USDT", coin, underlying="INNOVATION" if coin in INNOVATIONS else "COIN")
    for coin in (*RENAMED, *(coin for coin in MULTIPLIED if coin != "NEIRO")):
        yield Entry(SPOT, coin, "USDT", coin, underlying="COIN")
    yield Entry(SPOT, "NEIROCTO", "USDT", "NEIRO", underlying="COIN")
    yield Entry(SPOT, "NEIRO", "USDT", names.OTHER_NEIRO, underlying="COIN")
    yield Entry(SPOT, names.NAMESAKE, "USDT", names.NAMESAKE + "2", underlying="COIN")
    yield Entry(SPOT, "GRAM", "USDT", "GRAM", underlying="COIN")
    for base in ("BTC", "ETH", "SOL", "XRP", "DOGE", "USDT"):
        yield Entry(SPOT, base, "EUR" if base == "USDT" else "USDC", base, underlying="COIN")
    for base, quote in (("ETH", "BTC"), ("SOL", "BTC"), ("BTC", "EUR"), ("USDC", "USDT")):
        yield Entry(SPOT, base, quote, base, underlying="COIN")
    for base in ("AAPLX", "TSLAX", "NVDAX"):
        yield Entry(SPOT, base, "USDT", base, kind="share", underlying="EQUITY")
    yield Entry(SPOT, "BTC3L", "USDT", "BTC3L", kind="leveraged", underlying="COIN")


def _perpetual(base: str, asset: str, multiplier: int = 1) -> Entry:
    underlying = "INNOVATION" if base in INNOVATIONS else "COIN"
    return Entry(PERP, base, "USDT", asset, multiplier, "perpetual", "LinearPerpetual", underlying)


def _dollar(base: str, asset: str, multiplier: int = 1) -> Entry:
    """List a perpetual quoted in USDC, whose symbol does not say so."""
    entry = _perpetual(base, asset, multiplier)
    return entry._replace(quote="USDC", symbol=f"{base}PERP")


def perp(coins: list[str], now: int) -> Iterator[Entry]:
    """List linear contracts for `coins` and the odd ones that are always there; `now` is UTC ns."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield _perpetual(coin, coin)
    for coin, base in RENAMED.items():
        yield _perpetual(base, coin)
    for coin, (base, multiplier) in MULTIPLIED.items():
        yield _perpetual(base, coin, multiplier)
    yield _perpetual("NEIRO", names.OTHER_NEIRO)
    yield _perpetual(names.NAMESAKE, names.NAMESAKE + "2")
    for base in ("GRAM", "XMR", "BSV", "FARTCOIN", "POPCAT", "BRETT"):
        yield _perpetual(base, base)
    for base in ("BTC", "ETH", "SOL", "XRP", "DOGE"):
        yield _dollar(base, base)
    yield _dollar("1000PEPE", "PEPE", 1000)
    yield _dollar("SHIB1000", "SHIB", 1000)
    for base, underlying in STOCKS.items():
        yield _perpetual(base, base)._replace(kind="stock", underlying=underlying)
    for base, following in (("BTC", False), ("BTC", True), ("ETH", False), ("SOL", False)):
        day = quarter_end(now // 10**6, following)
        yield _perpetual(base, base)._replace(
            kind="quarter", contract_type="LinearFutures", symbol=f"{base}USDT-{day:%d%b%y}".upper(),
            delivery=int(day.timestamp() * 1000),
        )  # fmt: skip
    for base in ("SOON", "LATER"):
        yield _perpetual(base, base)._replace(kind="prelaunch", status="PreLaunch")
    for base in ("BTC", "ETH", "SOL"):
        yield Entry(
            PERP, base, "USD", base, 1, "coin_margined", "InversePerpetual", "COIN", symbol=f"{base}USD", settle=base
        )
