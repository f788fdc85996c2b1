"""What every screen looks at: one moment of everything, frozen."""

from collections.abc import Callable, Mapping

import msgspec

from arbwatch.analytics.spreads import Spreads
from arbwatch.market.health import VenueStatus
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument


class Progress(msgspec.Struct, frozen=True):
    """How far a venue has come in its start, in words and counts; `total` is 0 where it is not known yet."""

    venue: str
    stage: str
    done: int = 0
    total: int = 0


class Picture(msgspec.Struct, frozen=True):
    """Hold one moment of the whole program. A screen asks for the newest and never sees more than this."""

    now: int
    """UTC ns."""
    snapshot: Snapshot
    venues: tuple[VenueStatus, ...]
    """One per venue that was asked for, reachable or not, in the order of the settings."""
    clock: str | None
    """A sentence where this machine's clock is wrong."""
    spreads: Spreads
    progress: tuple[Progress, ...] = ()
    """Venues that are still starting; empty once all have started."""
    pages: Mapping[str, Callable[[Instrument], str]] = {}
    """By venue: names the web page where an instrument is traded."""
