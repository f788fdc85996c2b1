"""Facts of Bitget's spot market. Docs: https://www.bitget.com/api-doc/spot/intro."""

from functools import partial
from typing import ClassVar, Literal

from arbwatch.connector.talk import in_url
from arbwatch.connector.wire import Fees, Poll
from arbwatch.model import Instrument
from arbwatch.venues.bitget.networks import networks
from arbwatch.venues.bitget.rows import Twin
from arbwatch.venues.bitget.venue import Bitget


class BitgetSpot(Bitget):
    """Bitget spot."""

    id: ClassVar[str] = "bitget_spot"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name: ClassVar[str] = "Bitget spot"
    # Of most pairs, taken from what a trade brings; the listing names those of each.
    fees: ClassVar[Fees] = Fees(maker=0.001, taker=0.001)

    twin: ClassVar[Twin] = Twin("bitget_spot", "spot", "SPOT")

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: what both markets ask for, and once for both how coins come and leave."""
        return (*super().polls(), Poll("networks", 300, partial(networks, self.exchange)))

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://www.bitget.com/spot/{in_url(instrument.symbol)}"
