from pathlib import Path

from arbwatch.testing import conformance
from arbwatch.venues.bitget import BitgetPerp

test_bitget_perp = conformance(BitgetPerp, Path(__file__).parent / "perp")
