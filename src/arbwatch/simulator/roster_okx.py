"""What the two OKX venues list: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments."""

import math
from collections.abc import Iterator

from arbwatch.simulator import names
from arbwatch.simulator.entry import Entry, quarter_end

SPOT, PERP = "okx_spot", "okx_perp"
CONTRACTS = {"BTC": "0.01", "ETH": "0.1", "DOGE": "1000", "SHIB": "1000000", "PEPE": "10000000"}
"""Coins per contract."""
SMALL = ("PEPE", "SHIB", "BONK", "FLOKI", "XEC", "LUNC", "SATS", "CAT", "BABYDOGE", "TURBO")
"""Coins that other venues quote by the thousand; here the contract is large instead."""
NOT_LISTED = frozenset({"MKR", "BEAMX"})
STOCKS = {"TSLA": "EQUITY", "NVDA": "EQUITY", "XAU": "COMMODITY"}


def _contract(coin: str) -> str:
    price = names.PRICES.get(coin, 1.0)
    return CONTRACTS.get(coin) or f"{10.0 ** -round(math.log10(price / 10)):.12f}".rstrip("0").rstrip(".")


def spot(coins: list[str]) -> Iterator[Entry]:
    """List spot pairs for `coins` and the odd ones that are always there."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield Entry(SPOT, coin, "USDT", coin, underlying="COIN")
    for coin in (*SMALL, "PUMP"):
        yield Entry(SPOT, coin, "USDT", coin, underlying="COIN")
    yield Entry(SPOT, names.NAMESAKE, "USDT", names.NAMESAKE + "2", underlying="COIN")
    yield Entry(SPOT, "AE", "USDT", "AET", underlying="COIN")
    for base in ("BTC", "ETH", "SOL", "XRP", "DOGE"):
        yield Entry(SPOT, base, "USDC", base, underlying="COIN")
    for base, quote in (("ETH", "BTC"), ("SOL", "BTC"), ("BTC", "EUR"), ("USDT", "EUR"), ("USDC", "USDT")):
        yield Entry(SPOT, base, quote, base, underlying="COIN")
    yield Entry(SPOT, "DUST", "USDT", "DUST", underlying="COIN", status="suspend")


def _swap(base: str, quote: str = "USDT") -> Entry:
    return Entry(PERP, base, quote, base, 1, "perpetual", "linear", "COIN", contract=_contract(base))


def perp(coins: list[str], now: int) -> Iterator[Entry]:
    """List swaps for `coins` and the odd ones that are always there; `now` is UTC ns."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield _swap(coin)
    for coin in (*SMALL, "PUMP", "FARTCOIN", "POPCAT"):
        yield _swap(coin)
    yield _swap(names.NAMESAKE)._replace(asset=names.NAMESAKE + "2")
    for base in ("BTC", "ETH", "SOL", "XRP"):
        yield _swap(base, "USDC")
    for base, underlying in STOCKS.items():
        yield _swap(base)._replace(kind="stock", underlying=underlying)
    for base in ("BTC", "ETH", "SOL"):
        yield _swap(base, "USD")._replace(kind="coin_margined", contract_type="inverse", settle=base, contract="100")
    for base in ("BTC", "ETH"):
        day = quarter_end(now // 10**6)
        yield _swap(base)._replace(
            kind="quarter", symbol=f"{base}-USDT-{day:%y%m%d}", delivery=int(day.timestamp() * 1000)
        )
    yield _swap("DUST")._replace(status="suspend")
    yield _swap("REDEN")._replace(status="rebase")
    yield _swap("OPENAI")._replace(kind="stock", underlying="EQUITY", contract_type="pre_market")
    yield _swap("SOON")._replace(kind="prelaunch", status="preopen")
