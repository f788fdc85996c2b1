"""Venues that are wrong in one way each: what they send does not mean what their documentation says.

A mistake changes what a protocol is shown while it writes, or the figures it wrote; the market's truth stays as it is.
So every protocol makes every mistake, in its own spelling, and no reader can tell but by the data itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from arbwatch.simulator.book import Book
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Change, ListingChange
from arbwatch.simulator.protocol import Answer, Feed, Stream, Venue, compact

Shown = Callable[[Listing, "Others"], dict[str, Any]]
"""Returns what a protocol is shown instead: `book`, `time` or `contract`, or `funding.<field>`."""
Rewritten = Callable[[dict[str, Any]], None]
"""Changes the fields of one object of a message in place."""
CHANGES = ("P", "priceChangePercent", "price24hPcnt", "change24h", "changeUtc24h", "riseFallRate", "zonedRate")
VOLUMES = (
    ("v", "q"), ("volume", "quoteVolume"), ("volume24h", "turnover24h"), ("vol24h", "volCcy24h"),
    ("baseVolume", "quoteVolume"), ("volume24", "amount24"), ("volume", "quantity"),
)  # fmt: skip
HOURS = ("fundingIntervalHours", "fundingIntervalHour", "fundingRateInterval", "fundInterval", "collectCycle")
PERCENT_BY_DOCUMENT = ("P", "priceChangePercent")


class Others(NamedTuple):
    """What a mistake may look at besides the listing."""

    listings: Sequence[Listing]
    first: dict[str, tuple[int | None, int]]
    """By symbol: bid and its size when it was first asked for."""


class Mistake(NamedTuple):
    """One way of being wrong."""

    what: str
    """In words, for people."""
    streams: tuple[str, ...] = ()
    """Kinds of streams that are wrong."""
    paths: tuple[str, ...] = ()
    """REST paths that are wrong end in one of these."""
    shown: Shown | None = None
    rewritten: Rewritten | None = None


class WrongVenue:
    """A venue's protocol with one mistake; everything else is the protocol's own."""

    def __init__(self, protocol: Venue, mistake: Mistake) -> None:
        """Speak as `protocol` does, but for the mistake."""
        self._protocol, self._mistake = protocol, mistake
        self._first: dict[str, tuple[int | None, int]] = {}

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the protocol."""
        return getattr(self._protocol, name)

    @property
    def skew_ms(self) -> int:
        """Return by how much the clock is ahead."""
        return self._protocol.skew_ms

    @skew_ms.setter
    def skew_ms(self, ms: int) -> None:
        """Move the protocol's clock."""
        self._protocol.skew_ms = ms

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a stream, wrong ones where the mistake is there."""
        if stream.kind not in self._mistake.streams:
            return self._protocol.feed(stream)
        listings = self._protocol.listings
        own = [listings[stream.symbol]] if stream.symbol is not None else None
        with self.showing(own or list(listings.values())):
            made = self._protocol.feed(stream)
        return _WrongFeed(made, self, own)

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer, wrongly where the mistake is there."""
        if not path.endswith(self._mistake.paths or ("\0",)):
            return self._protocol.answer(path, query)
        with self.showing(list(self._protocol.listings.values())):
            answer = self._protocol.answer(path, query)
        self._rewrite(answer.body)
        return answer

    def written(self, payload: str) -> str:
        """Rewrite a push."""
        if self._mistake.rewritten is None:
            return payload
        message = msgspec.json.decode(payload)
        self._rewrite(message)
        return compact(message)

    def all(self) -> list[Listing]:
        """Return every listing as it is."""
        return list(self._protocol.listings.values())

    @contextmanager
    def showing(self, listings: Sequence[Listing]) -> Iterator[None]:
        """Show the protocol something else of these listings."""
        shown = self._mistake.shown
        with ExitStack() as back:
            if shown is not None:
                others = Others(self.all(), self._first)
                new = [(listing, shown(listing, others)) for listing in listings]
                for listing, values in new:
                    for name, value in values.items():
                        back.enter_context(_set(listing, name, value))
            yield

    def _rewrite(self, value: Any) -> None:
        rewritten = self._mistake.rewritten
        if rewritten is None:
            return
        if isinstance(value, dict):
            rewritten(value)
            for inner in value.values():
                self._rewrite(inner)
        elif isinstance(value, list):
            for inner in value:
                self._rewrite(inner)


class _WrongFeed(Feed):
    """A feed that is shown something else."""

    def __init__(self, feed: Feed, venue: WrongVenue, listings: list[Listing] | None) -> None:
        self._feed, self._venue, self._listings = feed, venue, listings

    def _make(self, make: Callable[[], list[str]]) -> list[str]:
        with self._venue.showing(self._listings or self._venue.all()):
            made = make()
        return [self._venue.written(payload) for payload in made]

    def greet(self) -> list[str]:
        return self._make(self._feed.greet)

    def gather(self, change: Change) -> str | None:
        with self._venue.showing([change.listing]):
            made = self._feed.gather(change)
        return None if made is None else self._venue.written(made)

    def flush(self) -> list[str]:
        return self._make(self._feed.flush)

    def announced(self, change: ListingChange) -> list[str]:
        return self._make(lambda: self._feed.announced(change))

    def restart(self) -> list[str]:
        return self._make(self._feed.restart)


@contextmanager
def _set(listing: Listing, name: str, value: Any) -> Iterator[None]:
    owner: Any = listing
    if name.startswith("funding."):
        owner, name = listing.funding, name.removeprefix("funding.")
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _top(listing: Listing, bid: int | None, bid_size: int, ask: int | None, ask_size: int) -> dict[str, Any]:
    book = Book(listing.book.id)
    book.bid, book.ask = bid or None, ask or None
    book.bids = {bid: bid_size} if bid else {}
    book.asks = {ask: ask_size} if ask else {}
    return {"book": book}


def _swapped(listing: Listing, others: Others) -> dict[str, Any]:
    bid, bid_size, ask, ask_size = listing.book.top()
    return _top(listing, ask, ask_size, bid, bid_size)


def _still(listing: Listing, others: Others) -> dict[str, Any]:
    bid, bid_size, ask, ask_size = listing.book.top()
    first = others.first.setdefault(listing.symbol, (bid, bid_size))
    return _top(listing, *first, ask, ask_size)


def _moved(ratio: Decimal) -> Shown:
    def shown(listing: Listing, others: Others) -> dict[str, Any]:
        bid, bid_size, ask, ask_size = listing.book.top()
        tick = listing.tick
        moved = [None if at is None else int(at * ratio) // tick * tick for at in (bid, ask)]
        return _top(listing, moved[0], bid_size, moved[1], ask_size)

    return shown


def _thousandfold(listing: Listing, others: Others) -> dict[str, Any]:
    return _moved(Decimal(1000))(listing, others) if listing.multiplier > 1 else {}


def _in_quote(listing: Listing, others: Others) -> dict[str, Any]:
    bid, bid_size, ask, ask_size = listing.book.top()
    sizes = [max(1, size * (at or 0) // listing.price_scale) for at, size in ((bid, bid_size), (ask, ask_size))]
    return _top(listing, bid, sizes[0], ask, sizes[1])


def _seconds(listing: Listing, others: Others) -> dict[str, Any]:
    return {"time": listing.time // 1000}


def _contracts(listing: Listing, others: Others) -> dict[str, Any]:
    return {"contract": str(Decimal(listing.contract) * 10)}


def _percent(listing: Listing, others: Others) -> dict[str, Any]:
    return {"funding.rate": listing.funding.rate * 100} if listing.funding else {}


def _after_next(listing: Listing, others: Others) -> dict[str, Any]:
    funding = listing.funding
    return {"funding.next_time": funding.next_time + funding.interval_h * 3_600_000} if funding else {}


def _of_another(listing: Listing, others: Others) -> dict[str, Any]:
    funds = [other.funding for other in others.listings if other.funding is not None]
    if listing.funding is None:
        return {}
    other = funds[(funds.index(listing.funding) + 1) % len(funds)]
    return {"funding.mark": other.mark, "funding.index": other.index}


def _change(row: dict[str, Any]) -> None:
    for name in CHANGES:
        if isinstance(row.get(name), float):
            row[name] *= 100
        elif isinstance(row.get(name), str) and row[name] and (name != "P" or row.get("e") == "24hrTicker"):
            factor = Decimal("0.01") if name in PERCENT_BY_DOCUMENT else Decimal(100)
            row[name] = f"{Decimal(row[name]) * factor:f}"


def _exchanged(row: dict[str, Any]) -> None:
    for one, other in VOLUMES:
        if one in row and other in row:
            row[one], row[other] = row[other], row[one]


def _minutes(row: dict[str, Any]) -> None:
    for name in HOURS:
        if row.get(name):
            row[name] = type(row[name])(int(row[name]) * 60)
    if row.get("fundingInterval"):
        row["fundingInterval"] = row["fundingInterval"] // 60


FUNDING = ("mark", "funding", "index", "ticker")
FUNDING_PATHS = (
    "premiumIndex", "tickers", "funding-rate", "mark-price", "index-tickers", "current-fund-rate", "contract/ticker",
    "funding_rate",
)  # fmt: skip
DAY_PATHS = ("ticker/24hr", "tickers", "contract/ticker")
MISTAKES: dict[str, Mistake] = {
    "contracts": Mistake(
        "the listing tells ten times the contract size", ("listing",), ("public/instruments", "contract/detail"),
        _contracts,
    ),
    "sizes": Mistake("sizes are streamed in quote currency", ("quote",), (), _in_quote),
    "sides": Mistake("bids and asks are swapped on the stream", ("quote",), (), _swapped),
    "still_side": Mistake("the bid never changes on the stream", ("quote",), (), _still),
    "product": Mistake("the stream carries another product, 3 % away", ("quote",), (), _moved(Decimal("1.03"))),
    "multiplier": Mistake("streamed prices of multiplied instruments are 1000-fold", ("quote",), (), _thousandfold),
    "seconds": Mistake("the times of quotes are seconds, not milliseconds", ("quote",), (), _seconds),
    "rate": Mistake("funding rates are percent, not fractions", FUNDING, FUNDING_PATHS, _percent),
    "change": Mistake(
        "changes of 24 h are percent for fractions, or the other way round", ("ticker", "mini"), DAY_PATHS, None,
        _change,
    ),
    "volumes": Mistake(
        "volumes in base and quote currency are exchanged", ("ticker", "mini"), DAY_PATHS, None, _exchanged
    ),
    "next_funding": Mistake("the next but one funding time is told", FUNDING, FUNDING_PATHS, _after_next),
    "mark": Mistake("mark and index are those of another instrument", FUNDING, FUNDING_PATHS, _of_another),
    "interval": Mistake(
        "funding intervals are minutes for hours, or the other way round", ("ticker",),
        ("fundingInfo", "instruments-info", "tickers", "current-fund-rate", "contracts", "funding_rate"), None,
        _minutes,
    ),
}  # fmt: skip
"""By name."""


def wrong(protocol: Venue, name: str) -> Venue:
    """Return the protocol with one mistake; ValueError in words where there is none of that name."""
    mistake = MISTAKES.get(name)
    if mistake is None:
        raise ValueError(f"no mistake {name!r}; known are {', '.join(MISTAKES)}")
    found: Any = WrongVenue(protocol, mistake)
    made: Venue = found
    return made
