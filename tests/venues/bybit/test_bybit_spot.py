from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.bybit import BybitSpot

test_bybit_spot = conformance(BybitSpot, Path(__file__).parent / "spot")
