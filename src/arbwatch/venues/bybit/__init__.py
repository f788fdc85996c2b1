"""Bybit: spot and linear perpetuals."""

from arbwatch.venues.bybit.perp import BybitPerp
from arbwatch.venues.bybit.spot import BybitSpot

__all__ = ["BybitPerp", "BybitSpot"]
