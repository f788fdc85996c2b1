"""What Binance sends, field by field: only what is used, in its own spelling. Times are milliseconds.

SPOT and USDM stand for the two halves of https://developers.binance.com/en/docs/catalog/:
SPOT = core-trading-spot-trading, USDM = core-trading-derivatives-trading-usd-s-m-futures.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from arbwatch.connector.units import Amount, Millis, Name, Price, Signed

COIN_M = 2
"""`st` of the coin-margined rows that all-market streams carry among the USD-M ones (1)."""

Levels = tuple[tuple[Price, Amount], ...]
SomeMillis = Annotated[int, Meta(ge=1, le=9_200_000_000_000)]


class Top(Struct, gc=False):
    """Best bid and ask.

    SPOT/api/ws-streams/~#book-ticker (no `e`, no time),
    USDM/api/ws-streams/public#individual-symbol-book-ticker-streams.
    """

    s: Name
    b: Amount
    B: Amount
    a: Amount
    A: Amount
    e: Literal["bookTicker"] = "bookTicker"
    T: SomeMillis | None = None
    st: int = 1


class FullTop(Struct, gc=False):
    """A `Top` with both sides, of spot or of USD-M: nearly every one."""

    s: Name
    b: Price
    B: Price
    a: Price
    A: Price
    e: Literal["bookTicker"] = "bookTicker"
    T: SomeMillis | None = None
    st: Literal[1] = 1


class CombinedTop(Struct, gc=False):
    """A `FullTop` in the envelope of a combined stream."""

    data: FullTop


class Envelope(Struct):
    """Any frame that is an object: a combined stream's, a bare payload, or an answer to a request.

    SPOT/api/ws-streams/~ and USDM/api/ws-streams/public, "Live Subscribing/Unsubscribing to streams".
    """

    stream: str = ""
    data: Raw | UnsetType = UNSET
    id: int | str | None = None
    result: Raw | UnsetType = UNSET
    error: "Problem | UnsetType" = UNSET
    code: int | UnsetType = UNSET
    msg: str = ""


class Problem(Struct):
    """An error, in a socket's answer or as a REST body. SPOT/api/rest-api/~#error-codes."""

    code: int = 0
    msg: str = ""


class Head(Struct):
    """What tells payloads apart."""

    e: str = ""
    st: int = 1
    A: Raw | UnsetType = UNSET
    lastUpdateId: Raw | UnsetType = UNSET


class MiniTicker(Struct):
    """24 h statistics without change. SPOT/api/ws-streams/~#all-mini-ticker."""

    e: Literal["24hrMiniTicker"]
    E: Millis
    s: Name
    c: Amount
    o: Amount
    h: Amount
    l: Amount  # noqa: E741 the venue's spelling
    v: Amount
    q: Amount
    st: int = 1


class DayTicker(Struct):
    """24 h statistics; `P` is in percent. USDM/api/ws-streams/market#all-market-tickers-streams, SPOT/...#ticker."""

    e: Literal["24hrTicker"]
    E: Millis
    s: Name
    P: Signed
    c: Amount
    h: Amount
    l: Amount  # noqa: E741 the venue's spelling
    v: Amount
    q: Amount
    st: int = 1


class MarkPrice(Struct):
    """Mark, index and running funding rate. USDM/api/ws-streams/market#mark-price-stream-for-all-market."""

    e: Literal["markPriceUpdate"]
    E: Millis
    s: Name
    p: Amount
    r: Signed | Literal[""] | None = None
    T: Millis = 0
    i: Amount | Literal[""] | None = None
    st: int = 1


class Depth(Struct):
    """A change to a book, or its top N where the stream's name says so.

    SPOT/api/ws-streams/~#diff-book-depth, USDM/api/ws-streams/public#diff-book-depth-streams (`pu`, `T`).
    """

    e: Literal["depthUpdate"]
    E: Millis
    s: Name
    U: int
    u: int
    b: Levels
    a: Levels
    pu: int | None = None
    T: Millis = 0
    st: int = 1


class Snapshot(Struct):
    """A whole book. SPOT/api/rest-api/market#depth, USDM/api/rest-api/market-data#order-book (`T`)."""

    lastUpdateId: int
    bids: Levels
    asks: Levels
    T: Millis = 0


class Print(Struct):
    """One trade; `m`: the buyer was the maker. SPOT/api/ws-streams/~#trade; USD-M sends it undocumented."""

    e: Literal["trade"]
    E: Millis
    s: Name
    t: int
    p: Amount
    q: Amount
    T: Millis
    m: bool
    st: int = 1


class ContractInfo(Struct):
    """A contract changed. USDM/api/ws-streams/market#contract-info-stream."""

    e: Literal["contractInfo"]
    s: Name
    ct: str = ""
    cs: str = ""
    st: int = 1


class ServerShutdown(Struct):
    """The server will go. SPOT/api/ws-streams/~, "WebSocket connection"."""

    e: Literal["serverShutdown"]
    E: Millis
    st: int = 1


class Time(Struct):
    """The venue's clock. SPOT/api/rest-api/general#time, USDM/api/rest-api/market-data#check-server-time."""

    serverTime: SomeMillis


class RestTop(Struct):
    """Best bid and ask. SPOT/api/rest-api/market#ticker-book-ticker, USDM/...#symbol-order-book-ticker (`time`)."""

    symbol: Name
    bidPrice: Amount
    bidQty: Amount
    askPrice: Amount
    askQty: Amount
    time: Millis = 0


class RestTicker(Struct):
    """24 h statistics, percent. SPOT/api/rest-api/market#ticker24hr, USDM/...#ticker24hr-price-change-statistics."""

    symbol: Name
    priceChangePercent: Signed
    lastPrice: Amount
    highPrice: Amount
    lowPrice: Amount
    volume: Amount
    quoteVolume: Amount
    closeTime: Millis = 0


class Premium(Struct):
    """Mark, index and running funding rate. USDM/api/rest-api/market-data#mark-price."""

    symbol: Name
    markPrice: Amount
    indexPrice: Amount | Literal[""] | None = None
    lastFundingRate: Signed | Literal[""] | None = None
    nextFundingTime: Millis = 0
    time: Millis = 0


class FundingInfo(Struct):
    """Interval, cap and floor where they differ from the default. USDM/...market-data#get-funding-rate-info."""

    symbol: Name
    fundingIntervalHours: Annotated[float, Meta(gt=0, le=24)]
    adjustedFundingRateCap: Signed | None = None
    adjustedFundingRateFloor: Signed | None = None


class Filter(Struct):
    """A trading rule of a symbol. SPOT/api/rest-api/~ "Filters", USDM/...market-data#exchange-information."""

    filterType: str
    tickSize: Amount | None = None
    stepSize: Amount | None = None
    minNotional: Amount | None = None
    notional: Amount | None = None


class SymbolRow(Struct):
    """One listed symbol. SPOT/api/rest-api/general#exchange-info, USDM/...market-data#exchange-information."""

    symbol: Name
    status: str
    baseAsset: Name
    quoteAsset: Name
    filters: list[Filter] = []
    isSpotTradingAllowed: bool = True
    permissions: list[str] = []
    contractType: str = ""
    marginAsset: str | None = None
    onboardDate: Millis = 0
    underlyingType: str = ""


class ExchangeInfo(Struct):
    """The listing; rows are read one by one, so that a bad one costs only itself."""

    symbols: list[Raw]
