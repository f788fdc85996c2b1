"""Facts of Binance's USD-M perpetuals.

Docs: https://developers.binance.com/en/docs/catalog/core-trading-derivatives-trading-usd-s-m-futures
"""

from functools import partial
from typing import ClassVar, Literal

from arbwatch.connector.talk import in_url
from arbwatch.connector.wire import Channel, Fees, Heartbeat, Kind, Limits, Poll, Request
from arbwatch.model import Instrument
from arbwatch.venues.binance import rest
from arbwatch.venues.binance.venue import Binance

# Since 2026-04-23 a stream speaks only on the path of its category; elsewhere it is acknowledged and stays silent.
_PUBLIC = "/public/stream"
_MARKET = "/market/stream"


class BinancePerp(Binance):
    """Binance USD-M perpetuals."""

    id: ClassVar[str] = "binance_perp"
    market: ClassVar[Literal["spot", "perp"]] = "perp"
    name: ClassVar[str] = "Binance USD-M perpetuals"
    rest_url: ClassVar[str] = "https://fapi.binance.com"
    ws_url: ClassVar[str] = "wss://fstream.binance.com"
    ws_hosts: ClassVar[tuple[str, ...]] = ("fstream.binance.com",)
    docs: ClassVar[str] = (
        "https://developers.binance.com/en/docs/catalog/core-trading-derivatives-trading-usd-s-m-futures"
        "/api/ws-streams/public"
    )
    # `!bookTicker` speaks every 5 s only. Merged all-market streams carry coin-margined rows too (`st` 2).
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("{symbol}@bookTicker", _PUBLIC),
        "ticker": Channel("!ticker@arr", _MARKET, whole_market=True),
        "funding": Channel("!markPrice@arr@1s", _MARKET, whole_market=True),
        "notice": Channel("!contractInfo", _MARKET, whole_market=True),
        "book": Channel("{symbol}@depth@100ms", _PUBLIC, on_demand=True),
        "trade": Channel("{symbol}@trade", _PUBLIC, on_demand=True),
    }
    # The page allows 1024 streams; older pages and other clients keep to 200, which is safe under both.
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=200,
        topics_per_frame=100,
        frames_per_second=10,
        connects=300,
        connects_window_s=300,
        lifetime_s=86_400,
        weight=2400,
        weight_window_s=60,
        weight_header="X-MBX-USED-WEIGHT-1M",
    )
    # The venue pings every 3 minutes and wants its pong within 10; ours find a dead socket sooner.
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping=None, ping_interval_s=20, pong_timeout_s=10, server_ping_s=180)
    fees: ClassVar[Fees] = Fees(maker=0.0002, taker=0.0005)

    api: ClassVar[str] = "/fapi/v1"
    listing_request: ClassVar[Request] = Request("/fapi/v1/exchangeInfo", weight=1)
    quotes_weight: ClassVar[int] = 5
    tickers_weight: ClassVar[int] = 40
    book_weight: ClassVar[int] = 20

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: as on spot, and the funding intervals, which no stream carries."""
        return (*super().polls(), Poll("funding", 3600, partial(rest.funding, self.id)))

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://www.binance.com/en/futures/{in_url(instrument.symbol)}"
