"""What trading costs on a market: the user's own rate, the market's, the venue's, or a cautious guess that says so."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from arbwatch.model import Instrument

Side = Literal["received", "quote", "third"]
Role = Literal["maker", "taker"]
Source = Literal["yours for this market", "yours", "the market's own", "the venue's default", "assumed"]

LEAST: Mapping[str, float] = {"spot": 0.002, "perp": 0.001}
"""What an unknown rate is taken for at least."""


class Rates(msgspec.Struct, frozen=True):
    """Rates as fractions; None where not known."""

    maker: float | None = None
    taker: float | None = None

    def of(self, role: Role) -> float | None:
        """Return one of them."""
        return self.maker if role == "maker" else self.taker


class VenueFees(msgspec.Struct, frozen=True):
    """What is known of one venue."""

    market: str
    side: Side
    """In what a fee is paid: what is received, always the quote currency, or a third coin."""
    default: Rates
    own: Rates = Rates()
    """The user's."""
    markets: Mapping[str, Rates] = {}
    """The user's, by symbol in capitals."""


class Fee(msgspec.Struct, frozen=True):
    """A rate as a fraction, where it is from, and in what it is paid."""

    rate: float
    source: Source
    side: Side

    @property
    def assumed(self) -> bool:
        """Tell whether nobody told it."""
        return self.source == "assumed"


class Fees:
    """The rates of every market. Who is nearer to the user has the last word."""

    def __init__(self, venues: Mapping[str, VenueFees] | None = None) -> None:
        self._venues = dict(venues or {})

    def of(self, instrument: Instrument, role: Role = "taker") -> Fee:
        """Return what a trade on a market costs; an unknown rate is the highest known of its kind, and says so."""
        venue = self._venues.get(instrument.venue)
        row = Rates(instrument.maker_fee, instrument.taker_fee)
        told: tuple[tuple[Source, Rates | None], ...] = (
            ("yours for this market", venue.markets.get(instrument.symbol.upper()) if venue else None),
            ("yours", venue.own if venue else None),
            ("the market's own", row),
            ("the venue's default", venue.default if venue else None),
        )
        side: Side = venue.side if venue else "received"
        for source, rates in told:
            if rates is not None and (rate := rates.of(role)) is not None:
                return Fee(rate, source, side)
        return Fee(self._highest(instrument.market, role), "assumed", side)

    def _highest(self, market: str, role: Role) -> float:
        known = [venue.default.of(role) for venue in self._venues.values() if venue.market == market]
        return max([rate for rate in known if rate is not None] + [LEAST.get(market, LEAST["spot"])])
