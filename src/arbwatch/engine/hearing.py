"""A feed whose events are also told to somebody outside the program."""

from collections.abc import Callable, Collection, Generator, Iterable
from time import time_ns
from typing import Any

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Poll, Topic
from arbwatch.engine.buffer import Told
from arbwatch.engine.feed import Feed, FeedRules
from arbwatch.market.table import Changes, Table
from arbwatch.model import Down, Event, Funding, Quote, Ticker, Trade, Up
from arbwatch.net.http import RefusedError
from arbwatch.net.options import Connect

Hear = Callable[[Told], None]
"""Takes an event on the engine's thread; must not block."""


class HeardFeed(Feed):
    """Tell every quote as it comes, not only the newest between two looks.

    A price that no stream stands behind any more is taken back: a quote with both sides None. When the last stream of
    the venue is gone that is told first, as `Down`; `Up` when there is one again.
    """

    def __init__(self, venue: type[Venue], connect: Connect, table: Table, rules: FeedRules, hear: Hear) -> None:
        super().__init__(venue, connect, table, rules)
        self._hear = hear
        self._is_up = False
        self._complaint = ""
        self.quotes = HeardDoor(table.door(venue.id), hear)

    def apply(self, event: Event) -> None:
        """Take an event that is not a quote."""
        super().apply(event)
        if isinstance(event, Ticker | Funding | Trade):
            self._hear(event)

    def up(self, socket: str, topics: frozenset[Topic]) -> None:
        """Take note that topics are live on a socket."""
        super().up(socket, topics)
        if not self._is_up and any(topic.kind == "quote" for topic in topics):
            self._is_up, self._complaint = True, ""
            self._hear(Up(self.venue.id, f"{socket}: open"))

    def down(self, socket: str, topics: frozenset[Topic], reason: str) -> None:
        """Make the rows of topics that no socket carries stale at once."""
        super().down(socket, topics, reason)
        if self._is_up and not any(topic.kind == "quote" for topic in self.sockets):
            self._is_up = False
            self._hear(Down(self.venue.id, f"{socket}: {reason}"))
        self._take_back(topic.symbol for topic in topics if topic.kind == "quote" and topic.symbol is not None)

    def shed(self, symbols: Collection[str]) -> None:
        """Stop following symbols for now."""
        super().shed(symbols)
        self._take_back(symbols)

    async def read_listing(self) -> Changes:
        """Read every instrument once and follow what is new; raises RefusedError."""
        try:
            changes = await super().read_listing()
        except RefusedError as refused:
            if not self.listed.is_set() and str(refused) != self._complaint:
                self._complaint = str(refused)
                self._hear(Down(self.venue.id, f"listing: {refused}"))
            raise
        other = (*changes.changed, *changes.ended)
        for instrument in (*changes.added, *other):
            self._hear(instrument)
        self._take_back(instrument.symbol for instrument in other if instrument.status != "trading")
        return changes

    async def ask(self, poll: Poll) -> list[str]:
        """Make one poll; return the symbols whose streamed quote it contradicts."""
        return await super().ask(poll._replace(flow=lambda: self._overheard(poll)))

    def _overheard(self, poll: Poll) -> Generator[Any, Any, Any]:
        pieces = yield from poll.flow()
        for piece in pieces:
            if isinstance(piece, Ticker | Funding):
                self._hear(piece)
        return pieces

    def _take_back(self, symbols: Iterable[str]) -> None:
        now = time_ns()
        for symbol in symbols:
            self._hear(Quote(self.venue.id, symbol, None, None, None, None, None, now))


class HeardDoor(dict[str, Quote]):
    """Pass quotes on to a door and to a listener; holds none itself."""

    def __init__(self, door: dict[str, Quote], hear: Hear) -> None:
        super().__init__()
        self._door = door
        self._hear = hear

    def __setitem__(self, symbol: str, quote: Quote) -> None:
        self._door[symbol] = quote
        self._hear(quote)

    def get(self, symbol: str, default: Any = None) -> Any:
        """Look into the door."""
        return self._door.get(symbol, default)
