"""A book of integer prices and sizes that changes by absolute levels and counts its changes."""

import random
from typing import NamedTuple

Levels = dict[int, int]
"""Sizes by price."""


class LevelChange(NamedTuple):
    """One level after a change; size 0 removed it."""

    bid: bool
    price: int
    size: int


class Shape(NamedTuple):
    """What a healthy book of one instrument looks like."""

    tick: int
    lot: int
    size: int
    """Usual size at the top."""
    levels: int
    """Levels per side."""


class Book:
    """Both sides of one book. `id` grows by one with every changed level; `log` keeps changes until they are taken."""

    __slots__ = ("ask", "asks", "bid", "bids", "id", "log")

    def __init__(self, first_id: int) -> None:
        """Start empty."""
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        self.bid: int | None = None
        self.ask: int | None = None
        self.id = first_id
        self.log: list[LevelChange] = []

    def take(self) -> list[LevelChange]:
        """Return the changes since the last call; the last of them has update id `id`."""
        log, self.log = self.log, []
        return log

    def top(self) -> tuple[int | None, int, int | None, int]:
        """Return bid, bid size, ask and ask size; an empty side is None and 0."""
        bid_size = 0 if self.bid is None else self.bids[self.bid]
        ask_size = 0 if self.ask is None else self.asks[self.ask]
        return self.bid, bid_size, self.ask, ask_size

    def side(self, bid: bool, limit: int) -> list[tuple[int, int]]:
        """Return the best `limit` levels of one side, best first."""
        levels = self.bids if bid else self.asks
        return sorted(levels.items(), reverse=bid)[:limit]

    def set(self, bid: bool, price: int, size: int) -> None:
        """Set one level to an absolute size, 0 to remove it, and keep the best prices right."""
        levels = self.bids if bid else self.asks
        if size:
            levels[price] = size
        else:
            levels.pop(price, None)
        if bid:
            if size and (self.bid is None or price > self.bid):
                self.bid = price
            elif not size and price == self.bid:
                self.bid = max(levels, default=None)
        elif size and (self.ask is None or price < self.ask):
            self.ask = price
        elif not size and price == self.ask:
            self.ask = min(levels, default=None)
        self.id += 1
        self.log.append(LevelChange(bid, price, size))

    def quote(self, bid: int, bid_size: int, ask: int, ask_size: int) -> None:
        """Make the given prices the top of the book by removing what is better and setting what is best."""
        if self.bid is not None and self.bid > bid:
            for price in [p for p in self.bids if p > bid]:
                self.set(True, price, 0)
        if self.ask is not None and self.ask < ask:
            for price in [p for p in self.asks if p < ask]:
                self.set(False, price, 0)
        if self.bids.get(bid) != bid_size:
            self.set(True, bid, bid_size)
        if self.asks.get(ask) != ask_size:
            self.set(False, ask, ask_size)

    def clear(self, bid: bool) -> None:
        """Empty one side."""
        for price in sorted(self.bids if bid else self.asks, reverse=not bid):
            self.set(bid, price, 0)

    def fill(self, bid: bool, rng: random.Random, shape: Shape) -> None:
        """Put levels behind the worst of one side until it is deep again; sizes grow by a power of the distance."""
        levels = self.bids if bid else self.asks
        if not levels:
            return
        price = min(levels) if bid else max(levels)
        step = -shape.tick if bid else shape.tick
        for rank in range(len(levels), shape.levels):
            price += step * (1 + int(rng.random() * (1 + rank**0.7)))
            if price <= 0:
                break
            lots = int(shape.size / shape.lot * (1 + rank) ** 0.55 * (0.3 + 1.4 * rng.random()))
            size = levels[price] = max(1, lots) * shape.lot
            self.log.append(LevelChange(bid, price, size))
            self.id += 1

    def trim(self, bid: bool, levels: int) -> None:
        """Drop what lies farther than `levels` from the top of one side."""
        for price, _ in self.side(bid, len(self.bids) + len(self.asks))[levels:]:
            self.set(bid, price, 0)


def difference(old: Levels, new: Levels) -> Levels:
    """Return the levels that changed; size 0 is one that is gone."""
    gone = dict.fromkeys(old.keys() - new.keys(), 0)
    return gone | {at: size for at, size in new.items() if old.get(at) != size}
