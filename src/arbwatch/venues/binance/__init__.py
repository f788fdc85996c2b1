"""Binance: spot and USD-M perpetuals."""

from arbwatch.venues.binance.perp import BinancePerp
from arbwatch.venues.binance.spot import BinanceSpot

__all__ = ["BinancePerp", "BinanceSpot"]
