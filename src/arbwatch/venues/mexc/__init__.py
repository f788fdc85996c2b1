"""MEXC: spot and linear perpetuals, two protocols that share a name."""

from arbwatch.venues.mexc.perp import MexcPerp
from arbwatch.venues.mexc.spot import MexcSpot

__all__ = ["MexcPerp", "MexcSpot"]
