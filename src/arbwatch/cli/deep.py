"""`arbwatch check --deep`: every stream, list, heartbeat and book of the venues, tried once, all venues at once."""

import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
import numpy as np

from arbwatch.config.settings import Settings
from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Poll, Reject, Topic
from arbwatch.engine.feed import Feed
from arbwatch.market.book import BookState
from arbwatch.market.codes import RowState
from arbwatch.net.ear import Ear
from arbwatch.net.http import RefusedError

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.views.picture import Picture

T = TypeVar("T")

STEP_S = 0.1
CUT = "cut off on purpose, to see it come back"
CUT_AFTER = 0.5
"""Share of the time after which a socket is cut off."""
LOOK_AFTER_S = 1.0
PINGS = 5
LEAST_PING_S = 1.0
LEAST_PONG_S = 1.5
BACK = 0.9
"""A socket is back when so large a share of its rows is live again."""
CALL_S = 10.0
_SPEAKING = (RowState.LIVE, RowState.SUSPECT)


class Answered(NamedTuple):
    """What came of one poll."""

    rows: int
    ms: float
    trouble: str
    rejects: tuple[Reject, ...]


class Cut(msgspec.Struct):
    """A socket that was cut off, and how it came back; times are seconds since the start."""

    socket: str
    symbols: tuple[str, ...]
    """Whose rows were live on it."""
    at: float
    down: bool = False
    acked: float | None = None
    back: float | None = None
    share: float = 0.0
    """Of its rows that are live again."""


class Look:
    """One venue being looked at; times are seconds since the start."""

    def __init__(self, app: "App", name: str, ear: Ear) -> None:
        self.app = app
        self.name = name
        self.ear = ear
        self.first_quote: float | None = None
        self.acked: float | None = None
        self.mute: set[str] = set()
        """Symbols whose stream stayed silent while REST saw their market move."""
        self.busy = ""
        self.asked = 0.0
        self.book: BookState | None = None
        self.joined: float | None = None
        self.traded: float | None = None
        self.polls: dict[str, Future[Answered]] = {}
        self.cut: Cut | None = None

    def step(self, picture: "Picture", now: float, limit: float) -> None:
        """Do and note what is due `now`, of `limit` in all."""
        engine = self.app.engine
        if not engine.listed(self.name):
            return
        self._streams(picture, now)
        ready = self.first_quote is not None and now - self.first_quote >= min(LOOK_AFTER_S, limit / 10)
        if ready and not self.busy:
            self._begin(picture, now)
        if self.book is not None and self.joined is None and self.book.valid:
            self.joined = now
        if self.busy and self.traded is None and engine.trades(self.name, self.busy):
            self.traded = now
        if self.cut is None and self.busy and now >= CUT_AFTER * limit:
            self.cut = on_loop(self.app, lambda: self._cut(picture, now))
        elif self.cut is not None and self.cut.back is None:
            self._coming_back(self.cut, picture, now)

    def _streams(self, picture: "Picture", now: float) -> None:
        snapshot = picture.snapshot
        lane = snapshot.lane(self.name)
        if self.first_quote is None and (snapshot.messages[lane] > 0).any():
            self.first_quote = now
        progress = self.app.engine.progress(self.name)
        if self.acked is None and progress.total and progress.done >= progress.total:
            self.acked = now
        silent = (snapshot.state[lane] == RowState.WAITING) & (snapshot.moved[lane] > 0)
        for place in np.flatnonzero(silent).tolist():
            if (instrument := snapshot.instruments[lane][place]) is not None:
                self.mute.add(instrument.symbol)

    def _begin(self, picture: "Picture", now: float) -> None:
        """Follow the busiest market, and ask for every list."""
        snapshot = picture.snapshot
        lane = snapshot.lane(self.name)
        instrument = snapshot.instruments[lane][int(np.argmax(snapshot.messages[lane]))]
        if instrument is None:
            return
        engine, channels = self.app.engine, self.app.venues[self.name].channels
        self.busy, self.asked = instrument.symbol, now
        if "book" in channels:
            self.book = engine.watch_book(self.name, self.busy)
        if "trade" in channels:
            engine.watch_trades(self.name, self.busy)
        feed = engine.feeds[self.name]
        for poll in feed.polls():
            self.polls[poll.name] = engine.submit(_ask(feed, poll))

    def _cut(self, picture: "Picture", now: float) -> Cut | None:
        """Cut off the socket that carries the most; on the engine's loop."""
        feed = self.app.engine.feeds[self.name]
        carried: dict[str, list[str]] = {}
        for topic, socket in feed.sockets.items():
            if topic.kind == "quote" and topic.symbol is not None:
                carried.setdefault(socket, []).append(topic.symbol)
        if not carried:
            return None
        socket = max(carried, key=lambda name: (len(carried[name]), name))
        live = tuple(symbol for symbol in carried[socket] if _state(picture, self.name, symbol) in _SPEAKING)
        feed.pool.cut(socket, CUT)
        return Cut(socket, live, now)

    def _coming_back(self, cut: Cut, picture: "Picture", now: float) -> None:
        states = [_state(picture, self.name, symbol) for symbol in cut.symbols]
        if not cut.down:
            cut.down = RowState.DOWN in states or not states
            return
        if cut.acked is None and RowState.DOWN not in states:
            cut.acked = now
        cut.share = sum(state in _SPEAKING for state in states) / len(states) if states else 1.0
        if cut.acked is not None and cut.share >= BACK:
            cut.back = now


def pinging(settings: Settings, venues: Mapping[str, object], ears: Mapping[str, Ear], limit: float) -> Settings:
    """Return the settings with pings often enough to be seen within `limit` seconds."""
    own = dict(settings.venues)
    for name in venues:
        known = settings.venue(name)
        if known.ping_interval is None:
            usual = ears[name].venue.heartbeat
            every = min(usual.ping_interval_s, max(LEAST_PING_S, limit / PINGS))
            patience = known.pong_timeout or min(usual.pong_timeout_s, max(every, LEAST_PONG_S))
            own[name] = known.model_copy(update={"ping_interval": every, "pong_timeout": patience})
    return settings.model_copy(update={"venues": own})


def watch(app: "App", ears: Mapping[str, Ear], limit: float) -> dict[str, Look]:
    """Look at every venue of a running program for `limit` seconds."""
    looks = {name: Look(app, name, ears[name]) for name in app.venues}
    started = time.monotonic()
    terminal = sys.stderr.isatty()
    while (now := time.monotonic() - started) < limit:
        picture = app.read()
        for look in looks.values():
            look.step(picture, now, limit)
        if terminal:
            sys.stderr.write(f"\r\x1b[2Klooking at {len(looks)} venues, {limit - now:.0f} s to go")
            sys.stderr.flush()
        time.sleep(min(STEP_S, limit / 50))
    if terminal:
        sys.stderr.write("\r\x1b[2K")
    return looks


def on_loop(app: "App", work: Callable[[], T]) -> T:
    """Call something on the engine's loop and wait for it."""

    async def call() -> T:
        return work()

    return app.engine.submit(call()).result(CALL_S)


def acked_topics(app: "App", name: str) -> dict[str, int]:
    """Count the topics that are acknowledged, by kind."""

    def count() -> dict[str, int]:
        topics: list[Topic] = list(app.engine.feeds[name].sockets)
        return {kind: sum(topic.kind == kind for topic in topics) for kind in {topic.kind for topic in topics}}

    return on_loop(app, count)


async def _ask(feed: Feed, poll: Poll) -> Answered:
    begun = time.monotonic()
    try:
        pieces = await feed.http.run(poll.flow())
    except (RefusedError, DecodeError, VenueError) as problem:
        return Answered(0, (time.monotonic() - begun) * 1e3, str(problem), ())
    rejects = tuple(piece for piece in pieces if isinstance(piece, Reject))
    return Answered(len(pieces) - len(rejects), (time.monotonic() - begun) * 1e3, "", rejects)


def _state(picture: "Picture", venue: str, symbol: str) -> RowState:
    snapshot = picture.snapshot
    lane = snapshot.lane(venue)
    place = snapshot.layout.rows[lane].get(symbol)
    return RowState.ENDED if place is None else RowState(int(snapshot.state[lane, place]))
