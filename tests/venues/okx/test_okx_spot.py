from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.okx import OkxSpot

test_okx_spot = conformance(OkxSpot, Path(__file__).parent / "spot")
