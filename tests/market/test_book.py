import msgspec
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.market.book import BUFFERED, BookState
from arbwatch.model import Book, Level

Levels = tuple[Level, ...]


def book(seq: int | None, prev: int | None = None, bids: Levels = (), asks: Levels = ()) -> Book:
    return Book("v", "AUSDT", prev is None, seq, prev, bids, asks, seq, 1)


def whole(seq: int) -> Book:
    return book(seq, None, ((10.0, 1.0), (9.0, 2.0)), ((11.0, 3.0), (12.0, 4.0)))


def test_a_snapshot_before_any_change_is_the_book() -> None:
    state = BookState("AUSDT")
    assert not state.valid
    assert "snapshot" in state.reason
    assert state.apply(whole(5)) == "ok"
    assert state.valid and state.reason == ""
    assert state.levels(1) == ([(10.0, 1.0)], [(11.0, 3.0)])
    assert state.bids == [(10.0, 1.0), (9.0, 2.0)] and state.asks == [(11.0, 3.0), (12.0, 4.0)]


def test_changes_before_the_snapshot_wait_for_it_and_old_ones_are_left_out() -> None:
    state = BookState("AUSDT")
    assert state.apply(book(4, 3, bids=((10.0, 99.0),))) == "buffered"
    assert state.apply(book(6, 4, bids=((10.5, 7.0),))) == "buffered"
    assert state.apply(book(7, 6, asks=((11.0, 0.0),))) == "buffered"
    assert state.levels(5) == ([], [])
    assert state.apply(whole(5)) == "ok"
    assert state.levels(2) == ([(10.5, 7.0), (10.0, 1.0)], [(12.0, 4.0)])
    assert state.seq == 7


def test_a_change_already_inside_is_stale() -> None:
    state = BookState("AUSDT")
    state.apply(whole(5))
    assert state.apply(book(5, 4, bids=((10.0, 99.0),))) == "stale"
    assert state.apply(whole(4)) == "stale"
    assert state.bids[0] == (10.0, 1.0)


def test_a_count_that_begins_anew_ends_the_book_until_a_snapshot_from_after_it() -> None:
    def at(time: int, event: Book) -> Book:
        return msgspec.structs.replace(event, time=time)

    state = BookState("AUSDT")
    state.apply(at(100, whole(500)))
    assert state.apply(at(200, book(3, 500, bids=((10.5, 1.0),)))) == "gap"
    assert not state.valid and "anew" in state.reason and state.bids == []
    assert state.apply(at(210, book(4, 3, bids=((10.6, 1.0),)))) == "buffered"
    assert state.apply(at(150, whole(499))) == "gap"
    assert "before" in state.reason and state.bids == []
    assert state.apply(at(205, whole(3))) == "ok"
    assert state.seq == 4 and state.levels(1)[0] == [(10.6, 1.0)]
    assert state.apply(at(220, book(6, 4, bids=((10.6, 2.0),)))) == "ok"
    assert state.levels(1)[0] == [(10.6, 2.0)]


def test_a_count_that_begins_anew_while_a_snapshot_is_awaited_forgets_what_waited() -> None:
    state = BookState("AUSDT")
    state.apply(msgspec.structs.replace(book(501, 500, bids=((10.5, 1.0),)), time=100))
    assert state.apply(msgspec.structs.replace(book(3, 501), time=200)) == "gap"
    assert state.apply(msgspec.structs.replace(whole(7), time=300)) == "ok"
    assert state.seq == 7 and state.levels(1)[0] == [(10.0, 1.0)]


def test_a_gap_makes_it_invalid_until_a_newer_snapshot_joins_the_changes_since() -> None:
    state = BookState("AUSDT")
    state.apply(whole(5))
    assert state.apply(book(9, 8, bids=((10.2, 1.0),))) == "gap"
    assert not state.valid
    assert "5 to 8" in state.reason and state.bids == []
    assert state.apply(whole(6)) == "gap"
    assert not state.valid
    assert "older" in state.reason
    assert state.apply(book(10, 9, bids=((10.3, 1.0),))) == "buffered"
    assert state.apply(whole(8)) == "ok"
    assert state.levels(2)[0] == [(10.3, 1.0), (10.2, 1.0)]


def test_it_never_shows_crossed_sides() -> None:
    state = BookState("AUSDT")
    state.apply(whole(5))
    assert state.apply(book(6, 5, bids=((11.0, 1.0),))) == "gap"
    assert not state.valid
    assert "crossed" in state.reason and state.levels(5) == ([], [])
    assert state.apply(book(7, 6, bids=((11.0, 0.0),))) == "buffered"
    assert state.apply(whole(6)) == "ok"
    assert state.apply(book(8, None, ((12.0, 1.0),), ((11.0, 1.0),))) == "gap"
    assert not state.valid


def test_levels_of_no_size_are_no_levels() -> None:
    state = BookState("AUSDT")
    state.apply(book(5, None, ((10.0, 0.0), (9.0, 1.0)), ((11.0, -1.0), (12.0, 1.0))))
    assert state.levels(5) == ([(9.0, 1.0)], [(12.0, 1.0)])
    state.apply(book(6, 5, bids=((8.0, 0.0), (9.0, 0.0))))
    assert state.levels(5) == ([], [(12.0, 1.0)])


def test_the_buffer_is_bounded_and_what_was_let_go_shows_as_a_gap() -> None:
    state = BookState("AUSDT")
    for seq in range(1, BUFFERED + 100):
        assert state.apply(book(seq, seq - 1)) == "buffered"
    assert len(state._waiting) == BUFFERED
    assert state.apply(whole(10)) == "gap"
    assert state.apply(whole(BUFFERED)) == "ok"
    assert state.seq == BUFFERED + 99


def test_books_without_numbers_take_every_change() -> None:
    state = BookState("AUSDT")
    state.apply(book(None, None, ((10.0, 1.0),), ((11.0, 1.0),)))
    change = Book("v", "AUSDT", False, None, None, ((10.0, 2.0),), (), None, 1)
    assert state.apply(change) == "ok"
    assert state.bids == [(10.0, 2.0)]


prices = st.integers(1, 12)
sizes = st.integers(0, 3)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Levels, Levels]]:
    """Changes that keep bids under 100 and asks above."""
    steps = draw(st.lists(st.tuples(prices, sizes, prices, sizes), min_size=1, max_size=40))
    return [(((100.0 - b, float(x)),), ((100.0 + a, float(y)),)) for b, x, a, y in steps]


@given(histories(), st.data())
def test_whatever_the_order_of_snapshot_and_changes_the_book_equals_a_naive_one(
    history: list[tuple[Levels, Levels]], data: st.DataObject
) -> None:
    naive = [{90.0: 1.0, 110.0: 1.0}]
    for bids, asks in history:
        after = {**naive[-1], **dict(bids), **dict(asks)}
        naive.append({price: size for price, size in after.items() if size})
    at = data.draw(st.integers(0, len(history)), "the snapshot's number")
    comes = data.draw(st.integers(0, len(history)), "after how many changes the snapshot comes")
    changes = [book(seq, seq - 1, *levels) for seq, levels in enumerate(history, start=1)]
    state = BookState("AUSDT")
    for one in [*changes[:comes], book(at, None, *sides(naive[at])), *changes[comes:]]:
        state.apply(one)
    assert state.valid, state.reason
    bids, asks = sides(naive[-1])
    assert (state.bids, state.asks) == (list(bids), list(asks))
    assert state.levels(3) == (state.bids[:3], state.asks[:3])


def sides(levels: dict[float, float]) -> tuple[Levels, Levels]:
    bids = sorted(((price, size) for price, size in levels.items() if price < 100), reverse=True)
    return tuple(bids), tuple(sorted((price, size) for price, size in levels.items() if price > 100))


@given(histories(), st.sets(st.integers(1, 40)))
def test_a_book_that_says_it_is_valid_missed_nothing(history: list[tuple[Levels, Levels]], lost: set[int]) -> None:
    state = BookState("AUSDT")
    state.apply(book(0, None, ((90.0, 1.0),), ((110.0, 1.0),)))
    for seq, levels in enumerate(history, start=1):
        if seq not in lost:
            state.apply(book(seq, seq - 1, *levels))
    told = [seq for seq in range(1, len(history) + 1) if seq not in lost]
    missed = any(seq < told[-1] for seq in lost) if told else False
    assert state.valid is not missed


def test_reset_empties_and_says_why() -> None:
    state = BookState("AUSDT")
    state.apply(whole(5))
    state.reset("socket closed")
    assert (state.valid, state.reason, state.seq, state.bids) == (False, "socket closed", None, [])


def timed(seq: int, prev: int | None, time: int, bid: float = 10.0) -> Book:
    return Book("v", "AUSDT", prev is None, seq, prev, ((bid, 1.0),), ((99.0, 1.0),), time, 1)


def test_a_later_snapshot_with_a_lower_number_begins_the_book_anew() -> None:
    state = BookState("AUSDT")
    assert state.apply(timed(500, None, 1000)) == "ok"
    assert state.apply(timed(1, None, 900)) == "stale"
    assert state.apply(timed(1, None, 1001, bid=20.0)) == "ok"
    assert (state.seq, state.bids) == (1, [(20.0, 1.0)])
    assert state.apply(timed(2, 1, 1002, bid=21.0)) == "ok"
    assert state.apply(timed(501, 500, 1003)) == "gap"


def test_a_snapshot_that_says_that_it_counts_anew_replaces_a_book_of_the_same_time() -> None:
    state = BookState("AUSDT")
    assert state.apply(timed(500, None, 1000)) == "ok"
    anew = msgspec.structs.replace(timed(1, None, 1000, bid=20.0), prev=2)
    assert state.apply(anew) == "ok"
    assert (state.seq, state.bids) == (1, [(20.0, 1.0)])
    assert state.apply(timed(2, 1, 1000, bid=21.0)) == "ok"


def test_changes_counted_before_the_venue_began_anew_do_not_keep_a_book_from_joining() -> None:
    state = BookState("AUSDT")
    state.apply(timed(500, None, 1000))
    assert state.apply(timed(503, 502, 1002)) == "gap"
    assert state.apply(timed(1, None, 1005, bid=20.0)) == "ok"
    assert state.bids == [(20.0, 1.0)] and state.apply(timed(2, 1, 1006, bid=21.0)) == "ok"
    late = BookState("AUSDT")
    late.apply(timed(503, 502, 1006))
    assert late.apply(timed(500, None, 1005)) == "gap"
