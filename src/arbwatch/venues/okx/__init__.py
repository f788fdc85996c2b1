"""OKX: spot and linear perpetuals (SWAP)."""

from arbwatch.venues.okx.perp import OkxPerp
from arbwatch.venues.okx.spot import OkxSpot

__all__ = ["OkxPerp", "OkxSpot"]
