"""While two sockets carry the same topics nothing is lost, no trade is told twice, and no newer quote is undone."""

from typing import cast

from arbwatch.model import Book, Event, Quote, Trade
from arbwatch.net.overlap import Overlap
from arbwatch.net.session import Apply, Session


class Voice:
    """What the overlap needs of a session."""

    def __init__(self) -> None:
        self.quotes: dict[str, Quote] = {}
        self.apply: Apply = lambda event: None

    def mute(self) -> None:
        self.quotes = {}
        self.apply = lambda event: None


def trade(n: int) -> Trade:
    return Trade("v", "BTC", 1.0, 1.0, "buy", str(n), None, n)


def delta(n: int) -> Book:
    return Book("v", "BTC", snapshot=False, seq=n, prev=n - 1, bids=(), asks=(), time=None, received=n)


def quote(price: float, time: int | None, symbol: str = "BTC") -> Quote:
    return Quote("v", symbol, price, 1.0, price + 1, 1.0, time, 1)


def stage(door: dict[str, Quote]) -> tuple[list[Event], Voice, Voice, Overlap]:
    told: list[Event] = []
    old, new = Voice(), Voice()
    old.quotes, old.apply = door, told.append
    overlap = Overlap(cast("Session", old), door, told.append)
    new.quotes, new.apply = overlap.quotes, overlap.hold
    return told, old, new, overlap


def test_held_trades_follow_once_in_order_and_book_changes_all() -> None:
    told, old, new, overlap = stage({})
    for n in (1, 2):
        old.apply(trade(n))
    for n in (2, 3):
        new.apply(trade(n))
        new.apply(delta(n))
    old.apply(delta(2))
    overlap.switch(cast("Session", new))
    old.apply(trade(3))
    new.apply(trade(4))
    assert [event.id for event in told if isinstance(event, Trade)] == ["1", "2", "3", "4"]
    assert [event.seq for event in told if isinstance(event, Book)] == [2, 2, 3]


def test_quotes_move_to_the_door_unless_it_holds_newer_ones() -> None:
    door = {"BTC": quote(10, 5), "ETH": quote(20, 5, "ETH"), "SOL": quote(30, None, "SOL")}
    _, old, new, overlap = stage(door)
    assert not overlap.spoke
    for held in (quote(9, 4), quote(21, 6, "ETH"), quote(31, None, "SOL")):
        new.quotes[held.symbol] = held
    assert overlap.spoke
    overlap.switch(cast("Session", new))
    assert {symbol: held.bid for symbol, held in door.items()} == {"BTC": 10, "ETH": 21, "SOL": 31}
    old.quotes["BTC"] = quote(1, 99)
    assert door["BTC"].bid == 10 and new.quotes is door


def test_an_abandoned_overlap_leaves_the_old_socket_as_it_was() -> None:
    told, old, new, overlap = stage({})
    new.apply(trade(1))
    overlap.abandon()
    old.apply(trade(2))
    assert [event.id for event in told if isinstance(event, Trade)] == ["2"]
