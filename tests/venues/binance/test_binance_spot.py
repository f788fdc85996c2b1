from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.binance import BinanceSpot

test_binance_spot = conformance(BinanceSpot, Path(__file__).parent / "spot")
