"""Say which spreads are there: those that were planted, and all others that the books make, with their sizes."""

from collections import defaultdict
from itertools import permutations
from typing import Any, NamedTuple

from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Market

KINDS = ("spot", "perpetual", "stock")


class Side(NamedTuple):
    """The best price of one instrument, per asset unit, with the asset units that it holds for."""

    listing: Listing
    bid: float | None
    bid_size: float
    ask: float | None
    ask_size: float


def spreads(market: Market, least: float = 0.0) -> list[dict[str, Any]]:
    """Return every pair of markets where buying on one and selling on the other gains more than `least`.

    Fractions are before fees; sizes are asset units at the top of both books. Instruments pair by the asset that
    drives them, whatever they are called, within one quote currency. Pairs with a planted gap between them are told
    in the direction of the gap even where the books do not bear it out at this moment.
    """
    groups: dict[tuple[str, str], list[Side]] = defaultdict(list)
    for listing in market.listings():
        if listing.kind in KINDS and listing.trading:
            groups[listing.asset, listing.quote].append(_side(listing))
    found = []
    for (asset, quote), sides in groups.items():
        for buy, sell in permutations(sides, 2):
            if buy.ask is None or sell.bid is None:
                continue
            gross, gap = sell.bid / buy.ask - 1, sell.listing.gap - buy.listing.gap
            if gross > least or gap > 0:
                found.append(_row(asset, quote, buy, sell, gross, gap))
    return sorted(found, key=lambda row: -row["gross"])


def _row(asset: str, quote: str, buy: Side, sell: Side, gross: float, gap: float) -> dict[str, Any]:
    return {
        "asset": asset, "quote_currency": quote, "gross": gross, "size": min(buy.ask_size, sell.bid_size),
        "buy_venue": buy.listing.venue, "buy_symbol": buy.listing.symbol, "ask": buy.ask,
        "sell_venue": sell.listing.venue, "sell_symbol": sell.listing.symbol, "bid": sell.bid,
        "planted": gap > 0, "gap": gap,
    }  # fmt: skip


def _side(listing: Listing) -> Side:
    bid, bid_size, ask, ask_size = listing.book.top()
    units = float(listing.contract_size)
    return Side(
        listing,
        None if bid is None else listing.price_float(bid) / listing.multiplier,
        listing.size_float(bid_size) * units,
        None if ask is None else listing.price_float(ask) / listing.multiplier,
        listing.size_float(ask_size) * units,
    )
