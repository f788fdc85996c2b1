from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.bitget import BitgetSpot

test_bitget_spot = conformance(BitgetSpot, Path(__file__).parent / "spot")
