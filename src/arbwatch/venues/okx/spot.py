"""Facts of OKX's spot market. Docs: https://www.okx.com/docs-v5/en/."""

import re
from typing import ClassVar, Literal

from arbwatch.connector.wire import Channel, Fees, Kind
from arbwatch.model import Instrument
from arbwatch.venues.okx.rows import Twin
from arbwatch.venues.okx.venue import Okx

_ROUTE = "/ws/v5/public"


class OkxSpot(Okx):
    """OKX spot."""

    id: ClassVar[str] = "okx_spot"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name: ClassVar[str] = "OKX spot"
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("bbo-tbt:{symbol}", _ROUTE),
        "ticker": Channel("tickers:{symbol}", _ROUTE),
        "notice": Channel("instruments", _ROUTE, whole_market=True),
        "book": Channel("books:{symbol}", _ROUTE, on_demand=True),
        "trade": Channel("trades:{symbol}", _ROUTE, on_demand=True),
    }
    fees: ClassVar[Fees] = Fees(maker=0.0008, taker=0.001)

    twin: ClassVar[Twin] = Twin("okx_spot", "SPOT", re.compile(r"[^-]+-[^-]+"))

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://www.okx.com/trade-spot/{instrument.symbol.lower()}"
