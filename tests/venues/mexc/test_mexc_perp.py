from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.mexc import MexcPerp

test_mexc_perp = conformance(MexcPerp, Path(__file__).parent / "perp")
