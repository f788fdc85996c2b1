"""What the two Bitget venues list: https://www.bitget.com/api-doc/spot/market/Get-Symbols and .../contract/market."""

import datetime as dt
from collections.abc import Iterator

from arbwatch.simulator import names
from arbwatch.simulator.entry import Entry, quarter_end

SPOT, PERP = "bitget_spot", "bitget_perp"
SMALL = ("PEPE", "SHIB", "FLOKI", "XEC", "LUNC", "TURBO", "MOG", "BABYDOGE", "CAT")
"""Coins that other venues quote by the thousand; here they are quoted one by one."""
MULTIPLIED = {"BONK": ("1000BONK", 1000), "SATS": ("1000SATS", 1000), "RATS": ("1000RATS", 1000)}
"""Coins whose perpetual carries a multiplier in its base all the same."""
NOT_LISTED = frozenset({"MKR", "NEIRO", "OMNI", "ORBS"})
"""Coins of the common list that go by another name, or are not there."""
STOCKS = {"TSLA": "EQUITY", "NVDA": "EQUITY", "AAPL": "EQUITY", "XAU": "COMMODITY"}
MONTHS = {3: "H", 6: "M", 9: "U", 12: "Z"}
"""Letters of delivery months."""


def spot(coins: list[str]) -> Iterator[Entry]:
    """List spot pairs for `coins` and the odd ones that are always there."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield Entry(SPOT, coin, "USDT", coin, underlying="COIN")
    for coin in (*SMALL, *MULTIPLIED, "PUMP", "BGB"):
        yield Entry(SPOT, coin, "USDT", coin, underlying="COIN")
    yield from _namesakes(Entry(SPOT, "", "USDT", "", underlying="COIN"))
    for base in ("BTC", "ETH", "SOL", "XRP", "DOGE"):
        yield Entry(SPOT, base, "USDC", base, underlying="COIN")
    for base, quote in (("ETH", "BTC"), ("BTC", "EUR"), ("USDT", "EUR"), ("USDC", "USDT")):
        yield Entry(SPOT, base, quote, base, underlying="COIN")
    yield Entry(SPOT, "DUST", "USDT", "DUST", underlying="COIN", status="offline")
    yield Entry(SPOT, "SOON", "USDT", "SOON", underlying="COIN", status="gray")
    yield Entry(SPOT, "REDEN", "USDT", "REDEN", underlying="COIN", status="halt")


def _namesakes(like: Entry) -> Iterator[Entry]:
    """List coins whose name here is another coin's elsewhere, and one that goes by another name here."""
    yield like._replace(base="NEIROCTO", asset="NEIRO")
    yield like._replace(base="NEIROETH", asset=names.OTHER_NEIRO)
    yield like._replace(base="OMNI", asset="OMNILAYER")
    yield like._replace(base=names.NAMESAKE, asset=names.NAMESAKE + "2")


def _perpetual(base: str, asset: str = "", multiplier: int = 1) -> Entry:
    return Entry(PERP, base, "USDT", asset or base, multiplier, "perpetual", "perpetual", "COIN")


def _delivery(like: Entry, day: dt.datetime) -> Entry:
    return like._replace(
        kind="quarter", contract_type="delivery", symbol=f"{like.base}{like.quote}{MONTHS[day.month]}{day:%y}",
        delivery=int(day.timestamp() * 1000),
    )  # fmt: skip


def perp(coins: list[str], now: int) -> Iterator[Entry]:
    """List contracts of the three product types for `coins` and the odd ones that are there; `now` is UTC ns."""
    for coin in (coin for coin in coins if coin not in NOT_LISTED):
        yield _perpetual(coin)
    for coin in (*SMALL, "PUMP", "BGB", "FARTCOIN", "POPCAT"):
        yield _perpetual(coin)
    for coin, (base, multiplier) in MULTIPLIED.items():
        yield _perpetual(base, coin, multiplier)
    yield from _namesakes(_perpetual(""))
    for base in ("BTC", "ETH", "SOL", "XRP"):
        yield _perpetual(base)._replace(quote="USDC", symbol=f"{base}PERP")
    for base, underlying in STOCKS.items():
        yield _perpetual(base)._replace(kind="stock", underlying=underlying)
    for base in ("BTC", "ETH", "SOL"):
        yield _perpetual(base)._replace(kind="coin_margined", quote="USD", settle=base, symbol=f"{base}USD")
    for following in (False, True):
        day = quarter_end(now // 10**6, following)
        yield _delivery(_perpetual("BTC")._replace(quote="USD", settle="BTC"), day)
    yield _delivery(_perpetual("ETH"), quarter_end(now // 10**6))
    for base, status in (("DUST", "off"), ("REDEN", "maintain"), ("QUIET", "restrictedAPI"), ("ENDING", "limit_open")):
        yield _perpetual(base)._replace(status=status)
    yield _perpetual("SOON")._replace(kind="prelaunch", status="listed")
