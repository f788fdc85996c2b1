"""Keep whole books for the few symbols somebody looks at."""

import asyncio
import logging
from collections import Counter
from typing import Protocol

from arbwatch.connector.wire import Emission, Request, Topic
from arbwatch.market.book import BookState
from arbwatch.model import Book

log = logging.getLogger(__name__)

RETRY_S = 0.5
RESUBSCRIBE_S = 5.0
"""A stream that brings its own snapshot has this long for it before it is asked again."""


class Source(Protocol):
    """What a book needs of its venue."""

    def book_request(self, symbol: str) -> Request | None:
        """Ask for a snapshot; None where the stream brings its own."""

    async def fetch_book(self, request: Request) -> list[Emission]:
        """Make the request and read the answer; raises RefusedError."""

    def follow(self, topic: Topic) -> None:
        """Begin a stream."""

    def unfollow(self, topic: Topic) -> None:
        """End a stream."""

    def resubscribe(self, topic: Topic) -> None:
        """Begin a stream anew, alone."""


class Depth:
    """The books of one venue that are being looked at; a gap costs only its own symbol."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._books: dict[str, BookState] = {}
        self._watchers: Counter[str] = Counter()
        self._joining: dict[str, asyncio.Task[None]] = {}
        self.gaps = 0
        self.error = ""

    def watch(self, symbol: str) -> BookState:
        """Follow a symbol's book; the state returned is kept current until as many `forget` as `watch` were called."""
        self._watchers[symbol] += 1
        if symbol not in self._books:
            self._books[symbol] = BookState(symbol)
            self._source.follow(Topic("book", symbol))
        return self._books[symbol]

    def book(self, symbol: str) -> BookState | None:
        """Return a book that is being followed; None where it is not."""
        return self._books.get(symbol)

    def forget(self, symbol: str) -> None:
        """Stop following a symbol's book, once nobody else does."""
        self._watchers[symbol] -= 1
        if self._watchers[symbol] > 0:
            return
        del self._watchers[symbol]
        if self._books.pop(symbol, None) is not None:
            self._source.unfollow(Topic("book", symbol))
        if task := self._joining.pop(symbol, None):
            task.cancel()

    def apply(self, book: Book) -> None:
        """Apply a snapshot or a delta; a gap fetches a new snapshot for that symbol alone."""
        state = self._books.get(book.symbol)
        if state is None:
            return
        if state.apply(book) == "gap":
            self.gaps += 1
            log.info("book of %s %s: %s; joining it anew", book.venue, book.symbol, state.reason)
        if not state.valid and book.symbol not in self._joining:
            self._join(book.symbol)

    def down(self, symbol: str, reason: str) -> None:
        """Empty the book of a stream that ended."""
        if state := self._books.get(symbol):
            state.reset(reason)

    async def stop(self) -> None:
        """End every join under way."""
        tasks = list(self._joining.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _join(self, symbol: str) -> None:
        request = self._source.book_request(symbol)
        join = self._begin_again(symbol) if request is None else self._fetch(symbol, request)
        task = asyncio.get_running_loop().create_task(join)
        self._joining[symbol] = task
        task.add_done_callback(lambda done: self._joined(symbol, done))

    def _joined(self, symbol: str, task: asyncio.Task[None]) -> None:
        if self._joining.get(symbol) is task:
            del self._joining[symbol]
        if not task.cancelled() and (problem := task.exception()) is not None:
            log.warning("no snapshot of %s: %s", symbol, problem)

    async def _begin_again(self, symbol: str) -> None:
        # Changes already on their way keep coming for a while; each of them asking again would be a storm.
        while (state := self._books.get(symbol)) is not None and not state.valid:
            self._source.resubscribe(Topic("book", symbol))
            await asyncio.sleep(RESUBSCRIBE_S)

    async def _fetch(self, symbol: str, request: Request) -> None:
        while (state := self._books.get(symbol)) is not None and not state.valid:
            try:
                for event in await self._source.fetch_book(request):
                    if isinstance(event, Book):
                        state.apply(event)
                self.error = ""
            except Exception as problem:  # noqa: BLE001 whatever stops one snapshot is told and tried again
                self.error = str(problem)
            if not state.valid:
                await asyncio.sleep(RETRY_S)
