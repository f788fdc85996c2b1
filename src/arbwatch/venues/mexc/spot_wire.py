"""What MEXC sends as JSON on spot, in its own spelling: only what is used. Pushes are in push.proto.

SPOT stands for https://www.mexc.com/api-docs/spot-v3. Numbers come quoted, "" or null where there is none.
"""

from typing import Annotated

from msgspec import Meta, Raw, Struct

from arbwatch.connector.units import Amount, Millis, Name
from arbwatch.venues.mexc.values import LAST_VERSION, Maybe, MaybeSigned, SomeMillis

Digits = Annotated[int, Meta(ge=0, le=30)]


class Answer(Struct):
    """An answer to a request or a ping; `code` is 0 also where `msg` says no.

    SPOT/websocket-market-streams, "Live Subscription/Unsubscription to Data Streams".
    """

    id: int | None = None
    msg: str = ""


class Time(Struct):
    """The venue's clock. SPOT/market-data-endpoints, "Check Server Time"."""

    serverTime: SomeMillis


class BookTicker(Struct):
    """Best bid and ask of one symbol. SPOT/market-data-endpoints, "Symbol Order Book Ticker"."""

    symbol: Name
    bidPrice: Maybe = None
    bidQty: Maybe = None
    askPrice: Maybe = None
    askQty: Maybe = None


class Ticker(Struct):
    """24 h statistics; the change is a fraction. SPOT/market-data-endpoints, "24hr Ticker Price Change Statistics"."""

    symbol: Name
    lastPrice: Maybe = None
    priceChangePercent: MaybeSigned = None
    highPrice: Maybe = None
    lowPrice: Maybe = None
    volume: Maybe = None
    quoteVolume: Maybe = None
    closeTime: Millis | None = None


class Depth(Struct):
    """A whole book. SPOT/market-data-endpoints, "Order Book"."""

    lastUpdateId: Annotated[int, Meta(ge=0, le=LAST_VERSION)]
    bids: tuple[tuple[Amount, Amount], ...]
    asks: tuple[tuple[Amount, Amount], ...]
    timestamp: Millis | None = None


class ExchangeInfo(Struct):
    """The listing. SPOT/market-data-endpoints, "Exchange Information"."""

    symbols: list[Raw]


class SymbolRow(Struct):
    """One listed symbol.

    `quoteAssetPrecision` are the digits of a price, `baseSizePrecision` is the step of a size (0: see the digits in
    `baseAssetPrecision`), `quoteAmountPrecision` the least value of an order. `tradeSideType`: 1 both sides, 2 only
    buying, 3 only selling, 4 none.
    """

    symbol: Name
    status: str
    baseAsset: Name
    quoteAsset: Name
    baseAssetPrecision: Digits | None = None
    quoteAssetPrecision: Digits | None = None
    baseSizePrecision: Maybe = None
    quoteAmountPrecision: Maybe = None
    tradeSideType: int = 1
    conceptPlates: list[str] | None = None
    fullName: str | None = None
    makerCommission: MaybeSigned = None
    takerCommission: MaybeSigned = None
    firstOpenTime: Millis | None = None
