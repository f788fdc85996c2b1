"""What every simulated venue lists, in its own names. Not every coin is everywhere."""

from collections.abc import Callable, Iterator

from arbwatch.simulator import names, roster_binance, roster_bitget, roster_bybit, roster_mexc, roster_okx
from arbwatch.simulator.entry import Entry

Coins = Callable[[int], list[str]]
"""Returns so many coin names, the busiest first."""
ODD_SPOT, ODD_PERP = len(names.THOUSANDS) + len(names.THOUSANDS_BOTH) + 32, 62
"""Roughly how many a venue lists besides its ordinary coins."""


def entries(venue: str, count: int, coins: Coins, now: int) -> Iterator[Entry]:
    """List about `count` instruments of a venue at `now` (UTC ns)."""
    match venue:
        case "binance_spot":
            return roster_binance.spot(coins(max(8, count - ODD_SPOT)))
        case "binance_perp":
            return roster_binance.perp(coins(max(8, count - ODD_PERP)), now)
        case "bybit_spot":
            return roster_bybit.spot(_some(coins(max(8, count - ODD_SPOT)), 8, 5))
        case "bybit_perp":
            return roster_bybit.perp(_some(coins(max(8, count - ODD_PERP)), 9, 7), now)
        case "okx_spot":
            return roster_okx.spot(_some(coins(max(8, count - ODD_SPOT)), 4, 3))
        case "okx_perp":
            return roster_okx.perp(_some(coins(max(8, count - ODD_PERP)), 3, 2), now)
        case "bitget_spot":
            return roster_bitget.spot(_some(coins(max(8, count - ODD_SPOT)), 7, 4))
        case "bitget_perp":
            return roster_bitget.perp(_some(coins(max(8, count - ODD_PERP)), 6, 5), now)
        case "mexc_spot":
            return roster_mexc.spot(_some(coins(max(8, count - ODD_SPOT)), 9, 6))
        case "mexc_perp":
            return roster_mexc.perp(_some(coins(max(8, count - ODD_PERP)), 5, 3), now)
    raise ValueError(f"nobody knows what {venue} lists")


def _some(coins: list[str], every: int, but: int) -> list[str]:
    """Leave out one coin in `every`; the busiest eight are everywhere."""
    return [coin for place, coin in enumerate(coins) if place < 8 or place % every != but]
