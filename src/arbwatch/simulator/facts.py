"""What the simulated market must know of each venue: how it spells, writes and paces, and how it follows prices."""

from typing import NamedTuple


class Facts(NamedTuple):
    """One venue."""

    exchange: str
    spot: bool
    share: float
    """Weight of its activity among all venues."""
    lag_s: float
    """Seconds by which its prices follow the assets'."""
    spelling: str = "{base}{quote}"
    """How a symbol is made."""
    trading: str = "TRADING"
    """Status words of an instrument that trades and of one that was halted."""
    halted: str = "BREAK"
    decimals: int | None = None
    """Decimals of every price and size; None has those of tick and lot."""
    trimmed: bool = False
    """Numbers are written without idle zeros."""
    contracts: bool = False
    """Sizes of perpetuals count contracts."""
    whole: bool = False
    """Sizes have no decimals."""
    unit_ticks: bool = False
    """Ticks are told as a number of decimals, so that each is a power of ten."""
    gapless: bool = False
    """Each book of perpetuals counts its changes by itself, one by one."""


FACTS = {
    "binance_spot": Facts("binance", True, 0.4, 0.12, decimals=8),
    "binance_perp": Facts("binance", False, 0.6, 0.02, halted="SETTLING"),
    "bybit_spot": Facts("bybit", True, 0.25, 0.15, trading="Trading", halted="Closed", trimmed=True),
    "bybit_perp": Facts("bybit", False, 0.4, 0.05, trading="Trading", halted="Closed"),
    "okx_spot": Facts(
        "okx", True, 0.25, 0.14, spelling="{base}-{quote}", trading="live", halted="suspend", trimmed=True
    ),
    "okx_perp": Facts(
        "okx", False, 0.4, 0.04, spelling="{base}-{quote}-SWAP", trading="live", halted="suspend", trimmed=True,
        contracts=True,
    ),
    "bitget_spot": Facts("bitget", True, 0.25, 0.13, trading="online", halted="halt", unit_ticks=True),
    "bitget_perp": Facts("bitget", False, 0.4, 0.05, trading="normal", halted="maintain"),
    "mexc_spot": Facts("mexc", True, 0.25, 0.16, trading="online", halted="pause", unit_ticks=True),
    "mexc_perp": Facts(
        "mexc", False, 0.35, 0.06, spelling="{base}_{quote}", trading="enabled", halted="paused", contracts=True,
        whole=True, gapless=True,
    ),
}  # fmt: skip
"""By venue id, in the order in which venues are listed everywhere."""

TRADING = frozenset({"TRADING", "CANCEL_ONLY", "Trading", "live", "online", "normal", "enabled"})
"""Statuses whose quotes move."""


def symbol(venue: str, base: str, quote: str) -> str:
    """Spell the symbol of an ordinary instrument."""
    return FACTS[venue].spelling.format(base=base, quote=quote)
