"""Bitget: spot and USDT perpetuals."""

from arbwatch.venues.bitget.perp import BitgetPerp
from arbwatch.venues.bitget.spot import BitgetSpot

__all__ = ["BitgetPerp", "BitgetSpot"]
