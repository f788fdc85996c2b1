"""Books: a snapshot first, deltas that join it, gaps that show, sides that never cross."""

from collections import defaultdict

from arbwatch.connector.wire import Request
from arbwatch.model import Book
from arbwatch.testing.joined import Joined
from arbwatch.testing.samples import Sample, Samples


def a_book_begins_with_a_snapshot(samples: Samples) -> None:
    """Check that what the stream sends is told apart: changes are deltas, and a whole book is a snapshot."""
    for line, event in _streamed(samples):
        wanted = "delta" if samples.venue().book_request(event.symbol) and not line.marks.book else line.marks.book
        got = "snapshot" if event.snapshot else "delta"
        if wanted is None:
            samples.fail(line.where, "a book sample does not say what it is", "mark it book: snapshot or book: delta")
        if got != wanted:
            samples.fail(line.where, f"a {wanted} of {event.symbol} is taken for a {got}", "tell the two apart")
        if not event.snapshot and (event.seq is None or event.prev is None or event.prev >= event.seq):
            samples.fail(line.where, f"a delta goes from {event.prev} to {event.seq}", "give the numbers it joins")
    for symbol, found in samples.books.items():
        for fetched in (one for one in found if isinstance(one, Book)):
            if not fetched.snapshot or fetched.seq is None or fetched.symbol != symbol:
                samples.fail(f"book of {symbol}", "the fetched book is no numbered snapshot of it", "make it one")


def deltas_join_the_snapshot(samples: Samples) -> None:
    """Check that the samples of a book join without a gap, and its sides never cross."""
    for symbol, events in _by_symbol(samples).items():
        book, outcomes = Joined(), []
        for line, event in _with_snapshot(samples, symbol, events):
            outcomes.append(book.apply(event))
            if outcomes[-1] == "gap":
                samples.fail(line, f"the book of {symbol} has a gap", "check prev against the documented rule")
            if book.crossed:
                samples.fail(line, f"the book of {symbol} is crossed", "check the sides and removed levels")
        if outcomes.count("ok") < 3:
            samples.fail("frames.jsonl", f"fewer than two deltas of {symbol} join its snapshot", "add successive ones")


def a_lost_delta_shows(samples: Samples) -> None:
    """Check that leaving out any delta makes the next one refuse to join, or makes the venue ask for a snapshot."""
    lines = [line for line, event in _streamed(samples) if not event.snapshot]
    for lost in lines:
        source, book = samples.venue(), Joined()
        symbol = next(event.symbol for line, event in _streamed(samples) if line is lost)
        outcomes = [book.apply(event) for event in samples.books.get(symbol, []) if isinstance(event, Book)]
        noticed = False
        for line in (line for line in samples.frames if line is not lost):
            found = samples.decode(source, line)
            noticed = noticed or any(isinstance(one, Request) for one in found)
            outcomes += [book.apply(one) for one in found if isinstance(one, Book) and one.symbol == symbol]
        whole = _outcomes(samples, symbol)
        # One that the snapshot already held, or that nothing follows, is not missed.
        expected = whole[-1][0] is not lost and (lost, "ok") in whole
        if expected and not noticed and "gap" not in outcomes:
            samples.fail(lost.where, f"when it is lost the book of {symbol} goes on", "let prev tell what it builds on")


def _streamed(samples: Samples) -> list[tuple[Sample, Book]]:
    return [(p.sample, event) for p in samples.played for event in p.found if isinstance(event, Book)]


def _by_symbol(samples: Samples) -> dict[str, list[tuple[Sample, Book]]]:
    found = defaultdict(list)
    for line, event in _streamed(samples):
        found[event.symbol].append((line, event))
    return found


def _with_snapshot(samples: Samples, symbol: str, events: list[tuple[Sample, Book]]) -> list[tuple[str, Book]]:
    fetched = [(f"book of {symbol}", event) for event in samples.books.get(symbol, []) if isinstance(event, Book)]
    return fetched + [(line.where, event) for line, event in events]


def _outcomes(samples: Samples, symbol: str) -> list[tuple[Sample, str]]:
    book = Joined()
    for event in samples.books.get(symbol, []):
        if isinstance(event, Book):
            book.apply(event)
    return [(line, book.apply(event)) for line, event in _streamed(samples) if event.symbol == symbol]
