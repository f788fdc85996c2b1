"""What makes a row a leg, and a pair a spread."""

from collections.abc import Mapping

import msgspec
import numpy as np

from arbwatch.market.columns import Floats
from arbwatch.market.snapshot import Snapshot

_S = 1e9


class Rules(msgspec.Struct, frozen=True):
    """What makes a leg count."""

    unconfirmed_s: float = 10.0
    """A quote is stale when nothing proved it current for so long; four times its own rate where that is slower."""
    longest_s: float = 60.0
    """However slow a market is, it is stale after this."""
    lag_s: float = 2.0
    """A quote is late when it was longer on its way."""
    identity_gap: float = 0.20
    """Two rows whose mids differ by more are taken for two different coins."""
    stale_after: Mapping[str, float] = {}
    """By venue: instead of `unconfirmed_s`."""
    proven_only: bool = False
    """A row is a leg only once its own data was seen to agree with itself."""
    polled: bool = False
    """A price that REST brings because no stream does may be a leg, as fresh as any other."""
    most: int = 5000
    """So many spreads are listed, the best; the rest is counted."""

    def patience(self, snapshot: Snapshot) -> Floats:
        """Return by lane for how long a row may at least go unconfirmed, ns."""
        after = self.stale_after
        return np.array([after.get(lane.venue, self.unconfirmed_s) * _S for lane in snapshot.lanes])
