from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.binance import BinancePerp

test_binance_perp = conformance(BinancePerp, Path(__file__).parent / "perp")
