from pathlib import Path

from arbwatch.testing import conformance
from arbwatch_tidepool import TidepoolSpot

test_tidepool_spot = conformance(TidepoolSpot, Path(__file__).parent / "spot")
