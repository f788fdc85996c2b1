"""What a fault touches on a venue, and how it is known to be seen and over."""

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from arbwatch.analytics.matrix import matrix
from arbwatch.market.book import BookState
from arbwatch.market.codes import RowState
from tests.world.world import World, where

Condition = Callable[[], Any]
BOOK_LEVELS = 10


@dataclass
class Hit:
    """What a fault touches, and how it is known to be seen and over."""

    seen: Condition
    recovered: Condition
    symbols: set[str] = field(default_factory=set)
    whole_socket: bool = False
    clear: bool = False
    """The fault stands until it is cleared, once it was seen."""


Act = Callable[[World, str], Hit]
"""Makes a fault happen on a venue."""


def carried(world: World, venue: str) -> tuple[str, set[str]]:
    """Return the simulated socket that carries most quotes, and the symbols it carries."""
    best: tuple[str, set[str]] = ("", set())
    for socket in world.get(venue, "/control/sockets"):
        symbols = set(socket["quotes"])
        if len(symbols) > len(best[1]):
            best = (socket["socket"], symbols)
    return best


def carriers(world: World, venue: str, symbol: str) -> set[str]:
    """Return the simulated sockets that carry a symbol's quotes."""
    return {socket["socket"] for socket in world.get(venue, "/control/sockets") if symbol in socket["quotes"]}


def standing(world: World, venue: str, fault: str) -> bool:
    """Tell whether a fault is still in force."""
    return any(each["fault"] == fault for each in world.get(venue, "/control/faults")["standing"])


def busy(world: World, venue: str, *, count: int = 1, least: float = 0.0) -> list[str]:
    """Return live symbols that change at least so often per second, the busiest first."""
    truth = world.get(venue, "/truth")
    states = world.states(venue)
    known = [
        i
        for i in truth["instruments"]
        if i["trading"] and i["rate"] >= least and states.get(i["symbol"]) == RowState.LIVE
    ]
    return [i["symbol"] for i in sorted(known, key=lambda i: -i["rate"])[:count]]


def moving(world: World, venue: str, symbols: Iterable[str]) -> Condition:
    """Tell when every busy symbol that spoke before is live again, and no other one is down or frozen."""
    hit = set(symbols)
    wanted = {s for s in busy(world, venue, count=1000, least=1.0) if s in hit}

    def condition() -> bool:
        states = world.states(venue)
        live = all(states.get(symbol) in (RowState.LIVE, RowState.SUSPECT) for symbol in wanted)
        return live and not any(states.get(symbol) in (RowState.DOWN, RowState.FROZEN) for symbol in hit)

    return condition


def spelled(world: World, venue: str, base: str) -> str:
    """Spell an ordinary instrument of a coin as the venue does."""
    known = world.get(venue, "/truth")["instruments"]
    like = next(i for i in known if i["base"] == "BTC" and i["quote_currency"] == "USDT" and i["kind"] != "quarter")
    symbol: str = like["symbol"]
    return symbol.replace("BTC", base, 1)


def fresh(world: World, venue: str, stem: str) -> str:
    """Make up a coin that the venue does not list."""
    base = f"{stem}{time.monotonic_ns() % 100_000}"
    assert spelled(world, venue, base) not in world.states(venue)
    return base


def reason(world: World, venue: str, symbol: str) -> str:
    """Return why a row is no leg, in the words of the screens; empty where it is one."""
    picture = world.read()
    _, column = where(picture.snapshot, venue, symbol)
    key = picture.snapshot.keys[column]
    shown = matrix(picture.snapshot, picture.rules, key.asset, key.quote_currency)
    return next(s.reason for s in shown.stands if (s.venue, s.symbol) == (venue, symbol))


def cell(world: World, venue: str, symbol: str, name: str) -> float:
    """Return one figure of a row."""
    snapshot = world.read().snapshot
    return float(getattr(snapshot, name)[where(snapshot, venue, symbol)])


def followed(world: World, venue: str, symbols: Iterable[str]) -> dict[str, BookState]:
    """Follow whole books until each is joined."""
    books = {symbol: world.engine.watch_book(venue, symbol) for symbol in symbols}
    world.until(lambda: all(book.valid for book in books.values()), 10, "the books are whole")
    return books


def true_books(world: World, venue: str, symbols: Iterable[str]) -> bool:
    """Tell whether the best levels of followed books are the venue's, and forget the books if they are."""
    wanted = list(symbols)
    world.post(venue, "/control/pause")
    try:
        with contextlib.suppress(AssertionError):
            world.until(lambda: all(_true_book(world, venue, symbol) for symbol in wanted), 1.0)
            for symbol in wanted:
                world.engine.forget_book(venue, symbol)
            return True
        return False
    finally:
        world.resume(venue)


def _true_book(world: World, venue: str, symbol: str) -> bool:
    truth = world.get(venue, f"/truth?symbol={symbol}")["book"]
    ours = world.engine.book_levels(venue, symbol, BOOK_LEVELS)
    return all(
        [tuple(level) for level in side] == [tuple(level) for level in true[:BOOK_LEVELS]] and side
        for side, true in ((ours.bids, truth["bids"]), (ours.asks, truth["asks"]))
    )
