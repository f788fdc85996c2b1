"""The pushes of each Binance stream: at once, or gathered until its pace."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from arbwatch.simulator.book import LevelChange
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Change, ListingChange
from arbwatch.simulator.protocol import AtOnce, Feed, Row, Stream, compact

if TYPE_CHECKING:
    from arbwatch.simulator.binance import Binance


def feed(venue: "Binance", stream: Stream) -> Feed:
    """Begin to make the pushes of a stream."""
    if stream.symbol is None:
        return _whole_market(venue, stream)
    listing = venue.listings[stream.symbol]
    match stream.kind:
        case "quote":
            return AtOnce(lambda change: venue.quote(listing))
        case "depth":
            return Diffs(venue, listing)
        case "partial":
            return Partials(venue, listing, stream.levels)
        case "mark":
            return Paced(lambda: _one(venue.mark(listing)))
        case "ticker" | "mini":
            return Tickers(venue, (listing,), stream.kind == "mini", alone=True)
    return AtOnce(lambda change: _trade(venue, change, stream.kind == "aggregate"))


def _whole_market(venue: "Binance", stream: Stream) -> Feed:
    match stream.kind:
        case "quote":
            return Paced(lambda: [venue.quote(listing) for listing in venue.listings.values()])
        case "mark":
            return Paced(lambda: _marks(venue))
        case "listing":
            return Contracts(venue)
    return Tickers(venue, None, stream.kind == "mini", alone=False)


def _trade(venue: "Binance", change: Change, aggregate: bool) -> str | None:
    return None if change.trade is None else venue.trade(change.listing, change.trade, aggregate=aggregate)


def _one(row: Row | None) -> list[str]:
    return [] if row is None else [compact(row)]


def _marks(venue: "Binance") -> list[str]:
    """Write stocks in an array of their own."""
    rows = [(listing.kind == "stock", row) for listing in venue.listings.values() if (row := venue.mark(listing))]
    arrays = [[row for is_stock, row in rows if is_stock == stock] for stock in (False, True)]
    return [compact(array) for array in arrays if array]


class Paced(Feed):
    """The present state at every pace."""

    def __init__(self, write: Callable[[], list[str]]) -> None:
        """`write` makes the pushes."""
        self.write = write

    def flush(self) -> list[str]:
        """Return the state as it is now."""
        return self.write()


class Diffs(Feed):
    """Changed levels since the last push."""

    def __init__(self, venue: "Binance", listing: Listing) -> None:
        """Start at the book's present id."""
        self.venue, self.listing = venue, listing
        self.first = self.previous = listing.book.id
        self.levels: dict[tuple[bool, int], LevelChange] = {}

    def gather(self, change: Change) -> None:
        """Keep the newest size of every changed level."""
        if not self.levels:
            self.first = change.first_id
        for level in change.levels:
            self.levels[level.bid, level.price] = level

    def flush(self) -> list[str]:
        """Return one diff from the first changed level since the last push up to the book's id."""
        if not self.levels:
            return []
        levels = sorted(self.levels.values(), key=lambda x: (x.bid, -x.price if x.bid else x.price))
        self.levels = {}
        text = self.venue.diff(self.listing, self.first, self.previous, levels)
        self.previous = self.listing.book.id
        return [text]


class Partials(Feed):
    """The top levels, whenever anything changed."""

    def __init__(self, venue: "Binance", listing: Listing, levels: int) -> None:
        """Push the present state at the first pace."""
        self.venue, self.listing, self.levels = venue, listing, levels
        self.dirty = True

    def gather(self, change: Change) -> None:
        """Note that something changed."""
        self.dirty = True

    def flush(self) -> list[str]:
        """Return the top levels as they are now."""
        if not self.dirty:
            return []
        self.dirty = False
        return [self.venue.partial(self.listing, self.levels)]


class Tickers(Feed):
    """24 h statistics of what traded since the last push."""

    def __init__(self, venue: "Binance", of: Iterable[Listing] | None, mini: bool, alone: bool) -> None:
        """`of` is None for the whole market, which comes as an array; one `alone` comes as an object."""
        self.venue, self.mini, self.alone = venue, mini, alone
        self.dirty: dict[Listing, None] = {}
        if of is not None:
            self.dirty = dict.fromkeys(of)

    def gather(self, change: Change) -> None:
        """Note what traded."""
        if change.trade is not None:
            self.dirty[change.listing] = None

    def flush(self) -> list[str]:
        """Return what changed; the other product's contracts are always in the array."""
        listings = [li for li in self.venue.listings.values() if li in self.dirty or self._always(li)]
        self.dirty = {}
        rows = [self.venue.ticker(listing, self.mini) for listing in listings]
        if self.alone:
            return [compact(row) for row in rows]
        return [compact(rows)] if rows else []

    def _always(self, listing: Listing) -> bool:
        return not self.alone and listing.kind == "coin_margined"


class Contracts(Feed):
    """Changes of what is listed."""

    def __init__(self, venue: "Binance") -> None:
        """Say nothing until something changes."""
        self.venue = venue

    def announced(self, change: ListingChange) -> list[str]:
        """Return the contract as it is now."""
        return _one(self.venue.contract(change.listing))
