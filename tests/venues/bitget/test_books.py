"""Books of Bitget: joined by their numbers, and held against the venue's checksum where it sends one."""

import json
import zlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.wire import Reject
from arbwatch.market.book import BookState
from arbwatch.model import Book
from arbwatch.venues.bitget import BitgetPerp, BitgetSpot

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
SYMBOL = "AAAUSDT"

Side = dict[str, str]
Changes = list[tuple[bool, int, int]]
_prices = st.integers(1, 60)
_changes = st.lists(st.tuples(st.booleans(), _prices, st.integers(0, 9)), min_size=1, max_size=4)


class Sender:
    """Write what the venue would send of one book, in plain steps."""

    def __init__(self, *, numbered: bool = True, checked: bool = True) -> None:
        self.bids: Side = {f"{100 - n / 100:.2f}": f"{n}.10" for n in range(1, 40)}
        self.asks: Side = {f"{100 + n / 100:.2f}": f"{n}.0" for n in range(1, 40)}
        self.numbered, self.checked = numbered, checked
        self.seq, self.ms = 1000, MS

    def snapshot(self) -> dict[str, Any]:
        return self._frame("snapshot", self.bids, self.asks, 0)

    def update(self, changes: Changes) -> dict[str, Any]:
        told: tuple[Side, Side] = {}, {}
        for is_bid, place, size in changes:
            price = f"{100 - place / 100 if is_bid else 100 + place / 100:.2f}"
            told[not is_bid][price] = f"{size}.50" if size else "0"
        for held, changed in zip((self.bids, self.asks), told, strict=True):
            held.update({price: size for price, size in changed.items() if size != "0"})
            for price in [price for price, size in changed.items() if size == "0"]:
                held.pop(price, None)
        before, self.seq = self.seq, self.seq + 3
        return self._frame("update", *told, before)

    def checksum(self) -> int:
        bids = sorted(self.bids.items(), key=lambda level: -float(level[0]))[:25]
        asks = sorted(self.asks.items(), key=lambda level: float(level[0]))[:25]
        turns = [level for n in range(25) for level in (*bids[n : n + 1], *asks[n : n + 1])]
        words = [word for level in turns for word in level]
        return int.from_bytes(zlib.crc32(":".join(words).encode()).to_bytes(4, "big"), "big", signed=True)

    def _frame(self, action: str, bids: Side, asks: Side, before: int) -> dict[str, Any]:
        self.ms += 100
        row: dict[str, Any] = {"bids": list(bids.items()), "asks": list(asks.items()), "ts": str(self.ms)}
        row["checksum"] = self.checksum() if self.checked and action == "update" else 0
        if self.numbered:
            row |= {"seq": self.seq, "pseq": before}
        where = {"instType": "SPOT", "channel": "books", "instId": SYMBOL}
        return {"action": action, "arg": where, "data": [row], "ts": self.ms + 2}


class Keeper:
    """Read frames with one connection and keep the book they tell of."""

    def __init__(self) -> None:
        self.source, self.state = BitgetSpot(), BookState(SYMBOL)
        self.outcomes: list[str] = []
        self.rejects: list[Reject] = []

    def take(self, frame: dict[str, Any]) -> None:
        for one in self.source.decode(json.dumps(frame).encode(), NOW):
            if isinstance(one, Book):
                self.outcomes.append(self.state.apply(one))
            elif isinstance(one, Reject):
                self.rejects.append(one)

    def holds(self, sender: Sender) -> bool:
        bids = sorted(((float(p), float(s)) for p, s in sender.bids.items()), reverse=True)
        asks = sorted((float(p), float(s)) for p, s in sender.asks.items())
        return self.state.valid and (self.state.bids, self.state.asks) == (bids, asks)


@given(st.lists(_changes, max_size=12), st.booleans(), st.booleans())
def test_a_book_that_came_whole_stands_as_it_was_sent(steps: list[Changes], numbered: bool, checked: bool) -> None:
    sender, keeper = Sender(numbered=numbered, checked=checked), Keeper()
    keeper.take(sender.snapshot())
    for changes in steps:
        keeper.take(sender.update(changes))
        assert keeper.holds(sender), keeper.state.reason
    assert set(keeper.outcomes) == {"ok"} and not keeper.rejects


@given(st.lists(_changes, min_size=3, max_size=8), st.data())
def test_a_change_that_is_lost_shows_by_its_number(steps: list[Changes], data: st.DataObject) -> None:
    lost = data.draw(st.integers(0, len(steps) - 2))
    sender, keeper = Sender(checked=False), Keeper()
    keeper.take(sender.snapshot())
    for number, changes in enumerate(steps):
        frame = sender.update(changes)
        if number != lost:
            keeper.take(frame)
    assert "gap" in keeper.outcomes and not keeper.state.valid
    keeper.take(sender.snapshot())
    assert keeper.holds(sender)


@given(st.lists(_changes, max_size=4), st.booleans())
def test_a_book_that_its_checksum_contradicts_ends_until_a_snapshot(steps: list[Changes], numbered: bool) -> None:
    sender, keeper = Sender(numbered=numbered), Keeper()
    keeper.take(sender.snapshot())
    for changes in steps:
        keeper.take(sender.update(changes))
    frame = sender.update([(True, 50, 7)])
    frame["data"][0]["checksum"] ^= 1
    keeper.take(frame)
    assert keeper.outcomes[-1] == "gap"
    assert not keeper.state.valid
    (reject,) = keeper.rejects
    assert SYMBOL in reject.reason and "checksum" in reject.reason
    keeper.take(sender.update([(False, 50, 7)]))
    assert not keeper.state.valid
    assert len(keeper.rejects) == 1
    keeper.take(sender.snapshot())
    assert keeper.holds(sender)
    keeper.take(sender.update([(True, 51, 2)]))
    assert keeper.holds(sender)


def test_a_level_lost_among_the_first_25_is_found_by_the_checksum_alone() -> None:
    sender, keeper = Sender(numbered=False), Keeper()
    keeper.take(sender.snapshot())
    sender.update([(True, 3, 9)])
    keeper.take(sender.update([(False, 2, 9)]))
    assert keeper.outcomes == ["ok", "gap"] and keeper.rejects


def test_changes_before_any_snapshot_wait_and_older_ones_are_passed_over() -> None:
    for numbered in (True, False):
        sender, keeper = Sender(numbered=numbered), Keeper()
        early = [sender.update([(True, n, 5)]) for n in (1, 2, 3)]
        for frame in early:
            keeper.take(frame)
        assert keeper.outcomes == ["buffered"] * 3
        keeper.take(sender.snapshot())
        assert keeper.holds(sender)


def test_a_snapshot_forgets_what_stood_before_it() -> None:
    sender, keeper = Sender(), Keeper()
    keeper.take(sender.snapshot())
    sender.update([(True, 1, 0), (False, 1, 0)])
    keeper.take(sender.snapshot())
    assert keeper.holds(sender)
    keeper.take(sender.update([(True, 7, 3)]))
    assert keeper.holds(sender), keeper.rejects


def test_changes_of_one_millisecond_are_told_apart() -> None:
    sender, keeper = Sender(numbered=False), Keeper()
    keeper.take(sender.snapshot())
    for n in (1, 2, 3):
        frame = sender.update([(True, n, 5)])
        frame["data"][0]["ts"] = str(MS + 100)
        keeper.take(frame)
    assert keeper.holds(sender)


def test_books_of_two_symbols_do_not_mix() -> None:
    one, other, keeper = Sender(), Sender(numbered=False), Keeper()
    keeper.take(one.snapshot())
    strange = other.snapshot()
    strange["arg"]["instId"] = "BBBUSDT"
    list(keeper.source.decode(json.dumps(strange).encode(), NOW))
    other.update([(True, 1, 9)])
    broken = other.update([(True, 2, 9)])
    broken["arg"]["instId"] = "BBBUSDT"
    found = list(keeper.source.decode(json.dumps(broken).encode(), NOW))
    assert [type(each) for each in found] == [Reject, Book]
    keeper.take(one.update([(True, 1, 4)]))
    assert keeper.holds(one)


def test_what_comes_twice_or_late_is_told_by_its_number_and_refuses_nothing() -> None:
    sender, keeper = Sender(), Keeper()
    keeper.take(sender.snapshot())
    first, second, third, fourth = (sender.update([(True, n, 5)]) for n in (1, 2, 3, 4))
    for frame in (first, first, second, first):
        keeper.take(frame)
    assert keeper.outcomes == ["ok", "ok", "stale", "ok", "stale"]
    keeper.take(fourth)
    keeper.take(third)
    assert keeper.outcomes[5] == "gap" and not keeper.state.valid and not keeper.rejects
    keeper.take(sender.snapshot())
    assert keeper.holds(sender)
    broken = sender.update([(True, 5, 5)])
    broken["data"][0]["checksum"] ^= 1
    keeper.take(broken)
    assert keeper.rejects


def test_a_count_that_begins_anew_ends_the_book_until_a_snapshot() -> None:
    sender, keeper = Sender(), Keeper()
    keeper.take(sender.snapshot())
    keeper.take(sender.update([(True, 1, 5)]))
    sender.seq = -3
    keeper.take(sender.update([(True, 2, 5)]))
    assert keeper.outcomes[-1] == "gap" and "anew" in keeper.state.reason
    assert not keeper.rejects
    keeper.take(sender.snapshot())
    keeper.take(sender.update([(True, 3, 5)]))
    assert keeper.holds(sender), keeper.state.reason


def test_the_best_few_levels_are_a_book_of_their_own() -> None:
    row = {"asks": [["3", "4"]], "bids": [["1", "2"]], "checksum": 0, "ts": str(MS)}
    frame = {"action": "snapshot", "data": [row], "ts": MS}
    frame["arg"] = {"instType": "USDT-FUTURES", "channel": "books15", "instId": SYMBOL}
    (book,) = BitgetPerp().decode(json.dumps(frame).encode(), NOW)
    assert isinstance(book, Book) and (book.snapshot, book.seq, book.prev) == (True, MS, None)
