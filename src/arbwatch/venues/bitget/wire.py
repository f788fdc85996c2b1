"""What Bitget sends, field by field: only what is used, in its own spelling. Times are milliseconds, mostly in quotes.

Numbers come in quotes too; "" and null say that there is none. DOCS stands for https://www.bitget.com/api-doc. The
interface is v2; its successor v3 ("UTA") pushes the same on another path under other names, which the `Unified`
structs map to those of v2.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from arbwatch.connector.units import Amount, Millis, Name, Price, Signed

Maybe = Amount | Literal[""] | None
MaybeSigned = Signed | Literal[""] | None
MaybeMillis = Millis | Literal[""] | None
# -1 says that nothing is planned.
MaybePlanned = Annotated[int, Meta(ge=-1, le=9_200_000_000_000)] | Literal[""] | None
SomeMillis = Annotated[int, Meta(ge=1, le=9_200_000_000_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)] | Literal[""] | None
Digits = Annotated[int, Meta(ge=0, le=30)]


class FullLevel(Struct, array_like=True, gc=False):
    """Price and size of a level that somebody stands at."""

    price: Price
    size: Price


class FullTop(Struct, gc=False):
    """A top with both sides: nearly every one."""

    asks: tuple[FullLevel]
    bids: tuple[FullLevel]


class TopArg(Struct, gc=False):
    """The stream of a top."""

    instType: str
    channel: Literal["books1"]
    instId: Name


class TopPush(Struct, gc=False):
    """A push of a `FullTop`; `ts` is when it was pushed. DOCS/spot/websocket/public/Depth-Channel."""

    arg: TopArg
    data: tuple[FullTop]
    ts: SomeMillis


class Arg(Struct):
    """A stream: `channel` and `instId` in v2, `topic` and `symbol` in v3. DOCS/common/websocket-intro."""

    instType: str = ""
    channel: str = ""
    instId: str = ""
    topic: str = ""
    symbol: str = ""

    @property
    def stream(self) -> str:
        """Name what it carries."""
        return self.channel or self.topic

    @property
    def listed(self) -> str:
        """Name the symbol."""
        return self.instId or self.symbol


class Envelope(Struct):
    """Any frame but `pong`: a push, or an answer to a request. DOCS/common/websocket-intro."""

    event: str = ""
    arg: Arg | UnsetType = UNSET
    action: str = ""
    data: Raw | UnsetType = UNSET
    ts: Millis = 0
    code: int | str = ""
    msg: str = ""
    table: str = ""
    """Only in frames of the interface before v1."""


class Level(Struct, array_like=True, gc=False):
    """A level in the venue's own digits, which its checksum is made of."""

    price: str
    size: str


class Depth(Struct):
    """Levels of a book: all, or changes, where a size of 0 removes one. DOCS/spot/websocket/public/Depth-Channel.

    `pseq` is the `seq` of the message before; neither was sent until 2025. `checksum` is 0 where there is none.
    """

    asks: list[Level]
    bids: list[Level]
    seq: int | None = None
    pseq: int | None = None
    checksum: int | None = None
    ts: Millis = 0


class UnifiedDepth(Depth):
    """The same in v3. DOCS/uta/websocket/public/Order-Book-Channel."""

    asks: list[Level] = field(name="a")
    bids: list[Level] = field(name="b")


class Ticker(Struct, gc=False):
    """24 h statistics; of perpetuals also funding. Rates and changes are fractions, `symbolType` 2 is a dated contract.

    DOCS/spot/websocket/public/Tickers-Channel, DOCS/contract/websocket/public/Tickers-Channel.
    """

    lastPr: Maybe = None
    open24h: Maybe = None
    high24h: Maybe = None
    low24h: Maybe = None
    change24h: MaybeSigned = None
    baseVolume: Maybe = None
    quoteVolume: Maybe = None
    markPrice: Maybe = None
    indexPrice: Maybe = None
    fundingRate: MaybeSigned = None
    nextFundingTime: MaybeMillis = None
    deliveryTime: MaybeMillis = None
    symbolType: int | str = ""
    ts: MaybeMillis = None


class UnifiedTicker(Ticker, gc=False):
    """The same in v3, without a time of its own. DOCS/uta/websocket/public/Tickers-Channel."""

    lastPr: Maybe = field(name="lastPrice", default=None)
    open24h: Maybe = field(name="openPrice24h", default=None)
    high24h: Maybe = field(name="highPrice24h", default=None)
    low24h: Maybe = field(name="lowPrice24h", default=None)
    change24h: MaybeSigned = field(name="price24hPcnt", default=None)
    baseVolume: Maybe = field(name="volume24h", default=None)
    quoteVolume: Maybe = field(name="turnover24h", default=None)


class RestTicker(Ticker, gc=False, kw_only=True):
    """A `Ticker` asked for, with the top of the book; the price of a day ago is `open` on spot.

    DOCS/spot/market/Get-Tickers, DOCS/contract/market/Get-All-Symbol-Ticker.
    """

    symbol: Name
    open: Maybe = None
    bidPr: Maybe = None
    bidSz: Maybe = None
    askPr: Maybe = None
    askSz: Maybe = None


class Print(Struct):
    """One trade; `side` is the taker's. DOCS/spot/websocket/public/Trades-Channel."""

    price: Price
    size: Price
    side: Literal["buy", "sell"]
    tradeId: Name
    ts: SomeMillis


class UnifiedPrint(Print):
    """The same in v3. DOCS/uta/websocket/public/New-Trades-Channel."""

    price: Price = field(name="p")
    size: Price = field(name="v")
    side: Literal["buy", "sell"] = field(name="S")
    tradeId: Name = field(name="i")
    ts: SomeMillis = field(name="T")


class Answer(Struct):
    """Every REST body. DOCS/common/intro."""

    code: str
    msg: str | None = None
    data: Raw = Raw(b"null")
    requestTime: MaybeMillis = None


class Time(Struct):
    """The venue's clock. DOCS/common/public/Get-Server-Time."""

    serverTime: SomeMillis


class Rate(Struct):
    """What is charged at `nextUpdate`, and every `fundingRateInterval` hours.

    DOCS/contract/market/Get-Current-Funding-Rate.
    """

    symbol: Name
    fundingRate: MaybeSigned = None
    fundingRateInterval: Annotated[float, Meta(ge=0, le=24)] | Literal[""] | None = None
    nextUpdate: MaybeMillis = None
    minFundingRate: MaybeSigned = None
    maxFundingRate: MaybeSigned = None


class Based(Struct):
    """The base of a listed row."""

    baseCoin: Name


class SpotRow(Struct):
    """One listed pair. DOCS/spot/market/Get-Symbols."""

    symbol: Name
    baseCoin: Name
    quoteCoin: Name
    status: str
    pricePrecision: Digits | Literal[""] | None = None
    quantityPrecision: Digits | Literal[""] | None = None
    minTradeUSDT: Maybe = None
    makerFeeRate: MaybeSigned = None
    takerFeeRate: MaybeSigned = None
    openTime: MaybePlanned = None
    offTime: MaybePlanned = None


class PerpRow(Struct):
    """One listed contract; `sizeMultiplier` is the step of sizes. DOCS/contract/market/Get-All-Symbols-Contracts."""

    symbol: Name
    baseCoin: Name
    quoteCoin: Name
    symbolType: str
    symbolStatus: str
    supportMarginCoins: list[str] = []
    pricePlace: Digits | Literal[""] | None = None
    priceEndStep: Digits | Literal[""] | None = None
    sizeMultiplier: Maybe = None
    minTradeUSDT: Maybe = None
    makerFeeRate: MaybeSigned = None
    takerFeeRate: MaybeSigned = None
    fundInterval: Annotated[float, Meta(ge=0, le=24)] | Literal[""] | None = None
    launchTime: MaybePlanned = None
    openTime: MaybePlanned = None
    offTime: MaybePlanned = None
    isRwa: str = "NO"


class Coin(Struct):
    """One coin and the networks it travels on. DOCS/spot/market/Get-Coin-List."""

    coin: Name
    chains: list[Raw] | None = None


class Chain(Struct):
    """One network of a coin; what is true or false comes in quotes, `extraWithdrawFee` is a fraction. The same page."""

    chain: Name
    rechargeable: bool | Literal[""] | None = None
    withdrawable: bool | Literal[""] | None = None
    withdrawFee: Maybe = None
    extraWithdrawFee: Maybe = None
    minDepositAmount: Maybe = None
    minWithdrawAmount: Maybe = None
    depositConfirm: Count = None
    withdrawConfirm: Count = None
    contractAddress: str | None = None
