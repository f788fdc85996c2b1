"""What MEXC sends of perpetuals, in its own spelling: only what is used. Numbers are numbers, times milliseconds.

FUTURES stands for https://www.mexc.com/api-docs/futures. Sizes and `volume24` count contracts.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from arbwatch.connector.units import Amount, Millis, Name, Price, Signed
from arbwatch.venues.mexc.values import LAST_VERSION, SomeMillis

Version = Annotated[int, Meta(ge=1, le=LAST_VERSION)]


class Level(Struct, array_like=True, gc=False):
    """Price and contracts; the number of orders follows. FUTURES/websocket-api, "Depth"."""

    price: Amount
    size: Amount


class FullLevel(Struct, array_like=True, gc=False):
    """A `Level` that somebody stands at."""

    price: Price
    size: Price


class FullTop(Struct, gc=False):
    """Both sides of a book down to a few levels, best first: nearly every one."""

    asks: Annotated[list[FullLevel], Meta(min_length=1)]
    bids: Annotated[list[FullLevel], Meta(min_length=1)]


class FullPush(Struct, gc=False):
    """A push of a `FullTop`. FUTURES/websocket-api, "Full depth"."""

    channel: Literal["push.depth.full"]
    symbol: Name
    ts: SomeMillis
    data: FullTop


class Envelope(Struct):
    """Any frame: a push, an answer (`rs.`), or `pong`. FUTURES/websocket-api, "Detailed data interaction commands"."""

    channel: str = ""
    symbol: str = ""
    ts: Millis = 0
    data: Raw | UnsetType = UNSET


class Depth(Struct):
    """Levels of a book, whole or changed (0 takes one away); `begin` and `end` stand where changes were merged."""

    asks: list[Level]
    bids: list[Level]
    version: Version
    begin: Version | None = None
    end: Version | None = None
    timestamp: Millis | None = None


class Top(Struct):
    """The levels of a `push.depth.full`."""

    asks: list[Level]
    bids: list[Level]


class Ticker(Struct):
    """24 h statistics, with mark (`fairPrice`) and index; `bid1` and `ask1` come without sizes.

    `riseFallRate` counts from midnight in UTC+8; only `riseFallRatesOfTimezone` tells the change of 24 h, before those
    since midnight in UTC and in UTC+8. `maxBidPrice` and `minAskPrice` are limits of orders. FUTURES/market-endpoints,
    "Get Ticker"; FUTURES/websocket-api, "Ticker".
    """

    symbol: Name
    bid1: Amount | None = None
    ask1: Amount | None = None
    lastPrice: Amount | None = None
    volume24: Amount | None = None
    amount24: Amount | None = None
    high24Price: Amount | None = None
    lower24Price: Amount | None = None
    indexPrice: Amount | None = None
    fairPrice: Amount | None = None
    fundingRate: Signed | None = None
    riseFallRatesOfTimezone: list[Signed] | None = None
    timestamp: Millis | None = None


class Deal(Struct):
    """One trade; `T` is the taker's side: 1 buys, 2 sells. FUTURES/websocket-api, "Deal"."""

    p: Price
    v: Price
    T: Literal[1, 2]
    t: SomeMillis
    i: str | int = ""


class Rate(Struct):
    """A funding rate as it is pushed. FUTURES/websocket-api, "Funding rate"."""

    symbol: Name
    rate: Signed | None = None
    nextSettleTime: Millis | None = None


class FundingRate(Struct):
    """A funding rate as it is asked for: charged at `nextSettleTime`, every `collectCycle` hours.

    FUTURES/market-endpoints, "Get Funding Rate".
    """

    symbol: Name
    fundingRate: Signed | None = None
    maxFundingRate: Signed | None = None
    minFundingRate: Signed | None = None
    collectCycle: Annotated[float, Meta(ge=0, le=24)] | None = None
    nextSettleTime: Millis | None = None
    idxPrice: Amount | None = None
    fairPrice: Amount | None = None
    timestamp: Millis | None = None


class Mark(Struct):
    """A mark price or an index as it is pushed. FUTURES/websocket-api, "Index price", "Fair price"."""

    symbol: Name
    price: Amount


class Answer(Struct):
    """Every REST body. FUTURES/integration-guide."""

    data: Raw | UnsetType = UNSET


class ContractRow(Struct):
    """One listed contract. FUTURES/market-endpoints, "Get Contract Info".

    `state`: 0 enabled, 1 delivery, 2 delivered, 3 offline, 4 paused. `futureType`: 1 perpetual, 2 with an end.
    """

    symbol: Name
    baseCoin: Name
    quoteCoin: Name
    settleCoin: Name
    contractSize: Amount | None = None
    priceUnit: Amount | None = None
    volUnit: Amount | None = None
    state: int = -1
    futureType: int = 1
    type: int = 1
    isHidden: bool = False
    preMarket: bool = False
    conceptPlate: list[str] | None = None
    makerFeeRate: Signed | None = None
    takerFeeRate: Signed | None = None
    openingTime: Millis | None = None
    createTime: Millis | None = None
