"""Facts of Bitget's USDT perpetuals. Docs: https://www.bitget.com/api-doc/contract/intro."""

from functools import partial
from typing import ClassVar, Literal

from arbwatch.connector.talk import in_url
from arbwatch.connector.wire import Fees, Poll
from arbwatch.model import Instrument
from arbwatch.venues.bitget import rest
from arbwatch.venues.bitget.rows import Twin
from arbwatch.venues.bitget.venue import Bitget


class BitgetPerp(Bitget):
    """Bitget perpetuals quoted and settled in USDT. Sizes are in units of the base."""

    id: ClassVar[str] = "bitget_perp"
    market: ClassVar[Literal["spot", "perp"]] = "perp"
    name: ClassVar[str] = "Bitget USDT perpetuals"
    # Of most contracts; the listing names those of each.
    fees: ClassVar[Fees] = Fees(maker=0.0002, taker=0.0006, side="quote")

    twin: ClassVar[Twin] = Twin("bitget_perp", "perp", "USDT-FUTURES")

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: as on spot, and what the stream leaves out of funding."""
        return (*super().polls(), Poll("funding", 60, partial(rest.funding, self.twin)))

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://www.bitget.com/futures/usdt/{in_url(instrument.symbol)}"
