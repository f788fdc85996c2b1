"""What the two MEXC venues list.

https://www.mexc.com/api-docs/spot-v3/market-data-endpoints/exchange-information and
https://www.mexc.com/api-docs/futures/market-endpoints/get-contract-info.
"""

import math
from collections.abc import Iterator

from arbwatch.simulator import names
from arbwatch.simulator.entry import Entry, quarter_end

SPOT, PERP = "mexc_spot", "mexc_perp"
CONTRACTS = {
    "BTC": "0.0001",
    "ETH": "0.01",
    "SOL": "0.1",
    "DOGE": "100",
    "XRP": "1",
    "SHIB": "1000",
    "PEPE": "10000000",
}
"""Coins per contract."""
SMALL = ("PEPE", "SHIB", "FLOKI", "XEC", "LUNC", "SATS", "CAT", "BABYDOGE", "TURBO", "CHEEMS")
"""Coins that other venues quote by the thousand; here the contract is large instead."""
MULTIPLIED = {"BONK": 1000, "RATS": 1000, "MOG": 1_000_000}
"""Coins whose contract carries a multiplier in its base all the same."""
RENAMED = {"TRUMP": "TRUMPOFFICIAL", "PUMP": "PUMPFUN", "NEIRO": "NEIROCTO", "FIL": "FILECOIN"}
"""A coin and what its contract goes by."""
NOT_LISTED = frozenset({"MKR", "BEAMX", "TON", *RENAMED})
STOCKS = {"TSLASTOCK": "TSLA", "NVDASTOCK": "NVDA", "AAPLSTOCK": "AAPL"}


def _contract(coin: str, multiplier: int = 1) -> str:
    price = names.PRICES.get(coin, 1.0) * multiplier
    return CONTRACTS.get(coin) or f"{10.0 ** -round(math.log10(price / 3)):.12f}".rstrip("0").rstrip(".")


def spot(coins: list[str]) -> Iterator[Entry]:
    """List spot pairs for `coins` and the odd ones that are always there."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield Entry(SPOT, coin, "USDT", coin, underlying="COIN")
    for coin in (*SMALL, *MULTIPLIED, "TRUMP", "FIL"):
        yield Entry(SPOT, coin, "USDT", coin, underlying="COIN")
    yield Entry(SPOT, "NEIROCTO", "USDT", "NEIRO", underlying="COIN")
    yield Entry(SPOT, "PUMP", "USDT", "PUMPBTC", underlying="COIN")
    yield Entry(SPOT, names.NAMESAKE, "USDT", names.NAMESAKE, underlying="COIN")
    for base in ("BTC", "ETH", "SOL", "XRP", "DOGE"):
        yield Entry(SPOT, base, "USDC", base, underlying="COIN")
    for base, quote in (("ETH", "BTC"), ("SOL", "BTC"), ("SOL", "ETH"), ("BTC", "EUR"), ("USDC", "USDT")):
        yield Entry(SPOT, base, quote, base, underlying="COIN")
    for base in ("BTC3L", "BTC3S"):
        yield Entry(SPOT, base, "USDT", base, kind="leveraged", underlying="COIN")
    for base, odd in (("ONLYBUY", "buy_only"), ("ONLYSELL", "sell_only"), ("RISKY", "risk"), ("NOAPI", "no_api")):
        yield Entry(SPOT, base, "USDT", base, contract_type=odd, underlying="COIN")
    yield Entry(SPOT, "DUST", "USDT", "DUST", underlying="COIN", status="pause")
    yield Entry(SPOT, "GONE", "USDT", "GONE", underlying="COIN", status="offline")


def _perpetual(base: str, asset: str = "", multiplier: int = 1, quote: str = "USDT") -> Entry:
    coin = asset or base
    contract = _contract(coin, multiplier)
    return Entry(PERP, base, quote, coin, multiplier, "perpetual", "perpetual", "COIN", contract=contract)


def perp(coins: list[str], now: int) -> Iterator[Entry]:
    """List contracts for `coins` and the odd ones that are always there; `now` is UTC ns."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield _perpetual(coin)
    for coin in SMALL:
        yield _perpetual(coin)
    for coin, base in RENAMED.items():
        yield _perpetual(base, coin)
    for coin, multiplier in MULTIPLIED.items():
        yield _perpetual(f"{multiplier}{coin}", coin, multiplier)
    for base in ("FARTCOIN", "POPCAT", "BRETT", "XMR"):
        yield _perpetual(base)
    yield _perpetual(names.NAMESAKE, names.NAMESAKE + "2")
    for base in ("BTC", "ETH", "SOL"):
        yield _perpetual(base, quote="USDC")
    for base, stock in STOCKS.items():
        yield _perpetual(base, stock)._replace(kind="stock", underlying="EQUITY")
    yield _perpetual("XAU")._replace(kind="stock", underlying="COMMODITY")
    for base, worth in (("BTC", "100"), ("ETH", "10")):
        entry = _perpetual(base, quote="USD")
        yield entry._replace(kind="coin_margined", contract_type="inverse", settle=base, contract=worth)
    day = quarter_end(now // 10**6)
    yield _perpetual("BTC")._replace(
        kind="quarter", contract_type="delivery", symbol=f"BTC_USDT_{day:%y%m%d}", delivery=int(day.timestamp() * 1000)
    )
    for base, status in (("DUST", "paused"), ("GONE", "offline"), ("SETTLED", "delivery"), ("DONE", "completed")):
        yield _perpetual(base)._replace(status=status)
    yield _perpetual("HIDDEN")._replace(contract_type="hidden")
    yield _perpetual("SOON")._replace(kind="prelaunch", contract_type="pre_market")
