"""What the talk of most venues shares: topics in batches, a topic's stream, the symbol of a book asked for."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import quote

from arbwatch.connector.errors import VenueError
from arbwatch.connector.wire import Channel, Kind, Topic


def batches(topics: Iterable[Topic], size: int) -> Iterator[tuple[Topic, ...]]:
    """Cut topics into runs of at most `size`."""
    left = iter(topics)
    while batch := tuple(islice(left, size)):
        yield batch


def stream_of(venue: str, channels: Mapping[Kind, Channel], topic: Topic) -> tuple[Channel, str]:
    """Return the channel of a topic and its symbol, "" where one stream carries the whole market.

    Raises VenueError where the venue has no such stream, or has it symbol by symbol and none is named.
    """
    channel = channels.get(topic.kind)
    if channel is None:
        raise VenueError(f"{venue} has no stream of kind {topic.kind!r}")
    if channel.whole_market:
        return channel, ""
    if topic.symbol is None:
        raise VenueError(f"{venue} streams {topic.kind!r} symbol by symbol: name one")
    return channel, topic.symbol


def book_tag(symbol: str) -> str:
    """Tag the request for a symbol's book."""
    return f"book:{symbol}"


def book_of(venue: str, tag: str) -> str:
    """Return whose book a request with this tag asked for. Raises VenueError where it asked for something else."""
    kind, _, symbol = tag.partition(":")
    if kind != "book":
        raise VenueError(f"{venue} never made a request with the tag {tag!r}")
    return symbol


def in_url(word: str) -> str:
    """Write a symbol or currency, in any script, as part of a web address."""
    return quote(word, safe="")
