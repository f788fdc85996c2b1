"""Facts of Binance's spot market.

Docs: https://developers.binance.com/en/docs/catalog/core-trading-spot-trading
"""

from typing import ClassVar, Literal

from arbwatch.connector.talk import in_url
from arbwatch.connector.wire import Channel, Fees, Heartbeat, Kind, Limits, Request
from arbwatch.model import Instrument
from arbwatch.venues.binance.venue import Binance


class BinanceSpot(Binance):
    """Binance spot."""

    id: ClassVar[str] = "binance_spot"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name: ClassVar[str] = "Binance spot"
    rest_url: ClassVar[str] = "https://api.binance.com"
    ws_url: ClassVar[str] = "wss://stream.binance.com:9443"
    # "General API information" and "WebSocket Streams" name them; those at binance.vision serve market data alone.
    rest_mirrors: ClassVar[tuple[str, ...]] = ("https://api-gcp.binance.com", "https://data-api.binance.vision")
    ws_mirrors: ClassVar[tuple[str, ...]] = ("wss://stream.binance.com:443", "wss://data-stream.binance.vision")
    ws_hosts: ClassVar[tuple[str, ...]] = ("stream.binance.com", "data-stream.binance.vision")
    docs: ClassVar[str] = "https://developers.binance.com/en/docs/catalog/core-trading-spot-trading/api/ws-streams/~"
    # No `!bookTicker` (gone) and no `!ticker@arr` (retired 2026-03-26) for all symbols.
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("{symbol}@bookTicker", "/stream"),
        "ticker": Channel("!miniTicker@arr", "/stream", whole_market=True),
        "book": Channel("{symbol}@depth@100ms", "/stream", on_demand=True),
        "trade": Channel("{symbol}@trade", "/stream", on_demand=True),
    }
    # "WebSocket limits" of the streams page (pings and pongs count as messages); budget from exchangeInfo.rateLimits.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=1024,
        topics_per_frame=100,
        frames_per_second=5,
        connects=300,
        connects_window_s=300,
        lifetime_s=86_400,
        weight=6000,
        weight_window_s=60,
        weight_header="X-MBX-USED-WEIGHT-1M",
    )
    # The venue pings every 20 s and wants its pong within a minute.
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping=None, ping_interval_s=20, pong_timeout_s=10, server_ping_s=20)
    fees: ClassVar[Fees] = Fees(maker=0.001, taker=0.001)

    api: ClassVar[str] = "/api/v3"
    # Without the permission sets the body is a fraction of its size.
    listing_request: ClassVar[Request] = Request(
        "/api/v3/exchangeInfo", params=(("showPermissionSets", "false"),), weight=20
    )
    quotes_weight: ClassVar[int] = 4
    tickers_weight: ClassVar[int] = 80
    book_weight: ClassVar[int] = 50

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        pair = f"{in_url(instrument.base)}_{in_url(instrument.quote_currency)}"
        return f"https://www.binance.com/en/trade/{pair}?type=spot"
