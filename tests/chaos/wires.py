"""Faults of sockets, frames, books and REST."""

import time
from typing import Any

from arbwatch.market.codes import RowState
from tests.chaos.hits import (
    Act,
    Hit,
    busy,
    carried,
    carriers,
    followed,
    moving,
    reason,
    standing,
    true_books,
)
from tests.world.world import World

HOUR_MS = 3_600_000
BAD = (RowState.DOWN, RowState.FROZEN, RowState.SUSPECT)


def speaking(world: World, venue: str, symbols: set[str]) -> set[str]:
    """Return which of some symbols are live."""
    return {symbol for symbol, state in world.states(venue).items() if state == RowState.LIVE} & symbols


def socket_fault(name: str, **arguments: Any) -> Act:
    """Hit the socket that carries most quotes."""

    def act(world: World, venue: str) -> Hit:
        socket, symbols = carried(world, venue)
        recovered = moving(world, venue, symbols)
        spoke = speaking(world, venue, symbols)
        busiest = next(symbol for symbol in busy(world, venue, count=1000) if symbol in spoke)
        world.fault(venue, name, socket=socket, **arguments)

        def seen() -> bool:
            states = world.states(venue)
            return sum(states[symbol] in BAD for symbol in spoke) > len(spoke) / 2

        def replaced() -> bool:
            live = world.state(venue, busiest) == RowState.LIVE and recovered()
            return bool(live and carriers(world, venue, busiest) - {socket})

        return Hit(seen, replaced, symbols, whole_socket=True)

    return act


def symbol_fault(name: str, expected: RowState, **arguments: Any) -> Act:
    """Hit one busy symbol's stream."""

    def act(world: World, venue: str) -> Hit:
        symbol = busy(world, venue)[0]
        world.fault(venue, name, symbol=symbol, **arguments)
        return Hit(
            lambda: world.state(venue, symbol) == expected,
            lambda: world.state(venue, symbol) == RowState.LIVE,
            {symbol},
        )

    return act


def frames_fault(name: str, count: int) -> Act:
    """Send pieces that cannot be read: they are counted and kept, and cost nothing else."""

    def act(world: World, venue: str) -> Hit:
        before = world.status(venue).rejected
        world.fault(venue, name, count=count)
        return Hit(
            lambda: world.status(venue).rejected > before and world.status(venue).last_rejects,
            lambda: world.status(venue).state == "up",
            clear=True,
        )

    return act


def order_fault(name: str, count: int) -> Act:
    """Send good frames of one symbol twice, or late: nothing is refused, and its book is true afterwards."""

    def act(world: World, venue: str) -> Hit:
        symbol = busy(world, venue)[0]
        followed(world, venue, [symbol])
        feed = world.engine.feeds[venue]
        rejected, gaps = world.status(venue).rejected, feed.depth.gaps
        world.fault(venue, name, symbol=symbol, count=count)

        def over() -> bool:
            status = world.status(venue)
            assert status.rejected == rejected, [(each.what, each.reason) for each in status.last_rejects]
            assert name != "duplicated" or feed.depth.gaps == gaps
            return world.state(venue, symbol) == RowState.LIVE and true_books(world, venue, [symbol])

        return Hit(lambda: not standing(world, venue, name), over, {symbol})

    return act


def rest_fault(status: int, state: str, **arguments: Any) -> Act:
    """Answer REST with an error status; streams go on."""

    def act(world: World, venue: str) -> Hit:
        world.fault(venue, "rest_status", status=status, **arguments)
        world.ask(venue, "clock")
        return Hit(
            lambda: world.status(venue).rest_state == state and world.status(venue).rest_words,
            lambda: world.ask(venue, "clock") and world.status(venue).rest_state == "ok",
            clear=True,
        )

    return act


def slow_rest(world: World, venue: str) -> Hit:
    """Answer REST late; the board is not held up by it."""
    world.fault(venue, "slow_rest", seconds=2.0)
    asked = world.ask_later(venue, "clock")
    before = world.status(venue).messages
    return Hit(
        lambda: not asked.done() and world.status(venue).messages > before,
        lambda: asked.done() and asked.exception() is None,
        clear=True,
    )


def side_fault(name: str, words: str, **arguments: Any) -> Act:
    """Spoil one book, in truth too: the row is shown, and is no leg, with the reason."""

    def act(world: World, venue: str) -> Hit:
        symbol = busy(world, venue, count=5)[-1]
        world.fault(venue, name, symbol=symbol, **arguments)
        return Hit(
            lambda: words in reason(world, venue, symbol),
            lambda: words not in reason(world, venue, symbol),
            {symbol},
            clear=True,
        )

    return act


def clock_skew(world: World, venue: str) -> Hit:
    """Set all venues' clocks wrong: then it is ours that is wrong, and lag does not suffer."""
    for each in world.venues:
        world.fault(each, "clock_skew", ms=5000)
        world.ask(each, "clock")
    return Hit(
        lambda: world.read().clock,
        lambda: _asked(world) and not world.read().clock,
        clear=True,
    )


def _asked(world: World) -> bool:
    for venue in world.venues:
        world.clear(venue)
        world.ask(venue, "clock")
    return True


def time_jump(world: World, venue: str) -> Hit:
    """Have a venue sleep for three seconds and wake up two hours ahead: what was held comes in a burst."""
    symbols = set(world.states(venue))
    spoke, recovered = speaking(world, venue, symbols), moving(world, venue, symbols)
    told: list[str] = []

    def offset_ms() -> float:
        world.ask(venue, "clock")
        time.sleep(0.2)
        return world.status(venue).clock_offset_ms or 0.0

    def seen() -> bool:
        if not told:
            states = world.states(venue)
            told.extend(symbol for symbol in spoke if states.get(symbol) in BAD)
            if len(told) <= len(spoke) / 2:
                told.clear()
            return False
        return recovered() and offset_ms() > HOUR_MS

    world.fault(venue, "time_jump", seconds=3, ms=2 * HOUR_MS)
    return Hit(seen, lambda: abs(offset_ms()) < HOUR_MS and recovered(), symbols, whole_socket=True, clear=True)


def lying_ack(world: World, venue: str) -> Hit:
    """Lose a socket, and have all of its subscriptions acknowledged and none served."""
    socket, symbols = carried(world, venue)
    spoke = speaking(world, venue, symbols)
    recovered = moving(world, venue, symbols)
    world.fault(venue, "lying_ack")
    world.fault(venue, "drop_socket", socket=socket)

    def seen() -> bool:
        states = world.states(venue)
        return all(states[symbol] not in (RowState.LIVE, RowState.DOWN) for symbol in spoke)

    return Hit(seen, recovered, symbols, whole_socket=True, clear=True)


def refused(world: World, venue: str) -> Hit:
    """Lose a socket and refuse new ones for a while."""
    socket, symbols = carried(world, venue)
    recovered = moving(world, venue, symbols)
    world.fault(venue, "refuse_connect")
    world.fault(venue, "drop_socket", socket=socket)
    return Hit(
        lambda: any(s.state == "waiting" and s.error for s in world.status(venue).sockets),
        recovered,
        symbols,
        whole_socket=True,
        clear=True,
    )


def shutdown(world: World, venue: str) -> Hit:
    """Announce the end of a socket: the new one is live before the old one goes."""
    socket, _ = carried(world, venue)
    opened = {s.name: s.reconnects for s in world.status(venue).sockets}
    known = {s["socket"] for s in world.get(venue, "/control/sockets")}
    world.fault(venue, "shutdown_notice", socket=socket, seconds=5)

    def renewed() -> bool:
        now = {s["socket"] for s in world.get(venue, "/control/sockets")}
        return bool(now - known) and socket not in now

    return Hit(renewed, lambda: {s.name: s.reconnects for s in world.status(venue).sockets} == opened)


def book_gap(world: World, venue: str) -> Hit:
    """Swallow pushes of one book: it is joined anew, the other stays whole."""
    symbols = busy(world, venue, count=2)
    books = followed(world, venue, symbols)
    feed = world.engine.feeds[venue]
    gaps = feed.depth.gaps
    world.fault(venue, "gap", symbol=symbols[0], count=2)

    def over() -> bool:
        whole = all(book.valid for book in books.values()) and feed.depth.gaps == gaps + 1
        return whole and true_books(world, venue, symbols)

    return Hit(lambda: feed.depth.gaps > gaps, over)


def count_anew(world: World, venue: str) -> Hit:
    """Have the venue begin to count anew on open sockets: books follow, quotes do not suffer."""
    symbols = busy(world, venue, count=2)
    books = followed(world, venue, symbols)
    before = {symbol: book.seq or 0 for symbol, book in books.items()}
    told = world.fault(venue, "service_restart")["done"]
    assert told

    def seen() -> bool:
        return all(book.seq is None or book.seq < before[symbol] for symbol, book in books.items())

    def over() -> bool:
        return all(book.valid for book in books.values()) and true_books(world, venue, symbols)

    return Hit(seen, over)


def no_snapshot(world: World, venue: str) -> Hit:
    """Begin a streamed book with changes alone: it says that it waits, and shows nothing until it has the rest."""
    symbol = busy(world, venue, count=3)[-1]
    world.fault(venue, "no_snapshot")
    book = world.engine.watch_book(venue, symbol)
    messages = world.status(venue).messages

    def seen() -> bool:
        assert not book.valid
        assert not any(world.engine.book_levels(venue, symbol, 5)[:2])
        return "snapshot" in book.reason and world.status(venue).messages > messages + 100

    return Hit(seen, lambda: book.valid and true_books(world, venue, [symbol]), clear=True)


def fetched_snapshot(world: World, venue: str) -> Hit:
    """Begin a streamed book with changes alone where REST has what is missing: it is fetched."""
    symbol = busy(world, venue, count=3)[-1]
    world.fault(venue, "no_snapshot")
    book = world.engine.watch_book(venue, symbol)
    assert not book.valid
    return Hit(lambda: book.valid, lambda: true_books(world, venue, [symbol]))
