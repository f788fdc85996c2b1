"""One place in the pool: a socket that is opened, kept, renewed and replaced under one name."""

import asyncio
import logging
from collections.abc import Iterable
from time import time_ns

from arbwatch.connector.wire import Notice, Topic
from arbwatch.net.dial import dial
from arbwatch.net.options import State
from arbwatch.net.overlap import Overlap
from arbwatch.net.pacing import Backoff
from arbwatch.net.reach import SECOND, Trouble, trouble
from arbwatch.net.session import Apply, Door, Session
from arbwatch.net.sink import SocketState, SocketStatus
from arbwatch.net.surroundings import Surroundings
from arbwatch.net.tapped import make

log = logging.getLogger(__name__)

POLL_S = 0.01
RENEW_BETWEEN = (0.6, 0.95)
"""Share of a socket's lifetime after which it is replaced: spread, so that not all go at once."""
SLOW = ("blocked", "forbidden", "banned")
LIFETIME = "its lifetime ends soon"
HOME = "going back to the main host"
HOME_SPREAD_S = 2.0
DEAF_MARGIN = 3
"""Frames on the old socket, against silence on the new one, that make the new one suspect."""


class Line:
    """Keep one socket of one route alive and its topics subscribed. Acts as the owner of its sessions."""

    def __init__(self, name: str, route: str, around: Surroundings) -> None:
        self.name = name
        self.route = route
        self.topics: dict[Topic, None] = {}
        self._around = around
        self._state: SocketState = "connecting"
        self._session: Session | None = None
        self._next: Session | None = None
        self._up: set[Topic] = set()
        self._refused: set[Topic] = set()
        self._wake = asyncio.Event()
        self._asked: str | None = None
        self._error: str | None = None
        self._retry_at: int | None = None
        self._renew_at = 0.0
        self._ends_at = 0.0
        self._due = ""
        self._task: asyncio.Task[None] | None = None
        self._sessions: set[Session] = set()
        options = around.options
        self._backoff = Backoff(options.backoff_first_s, options.backoff_max_s, options.stable_s, around.rng)
        self._cause: State = "ok"
        self._losses = 0
        self._reconnects = 0
        self._frames_before = 0
        self._frames_seen = 0
        self._last_frame: int | None = None

    def start(self) -> None:
        """Begin to connect."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name=self.name)

    async def stop(self, within_s: float) -> None:
        """Say goodbye to the venue and leave nothing behind."""
        self._state = "closed"
        for session in list(self._sessions):
            session.mute()
            session.close("stopped")
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=within_s)
        waiting = [asyncio.ensure_future(session.gone.wait()) for session in self._sessions if session.opened]
        if waiting:
            await asyncio.wait(waiting, timeout=within_s)
        for waiter in waiting:
            waiter.cancel()

    def add(self, topics: Iterable[Topic]) -> None:
        """Carry these too."""
        new = [topic for topic in topics if topic not in self.topics]
        self.topics.update(dict.fromkeys(new))
        for session in self._open():
            session.subscriptions.add(new)

    def drop(self, topics: Iterable[Topic]) -> None:
        """Carry these no longer."""
        gone = [topic for topic in topics if topic in self.topics]
        for topic in gone:
            del self.topics[topic]
        self._up.difference_update(gone)
        self._refused.difference_update(gone)
        for session in self._open():
            session.subscriptions.drop(gone)

    def again(self, topic: Topic) -> None:
        """Subscribe one topic anew, leaving the others alone."""
        self._refused.discard(topic)
        for session in self._open():
            session.subscriptions.again(topic)

    def renew(self, reason: str) -> None:
        """Replace the socket: the new one is live before the old one goes."""
        if self._state == "live":
            self._asked = reason
            self._wake.set()

    def cut(self, reason: str) -> None:
        """Cut the connection off, as a failing network would."""
        if self._session is not None:
            self._session.abort(reason)

    def status(self) -> SocketStatus:
        """Show how the line stands."""
        session = self._session
        frames = self._frames_before + self._frames_of(session)
        if frames != self._frames_seen:
            self._frames_seen, self._last_frame = frames, self._around.clock.now
        return SocketStatus(
            name=self.name,
            route=self.route,
            state=self._state,
            topics=len(self.topics),
            live_topics=len(self._up),
            frames=frames,
            opened=session.opened if session else None,
            last_frame=self._last_frame,
            reconnects=self._reconnects,
            error=self._error,
            retry_at=self._retry_at,
            cause=self._cause,
        )

    def acked(self, session: Session, topics: frozenset[Topic]) -> None:
        """Tell the sink, once the session is the one that speaks."""
        self._refused.difference_update(topics)
        if session is self._session:
            self._tell_up(topics)

    def unanswered(self, session: Session, topics: frozenset[Topic], reason: str) -> None:
        """Take the topics for not live."""
        self._error = f"{len(topics)} topics: {reason}"
        if session is self._session:
            self._tell_down(topics, reason)

    def denied(self, session: Session, topic: Topic, reason: str) -> None:
        """Tell the sink what the venue will not give."""
        self._refused.add(topic)
        if session is self._session:
            self._up.discard(topic)
        self._around.sink.refused(topic, reason)

    def noticed(self, session: Session, notice: Notice) -> None:
        """Renew at once where the venue says so; tell the sink either way."""
        if session not in (self._session, self._next):
            return
        self._around.sink.notice(notice)
        if notice.action == "renew" and session is self._session:
            self.renew(notice.reason)

    def rejected(self, what: str, reason: str, raw: bytes) -> None:
        """Pass on."""
        self._around.sink.reject(self.name, what, reason, raw)

    def closed(self, session: Session, reason: str) -> None:
        """Take note at once that what the socket carried is down."""
        self._sessions.discard(session)
        self._wake.set()
        if session is self._next:
            self._error = reason
        if session is not self._session:
            return
        self._frames_before += session.frames
        self._session = None
        self._error = reason
        if self._state != "closed":
            log.warning("%s: %s", self.name, reason)
            self._tell_down(frozenset(self._up), reason)

    async def _run(self) -> None:
        while True:
            try:
                await self._live()
            except Exception as problem:
                log.exception("%s: begins anew after an error of its own", self.name)
                self._error = f"{type(problem).__name__}: {problem}"
                for session in list(self._sessions):
                    session.abort(self._error)
                await self._pause(self._backoff.failed())

    async def _live(self) -> None:
        session = await self._connect()
        self._reconnects = self._losses
        await self._keep()
        self._losses += 1
        lived_s = (time_ns() - (session.opened or time_ns())) / SECOND
        await self._pause(self._backoff.failed(lived_s))

    async def _connect(self) -> Session:
        hosts = self._around.hosts
        while True:
            self._state, self._retry_at = "connecting", None
            told: Trouble | None = None
            for base in hosts.order():
                session, found = await self._try(base)
                if found is None:
                    self._opened(session)
                    return session
                if hosts.news(base, told=told is not None) or not found.elsewhere:
                    told = self._failed(found)
                if not found.elsewhere:
                    break
            await self._pause(self._delay_s(told or Trouble("failing", "not tried")))

    async def _try(self, base: str) -> tuple[Session, Trouble | None]:
        sink = self._around.sink
        session = self._make(sink.quotes, sink.apply)
        self._session = session
        try:
            await self._dial(session, base)
        except Exception as problem:  # noqa: BLE001 # every failure becomes a state in words
            self._session = None
            return session, self._lost(problem, base)
        return session, None

    async def _keep(self) -> None:
        """Renew the socket whenever that is due or asked for, until it is lost."""
        while self._session is not None:
            try:
                async with asyncio.timeout_at(self._renew_at):
                    await self._wake.wait()
            except TimeoutError:
                if self._due == HOME and self._around.hosts.home_s:
                    self._plan()
                    continue
                self._asked = self._due
            self._wake.clear()
            if self._current() is not None and self._asked is not None:
                reason, self._asked = self._asked, None
                await self._replace(reason)

    async def _replace(self, reason: str) -> None:
        log.info("%s: renewing: %s", self.name, reason)
        self._state = "renewing"
        sink = self._around.sink
        overlap = Overlap(self._session, sink.quotes, sink.apply)
        new = self._make(overlap.quotes, overlap.hold)
        self._next = new
        base = self._around.hosts.urls[0] if reason == HOME else self._around.hosts.order()[0]
        try:
            await self._dial(new, base)
            ready = await self._ready(new, overlap)
        except Exception as problem:  # noqa: BLE001 # every failure becomes a state in words
            ready = False
            found = self._lost(problem, base)
            if reason != HOME:
                self._failed(found)
        finally:
            self._next = None
        if ready:
            self._switch(new, overlap)
            return
        overlap.abandon()
        new.mute()
        new.close("not needed")
        self._due = reason
        self._renew_at = asyncio.get_running_loop().time() + self._backoff.failed()
        if reason == HOME:
            self._plan()
        if self._session is not None:
            self._state = "live"

    async def _ready(self, new: Session, overlap: Overlap) -> bool:
        """Wait until the new socket may take over; at once when the old one is lost."""
        loop = asyncio.get_running_loop()
        options = self._around.options
        give_up = loop.time() + 3 * options.ack_timeout_s
        while not new.subscriptions.settled:
            if self._current() is None:
                return new in self._sessions
            if new not in self._sessions or loop.time() > give_up:
                self._error = self._error or "the new socket's subscriptions were not answered"
                return False
            await asyncio.sleep(POLL_S)
        patience = loop.time() + options.first_data_s
        before = self._frames_of(self._current())
        while not overlap.spoke and loop.time() < patience and self._current() is not None:
            if new not in self._sessions:
                return False
            await asyncio.sleep(POLL_S)
        if not overlap.spoke and self._frames_of(self._current()) > before + DEAF_MARGIN:
            self._error = "the new socket is silent while the old one speaks"
            return False
        return new in self._sessions

    def _switch(self, new: Session, overlap: Overlap) -> None:
        old = self._session
        if old is not None:
            self._frames_before += old.frames
        overlap.switch(new)
        self._session = new
        self._opened(new)
        lost = frozenset(self._up - new.subscriptions.live)
        self._tell_up(frozenset(new.subscriptions.live - self._up))
        self._tell_down(lost, "the new socket does not carry it yet")
        if old is not None:
            old.close("replaced")

    def _make(self, quotes: Door, apply: Apply) -> Session:
        session = make(self._around, self, self.name, quotes, apply)
        session.subscriptions.add([topic for topic in self.topics if topic not in self._refused])
        for topic in self.topics:
            if topic in self._refused:
                session.subscriptions.add([topic])
        return session

    async def _dial(self, session: Session, base: str) -> None:
        around = self._around
        context = around.context
        self._sessions.add(session)
        try:
            async with around.opening:
                await around.attempts.take()
                await dial(base + self.route, session, around.options, context)
        except BaseException:
            self._sessions.discard(session)
            raise
        session.base = base
        around.hosts.answered(base)

    def _opened(self, session: Session) -> None:
        loop = asyncio.get_running_loop()
        lifetime_s = self._around.options.lifetime_s or self._around.venue.limits.lifetime_s
        share = self._around.rng.uniform(*RENEW_BETWEEN)
        self._ends_at = loop.time() + (share * lifetime_s if lifetime_s else 10 * 365 * 86400)
        self._asked = None
        self._plan()
        self._state, self._error, self._retry_at, self._cause = "live", None, None, "ok"
        log.info("%s: open, %d topics", self.name, len(self.topics))

    def _plan(self) -> None:
        """Set when the socket is replaced: before its lifetime ends, or sooner to leave a mirror."""
        hosts, session = self._around.hosts, self._session
        self._renew_at, self._due = self._ends_at, LIFETIME
        if session is not None and session.base != hosts.urls[0]:
            spread_s = self._around.rng.uniform(0, HOME_SPREAD_S)
            home_at = asyncio.get_running_loop().time() + (hosts.home_s or 0.0) + spread_s
            if home_at < self._ends_at:
                self._renew_at, self._due = home_at, HOME

    def _lost(self, problem: Exception, base: str) -> Trouble:
        found = trouble(problem, base + self.route, self._around.options)
        if found.elsewhere:
            self._around.hosts.failed(base, found.words)
        return found

    def _failed(self, found: Trouble) -> Trouble:
        if found.words != self._error:
            log.warning("%s: %s", self.name, found.words)
        self._error, self._cause = found.words, found.state
        return found

    def _delay_s(self, found: Trouble) -> float:
        delay_s = self._backoff.failed()
        if found.state in SLOW:
            delay_s = self._around.options.blocked_retry_s * self._around.rng.uniform(1.0, 1.5)
        if found.retry_at is not None:
            delay_s = max(delay_s, (found.retry_at - time_ns()) / SECOND)
        return delay_s

    async def _pause(self, delay_s: float) -> None:
        self._state = "waiting"
        self._retry_at = time_ns() + round(delay_s * SECOND)
        await asyncio.sleep(delay_s)

    def _current(self) -> Session | None:
        return self._session

    @staticmethod
    def _frames_of(session: Session | None) -> int:
        return session.frames if session is not None else 0

    def _open(self) -> list[Session]:
        return [session for session in (self._session, self._next) if session is not None]

    def _tell_up(self, topics: frozenset[Topic]) -> None:
        if topics:
            self._up.update(topics)
            self._around.sink.up(self.name, topics)
            self._around.acked(self.name, topics)

    def _tell_down(self, topics: frozenset[Topic], reason: str) -> None:
        lost = topics & self._up
        if lost:
            self._up.difference_update(lost)
            self._around.sink.down(self.name, lost, reason)
