"""The fault matrix: what is done to a venue, what the board must say, and when all must be well again."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from arbwatch.analytics.matrix import matrix
from arbwatch.market.codes import RowState
from tests.world.world import World, where

Condition = Callable[[], Any]


@dataclass
class Hit:
    """What a fault touches, and how it is known to be seen and over."""

    seen: Condition
    recovered: Condition
    symbols: set[str] = field(default_factory=set)
    whole_socket: bool = False
    clear: bool = False
    """The fault stands until it is cleared, once it was seen."""


@dataclass
class Case:
    """One row of the matrix; limits are seconds."""

    name: str
    venue: str
    expected: str
    act: Callable[[World, str], Hit]
    seen_s: float = 6.0
    recovered_s: float = 20.0


def carried(world: World, venue: str) -> tuple[str, set[str]]:
    """Return the simulated socket that carries most quotes, and the symbols it carries."""
    best: tuple[str, set[str]] = ("", set())
    for socket in world.get(venue, "/control/sockets"):
        symbols = set(socket["quotes"])
        if len(symbols) > len(best[1]):
            best = (socket["socket"], symbols)
    return best


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


def socket_fault(name: str, **arguments: Any) -> Callable[[World, str], Hit]:
    """Hit the socket that carries most quotes."""

    def act(world: World, venue: str) -> Hit:
        socket, symbols = carried(world, venue)
        recovered = moving(world, venue, symbols)
        spoke = {s for s, state in world.states(venue).items() if state == RowState.LIVE} & symbols
        world.fault(venue, name, socket=socket, **arguments)
        bad = (RowState.DOWN, RowState.FROZEN, RowState.SUSPECT)

        def seen() -> bool:
            states = world.states(venue)
            return sum(states[symbol] in bad for symbol in spoke) > len(spoke) / 2

        return Hit(seen, recovered, symbols, whole_socket=True)

    return act


def symbol_fault(name: str, expected: RowState, **arguments: Any) -> Callable[[World, str], Hit]:
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


def frames_fault(name: str, count: int) -> Callable[[World, str], Hit]:
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


def rest_fault(status: int, state: str, **arguments: Any) -> Callable[[World, str], Hit]:
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


def side_fault(name: str, reason: str, **arguments: Any) -> Callable[[World, str], Hit]:
    """Spoil one book, in truth too: the row is shown, and is no leg, with the reason."""

    def act(world: World, venue: str) -> Hit:
        symbol = busy(world, venue, count=5)[-1]
        world.fault(venue, name, symbol=symbol, **arguments)

        def told() -> bool:
            picture = world.read()
            _, column = where(picture.snapshot, venue, symbol)
            key = picture.snapshot.keys[column]
            shown = matrix(picture.snapshot, picture.rules, key.asset, key.quote_currency)
            return any(reason in s.reason for s in shown.stands if (s.venue, s.symbol) == (venue, symbol))

        return Hit(told, lambda: not told(), {symbol}, clear=True)

    return act


def clock_skew(world: World, venue: str) -> Hit:
    """Set both venues' clocks wrong: then it is ours that is wrong, and lag does not suffer."""
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


def lying_ack(world: World, venue: str) -> Hit:
    """Lose a socket, and have its subscriptions acknowledged but not served."""
    socket, symbols = carried(world, venue)
    world.fault(venue, "lying_ack", count=1)
    recovered = moving(world, venue, symbols)
    world.fault(venue, "drop_socket", socket=socket)
    return Hit(
        lambda: sum(s == RowState.WAITING for s in world.states(venue).values()) > 5,
        recovered,
        symbols,
        whole_socket=True,
    )


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
    hit, other = busy(world, venue, count=2)
    books = [world.engine.watch_book(venue, symbol) for symbol in (hit, other)]
    world.until(lambda: all(book.valid for book in books), 10, "both books whole")
    feed = world.engine.feeds[venue]
    gaps = feed.depth.gaps
    world.fault(venue, "gap", symbol=hit, count=2)

    def over() -> bool:
        whole = books[0].valid and books[1].valid and feed.depth.gaps == gaps + 1
        if whole:
            for symbol in (hit, other):
                world.engine.forget_book(venue, symbol)
        return whole

    return Hit(lambda: feed.depth.gaps > gaps, over)


def new_listing(world: World, venue: str) -> Hit:
    """List one more instrument: it is found (at once where the venue announces it) and followed, no reconnect."""
    symbol = world.fault(venue, "new_listing", base=f"FRESH{time.monotonic_ns() % 1000}", rate=20)["done"]
    if "notice" not in world.engine.feeds[venue].venue.channels:
        world.relist(venue)
    return Hit(
        lambda: symbol in world.states(venue),
        lambda: world.states(venue).get(symbol) == RowState.LIVE,
        {symbol},
    )


def never_speaks(world: World, venue: str) -> Hit:
    """List an instrument whose stream is acknowledged and never speaks on the socket that asked first."""
    base = f"MUTE{time.monotonic_ns() % 1000}"
    world.fault(venue, "silent_symbol", symbol=f"{base}USDT")
    symbol = world.fault(venue, "new_listing", base=base, rate=5)["done"]
    world.relist(venue)
    sockets = len(world.status(venue).sockets)
    return Hit(
        lambda: len(world.status(venue).sockets) > sockets,
        lambda: world.states(venue).get(symbol) == RowState.LIVE,
        {symbol},
    )


def delisting(world: World, venue: str) -> Hit:
    """Take an instrument away: its row ends."""
    symbol = busy(world, venue, count=6)[-1]
    world.fault(venue, "delist", symbol=symbol)
    world.relist(venue)
    return Hit(
        lambda: world.states(venue).get(symbol) in (None, RowState.ENDED),
        lambda: world.relist(venue) and symbol not in world.states(venue),
        {symbol},
    )


def tick_change(world: World, venue: str) -> Hit:
    """Change a tick: the row takes it in place."""
    symbol = busy(world, venue, count=7)[-1]
    tick = float(world.fault(venue, "tick_change", symbol=symbol, factor=10)["done"])
    world.relist(venue)
    return Hit(
        lambda: world.engine.instruments(venue)[symbol].tick_size == tick,
        lambda: world.state(venue, symbol) in (RowState.LIVE, RowState.SUSPECT),
        {symbol},
    )


def halt(world: World, venue: str) -> Hit:
    """Halt trading in one symbol, or settle it, and let it go on."""
    symbol = busy(world, venue, count=8)[-1]
    world.fault(venue, "halt", symbol=symbol)
    world.relist(venue)
    return Hit(
        lambda: world.state(venue, symbol) == RowState.HALTED,
        lambda: world.relist(venue) and world.state(venue, symbol) == RowState.LIVE,
        {symbol},
        clear=True,
    )


def bad_listing(world: World, venue: str) -> Hit:
    """List rows that cannot be read: they are counted, the others stand."""
    before = world.status(venue).rejected
    rows = len(world.states(venue))
    world.fault(venue, "bad_listing_row")
    world.relist(venue)
    return Hit(
        lambda: world.status(venue).rejected > before,
        lambda: len(world.states(venue)) >= rows,
        clear=True,
    )


CASES: tuple[tuple[str, str, Callable[[World, str], Hit], float, float], ...] = (
    ("dropped socket", "its rows are down at once; it reconnects", socket_fault("drop_socket"), 1.0, 10.0),
    ("closed socket", "its rows are down at once; it reconnects", socket_fault("close_socket", code=1012), 1.0, 10.0),
    ("half-open socket", "its rows are suspect, then the socket is replaced", socket_fault("half_open"), 8.0, 15.0),
    ("one symbol stalls", "frozen; subscribed anew alone", symbol_fault("stall_symbol", RowState.FROZEN), 4.0, 5.0),
    ("garbage frames", "counted and kept verbatim, nothing else", frames_fault("garbage", 5), 2.0, 2.0),
    ("truncated frames", "counted and kept verbatim, nothing else", frames_fault("truncated", 5), 4.0, 2.0),
    ("rows of wrong types", "those rows are counted, the others stand", frames_fault("wrong_types", 2), 4.0, 2.0),
    ("gap in a book", "that book is joined anew, the other stays whole", book_gap, 5.0, 10.0),
    ("lying acknowledgement", "rows wait; subscribed elsewhere", lying_ack, 8.0, 60.0),
    ("connections refused", "said in words; back when allowed", refused, 10.0, 30.0),
    ("restart announced", "renewed without a hole", shutdown, 12.0, 5.0),
    ("REST 429", "throttled, in words; streams go on", rest_fault(429, "throttled", retry_after=1), 5.0, 20.0),
    ("REST 418", "banned, in words; streams go on", rest_fault(418, "banned", retry_after=2), 5.0, 20.0),
    ("REST 451", "blocked, in words; streams go on", rest_fault(451, "blocked"), 5.0, 20.0),
    ("REST 500", "failing, in words; streams go on", rest_fault(500, "failing"), 8.0, 20.0),
    ("REST 502 with a page", "failing, in words; streams go on", rest_fault(502, "failing"), 8.0, 20.0),
    ("slow REST", "nothing waits for it", slow_rest, 3.0, 10.0),
    ("crossed book", "no leg: crossed", side_fault("crossed_book", "crossed"), 4.0, 6.0),
    ("one-sided book", "no leg: one side is empty", side_fault("one_sided_book", "side", side="bid"), 4.0, 6.0),
    ("clocks 5 s wrong", "our clock is said to be wrong", clock_skew, 5.0, 8.0),
    ("new listing", "found and followed, no reconnect", new_listing, 5.0, 10.0),
    ("no first message", "waits; subscribed on another socket", never_speaks, 40.0, 10.0),
    ("delisting", "its row ends", delisting, 5.0, 5.0),
    ("tick change", "taken in place", tick_change, 5.0, 5.0),
    ("halt", "halted, then live again", halt, 5.0, 10.0),
    ("listing rows unreadable", "counted, the others stand", bad_listing, 5.0, 5.0),
)
"""Fault, expected state, how it is caused, and the seconds allowed until it is seen and until all is well."""
