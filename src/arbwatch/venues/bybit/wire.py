"""What Bybit sends, field by field: only what is used, in its own spelling. Times are milliseconds.

V5 stands for https://bybit-exchange.github.io/docs/v5. Numbers come quoted, and "" says that there is none.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from arbwatch.connector.units import Amount, Millis, Name, Price, Signed

SomeMillis = Annotated[int, Meta(ge=1, le=9_200_000_000_000)]
Levels = tuple[tuple[Price, Amount], ...]
Maybe = Amount | Literal[""] | None
MaybeSigned = Signed | Literal[""] | None


class FullTop(Struct, gc=False):
    """Best bid and ask, both there: nearly every one."""

    s: Name
    b: tuple[tuple[Price, Price]]
    a: tuple[tuple[Price, Price]]


class TopFrame(Struct, gc=False):
    """A `FullTop` in its frame. V5/websocket/public/orderbook, level 1: snapshots only since 2025-03-20."""

    topic: str
    type: Literal["snapshot"]
    ts: SomeMillis
    data: FullTop


class Envelope(Struct):
    """Any frame: data of a topic, or an answer to a subscription or a ping. V5/ws/connect."""

    topic: str = ""
    type: str = ""
    ts: Millis = 0
    cts: Millis = 0
    data: Raw | UnsetType = UNSET
    op: str = ""
    success: bool | None = None
    ret_msg: str = ""
    req_id: str | None = None


class Depth(Struct):
    """Levels of a book; a size of 0 takes one away. V5/websocket/public/orderbook."""

    s: Name
    b: Levels
    a: Levels
    u: Annotated[int, Meta(ge=1)]


class Top(Struct):
    """Best bid and ask, a side without price or size being empty. V5/websocket/public/orderbook."""

    s: Name
    b: tuple[tuple[Amount, Amount], ...]
    a: tuple[tuple[Amount, Amount], ...]


class Ticker(Struct, gc=False):
    """24 h statistics; of perpetuals also funding. In a delta only what changed; rates and changes are fractions.

    V5/websocket/public/ticker, V5/market/tickers.
    """

    symbol: Name
    lastPrice: Maybe = None
    price24hPcnt: MaybeSigned = None
    highPrice24h: Maybe = None
    lowPrice24h: Maybe = None
    volume24h: Maybe = None
    turnover24h: Maybe = None
    markPrice: Maybe = None
    indexPrice: Maybe = None
    fundingRate: MaybeSigned = None
    nextFundingTime: Millis | Literal[""] | None = None
    fundingIntervalHour: Annotated[float, Meta(ge=0, le=24)] | Literal[""] | None = None
    fundingCap: Maybe = None


class RestTicker(Ticker, gc=False):
    """A `Ticker` by REST, which carries the top of the book as well. V5/market/tickers."""

    bid1Price: Maybe = None
    bid1Size: Maybe = None
    ask1Price: Maybe = None
    ask1Size: Maybe = None


class Print(Struct):
    """One trade; `S` is the taker's side, `BT` a block trade. V5/websocket/public/trade."""

    T: SomeMillis
    s: Name
    S: Literal["Buy", "Sell"]
    v: Price
    p: Price
    i: Name
    BT: bool = False


class Answer(Struct):
    """Any REST answer; a refusal comes with HTTP 200 too. V5/guide, "Common Response Parameters"; V5/error."""

    retCode: int
    retMsg: str = ""
    result: Raw = Raw(b"{}")
    time: Millis = 0


class Time(Struct):
    """The venue's clock, ns. V5/market/time."""

    timeNano: Annotated[int, Meta(ge=10**18, le=4 * 10**18)]


class Page(Struct):
    """Rows, and where the next page begins. V5/market/instrument, V5/market/tickers."""

    rows: list[Raw] = field(name="list")
    nextPageCursor: str | None = None


class PriceFilter(Struct, frozen=True):
    """V5/market/instrument."""

    tickSize: Maybe = None


class LotSizeFilter(Struct, frozen=True):
    """Steps and least order value: the first two of spot, the others of perpetuals. V5/market/instrument."""

    basePrecision: Maybe = None
    minOrderAmt: Maybe = None
    qtyStep: Maybe = None
    minNotionalValue: Maybe = None


class InstrumentRow(Struct):
    """One listed symbol; `fundingInterval` is minutes. V5/market/instrument."""

    symbol: Name
    status: str
    baseCoin: Name
    quoteCoin: Name
    symbolType: str = ""
    priceFilter: PriceFilter = PriceFilter()
    lotSizeFilter: LotSizeFilter = LotSizeFilter()
    contractType: str = ""
    settleCoin: str | None = None
    launchTime: Millis | Literal[""] | None = None
    deliveryTime: Millis | Literal[""] | None = None
    isPreListing: bool = False
    fundingInterval: Annotated[int, Meta(ge=0, le=1440)] = 0
    upperFundingRate: MaybeSigned = None
    lowerFundingRate: MaybeSigned = None
