"""What can happen to an instrument while the market runs. Each is a change of the truth, seen by every reader of it."""

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from arbwatch.simulator.entry import Entry
from arbwatch.simulator.facts import FACTS, symbol
from arbwatch.simulator.listing import Listing

if TYPE_CHECKING:
    from arbwatch.simulator.market import Market

CONTRACT = {
    "binance": "PERPETUAL", "bybit": "LinearPerpetual", "okx": "linear", "bitget": "perpetual", "mexc": "perpetual",
}  # fmt: skip
"""How each exchange calls an ordinary perpetual."""


def new_listing(market: "Market", venue: str, base: str, rate: float = 2.0, levels: int | None = None) -> Listing:
    """List `base` against USDT on a venue."""
    name, facts = symbol(venue, base, "USDT"), FACTS[venue]
    if name in market.venues[venue]:
        raise ValueError(f"{venue} lists {name} already")
    if facts.spot:
        return market.add(Entry(venue, base, "USDT", base, underlying="COIN"), rate, levels)
    contract = CONTRACT[facts.exchange]
    size = "10" if facts.contracts else "1"
    entry = Entry(venue, base, "USDT", base, 1, "perpetual", contract, "COIN", contract=size)
    return market.add(entry, rate, levels)


def halt(market: "Market", listing: Listing) -> None:
    """Stop trading: status changes, both sides of the book go away, streams fall silent."""
    listing.status = FACTS[listing.venue].halted
    listing.book.clear(True)
    listing.book.clear(False)
    listing.book.take()
    listing.time = market.stamp
    market.changed(listing, "halted")


def resume(market: "Market", listing: Listing) -> None:
    """Trade again after a halt."""
    listing.status = FACTS[listing.venue].trading
    _reopen(market, listing)
    market.changed(listing, "resumed")
    market.touch(listing)


def delist(market: "Market", listing: Listing) -> None:
    """Take an instrument out of the listing for good."""
    del market.venues[listing.venue][listing.symbol]
    listing.status = FACTS[listing.venue].halted
    market.changed(listing, "delisted")


def tick_change(market: "Market", listing: Listing, factor: int = 10) -> None:
    """Make the tick `factor` times as large and quote again on it."""
    listing.tick *= factor
    _reopen(market, listing)
    market.changed(listing, "tick")
    market.touch(listing)


def rebase(market: "Market", listing: Listing, factor: int = 10) -> None:
    """Make one size unit stand for `factor` times as many of the asset.

    Where the venue counts contracts, these grow and sizes shrink. Elsewhere the multiplier of the price grows under
    the same name: prices rise by the factor, as when a coin is redenominated.
    """
    stats = listing.statistics
    if FACTS[listing.venue].contracts:
        listing.contract = f"{(Decimal(listing.contract) * factor).normalize():f}"
    else:
        listing.multiplier *= factor
        for field in ("open", "high", "low", "last"):
            setattr(stats, field, getattr(stats, field) * factor)
    stats.volume = max(1, stats.volume // factor // listing.lot) * listing.lot
    stats.quote_volume = stats.volume * (stats.low + stats.high) // 2
    _reopen(market, listing)
    market.changed(listing, "rebased")
    market.touch(listing)


def funding_interval(market: "Market", listing: Listing, hours: int) -> int:
    """Charge funding every `hours` from now on and return the next time (UTC ms), as venues do while a rate is capped.

    ValueError where there is no funding or the interval is none.
    """
    funding, interval = listing.funding, hours * 3_600_000
    if funding is None or not funding.interval_h or hours < 1:
        raise ValueError(f"{listing.venue} {listing.symbol} cannot charge funding every {hours} h")
    funding.interval_h = hours
    funding.next_time = (market.now // 10**6 // interval + 1) * interval
    return funding.next_time


FLOOD = "HUGE"
"""How the bases begin that only make a listing long."""
AT_ONCE = 200


async def flood(market: "Market", venue: str, rows: int) -> None:
    """List `rows` more instruments that never move, a few at a time so that everything else goes on."""
    for number in range(rows):
        base = f"{FLOOD}{number}"
        if symbol(venue, base, "USDT") not in market.venues[venue]:
            new_listing(market, venue, base, 0.0, levels=2)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)


def ebb(market: "Market", venue: str) -> None:
    """Take away what `flood` listed."""
    for listing in [li for li in market.venues[venue].values() if li.base.startswith(FLOOD)]:
        delist(market, listing)


def cross(market: "Market", listing: Listing) -> None:
    """Put the bid above the ask until `uncross`."""
    bid, bid_size, ask, _ = listing.book.top()
    if bid is None or ask is None:
        raise ValueError(f"{listing.venue} {listing.symbol} has no two sides to cross")
    listing.crossed = True
    listing.book.set(True, ask + 2 * listing.tick, bid_size)
    market.touch(listing)


def drop_side(market: "Market", listing: Listing, side: Literal["bid", "ask"]) -> None:
    """Empty one side until `heal`."""
    listing.missing = side
    listing.book.clear(side == "bid")
    market.touch(listing)


def heal(market: "Market", listing: Listing) -> None:
    """Give a crossed or one-sided book two proper sides again."""
    listing.crossed, listing.missing = False, None
    _reopen(market, listing)
    market.touch(listing)


def _reopen(market: "Market", listing: Listing) -> None:
    listing.book.clear(True)
    listing.book.clear(False)
    price = market.fair(listing) * (1 + listing.offset + listing.gap)
    market.catalogue.now = market.now
    market.catalogue.open_book(listing, price, market.random)


def churn(market: "Market", turn: int) -> None:
    """Do the `turn`-th of the changes that happen by themselves: list, re-tick, delist, round and round."""
    venue = list(market.venues)[turn // 3 % len(market.venues)]
    listings = [li for li in market.venues[venue].values() if li.trading and li.quote == "USDT" and li.rate > 0]
    if turn % 3 == 1:
        new_listing(market, venue, f"NOVA{turn}")
    elif turn % 3 == 2:
        tick_change(market, listings[len(listings) // 2])
    elif listings:
        delist(market, listings[-1])
