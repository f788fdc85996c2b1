from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.mexc import MexcSpot

test_mexc_spot = conformance(MexcSpot, Path(__file__).parent / "spot")
