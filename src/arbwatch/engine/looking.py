"""Keep the books of the few markets that a screen looks at, and hand out their tops."""

import asyncio
from collections.abc import Mapping

from arbwatch.engine.feed import Feed
from arbwatch.views.picture import Ladder

LOOK_S = 0.25
LEVELS = 50

Key = tuple[str, str]


class Looking:
    """Follow the books of `wanted`, which any thread may replace; `ladders` holds the newest of those known."""

    def __init__(self, feeds: Mapping[str, Feed]) -> None:
        self._feeds = feeds
        self._followed: frozenset[Key] = frozenset()
        self.wanted: frozenset[Key] = frozenset()
        """Venue and symbol of each market that is looked at."""
        self.ladders: Mapping[Key, Ladder] = {}

    async def run(self) -> None:
        """Look every quarter of a second."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Follow what is wanted now, leave the rest, and read the tops."""
        wanted = frozenset(key for key in self.wanted if self._listed(key))
        for venue, symbol in self._followed - wanted:
            self._feeds[venue].depth.forget(symbol)
        for venue, symbol in wanted - self._followed:
            self._feeds[venue].watch_book(symbol)
        self._followed = wanted
        self.ladders = {key: ladder for key in wanted if (ladder := self._read(key)) is not None}

    def _listed(self, key: Key) -> bool:
        feed = self._feeds.get(key[0])
        return feed is not None and key[1] in feed.instruments and "book" in feed.venue.channels

    def _read(self, key: Key) -> Ladder | None:
        state = self._feeds[key[0]].depth.book(key[1])
        if state is None or not state.valid:
            return None
        bids, asks = state.levels(LEVELS)
        return Ladder(tuple(bids), tuple(asks))
