"""What every screen looks at: one moment of everything, frozen."""

from collections.abc import Callable, Mapping

import msgspec

from arbwatch.analytics.spreads import Rules, Spreads
from arbwatch.market.fees import Fees
from arbwatch.market.health import VenueStatus
from arbwatch.market.load import Load
from arbwatch.market.networks import Chains, Reading
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument, Level


class Progress(msgspec.Struct, frozen=True):
    """How far a venue has come in its start, in words and counts; `total` is 0 where it is not known yet."""

    venue: str
    stage: str
    done: int = 0
    total: int = 0


class Ladder(msgspec.Struct, frozen=True):
    """The top of a book that somebody looks at, best first."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


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
    doubts: Mapping[tuple[str, str], str] = {}
    """Why rows are doubtful or not proven yet, in words, by venue and symbol; an empty symbol is the whole venue."""
    pages: Mapping[str, Callable[[Instrument], str]] = {}
    """By venue: names the web page where an instrument is traded."""
    load: Load = Load()
    """How the program itself keeps up."""
    rules: Rules = Rules()
    """What legs were held to."""
    networks: Mapping[str, Reading] = {}
    """By exchange: what it told about its networks, where it tells that."""
    chains: Chains = Chains((), {})
    """Which network an exchange means by its words."""
    fees: Fees = Fees()
    """What trading costs on each market."""
    ladders: Mapping[tuple[str, str], Ladder] = {}
    """By venue and symbol, in the venue's units: the books that are looked at and known."""
