"""Facts of OKX's linear perpetuals (SWAP). Docs: https://www.okx.com/docs-v5/en/."""

import re
from functools import partial
from typing import ClassVar, Literal

from arbwatch.connector.wire import Channel, Fees, Kind, Poll
from arbwatch.model import Instrument
from arbwatch.venues.okx import rest
from arbwatch.venues.okx.rows import Twin
from arbwatch.venues.okx.venue import Okx

_ROUTE = "/ws/v5/public"


class OkxPerp(Okx):
    """OKX linear perpetuals. Sizes are in contracts: `contract_size` turns them into coins."""

    id: ClassVar[str] = "okx_perp"
    market: ClassVar[Literal["spot", "perp"]] = "perp"
    name: ClassVar[str] = "OKX linear perpetuals"
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("bbo-tbt:{symbol}", _ROUTE),
        "ticker": Channel("tickers:{symbol}", _ROUTE),
        "funding": Channel("funding-rate:{symbol}", _ROUTE),
        "notice": Channel("instruments", _ROUTE, whole_market=True),
        "book": Channel("books:{symbol}", _ROUTE, on_demand=True),
        "trade": Channel("trades:{symbol}", _ROUTE, on_demand=True),
    }
    fees: ClassVar[Fees] = Fees(maker=0.0002, taker=0.0005)

    # Coin-margined swaps are quoted in USD; their sizes are dollars.
    twin: ClassVar[Twin] = Twin("okx_perp", "SWAP", re.compile(r"[^-]+-(?!USD-)[^-]+-SWAP"))

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: as on spot, and mark prices and indexes with the rates they go with."""
        return (*super().polls(), Poll("funding", 10, partial(rest.funding, self.twin)))

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://www.okx.com/trade-swap/{instrument.symbol.lower()}"
