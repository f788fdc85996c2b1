"""Facts of Bybit's linear perpetuals. Docs: https://bybit-exchange.github.io/docs/v5/ws/connect."""

from functools import partial
from typing import ClassVar, Literal

from arbwatch.connector.talk import in_url
from arbwatch.connector.wire import Channel, Fees, Kind, Limits, Poll
from arbwatch.model import Instrument
from arbwatch.venues.bybit import rest
from arbwatch.venues.bybit.venue import Bybit

_ROUTE = "/v5/public/linear"


class BybitPerp(Bybit):
    """Bybit linear perpetuals, settled in USDT and USDC."""

    id: ClassVar[str] = "bybit_perp"
    market: ClassVar[Literal["spot", "perp"]] = "perp"
    name: ClassVar[str] = "Bybit linear perpetuals"
    category: ClassVar[str] = "linear"
    listed: ClassVar[tuple[str, ...]] = ("", "PreLaunch")
    # `tickers` is whole once, then tells changes; its bid and ask are those of every 100 ms. Funding comes with it.
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("orderbook.1.{symbol}", _ROUTE),
        "ticker": Channel("tickers.{symbol}", _ROUTE),
        "book": Channel("orderbook.200.{symbol}", _ROUTE, on_demand=True),
        "trade": Channel("publicTrade.{symbol}", _ROUTE, on_demand=True),
    }
    # As on spot, but that a message may carry any number of args.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=400,
        topics_per_frame=100,
        frames_per_second=10,
        connects=500,
        connects_window_s=300,
        lifetime_s=None,
        weight=600,
        weight_window_s=5,
    )
    # Of an account without a level; no page tells them without a key.
    fees: ClassVar[Fees] = Fees(maker=0.0002, taker=0.00055)

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: as on spot, and the limits of the funding rate on either side."""
        return (*super().polls(), Poll("funding", 3600, partial(rest.funding, self.id, self.category)))

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        if instrument.settle_currency == "USDC":
            return f"https://www.bybit.com/trade/futures/usdc/{in_url(instrument.base)}-PERP"
        return f"https://www.bybit.com/trade/usdt/{in_url(instrument.symbol)}"
