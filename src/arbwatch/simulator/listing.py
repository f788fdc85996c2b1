"""One instrument of one simulated venue with everything that is true about it.

Prices and sizes are integers in units of `10**-price_decimals` and `10**-size_decimals`, so that what is written
on the wire is exact.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from arbwatch.simulator.book import Book
from arbwatch.simulator.facts import TRADING

Kind = Literal[
    "spot", "leveraged", "share", "perpetual", "stock", "index", "quarter", "coin_margined", "prelaunch", "odd"
]


def decimal_text(units: int, decimals: int) -> str:
    """Write an integer number of `10**-decimals` with exactly that many decimals."""
    if decimals == 0:
        return str(units)
    sign, units = ("-", -units) if units < 0 else ("", units)
    text = str(units).rjust(decimals + 1, "0")
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}"


@dataclass(slots=True)
class Statistics:
    """The last 24 hours; prices, sizes and volumes as integers, `quote_volume` in price units x size units."""

    open: int
    high: int
    low: int
    last: int
    last_size: int
    volume: int
    quote_volume: int
    first_id: int
    count: int
    opened: int
    """UTC ns."""
    closed: int
    """UTC ns of the last trade."""

    def trade(self, price: int, size: int, time: int) -> int:
        """Count one execution in and return its id."""
        self.last, self.last_size, self.closed = price, size, time
        self.high, self.low = max(self.high, price), min(self.low, price)
        self.volume += size
        self.quote_volume += price * size
        self.count += 1
        return self.first_id + self.count - 1


@dataclass(slots=True)
class FundingState:
    """Funding of one perpetual; rates are fractions per interval."""

    interval_h: int
    """0 where there is no funding (dated futures): only mark and index are kept."""
    cap: float
    floor: float
    interest: float
    premium: float
    """Slow mean of mark over index, less one."""
    rate: float = 0.0
    next_time: int = 0
    """UTC ms."""
    mark: float = 0.0
    index: float = 0.0
    settle: float = 0.0
    average: float = 0.0
    time: int = 0
    """UTC ns."""


@dataclass(slots=True, eq=False)
class Listing:
    """One instrument of one venue."""

    venue: str
    symbol: str
    base: str
    quote: str
    asset: str
    """The coin as the market knows it: the price path that drives this instrument."""
    multiplier: int
    kind: Kind
    contract_type: str
    underlying: str
    status: str
    price_decimals: int
    tick: int
    size_decimals: int
    lot: int
    min_notional: str
    listed: int
    """UTC ms."""
    delivery: int
    """UTC ms."""
    rate: float
    """Mean number of quote changes per second."""
    spread: float
    """Half the usual spread as a fraction."""
    depth: float
    """Usual value at the top of the book, in dollars."""
    levels: int
    book: Book
    statistics: Statistics
    contract: str = "1"
    """How many of what the price is for one size unit stands for: contracts on some venues, 1 elsewhere."""
    settle: str = ""
    """Currency of margin."""
    trimmed: bool = False
    """Numbers are written without idle zeros."""
    funding: FundingState | None = None
    offset: float = 0.0
    """Where this venue's inventory pushes the price, as a fraction."""
    basis: float = 0.0
    """What the offset reverts to, as a fraction."""
    gap: float = 0.0
    """Planted distance from the fair price, as a fraction."""
    moved: int = 0
    """Market step of the last change."""
    time: int = 0
    """Matching time of the last change, UTC ns."""
    missing: Literal["bid", "ask"] | None = None
    crossed: bool = False
    lower: str = field(init=False)
    """How stream names spell the symbol."""
    price_scale: int = field(init=False)
    size_scale: int = field(init=False)

    def __post_init__(self) -> None:
        """Derive what never changes."""
        self.lower = self.symbol.lower()
        self.price_scale = 10**self.price_decimals
        self.size_scale = 10**self.size_decimals

    @property
    def trading(self) -> bool:
        """Tell whether its quotes move."""
        return self.status in TRADING

    @property
    def contract_size(self) -> Decimal:
        """Return how many of the asset one size unit stands for."""
        return self.multiplier * Decimal(self.contract)

    def price(self, units: int) -> str:
        """Write a price as the venue does."""
        return self._written(units, self.price_decimals)

    def size(self, units: int) -> str:
        """Write a size as the venue does."""
        return self._written(units, self.size_decimals)

    def _written(self, units: int, decimals: int) -> str:
        text = decimal_text(units, decimals)
        return text.rstrip("0").rstrip(".") if self.trimmed and decimals else text

    def price_float(self, units: int) -> float:
        """Return the price that `price` writes."""
        return units / self.price_scale

    def size_float(self, units: int) -> float:
        """Return the size that `size` writes."""
        return units / self.size_scale

    def top(self) -> tuple[str, str, str, str]:
        """Write bid, bid size, ask and ask size; an empty side is zero, as the venues write it."""
        book = self.book
        bid, ask = book.bid or 0, book.ask or 0
        return (
            self.price(bid),
            self.size(book.bids.get(bid, 0)),
            self.price(ask),
            self.size(book.asks.get(ask, 0)),
        )
