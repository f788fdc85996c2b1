"""The best pair of each asset, and each perpetual against its own spot, in plain Python loops over lists."""

from typing import NamedTuple

Prices = list[list[float | None]]
"""By venue, then asset; None where there is no leg."""


class Found(NamedTuple):
    """By asset: what the best pair leaves; by (spot, perpetual) and asset: what buying either leaves."""

    best: list[float | None]
    own: dict[tuple[int, int], list[tuple[float | None, float | None]]]


def look(bids: Prices, asks: Prices, own: list[tuple[int, int]], gap: float) -> Found:
    """Look at every asset; those whose prices are too far apart for one coin are left out."""
    books = [list(zip(bid, ask, strict=True)) for bid, ask in zip(bids, asks, strict=True)]
    best = [_best(column, gap) for column in zip(*books, strict=True)]
    sides = {
        (spot, perp): [
            (_gross(bids[perp][at], asks[spot][at]), _gross(bids[spot][at], asks[perp][at]))
            for at in range(len(bids[0]))
        ]
        for spot, perp in own
    }
    return Found(best, sides)


def _gross(bid: float | None, ask: float | None) -> float | None:
    return None if bid is None or ask is None else bid / ask - 1.0


def _best(column: tuple[tuple[float | None, float | None], ...], gap: float) -> float | None:
    books = [(bid, ask) for bid, ask in column if bid is not None and ask is not None]
    if len(books) < 2:
        return None
    mids = [bid + ask for bid, ask in books]
    if max(mids) > min(mids) * (1.0 + gap):
        return None
    most: float | None = None
    for buy, (_, ask) in enumerate(books):
        for sell, (bid, _) in enumerate(books):
            if buy != sell and (most is None or bid / ask - 1.0 > most):
                most = bid / ask - 1.0
    return most
