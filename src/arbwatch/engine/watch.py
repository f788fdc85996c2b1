"""Act on what the watchdog finds: check by REST, then subscribe anew, alone where it is one symbol's trouble."""

import asyncio
import logging
from collections import Counter
from time import time_ns

from arbwatch.connector.wire import Kind, Poll, Topic
from arbwatch.engine.feed import Feed
from arbwatch.market.codes import RowState
from arbwatch.market.watchdog import Carried, Finding, findings
from arbwatch.net.http import RefusedError

log = logging.getLogger(__name__)

TICK_S = 0.25
GRACE_S = 0.4
"""A message under way when the REST answer was made has this long to arrive."""
CALM_GRACE_S = 2.0
"""The same where no stream is suspect: REST and streams come from different machines of the venue."""
LATE_TIMES = 2.0
"""The same by how late the program was of late, so many times; that fades with each look."""
LATE_FADES = 0.9
CHECK_EVERY_S = 1.0
WHOLE_SILENT_S = 20.0
WHOLE_RETRY_S = 30.0
UNCHECKED_EVERY_S = 60.0
SOCKET_LEAST = 5
"""So many frozen streams at once are their socket's trouble: replacing it is quicker than asking for each anew."""
NS = 1_000_000_000


class Watch:
    """The watchdog of one venue at work."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._venue = feed.venue.id
        self._quotes: Poll | None = next((poll for poll in feed.polls() if poll.name == "quotes"), None)
        self._checked = float("-inf")
        self._checking: asyncio.Task[None] | None = None
        self._carried = Carried()
        self._contradicted: dict[str, int] = {}
        """Since when REST says otherwise than a stream, UTC ns."""
        self._asked: dict[str, float] = {}
        """When each suspect that could not be checked was last subscribed anew."""
        self._late_s = 0.0
        self._opened: dict[str, int | None] = {}
        """When the connection of each socket was opened, as of the last look."""
        self._whole_retried: dict[Kind, int] = {}

    async def run(self) -> None:
        """Look every quarter of a second."""
        await self._feed.listed.wait()
        loop = asyncio.get_running_loop()
        try:
            while True:
                self.look(time_ns())
                due = loop.time() + TICK_S
                await asyncio.sleep(TICK_S)
                self._late_s = max(loop.time() - due, LATE_FADES * self._late_s)
        finally:
            if self._checking is not None:
                self._checking.cancel()

    def look(self, now: int) -> None:
        """Act on what is found at `now` (UTC ns)."""
        self._thaw(now)
        suspects: list[Finding] = []
        carried = self._feed.carried()
        for finding in findings(self._feed.table, now, self._venue, carried, carried=self._carried):
            if finding.kind == "socket_silent":
                for symbol in carried[finding.socket]:
                    self._feed.table.suspect(self._venue, symbol)
                self._feed.pool.reconnect(finding.socket, f"silent for {finding.silent_ns / NS:.1f} s")
            elif finding.kind == "no_first_message":
                log.info("%s %s sent no first message; subscribing it elsewhere", self._venue, finding.symbol)
                self._feed.table.handled(self._venue, finding.symbol, now)
                self._feed.pool.resubscribe(Topic("quote", finding.symbol), elsewhere=True)
            else:
                suspects.append(finding)
        for finding in suspects:
            self._feed.table.suspect(self._venue, finding.symbol)
        self._begin_check([finding.symbol for finding in suspects])
        self._look_at_whole_market(now)

    def _thaw(self, now: int) -> None:
        """Have what froze wait for its first message where its socket was replaced: quiet streams may take long."""
        opened = {socket.name: socket.opened for socket in self._feed.pool.sockets() if socket.state == "live"}
        replaced = {name for name, at in opened.items() if self._opened.get(name, at) != at}
        self._opened |= opened
        if not replaced:
            return
        view = self._feed.table.view(now)
        lane = view.lane(self._venue)
        rows, state = view.layout.rows[lane], view.state[lane]
        symbols = [s for name in replaced for s in self._feed.carried().get(name, ()) if s in rows]
        self._feed.table.up(self._venue, [s for s in symbols if state[rows[s]] == RowState.FROZEN], now)

    def _begin_check(self, suspects: list[str]) -> None:
        """Check every quote by REST: when it is due, or sooner for suspects."""
        if self._checking is not None and not self._checking.done():
            return
        loop = asyncio.get_running_loop()
        due_s = CHECK_EVERY_S if suspects else self._quotes.period_s if self._quotes else float("inf")
        if loop.time() - self._checked < due_s:
            return
        self._checked = loop.time()
        self._checking = loop.create_task(self._check(suspects))

    async def _check(self, suspects: list[str]) -> None:
        if self._quotes is None:
            self._ask_anew(suspects)
            return
        table = self._feed.table
        asked = time_ns()
        try:
            differing = await self._feed.ask(self._quotes)
        except RefusedError as refused:
            self._feed.health.error(f"quotes: {refused}", time_ns())
            log.debug("%s: quotes cannot be checked: %s", self._venue, refused)
            self._ask_anew(suspects)
            return
        answered = time_ns()
        known = self._contradicted
        self._contradicted = {
            # A stream that has spoken since was only late then.
            symbol: known[symbol]
            if symbol in known and table.silent_since(self._venue, symbol, known[symbol])
            else asked
            for symbol in differing
        }
        # A slow answer tells of a slow venue, network or machine, and a late loop of messages that it has not read.
        grace_s = (GRACE_S if suspects else CALM_GRACE_S) + 2 * (answered - asked) / NS + LATE_TIMES * self._late_s
        await asyncio.sleep(grace_s)
        late = time_ns() - round(CALM_GRACE_S * NS)
        self._revive(
            [
                symbol
                for symbol, since in self._contradicted.items()
                if (symbol in suspects or since <= late) and table.silent_since(self._venue, symbol, since)
            ]
        )

    def _ask_anew(self, suspects: list[str]) -> None:
        """Subscribe anew, now and then, what cannot be checked: silent beyond its rate, but perhaps only quiet."""
        now = asyncio.get_running_loop().time()
        for symbol in suspects:
            if now - self._asked.get(symbol, float("-inf")) >= UNCHECKED_EVERY_S:
                self._asked[symbol] = now
                self._feed.pool.resubscribe(Topic("quote", symbol))

    def _revive(self, frozen: list[str]) -> None:
        now = time_ns()
        topics = [Topic("quote", symbol) for symbol in frozen]
        per_socket = Counter(self._feed.sockets[topic] for topic in topics if topic in self._feed.sockets)
        carried = Counter(self._feed.sockets.values())
        whole = {socket for socket, frozen_there in per_socket.items() if frozen_there >= SOCKET_LEAST}
        for socket in whole:
            self._feed.pool.reconnect(socket, f"{per_socket[socket]} of its {carried[socket]} streams froze")
        for symbol, topic in zip(frozen, topics, strict=True):
            self._feed.table.freeze(self._venue, symbol, now)
            if self._feed.sockets.get(topic) not in whole:
                log.info("%s %s is frozen: the venue moved, its stream did not; subscribing anew", self._venue, symbol)
                self._feed.pool.resubscribe(topic)

    def _look_at_whole_market(self, now: int) -> None:
        for kind, heard in self._feed.heard.items():
            channel = self._feed.venue.channels.get(kind)
            if channel is None or not channel.whole_market or kind == "notice":
                continue
            silent = now - heard
            if silent < WHOLE_SILENT_S * NS or now - self._whole_retried.get(kind, 0) < WHOLE_RETRY_S * NS:
                continue
            self._whole_retried[kind] = now
            self._feed.health.error(f"the {kind} stream has been silent for {silent / NS:.0f} s", now)
            log.warning("%s: the %s stream has been silent for %.0f s", self._venue, kind, silent / NS)
            self._feed.pool.resubscribe(Topic(kind), elsewhere=True)
