"""What a slow reader gets: all of it below the room, then the newest of each market, and nothing from before a down."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from arbwatch.engine.buffer import Buffer, Told
from arbwatch.model import Down, Funding, Instrument, Quote, Ticker, Up


def quote(symbol: str, bid: float, venue: str = "a") -> Quote:
    return Quote(venue, symbol, bid, 1.0, bid + 1, 1.0, None, 1)


def ticker(symbol: str, **fields: float) -> Ticker:
    known = dict.fromkeys(("last", "change_24h", "high", "low", "base_volume", "quote_volume"))
    return Ticker(venue="a", symbol=symbol, **{**known, **fields}, time=None, received=1)


def drained(buffer: Buffer) -> list[Told]:
    found = []
    while (event := buffer.take()) is not None:
        found.append(event)
    return found


def filled(buffer: Buffer, *events: Told) -> Buffer:
    for event in events:
        buffer.put(event)
    return buffer


def test_a_reader_that_keeps_up_gets_everything_in_order() -> None:
    events: list[Told] = [quote("x", 1), quote("y", 2), quote("x", 3), ticker("x", last=4.0), quote("x", 5)]
    buffer = filled(Buffer(5), *events)
    assert drained(buffer) == events
    assert (buffer.replaced, buffer.waiting) == (0, 0)


def test_beyond_the_room_the_newest_of_a_market_takes_the_place_of_what_waits() -> None:
    buffer = filled(Buffer(2), quote("x", 1), quote("y", 2), quote("x", 3), quote("z", 4), quote("x", 5))
    assert drained(buffer) == [quote("x", 5), quote("y", 2), quote("z", 4)]
    assert buffer.replaced == 2


def test_statistics_and_funding_are_merged_by_field_and_nothing_overwrites_a_known_value_with_none() -> None:
    buffer = filled(Buffer(1), ticker("x", last=1.0, high=9.0), ticker("x", last=2.0))
    assert drained(buffer) == [ticker("x", last=2.0, high=9.0)]
    rates = Funding("a", "x", rate=0.1, status="fixed", received=1), Funding("a", "x", mark=5.0, received=2)
    assert drained(filled(Buffer(1), *rates)) == [
        Funding("a", "x", rate=0.1, status="fixed", mark=5.0, received=2),
    ]


def test_a_price_from_after_a_down_never_stands_before_it() -> None:
    for room in (1, 3, 100):
        down = Down("a", "lost")
        buffer = filled(Buffer(room), quote("x", 1), quote("x", 2, "b"), down, Up("a", "open"), quote("x", 3))
        found = drained(buffer)
        assert found.index(down) < found.index(quote("x", 3))
        assert quote("x", 2, "b") in found


def test_of_many_turns_the_last_down_and_up_are_told_and_a_reader_that_stands_still_costs_no_memory() -> None:
    buffer = Buffer(4)
    for number in range(2_000):
        filled(buffer, Down("a", str(number)), Up("a", str(number)), quote("x", number + 1.0), quote("y", number + 1.0))
    assert len(buffer._cells) < 50
    assert drained(buffer)[-4:] == [Down("a", "1999"), Up("a", "1999"), quote("x", 2000), quote("y", 2000)]


def test_an_instrument_is_never_lost_to_a_down() -> None:
    listed = Instrument("a", "x", "spot", "X", "U", None, "X", 1, 1.0, None, None, None, "crypto", "trading", None)
    buffer = filled(Buffer(1), listed, ticker("x", last=1.0), Down("a", "lost"))
    assert listed in drained(buffer)


SOME = st.one_of(
    st.builds(quote, st.sampled_from("xyz"), st.integers(1, 99).map(float), st.sampled_from("ab")),
    st.builds(Down, st.sampled_from("ab"), st.just("lost")),
    st.builds(Up, st.sampled_from("ab"), st.just("open")),
    st.none(),
)


@given(st.integers(1, 6), st.lists(SOME, max_size=60))
def test_whoever_reads_to_the_end_knows_what_is_true(room: int, steps: list[Told | None]) -> None:
    buffer, read, put = Buffer(room), [], 0
    for step in steps:
        if step is None:
            read += [event for event in [buffer.take()] if event is not None]
        else:
            buffer.put(step)
            put += 1
        assert buffer.waiting <= room + 6 + 4
    read += drained(buffer)
    assert len(read) + buffer.replaced == put
    assert known(read) == known([step for step in steps if step is not None])


def known(events: list[Told]) -> dict[tuple[str, str], float | None]:
    """What a plain reader believes: the newest quote by market, none of a venue that went down."""
    quotes: dict[tuple[str, str], float | None] = {}
    for event in events:
        if isinstance(event, Quote):
            quotes[event.venue, event.symbol] = event.bid
        elif isinstance(event, Down):
            quotes = {key: bid for key, bid in quotes.items() if key[0] != event.venue}
    return quotes


def test_a_reader_is_woken_once_and_only_where_nothing_waits() -> None:
    buffer, woken = Buffer(9), threading.Event()
    assert buffer.arm(woken.set)
    threading.Thread(target=buffer.put, args=(quote("x", 1),)).start()
    assert woken.wait(5)
    assert not buffer.arm(woken.set)
