from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.bybit import BybitPerp

test_bybit_perp = conformance(BybitPerp, Path(__file__).parent / "perp")
