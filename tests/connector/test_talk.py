import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import VenueError
from arbwatch.connector.talk import batches, book_of, book_tag, in_url, stream_of
from arbwatch.connector.wire import Channel, Kind, Topic

CHANNELS: dict[Kind, Channel] = {
    "quote": Channel("{symbol}@top", "/ws"),
    "ticker": Channel("!all", "/ws", whole_market=True),
}


@given(st.lists(st.text(max_size=3)), st.integers(1, 7))
def test_batches_are_full_but_for_the_last_and_lose_nothing(symbols: list[str], size: int) -> None:
    topics = [Topic("quote", symbol) for symbol in symbols]
    found = list(batches(iter(topics), size))
    assert [topic for batch in found for topic in batch] == topics
    assert all(len(batch) == size for batch in found[:-1]) and all(found)


def test_a_topic_has_its_channel_and_symbol_or_a_reason() -> None:
    assert stream_of("here_spot", CHANNELS, Topic("quote", "AUSDT")) == (CHANNELS["quote"], "AUSDT")
    assert stream_of("here_spot", CHANNELS, Topic("ticker")) == (CHANNELS["ticker"], "")
    with pytest.raises(VenueError, match="here_spot has no stream of kind 'trade'"):
        stream_of("here_spot", CHANNELS, Topic("trade", "AUSDT"))
    with pytest.raises(VenueError, match="symbol by symbol"):
        stream_of("here_spot", CHANNELS, Topic("quote"))


@given(st.text())
def test_a_tag_tells_whose_book_was_asked_for(symbol: str) -> None:
    assert book_of("here_spot", book_tag(symbol)) == symbol


def test_a_tag_of_something_else_is_refused() -> None:
    with pytest.raises(VenueError, match="never made a request with the tag 'trades:A'"):
        book_of("here_spot", "trades:A")


def test_symbols_in_any_script_fit_into_an_address() -> None:
    assert in_url("A/B") == "A%2FB" and in_url("币") == "%E5%B8%81"
