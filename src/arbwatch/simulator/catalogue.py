"""Decide what the simulated venues list: names, ticks, activity, first books and statistics, all from one seed."""

import math
import random

from arbwatch.simulator import names, rosters
from arbwatch.simulator.book import Book, Shape
from arbwatch.simulator.entry import Entry
from arbwatch.simulator.facts import FACTS, symbol
from arbwatch.simulator.listing import FundingState, Listing, Statistics

SECOND = 10**9
HOUR_MS = 3_600_000
DAY = 86_400 * SECOND
PERPETUAL_DELIVERY = 4_133_404_800_000
"""The delivery date that perpetuals carry."""


class Catalogue:
    """Makes listings. The same seed and start make the same ones."""

    def __init__(self, seed: int, now: int, rate: float, venues: tuple[str, ...]) -> None:
        """Start at `now` (UTC ns); `rate` is the number of quote changes per second over all `venues`."""
        self.seed, self.now, self.rate = seed, now, rate
        whole = max(1.0, sum(FACTS[venue].share for venue in venues))
        self.shares = {venue: FACTS[venue].share / whole for venue in venues}
        self.prices: dict[str, float] = {}

    def rng(self, *words: object) -> random.Random:
        """Return a generator of its own for these words, so that one name more changes no other."""
        return random.Random(":".join(map(str, (self.seed, *words))))

    def price(self, asset: str) -> float:
        """Return the first price of an asset in dollars."""
        if asset not in self.prices:
            known = names.PRICES.get(asset)
            drawn = 10 ** self.rng("price", asset).uniform(-2.2, 1.4)
            self.prices[asset] = names.DOLLARS.get(asset) or known or drawn
        return self.prices[asset]

    def coins(self, count: int) -> list[str]:
        """Return `count` coin names, well-known ones first, then invented ones."""
        coins = [*dict.fromkeys(names.COINS)]
        rng, taken = self.rng("names"), {*coins, *names.THOUSANDS, *names.THOUSANDS_BOTH, *names.STOCKS}
        while len(coins) < count:
            name = "".join(rng.choices(names.SYLLABLES, k=rng.choice((2, 2, 3)))).upper()
            if name not in taken:
                taken.add(name)
                coins.append(name)
        return coins[:count]

    def listings(self, venue: str, count: int) -> list[Listing]:
        """Return the instruments of one venue, about `count` of them."""
        entries = [*rosters.entries(venue, count, self.coins, self.now)]
        moving = [entry for entry in entries if self._moves(entry)]
        rates = self._rates(venue, moving)
        return [self.listing(entry, rates.get(entry, 0.0)) for entry in entries]

    @staticmethod
    def _moves(entry: Entry) -> bool:
        return not entry.status and entry.kind not in ("coin_margined", "prelaunch")

    def _rates(self, venue: str, entries: list[Entry]) -> dict[Entry, float]:
        """Give each its changes per second: a few many, most some, some one in ten minutes, some none."""
        rng = self.rng("rates", venue)
        share = self.rate * self.shares[venue]
        weights: dict[Entry, float] = {}
        rates: dict[Entry, float] = {}
        for rank, entry in enumerate(entries):
            draw = 1.0 if rank < 12 else rng.random()
            if draw < 0.05:
                rates[entry] = 0.0
            elif draw < 0.12:
                rates[entry] = 1 / 600
            elif draw < 0.25:
                rates[entry] = 1 / rng.uniform(10, 120)
            else:
                weights[entry] = (rank + 4) ** -0.8 * rng.uniform(0.6, 1.6)
        scale = max(0.0, share - sum(rates.values())) / (sum(weights.values()) or 1)
        return rates | {entry: weight * scale for entry, weight in weights.items()}

    def quote_price(self, entry_asset: str, multiplier: int, quote: str) -> float:
        """Return the first price of an instrument in its quote currency."""
        dollar = 1.0 if quote == "USD" else self.price(quote)
        return self.price(entry_asset) * multiplier / dollar

    def listing(self, entry: Entry, rate: float, levels: int | None = None) -> Listing:
        """Turn one entry into a listing with its first book and statistics."""
        facts = FACTS[entry.venue]
        name = entry.symbol or symbol(entry.venue, entry.base, entry.quote)
        rng = self.rng(entry.venue, name)
        price = self.quote_price(entry.asset, entry.multiplier, entry.quote)
        dollars = self.price(entry.asset) * entry.multiplier * float(entry.contract)
        price_decimals, tick = self._tick(entry, price)
        size_decimals, lot = self._lot(entry, dollars)
        now_ms = self.now // 10**6
        listing = Listing(
            entry.venue, name, entry.base, entry.quote, entry.asset, entry.multiplier, entry.kind,
            entry.contract_type, entry.underlying, entry.status or facts.trading, price_decimals, tick, size_decimals,
            lot,
            min_notional="0.0001" if entry.quote == "BTC" else "5",
            listed=now_ms - rng.randrange(20, 2000) * 24 * HOUR_MS,
            delivery=entry.delivery or PERPETUAL_DELIVERY,
            rate=rate,
            spread=min(4e-4, 0.4e-4 * (1 + 0.25 / (rate + 0.02)) * rng.uniform(0.7, 1.4)),
            depth=10 ** rng.uniform(2.6, 3.4) * (1 + rate) ** 0.6,
            levels=levels or (400 if rate > self.rate / 120 else 60),
            book=Book(rng.randrange(10**9, 5 * 10**10) * (1 if facts.spot else 150)),
            statistics=self._statistics(rng, price, price_decimals, tick, lot, dollars, size_decimals, rate),
            contract=entry.contract,
            settle=entry.settle or entry.quote,
            trimmed=facts.trimmed,
        )  # fmt: skip
        if not facts.spot:
            listing.funding = self._funding(rng, entry.kind != "quarter")
            listing.basis = rng.gauss(0, 2e-4)
        listing.offset = listing.basis
        if listing.trading or entry.status == "AUCTION_CALL":
            self.open_book(listing, price * (1 + listing.offset), rng)
            listing.book.take()
        return listing

    def _tick(self, entry: Entry, price: float) -> tuple[int, int]:
        """Return the decimals of prices and the tick in units of the last of them."""
        facts = FACTS[entry.venue]
        decimals = max(-math.floor(math.log10(price)) + 4, 2 if price > 1 else 0)
        if facts.exchange != "binance":
            tick = self.rng("tick", entry.venue, entry.base).choice((1,) if facts.unit_ticks else (1, 1, 2, 5, 10))
            return min(12, decimals) if price < 1000 else 2, tick
        decimals = min(8, decimals) if price < 1000 else 2
        wide = facts.decimals or decimals
        return wide, 10 ** (wide - decimals) * (10 if not facts.spot and price > 50_000 else 1)

    def _lot(self, entry: Entry, dollars: float) -> tuple[int, int]:
        """Return the decimals of sizes and the lot in units of the last of them."""
        facts = FACTS[entry.venue]
        if entry.kind == "coin_margined" or facts.whole:
            return 0, 1
        decimals = min(max(math.ceil(math.log10(dollars)), 0), 5 if facts.spot else 3)
        wide = facts.decimals or decimals
        return wide, 10 ** (wide - decimals)

    def shape(self, listing: Listing) -> Shape:
        """Tell what a healthy book of this listing looks like."""
        dollars = self.price(listing.asset) * listing.multiplier * float(listing.contract)
        units = int(listing.depth / dollars * listing.size_scale)
        return Shape(listing.tick, listing.lot, max(2, units // listing.lot) * listing.lot, listing.levels)

    def open_book(self, listing: Listing, price: float, rng: random.Random) -> None:
        """Build both sides around a price given in quote currency."""
        shape = self.shape(listing)
        units = price * listing.price_scale
        half = units * listing.spread
        bid = max(1, int((units - half) / listing.tick)) * listing.tick
        ask = max(bid + listing.tick, math.ceil((units + half) / listing.tick) * listing.tick)
        size = shape.size
        sizes = [max(1, int(size * rng.uniform(0.2, 2) / shape.lot)) * shape.lot for _ in range(2)]
        listing.book.quote(bid, sizes[0], ask, sizes[1])
        listing.book.fill(True, rng, shape)
        listing.book.fill(False, rng, shape)
        listing.time = self.now

    def _funding(self, rng: random.Random, perpetual: bool) -> FundingState:
        interval = rng.choices((8, 4, 1), (50, 45, 5))[0] if perpetual else 0
        cap = 0.02 if interval != 8 or rng.random() < 0.3 else 0.003
        return FundingState(interval, cap, -cap, 0.0001 * interval / 8, rng.gauss(0, 4e-4))

    def _statistics(
        self, rng: random.Random, price: float, decimals: int, tick: int, lot: int, dollars: float, size_decimals: int,
        rate: float,
    ) -> Statistics:  # fmt: skip
        scale: int = 10**decimals

        def on_tick(value: float) -> int:
            return max(1, round(value * scale / tick)) * tick

        last, opened = on_tick(price), on_tick(price * math.exp(rng.gauss(0, 0.04)))
        high = max(on_tick(max(last, opened) * 10**-decimals * (1 + abs(rng.gauss(0, 0.02)))), last, opened)
        low = min(on_tick(min(last, opened) * 10**-decimals * (1 - min(0.3, abs(rng.gauss(0, 0.02))))), last, opened)
        value = 10 ** rng.uniform(4.5, 6.0) * (1 + rate * 40)
        volume = max(1, int(value / dollars * 10**size_decimals / lot)) * lot
        mean = low + int((high - low) * rng.uniform(0.3, 0.7))
        count = int(value / 300) + 1
        return Statistics(
            opened, high, low, last, lot * rng.randrange(1, 50), volume, volume * mean, rng.randrange(10**6, 10**9),
            count, self.now - DAY, self.now - int(min(3600.0, 1 / (rate + 1e-4)) * SECOND),
        )  # fmt: skip
