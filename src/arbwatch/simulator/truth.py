"""Say what is true right now on one venue, in numbers and in words of arbwatch's own model."""

from typing import Any

from arbwatch.simulator.listing import Listing
from arbwatch.simulator.protocol import Venue

CLASSES = {"EQUITY": "stock", "COMMODITY": "commodity", "INDEX": "index"}


def number(text: str) -> float | None:
    """Read a figure as written on the wire; zero is an empty side."""
    return float(text) or None


def instrument(listing: Listing) -> dict[str, Any]:
    """Describe one listing."""
    return {
        "symbol": listing.symbol, "base": listing.base, "quote_currency": listing.quote, "asset": listing.asset,
        "multiplier": listing.multiplier, "contract_size": float(listing.contract_size),
        "settle_currency": listing.settle, "kind": listing.kind, "contract_type": listing.contract_type,
        "class": CLASSES.get(listing.underlying, "crypto"), "status": listing.status,
        "trading": listing.trading and listing.kind != "prelaunch",
        "tick_size": listing.price_float(listing.tick), "lot_size": listing.size_float(listing.lot),
        "min_notional": float(listing.min_notional), "listed": listing.listed * 10**6, "rate": listing.rate,
    }  # fmt: skip


def quote(listing: Listing) -> dict[str, Any]:
    """Return the top of one book; `time` is UTC ns."""
    bid, bid_size, ask, ask_size = map(number, listing.top())
    return {
        "bid": bid, "bid_size": bid_size, "ask": ask, "ask_size": ask_size, "update_id": listing.book.id,
        "time": listing.time,
    }  # fmt: skip


def ticker(protocol: Venue, listing: Listing) -> dict[str, Any]:
    """Return the 24 h statistics; `change_24h` is a fraction."""
    stats = listing.statistics
    return {**protocol.day(listing), "change_24h": stats.last / stats.open - 1, "time": stats.closed}


def funding(listing: Listing) -> dict[str, Any] | None:
    """Return funding of a perpetual; rates are fractions per interval, `next_time` UTC ns."""
    state = listing.funding
    if state is None or not state.interval_h:
        return None
    adjusted = state.interval_h != 8 or state.cap != 0.003
    decimals = max(8, listing.price_decimals)
    return {
        "rate": state.rate, "interval_h": state.interval_h, "adjusted": adjusted, "next_time": state.next_time * 10**6,
        "cap": state.cap, "floor": state.floor, "mark": round(state.mark, decimals),
        "index": round(state.index, decimals), "time": state.time,
    }  # fmt: skip


def book(listing: Listing, levels: int = 20) -> dict[str, Any]:
    """Return the top levels of one book."""

    def side(bid: bool) -> list[tuple[float, float]]:
        return [(listing.price_float(p), listing.size_float(s)) for p, s in listing.book.side(bid, levels)]

    return {"bids": side(True), "asks": side(False), "update_id": listing.book.id}


def truth(protocol: Venue, symbol: str | None = None) -> dict[str, Any]:
    """Return everything that is true on one venue, or of one symbol of it."""
    listings = [protocol.listings[symbol]] if symbol else list(protocol.listings.values())
    answer: dict[str, Any] = {
        "venue": protocol.id,
        "time": protocol.market.now,
        "paused": protocol.market.paused,
        "skew_ms": protocol.skew_ms,
        "instruments": [instrument(listing) for listing in listings],
        "quotes": {listing.symbol: quote(listing) for listing in listings},
        "tickers": {listing.symbol: ticker(protocol, listing) for listing in listings},
        "funding": {li.symbol: state for li in listings if (state := funding(li)) is not None},
    }
    if symbol:
        answer["book"] = book(listings[0], 1000)
    return answer
