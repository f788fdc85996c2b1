import asyncio
from collections.abc import Callable

from arbwatch.connector.wire import Emission, Request, Topic
from arbwatch.engine import depth as module
from arbwatch.engine.depth import Depth
from arbwatch.model import Book


def _delta(prev: int, seq: int, symbol: str = "XUSDT", bids: tuple[tuple[float, float], ...] = ()) -> Book:
    return Book("v", symbol, False, seq, prev, bids, (), None, 1)


def _snapshot(seq: int, symbol: str = "XUSDT") -> Book:
    return Book("v", symbol, True, seq, None, ((10.0, 1.0),), ((11.0, 2.0),), None, 1)


class Source:
    """A venue whose snapshots the test hands out one by one."""

    def __init__(self) -> None:
        self.followed: list[Topic] = []
        self.asked: list[str] = []
        self.snapshots: list[Book | Exception] = []

    def book_request(self, symbol: str) -> Request | None:
        return Request("/depth", tag=symbol)

    async def fetch_book(self, request: Request) -> list[Emission]:
        self.asked.append(request.tag)
        answer = self.snapshots.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [answer]

    def follow(self, topic: Topic) -> None:
        self.followed.append(topic)

    def unfollow(self, topic: Topic) -> None:
        self.followed.remove(topic)

    def resubscribe(self, topic: Topic) -> None:
        self.followed.append(topic)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not condition():
            await asyncio.sleep(0.001)


async def test_the_first_delta_asks_for_a_snapshot_and_the_book_becomes_whole() -> None:
    source = Source()
    source.snapshots = [_snapshot(5)]
    depth = Depth(source)
    book = depth.watch("XUSDT")
    assert source.followed == [Topic("book", "XUSDT")]
    depth.apply(_delta(4, 6, bids=((10.5, 3.0),)))
    await _until(lambda: book.valid)
    assert source.asked == ["XUSDT"]
    assert book.levels(5)[0][0] == (10.5, 3.0)


async def test_a_gap_joins_that_symbol_alone_anew() -> None:
    source = Source()
    source.snapshots = [_snapshot(5), _snapshot(5, "YUSDT"), _snapshot(20)]
    depth = Depth(source)
    hit, other = depth.watch("XUSDT"), depth.watch("YUSDT")
    depth.apply(_delta(5, 6))
    depth.apply(_delta(5, 6, "YUSDT"))
    await _until(lambda: hit.valid and other.valid)
    depth.apply(_delta(9, 10))
    assert not hit.valid
    assert other.valid
    await _until(lambda: hit.valid)
    assert source.asked == ["XUSDT", "YUSDT", "XUSDT"]
    assert depth.gaps == 1


async def test_a_refused_snapshot_is_told_and_asked_for_again() -> None:
    module_retry, module.RETRY_S = module.RETRY_S, 0.001
    try:
        source = Source()
        source.snapshots = [RuntimeError("throttled"), _snapshot(5)]
        depth = Depth(source)
        book = depth.watch("XUSDT")
        depth.apply(_delta(4, 6))
        await _until(lambda: book.valid)
        assert source.asked == ["XUSDT", "XUSDT"]
    finally:
        module.RETRY_S = module_retry


async def test_a_forgotten_book_is_unfollowed_and_its_messages_are_ignored() -> None:
    source = Source()
    depth = Depth(source)
    depth.watch("XUSDT")
    depth.forget("XUSDT")
    depth.apply(_delta(4, 6))
    assert source.followed == []
    assert source.asked == []


async def test_a_book_that_two_look_at_is_followed_until_both_are_gone() -> None:
    source = Source()
    depth = Depth(source)
    first, second = depth.watch("XUSDT"), depth.watch("XUSDT")
    assert first is second
    depth.forget("XUSDT")
    assert depth.book("XUSDT") is first
    assert source.followed == [Topic("book", "XUSDT")]
    depth.forget("XUSDT")
    assert depth.book("XUSDT") is None
    assert source.followed == []


class Streamed(Source):
    """A venue whose book stream begins with a snapshot of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.again: list[Topic] = []

    def book_request(self, symbol: str) -> Request | None:
        return None

    def resubscribe(self, topic: Topic) -> None:
        self.again.append(topic)


async def test_a_gap_of_a_stream_with_its_own_snapshot_asks_once_however_many_changes_follow() -> None:
    source = Streamed()
    depth = Depth(source)
    book = depth.watch("XUSDT")
    depth.apply(_snapshot(5))
    for last in range(10, 30):
        depth.apply(_delta(last - 1, last))
        await asyncio.sleep(0)
    assert not book.valid and source.again == [Topic("book", "XUSDT")]
    depth.apply(_snapshot(40))
    assert book.valid
    await depth.stop()


async def test_a_snapshot_that_never_comes_is_asked_for_again() -> None:
    kept, module.RESUBSCRIBE_S = module.RESUBSCRIBE_S, 0.001
    try:
        source = Streamed()
        depth = Depth(source)
        depth.watch("XUSDT")
        depth.apply(_delta(4, 6))
        await _until(lambda: len(source.again) > 2)
        await depth.stop()
    finally:
        module.RESUBSCRIBE_S = kept
