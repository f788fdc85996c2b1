"""The one market behind every simulated venue: price paths, quotes, trades, funding. Moves in equal steps.

The same seed, start and number of steps give the same market, whatever the wall clock did meanwhile.
"""

import math
import random
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Literal, NamedTuple

from arbwatch.simulator.book import LevelChange
from arbwatch.simulator.catalogue import SECOND, Catalogue
from arbwatch.simulator.entry import Entry
from arbwatch.simulator.facts import FACTS
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.listings import churn

STEP = SECOND // 100
STEPS_PER_SECOND = 100
FURTHEST_BEHIND = 25
"""Steps that may be caught up at once; a longer pause of the process is skipped, not replayed."""
INDEX_LAG_S = 0.05
"""Seconds by which an index follows the asset's price."""


class TradeDone(NamedTuple):
    """One execution; `buy` is the taker's side."""

    id: int
    price: int
    size: int
    buy: bool


class Change(NamedTuple):
    """What one step did to one instrument."""

    listing: Listing
    first_id: int
    """Update id of the first changed level; the book's id is the last one's."""
    levels: list[LevelChange]
    trade: TradeDone | None


class ListingChange(NamedTuple):
    """An instrument was listed, delisted, halted, resumed, or got another tick or contract size."""

    listing: Listing
    what: Literal["listed", "delisted", "halted", "resumed", "tick", "rebased"]


class Asset:
    """The price path of one asset in dollars."""

    __slots__ = ("base", "log", "seen", "sigma", "step", "venue_log")

    def __init__(self, price: float, sigma: float) -> None:
        """Start at `price`; `sigma` is the standard deviation of its logarithm over one second."""
        self.base = self.log = math.log(price)
        self.sigma = sigma
        self.step = 0
        self.venue_log: dict[str, float] = {}
        self.seen: dict[str, int] = {}


class Market:
    """Everything that is true, for all venues together."""

    def __init__(
        self, seed: int, now: int, *, venues: tuple[str, ...] = ("binance_spot", "binance_perp"),
        rate: float = 1500.0, instruments: int = 430, churn_s: float | None = 300.0,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:  # fmt: skip
        """Build every instrument at `now` (UTC ns); `churn_s` is the time between changes of what is listed."""
        self.catalogue = Catalogue(seed, now, rate, venues)
        self.random = random.Random(f"{seed}:market")
        self.now = self.stamp = now
        self.steps = 0
        self.paused = False
        self.clock = clock
        self.churn_s = churn_s
        self.listing_changes: list[ListingChange] = []
        self.venues: dict[str, dict[str, Listing]] = {
            venue: {listing.symbol: listing for listing in self.catalogue.listings(venue, instruments)}
            for venue in venues
        }
        self.assets: dict[str, Asset] = {}
        self.planted: dict[str, float] = {}
        """Gaps of the perpetuals of an asset."""
        self.planted_at: dict[tuple[str, str], float] = {}
        """Gaps of an asset on one venue."""
        self._forced: list[Listing] = []
        self._choose()
        self._plant_some()
        self._second()

    def listings(self) -> Iterator[Listing]:
        """Go through every instrument of every venue."""
        for listings in self.venues.values():
            yield from listings.values()

    def listing(self, venue: str, symbol: str) -> Listing:
        """Return one instrument; KeyError in words where there is none."""
        found = self.venues[venue].get(symbol)
        if found is None:
            raise KeyError(f"{venue} lists no {symbol!r}")
        return found

    def _choose(self) -> None:
        moving = [listing for listing in self.listings() if listing.trading and listing.rate > 0]
        self._moving = moving
        self._cumulative = list(accumulate(listing.rate for listing in moving))

    def _asset(self, name: str) -> Asset:
        asset = self.assets.get(name)
        if asset is None:
            price = self.catalogue.price(name)
            still = name in ("USDT", "USDC", "FDUSD", "EUR", "TRY")
            asset = Asset(price, 2e-6 if still else self.catalogue.rng("sigma", name).uniform(0.6e-4, 2.2e-4))
            self.assets[name] = asset
        return asset

    def _log_price(self, name: str, venue: str) -> float:
        asset = self._asset(name)
        if self.steps > asset.step:
            elapsed = (self.steps - asset.step) / STEPS_PER_SECOND
            pull = math.exp(-elapsed / 7200)
            asset.log = asset.base + (asset.log - asset.base) * pull
            asset.log += self.random.gauss(0, asset.sigma * math.sqrt(elapsed))
            asset.step = self.steps
        seen = asset.venue_log.get(venue, asset.log)
        elapsed = (self.steps - asset.seen.get(venue, 0)) / STEPS_PER_SECOND
        lag_s = FACTS[venue].lag_s if venue in FACTS else INDEX_LAG_S
        seen += (asset.log - seen) * (1 - math.exp(-elapsed / lag_s))
        asset.venue_log[venue], asset.seen[venue] = seen, self.steps
        return seen

    def fair(self, listing: Listing, venue: str | None = None) -> float:
        """Return the asset's price in the listing's quote currency and multiplier, before offsets."""
        venue = venue or listing.venue
        log = self._log_price(listing.asset, venue)
        if listing.quote not in ("USDT", "USD"):
            log -= self._log_price(listing.quote, venue)
        return math.exp(log) * listing.multiplier

    def due(self, now: int) -> int:
        """Return how many steps lie between the market and `now`; a long sleep of the process is skipped."""
        behind = (now - self.now) // STEP
        if behind > FURTHEST_BEHIND:
            self.now = now - FURTHEST_BEHIND * STEP
            behind = FURTHEST_BEHIND
        return int(behind)

    def step(self, emit: Callable[[Change], None] = lambda change: None, stamp: int | None = None) -> None:
        """Move by one step and hand every change to `emit` while it is the newest of its instrument.

        Changes carry the time `stamp` (UTC ns), or the step's own, which differs where steps are caught up.
        """
        self.now += STEP
        self.stamp = stamp or self.now
        if self.paused:
            return
        self.steps += 1
        if self.steps % STEPS_PER_SECOND == 0:
            self._second()
        if self._moving:
            count = int(self._cumulative[-1] / STEPS_PER_SECOND + self.random.random())
            for listing in self.random.choices(self._moving, cum_weights=self._cumulative, k=count):
                emit(self._move(listing))
        while self._forced:
            emit(self._move(self._forced.pop()))

    def _move(self, listing: Listing) -> Change:
        rng, book = self.random, listing.book
        old = book.top()
        if listing.funding is not None:
            # Where ids of futures are counted over all symbols, one symbol's leave gaps.
            skipped = rng.randrange(40)
            book.id += 0 if FACTS[listing.venue].gapless else skipped
        elapsed = (self.steps - listing.moved) / STEPS_PER_SECOND
        pull = math.exp(-elapsed / 30)
        listing.offset = listing.basis + (listing.offset - listing.basis) * pull
        listing.offset += rng.gauss(0, 1.2e-4 * math.sqrt(1 - pull * pull))
        price = self.fair(listing) * (1 + listing.offset + listing.gap)
        trade = self._trade(listing, old) if rng.random() < 0.25 else None
        if listing.crossed or listing.missing:
            self._move_oddly(listing)
        else:
            self._requote(listing, price, old)
            if rng.random() < 0.5:
                self._deep(listing)
            self._keep_deep(listing)
        listing.moved, listing.time = self.steps, self.stamp
        levels = book.take()
        return Change(listing, book.id - len(levels) + 1, levels, trade)

    def _requote(self, listing: Listing, price: float, old: tuple[int | None, int, int | None, int]) -> None:
        rng, tick = self.random, listing.tick
        units = price * listing.price_scale
        half = units * listing.spread * rng.uniform(0.6, 1.4)
        old_bid, bid_size, old_ask, ask_size = old
        size = self.catalogue.shape(listing).size
        if old_bid and old_ask and abs(units - (old_bid + old_ask) / 2) < half + 0.6 * tick and rng.random() < 0.8:
            bid, ask = old_bid, old_ask
            if rng.random() < 0.5:
                bid_size = self._size(listing, size, bid_size)
            else:
                ask_size = self._size(listing, size, ask_size)
        else:
            bid = max(1, int((units - half) // tick)) * tick
            ask = max(bid + tick, math.ceil((units + half) / tick) * tick)
            bid_size = self._size(listing, size, bid_size)
            ask_size = self._size(listing, size, ask_size)
        listing.book.quote(bid, bid_size, ask, ask_size)

    def _size(self, listing: Listing, usual: int, old: int) -> int:
        new = max(1, int(usual * self.random.lognormvariate(-0.2, 0.8) / listing.lot)) * listing.lot
        return new if new != old else new + listing.lot

    def _deep(self, listing: Listing) -> None:
        rng, book = self.random, listing.book
        bid = rng.random() < 0.5
        best = book.bid if bid else book.ask
        distance = int(rng.paretovariate(0.9)) * listing.tick
        if best is None or distance > 5000 * listing.tick or (bid and distance >= best):
            return
        price = best - distance if bid else best + distance
        there = (book.bids if bid else book.asks).get(price, 0)
        rank = distance / listing.tick
        usual = int(self.catalogue.shape(listing).size * rank**0.4)
        size = 0 if there and rng.random() < 0.45 else self._size(listing, usual, there)
        if size or there:
            book.set(bid, price, size)

    def _keep_deep(self, listing: Listing) -> None:
        book = listing.book
        for bid, side in ((True, book.bids), (False, book.asks)):
            if len(side) < listing.levels // 2:
                book.fill(bid, self.random, self.catalogue.shape(listing))
            elif len(side) > listing.levels * 3 // 2:
                book.trim(bid, listing.levels)

    def _move_oddly(self, listing: Listing) -> None:
        """Change only a size of a book that is crossed or lacks a side."""
        book = listing.book
        bid = listing.missing != "bid"
        best = book.bid if bid else book.ask
        if best is None:
            return
        size = self._size(listing, self.catalogue.shape(listing).size, (book.bids if bid else book.asks)[best])
        book.set(bid, best, size)

    def _trade(self, listing: Listing, old: tuple[int | None, int, int | None, int]) -> TradeDone | None:
        buy = self.random.random() < 0.5
        price, there = (old[2], old[3]) if buy else (old[0], old[1])
        if price is None or there <= 0:
            return None
        lots = max(1, int(there * self.random.random() ** 3 / listing.lot))
        size = lots * listing.lot
        return TradeDone(listing.statistics.trade(price, size, self.stamp), price, size, buy)

    def _second(self) -> None:
        """Bring funding up to date and change what is listed when it is time."""
        for listing in self.listings():
            self._fund(listing)
        if self.churn_s and self.steps and self.steps % int(self.churn_s * STEPS_PER_SECOND) == 0:
            self._churn()

    def _fund(self, listing: Listing) -> None:
        funding, book = listing.funding, listing.book
        if funding is None:
            return
        index = self.fair(listing, "index")
        mid = (book.bid + book.ask) / 2 if book.bid and book.ask else None
        mark = index if mid is None else listing.price_float(1) * mid
        funding.index, funding.mark, funding.settle = index, mark, index * (1 + funding.premium / 10)
        funding.average = mark if not funding.average else funding.average + (mark - funding.average) * 0.1
        if mid is not None:
            funding.premium += (mark / index - 1 - funding.premium) * 0.002
        funding.time = self.stamp
        if not funding.interval_h:
            return
        part = funding.interval_h / 8
        damped = funding.premium * part
        damped += min(max(funding.interest - damped, -0.0005 * part), 0.0005 * part)
        funding.rate = round(min(max(damped, funding.floor), funding.cap), 8)
        interval = funding.interval_h * 3_600_000
        funding.next_time = (self.now // 10**6 // interval + 1) * interval

    def _plant_some(self) -> None:
        """Move the perpetuals of some coins away everywhere, and of others on one venue alone."""
        busy = {venue: [li for li in listed.values() if li.rate > 0.3] for venue, listed in self.venues.items()}
        spots = {li.asset for li in busy.get("binance_spot", ())}
        perps = [li for li in busy.get("binance_perp", ()) if li.asset in spots]
        coins = [li.asset for li in perps if li.kind == "perpetual" and li.quote == "USDT"]
        chosen = self.catalogue.rng("planted").sample(coins, min(8, len(coins) // 8))
        for asset, gap in zip(chosen, (0.0035, -0.0045, 0.008, -0.006, 0.0025, 0.012, -0.003, 0.005), strict=False):
            self.plant(asset, gap)
        others = [venue for venue in self.venues if not venue.startswith("binance_")]
        for venue, gap in zip(others, (0.007, -0.009, 0.011, -0.0055), strict=False):
            names = [li.asset for li in busy[venue] if li.kind in ("spot", "perpetual") and li.quote == "USDT"]
            shared = [name for name in names if name in coins and name not in {a for a, _ in self.planted_at}]
            free = [name for name in shared if name not in self.planted]
            for asset in self.catalogue.rng("planted", venue).sample(free, min(2, len(free) // 8)):
                self.plant(asset, gap, venue)

    def plant(self, asset: str, gap: float, venue: str | None = None) -> None:
        """Move an asset's perpetuals, or all its instruments on one venue, by `gap` (fraction) from the fair price.

        0 takes it back.
        """
        if venue is not None and venue not in self.venues:
            raise KeyError(f"there is no venue {venue!r}; known are {', '.join(self.venues)}")
        if venue is not None:
            self.planted_at[asset, venue] = gap
        elif gap:
            self.planted[asset] = gap
        else:
            self.planted.pop(asset, None)
        self.planted_at = {place: each for place, each in self.planted_at.items() if each}
        for listing in self.listings():
            if listing.asset == asset and (listing.funding is not None if venue is None else listing.venue == venue):
                listing.gap = gap
                self.touch(listing)

    def touch(self, listing: Listing) -> None:
        """Have a listing change with the next step even where it is idle."""
        if listing.trading:
            self._forced.append(listing)

    def _churn(self) -> None:
        """List, delist or re-tick one instrument, in turn."""
        churn(self, self.steps // int((self.churn_s or 1) * STEPS_PER_SECOND))

    def add(self, entry: Entry, rate: float, levels: int | None = None) -> Listing:
        """List a new instrument, with so many levels in its book."""
        self.catalogue.now = self.now
        listing = self.catalogue.listing(entry, rate, levels)
        listing.listed = self.now // 10**6
        listing.moved = self.steps
        self.venues[entry.venue][listing.symbol] = listing
        if rate:
            self._choose()
        self._fund(listing)
        self.touch(listing)
        self.listing_changes.append(ListingChange(listing, "listed"))
        return listing

    def changed(self, listing: Listing, what: Literal["delisted", "halted", "resumed", "tick", "rebased"]) -> None:
        """Note that a listing changed, for those who announce it."""
        if listing.rate:
            self._choose()
        self.listing_changes.append(ListingChange(listing, what))
