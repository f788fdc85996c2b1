from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.okx import OkxPerp

test_okx_perp = conformance(OkxPerp, Path(__file__).parent / "perp")
