"""Facts of Bybit's spot market. Docs: https://bybit-exchange.github.io/docs/v5/ws/connect."""

from typing import ClassVar, Literal

from arbwatch.connector.talk import in_url
from arbwatch.connector.wire import Channel, Fees, Kind, Limits
from arbwatch.model import Instrument
from arbwatch.venues.bybit.venue import Bybit

_ROUTE = "/v5/public/spot"


class BybitSpot(Bybit):
    """Bybit spot."""

    id: ClassVar[str] = "bybit_spot"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name: ClassVar[str] = "Bybit spot"
    category: ClassVar[str] = "spot"
    # `tickers` carries no bid and ask here; it is always whole.
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("orderbook.1.{symbol}", _ROUTE),
        "ticker": Channel("tickers.{symbol}", _ROUTE),
        "book": Channel("orderbook.200.{symbol}", _ROUTE, on_demand=True),
        "trade": Channel("publicTrade.{symbol}", _ROUTE, on_demand=True),
    }
    # V5/ws/connect: at most 10 args a message, 21,000 characters of args a socket (400 streams of the longest names
    # are 17,000), 500 connections in 5 minutes; nothing is said of messages per second. V5/rate-limit: 600 requests
    # in 5 s from one address, then HTTP 403 for at least 10 minutes.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=400,
        topics_per_frame=10,
        frames_per_second=10,
        connects=500,
        connects_window_s=300,
        lifetime_s=None,
        weight=600,
        weight_window_s=5,
    )
    # Of an account without a level; no page tells them without a key.
    fees: ClassVar[Fees] = Fees(maker=0.001, taker=0.001)

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://www.bybit.com/en/trade/spot/{in_url(instrument.base)}/{in_url(instrument.quote_currency)}"
