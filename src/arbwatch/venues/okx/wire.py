"""What OKX sends, field by field: only what is used, in its own spelling. Times are milliseconds, in quotes.

Numbers come in quotes too, and one that there is not as "". PUBLIC and MARKET stand for two parts of
https://www.okx.com/docs-v5/en/: PUBLIC = #public-data, MARKET = #order-book-trading-market-data.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from arbwatch.connector.units import Amount, Millis, Name, Price, Signed

Maybe = Amount | Literal[""] | None
MaybeSigned = Signed | Literal[""] | None
MaybeMillis = Millis | Literal[""] | None
SomeMillis = Annotated[int, Meta(ge=1, le=9_200_000_000_000)]


class Level(Struct, array_like=True, gc=False):
    """Price and size; a dead field and the number of orders follow. MARKET-ws-order-book-channel."""

    price: Amount
    size: Amount


class FullLevel(Struct, array_like=True, gc=False):
    """A `Level` that somebody stands at."""

    price: Price
    size: Price


class FullTop(Struct, gc=False):
    """A top with both sides: nearly every one."""

    asks: tuple[FullLevel]
    bids: tuple[FullLevel]
    ts: SomeMillis


class TopArg(Struct, gc=False):
    """The stream of a top."""

    channel: Literal["bbo-tbt"]
    instId: Name


class TopPush(Struct, gc=False):
    """A push of a `FullTop`."""

    arg: TopArg
    data: tuple[FullTop]


class Arg(Struct):
    """A stream: of one instrument, or of all of a type. #overview-websocket-subscribe."""

    channel: str = ""
    instId: str = ""
    instType: str = ""


class Envelope(Struct):
    """Any frame but `pong`: a push, an answer to a request, or an announcement.

    #overview-websocket-subscribe, #overview-websocket-notification (`event` notice).
    """

    event: str = ""
    arg: Arg | UnsetType = UNSET
    action: str = ""
    data: list[Raw] | UnsetType = UNSET
    id: str | None = None
    code: str = ""
    msg: str = ""


class Top(Struct):
    """Best bid and ask; a side may be empty. MARKET-ws-order-book-channel, `bbo-tbt`."""

    asks: list[Level]
    bids: list[Level]
    ts: Millis


class Book(Struct):
    """A whole book, or a change to it: size 0 removes a level. MARKET-ws-order-book-channel, `books`.

    `prevSeqId` is -1 in a whole book, equal to `seqId` where nothing changed, above it where the count began anew.
    """

    asks: list[Level]
    bids: list[Level]
    ts: Millis
    seqId: int
    prevSeqId: int


class Snapshot(Struct):
    """A whole book asked for. MARKET-get-order-book."""

    asks: list[Level]
    bids: list[Level]
    ts: Millis
    seqId: int


class Ticker(Struct):
    """24 h statistics, streamed or asked for. MARKET-ws-tickers-channel, MARKET-get-tickers.

    `vol24h` counts in units of size (coins on spot, contracts on swaps), `volCcy24h` in the currency that the other
    does not: the quote currency on spot, the coin on swaps.
    """

    instId: Name
    last: Maybe
    open24h: Maybe
    high24h: Maybe
    low24h: Maybe
    vol24h: Maybe
    volCcy24h: Maybe
    bidPx: Maybe = None
    bidSz: Maybe = None
    askPx: Maybe = None
    askSz: Maybe = None
    ts: MaybeMillis = None


class Print(Struct):
    """One trade, or several of one taker at one price; `side` is the taker's. MARKET-ws-trades-channel."""

    instId: Name
    tradeId: str
    px: Price
    sz: Price
    side: Literal["buy", "sell"]
    ts: Millis


class FundingRate(Struct):
    """A rate and when it is charged, streamed or asked for. PUBLIC-websocket-funding-rate-channel.

    `fundingRate` is charged at `fundingTime`; `nextFundingTime` is the settlement after that one.
    """

    instId: Name
    fundingRate: MaybeSigned
    fundingTime: MaybeMillis
    nextFundingTime: MaybeMillis = None
    method: str = ""
    minFundingRate: MaybeSigned = None
    maxFundingRate: MaybeSigned = None
    ts: MaybeMillis = None


class MarkPrice(Struct):
    """Mark price of a swap. PUBLIC-rest-api-get-mark-price."""

    instId: Name
    markPx: Maybe
    ts: MaybeMillis = None


class IndexTicker(Struct):
    """An index, named after its pair. MARKET-get-index-tickers."""

    instId: Name
    idxPx: Maybe
    ts: MaybeMillis = None


class Time(Struct):
    """The venue's clock. PUBLIC-rest-api-get-system-time."""

    ts: SomeMillis


class Answer(Struct):
    """Every REST body; rows are read one by one, so that a bad one costs only itself. #overview-rest-authentication."""

    code: str
    msg: str = ""
    data: list[Raw] = []


class InstrumentRow(Struct):
    """One listed instrument; a swap's base and quote currency stand in `uly` only. PUBLIC-rest-api-get-instruments."""

    instType: str
    instId: Name
    state: str
    uly: str = ""
    instFamily: str = ""
    baseCcy: str = ""
    quoteCcy: str = ""
    settleCcy: str = ""
    ctVal: Maybe = None
    ctMult: Maybe = None
    ctValCcy: str = ""
    ctType: str = ""
    tickSz: Maybe = None
    lotSz: Maybe = None
    listTime: MaybeMillis = None
    ruleType: str = "normal"
    instCategory: str = ""
