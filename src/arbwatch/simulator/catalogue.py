"""Decide what the simulated venues list: names, ticks, activity, first books and statistics, all from one seed."""

import datetime as dt
import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from arbwatch.simulator import names
from arbwatch.simulator.book import Book, Shape
from arbwatch.simulator.listing import FundingState, Kind, Listing, Statistics

SECOND = 10**9
HOUR_MS = 3_600_000
DAY = 86_400 * SECOND
PERPETUAL_DELIVERY = 4_133_404_800_000
"""The delivery date that perpetuals carry."""


class Entry(NamedTuple):
    """One line of the catalogue before it becomes a listing."""

    venue: str
    base: str
    quote: str
    asset: str
    multiplier: int = 1
    kind: Kind = "spot"
    contract_type: str = ""
    underlying: str = ""
    status: str = "TRADING"
    symbol: str = ""
    delivery: int = 0


class Catalogue:
    """Makes listings. The same seed and start make the same ones."""

    def __init__(self, seed: int, now: int, rate: float) -> None:
        """Start at `now` (UTC ns); `rate` is the number of quote changes per second over all venues."""
        self.seed, self.now, self.rate = seed, now, rate
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
        entries = [*(self._spot(count) if venue.endswith("_spot") else self._perpetuals(count))]
        moving = [entry for entry in entries if entry.status == "TRADING" and entry.kind != "coin_margined"]
        rates = self._rates(venue, moving)
        return [self.listing(entry, rates.get(entry, 0.0)) for entry in entries]

    def _spot(self, count: int) -> Iterator[Entry]:
        venue = "binance_spot"
        extra = len(names.THOUSANDS) + len(names.THOUSANDS_BOTH) + 32
        for coin in self.coins(max(8, count - extra)):
            yield Entry(venue, coin, "USDT", coin)
        for coin in names.THOUSANDS:
            yield Entry(venue, coin, "USDT", coin)
        for coin, prefix in names.THOUSANDS_BOTH.items():
            yield Entry(venue, prefix + coin, "USDT", coin, names.MULTIPLIERS[prefix])
        for base in ("BTC", "ETH", "SOL", "BNB", "XRP", "DOGE"):
            yield Entry(venue, base, "USDC", base)
            yield Entry(venue, base, "FDUSD", base)
        for base in ("ETH", "BNB", "SOL", "XRP", "ADA", "LINK", "LTC"):
            yield Entry(venue, base, "BTC", base)
        for base, quote in (("USDC", "USDT"), ("FDUSD", "USDT"), ("BTC", "EUR"), ("USDT", "TRY"), ("BTC", "TRY")):
            yield Entry(venue, base, quote, base)
        yield Entry(venue, names.NAMESAKE, "USDT", names.NAMESAKE)
        yield Entry(venue, names.NON_ASCII, "USDT", names.NON_ASCII)
        for base, status in (("BCC", "BREAK"), ("VEN", "BREAK"), ("PAX", "HALT"), ("MCO", "END_OF_DAY")):
            yield Entry(venue, base, "USDT", base, status=status)
        for base in ("BTCUP", "BTCDOWN"):
            yield Entry(venue, base, "USDT", base, kind="leveraged", status="BREAK")
        yield Entry(venue, "AAPLB", "USDT", "AAPLB", kind="share")
        yield Entry(venue, "STORM", "USDT", "STORM", status="CANCEL_ONLY")
        yield Entry(venue, "NPXS", "USDT", "NPXS", status="AUCTION_MATCH")

    def _perpetuals(self, count: int) -> Iterator[Entry]:
        def perpetual(base: str, asset: str, multiplier: int = 1, quote: str = "USDT") -> Entry:
            return Entry("binance_perp", base, quote, asset, multiplier, "perpetual", "PERPETUAL", "COIN")

        extra = len(names.THOUSANDS) + len(names.THOUSANDS_BOTH) + len(names.STOCKS) + 34
        for coin in self.coins(max(8, count - extra)):
            yield perpetual(names.RENAMED.get(coin, coin), coin)
        for coin, prefix in (*names.THOUSANDS.items(), *names.THOUSANDS_BOTH.items()):
            yield perpetual(prefix + coin, coin, names.MULTIPLIERS[prefix])
        for base in ("BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "LINK"):
            yield perpetual(base, base, quote="USDC")
        yield perpetual("1000PEPE", "PEPE", 1000, "USDC")
        for base in ("PAXGX", "KASX", "MONX", "XMR", "BSV", "FARTCOIN", "POPCAT", "BRETT"):
            yield perpetual(base, base)
        yield perpetual(names.NAMESAKE, names.NAMESAKE + "2")
        yield perpetual(names.NON_ASCII, names.NON_ASCII)
        yield from self._odd_contracts()

    def _odd_contracts(self) -> Iterator[Entry]:
        venue = "binance_perp"
        for base, underlying in names.STOCKS.items():
            yield Entry(venue, base, "USDT", base, 1, "stock", "TRADIFI_PERPETUAL", underlying)
        for base in names.INDICES:
            yield Entry(venue, base, "USDT", base, 1, "index", "PERPETUAL", "INDEX")
        for base, contract in (("BTC", "CURRENT_QUARTER"), ("ETH", "CURRENT_QUARTER"), ("BTC", "NEXT_QUARTER")):
            delivery, suffix = quarter_end(self.now // 10**6, contract == "NEXT_QUARTER")
            symbol = f"{base}USDT_{suffix}"
            yield Entry(venue, base, "USDT", base, 1, "quarter", contract, "COIN", symbol=symbol, delivery=delivery)
        for base in ("BTC", "ETH", "SOL"):
            symbol = f"{base}USD_PERP"
            yield Entry(venue, base, "USD", base, 1, "coin_margined", "PERPETUAL", "COIN", symbol=symbol)
        yield Entry(venue, "VAPOR", "USDT", "VAPOR", 1, "odd", "EVENT_PERPETUAL", "COIN")
        yield Entry(venue, "DUNA", "USDT", "DUNA", 1, "perpetual", "PERPETUAL", "COIN", status="AUCTION_CALL")
        yield Entry(venue, "SRM", "USDT", "SRM", 1, "perpetual", "PERPETUAL", "COIN", status="SETTLING")
        yield Entry(venue, "RAYO", "USDT", "RAYO", 1, "perpetual", "PERPETUAL", "COIN", status="CLOSE")
        yield Entry(venue, "FUTR", "USDT", "FUTR", 1, "perpetual", "", "COIN", status="PENDING_TRADING")

    def _rates(self, venue: str, entries: list[Entry]) -> dict[Entry, float]:
        """Give each its changes per second: a few many, most some, some one in ten minutes, some none."""
        rng = self.rng("rates", venue)
        share = self.rate * (0.4 if venue.endswith("_spot") else 0.6)
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

    def listing(self, entry: Entry, rate: float) -> Listing:
        """Turn one entry into a listing with its first book and statistics."""
        spot = entry.venue.endswith("_spot")
        symbol = entry.symbol or entry.base + entry.quote
        rng = self.rng(entry.venue, symbol)
        price = self.quote_price(entry.asset, entry.multiplier, entry.quote)
        tick_decimals = max(-math.floor(math.log10(price)) + 4, 2 if price > 1 else 0)
        tick_decimals = min(8, tick_decimals) if price < 1000 else 2
        price_decimals = 8 if spot else tick_decimals
        tick = 10 ** (price_decimals - tick_decimals) * (10 if not spot and price > 50_000 else 1)
        dollars = self.price(entry.asset) * entry.multiplier
        lot_decimals = min(max(math.ceil(math.log10(dollars)), 0), 5 if spot else 3)
        size_decimals = 8 if spot else lot_decimals
        if entry.kind == "coin_margined":
            size_decimals = lot_decimals = 0
        lot = 10 ** (size_decimals - lot_decimals)
        now_ms = self.now // 10**6
        listing = Listing(
            entry.venue, symbol, entry.base, entry.quote, entry.asset, entry.multiplier, entry.kind,
            entry.contract_type, entry.underlying, entry.status, price_decimals, tick, size_decimals, lot,
            min_notional="0.0001" if entry.quote == "BTC" else "5",
            listed=now_ms - rng.randrange(20, 2000) * 24 * HOUR_MS,
            delivery=entry.delivery or PERPETUAL_DELIVERY,
            rate=rate,
            spread=min(4e-4, 0.4e-4 * (1 + 0.25 / (rate + 0.02)) * rng.uniform(0.7, 1.4)),
            depth=10 ** rng.uniform(2.6, 3.4) * (1 + rate) ** 0.6,
            levels=400 if rate > self.rate / 120 else 60,
            book=Book(rng.randrange(10**9, 5 * 10**10) * (1 if spot else 150)),
            statistics=self._statistics(rng, price, price_decimals, tick, lot, dollars, size_decimals, rate),
        )  # fmt: skip
        if not spot:
            listing.funding = self._funding(rng, entry.kind != "quarter")
            listing.basis = rng.gauss(0, 2e-4)
        listing.offset = listing.basis
        if listing.trading or entry.status == "AUCTION_CALL":
            self.open_book(listing, price * (1 + listing.offset), rng)
            listing.book.take()
        return listing

    def shape(self, listing: Listing) -> Shape:
        """Tell what a healthy book of this listing looks like."""
        dollars = self.price(listing.asset) * listing.multiplier
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


def quarter_end(now_ms: int, following: bool) -> tuple[int, str]:
    """Return the next (or next but one) quarterly delivery, 08:00 UTC on a last Friday, and how symbols spell it."""
    now = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    found: list[dt.datetime] = []
    for year in (now.year, now.year + 1):
        for month in (3, 6, 9, 12):
            last = dt.datetime(year + month // 12, month % 12 + 1, 1, 8, tzinfo=dt.UTC) - dt.timedelta(days=1)
            found.append(last - dt.timedelta(days=(last.weekday() - 4) % 7))
    later = [day for day in found if day > now + dt.timedelta(days=2)]
    day = later[1 if following else 0]
    return int(day.timestamp() * 1000), day.strftime("%y%m%d")
