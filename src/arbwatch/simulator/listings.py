"""What can happen to an instrument while the market runs. Each is a change of the truth, seen by every reader of it."""

from typing import TYPE_CHECKING, Literal

from arbwatch.simulator.catalogue import Entry
from arbwatch.simulator.listing import Listing

if TYPE_CHECKING:
    from arbwatch.simulator.market import Market

HALTED = {"binance_spot": "BREAK", "binance_perp": "SETTLING"}


def new_listing(market: "Market", venue: str, base: str, rate: float = 2.0) -> Listing:
    """List `base` against USDT on a venue."""
    symbol = f"{base}USDT"
    if symbol in market.venues[venue]:
        raise ValueError(f"{venue} lists {symbol} already")
    if venue.endswith("_spot"):
        return market.add(Entry(venue, base, "USDT", base), rate)
    return market.add(Entry(venue, base, "USDT", base, 1, "perpetual", "PERPETUAL", "COIN"), rate)


def halt(market: "Market", listing: Listing) -> None:
    """Stop trading: status changes, both sides of the book go away, streams fall silent."""
    listing.status = HALTED[listing.venue]
    listing.book.clear(True)
    listing.book.clear(False)
    listing.book.take()
    listing.time = market.stamp
    market.changed(listing, "halted")


def resume(market: "Market", listing: Listing) -> None:
    """Trade again after a halt."""
    listing.status = "TRADING"
    _reopen(market, listing)
    market.changed(listing, "resumed")
    market.touch(listing)


def delist(market: "Market", listing: Listing) -> None:
    """Take an instrument out of the listing for good."""
    del market.venues[listing.venue][listing.symbol]
    listing.status = HALTED[listing.venue]
    market.changed(listing, "delisted")


def tick_change(market: "Market", listing: Listing, factor: int = 10) -> None:
    """Make the tick `factor` times as large and quote again on it."""
    listing.tick *= factor
    _reopen(market, listing)
    market.changed(listing, "tick")
    market.touch(listing)


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
