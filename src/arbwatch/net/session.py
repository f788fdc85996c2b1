"""One venue instance on one socket: frames in, events out; nothing here reconnects."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Protocol

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Ack, Emission, Notice, Request, Response, Send, Topic
from arbwatch.model import Book, Down, Event, Funding, Quote, Ticker, Trade, Up
from arbwatch.net.beat import Clock
from arbwatch.net.heartbeat import Pulse
from arbwatch.net.http import RefusedError
from arbwatch.net.options import Connect
from arbwatch.net.outbox import Outbox
from arbwatch.net.subscriptions import Subscriptions

log = logging.getLogger(__name__)

RAW_KEPT = 64 * 1024
CLOSE_WAIT_S = 0.5
REQUEST_RETRY_S = 5.0
DATA = (Ticker, Book, Trade, Funding, Quote, Up, Down)
Door = dict[str, Quote]
Apply = Callable[[Event], None]
Fetch = Callable[[Request], Awaitable[Response]]


class Owner(Protocol):
    """Learn what happens on a session."""

    def acked(self, session: "Session", topics: frozenset[Topic]) -> None:
        """Learn that topics are live."""

    def unanswered(self, session: "Session", topics: frozenset[Topic], reason: str) -> None:
        """Learn that topics are not live, and being asked for again."""

    def denied(self, session: "Session", topic: Topic, reason: str) -> None:
        """Learn that the venue said no."""

    def noticed(self, session: "Session", notice: Notice) -> None:
        """Learn an announcement."""

    def rejected(self, what: str, reason: str, raw: bytes) -> None:
        """Take what could not be read."""

    def closed(self, session: "Session", reason: str) -> None:
        """Learn that the socket is gone."""


class Session(WSListener):
    """Read one socket. Quotes go to the door, other events to `apply`, the rest to the owner.

    A frame that says nothing, or cannot be read, is looked at again for what kind of frame it is:
    control frames and fragments are told apart there, so that data pays nothing for them.
    """

    __slots__ = (
        "_fetch",
        "_fragments",
        "_options",
        "_outbox",
        "_owner",
        "_pulse",
        "_reason",
        "_tasks",
        "_transport",
        "_venue",
        "apply",
        "base",
        "clock",
        "decode",
        "frames",
        "gone",
        "opened",
        "quotes",
        "subscriptions",
    )

    def __init__(
        self, venue: Venue, options: Connect, owner: Owner, clock: Clock, fetch: Fetch, quotes: Door, apply: Apply
    ) -> None:
        self.decode = venue.decode
        self.quotes = quotes
        self.apply = apply
        self.clock = clock
        self.frames = 0
        self.base = ""
        """The address it was opened at."""
        self.opened: int | None = None
        self.gone = asyncio.Event()
        self._venue = venue
        self._options = options
        self._owner = owner
        self._fetch = fetch
        self._transport: WSTransport | None = None
        self._outbox = Outbox(venue.limits.frames_per_second)
        self.subscriptions = Subscriptions(venue, self._outbox, options.ack_timeout_s, self)
        self._pulse: Pulse | None = None
        self._fragments: list[bytes] = []
        self._reason: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Read one frame. The payload is only valid during the call."""
        self.frames += 1
        event = None
        try:
            for event in self.decode(frame.get_payload_as_memoryview(), self.clock.now):
                if type(event) is Quote:
                    self.quotes[event.symbol] = event
                else:
                    self.take(event)
        except Exception as problem:  # noqa: BLE001 # whatever a message does to its reader, it costs that message only
            self._odd(frame, problem)
        else:
            if event is None:
                self._odd(frame, None)

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin: the socket is open; what was asked for goes out."""
        self._transport = transport
        self.opened = self.clock.now
        self._outbox.open(transport)
        self._pulse = Pulse(self._venue.heartbeat, self._options, self._outbox, lambda: self.frames, self.abort)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """End: forget timers and requests, tell the owner why."""
        self._quiet()
        for task in self._tasks:
            task.cancel()
        self._spawn(self._bury(transport))
        self._owner.closed(self, self._reason or "the connection was lost")

    def take(self, event: Emission) -> None:
        """Act on an emission that is not a quote."""
        if isinstance(event, DATA):
            self.apply(event)
        elif isinstance(event, Ack):
            self.subscriptions.settle(event)
        elif isinstance(event, Send):
            self._outbox.push(event.frame, urgent=True)
        elif isinstance(event, Request):
            self._spawn(self._ask(event))
        elif isinstance(event, Notice):
            self._owner.noticed(self, event)
        else:
            self._owner.rejected(event.what, event.reason, event.raw.encode()[:RAW_KEPT])

    def mute(self) -> None:
        """Drop everything that still arrives."""
        self.quotes = {}
        self.apply = _drop

    def close(self, reason: str) -> None:
        """Say goodbye and close; a peer that does not react is cut off."""
        transport = self._transport
        if transport is None or transport.is_disconnected:
            return
        self._reason = self._reason or reason
        self._quiet()
        transport.send_close(WSCloseCode.OK, b"")
        transport.disconnect()
        asyncio.get_running_loop().call_later(CLOSE_WAIT_S, self.abort, reason)

    def abort(self, reason: str) -> None:
        """Cut the connection off."""
        transport = self._transport
        if transport is not None and not transport.is_disconnected:
            self._reason = self._reason or reason
            transport.send_close(WSCloseCode.GOING_AWAY, b"")
            transport.disconnect(False)

    def acked(self, topics: frozenset[Topic]) -> None:
        """Pass on."""
        self._owner.acked(self, topics)

    def unanswered(self, topics: frozenset[Topic], reason: str) -> None:
        """Pass on."""
        self._owner.unanswered(self, topics, reason)

    def denied(self, topic: Topic, reason: str) -> None:
        """Pass on."""
        self._owner.denied(self, topic, reason)

    def deaf(self, reason: str) -> None:
        """Give the socket up."""
        self.abort(reason)

    def _quiet(self) -> None:
        if self._pulse is not None:
            self._pulse.close()
        self.subscriptions.close()
        self._outbox.close()

    def _odd(self, frame: WSFrame, problem: Exception | None) -> None:
        kind = frame.msg_type
        if kind is WSMsgType.PING:
            self._outbox.pong(frame.get_payload_as_bytes())
        elif kind is WSMsgType.CLOSE:
            self._farewell(frame)
        elif kind is WSMsgType.CONTINUATION or not frame.fin:
            self._gather(frame)
        elif problem is not None and kind is not WSMsgType.PONG:
            self._owner.rejected("frame", _words(problem), frame.get_payload_as_bytes()[:RAW_KEPT])

    def _farewell(self, frame: WSFrame) -> None:
        code = frame.get_close_code()
        said = (frame.get_close_message() or b"").decode("utf-8", "replace")
        words = f"code {getattr(code, 'value', code)}" + (f": {said}" if said else "")
        self.close(f"the venue closed the connection ({words})")

    def _gather(self, frame: WSFrame) -> None:
        if frame.msg_type is not WSMsgType.CONTINUATION:
            self._fragments.clear()
        self._fragments.append(frame.get_payload_as_bytes())
        if not frame.fin:
            return
        message = b"".join(self._fragments)
        self._fragments.clear()
        self._read_whole(message)

    def _read_whole(self, message: bytes) -> None:
        try:
            self._emit(self.decode(message, self.clock.now))
        except Exception as problem:  # noqa: BLE001 # as in on_ws_frame
            self._owner.rejected("frame", _words(problem), message[:RAW_KEPT])

    async def _ask(self, request: Request) -> None:
        while True:
            try:
                response = await self._fetch(request)
                break
            except RefusedError as refused:
                # The venue instance waits for this answer as long as it lives, so it is asked for again.
                self._owner.rejected(f"answer to {request.path}", str(refused), b"")
                await asyncio.sleep(REQUEST_RETRY_S)
        try:
            self._emit(self._venue.reply(request.tag, response))
        except Exception as problem:  # noqa: BLE001 # as for frames: an unreadable answer costs that answer only
            self._owner.rejected(f"answer to {request.path}", _words(problem), response.body[:RAW_KEPT])

    def _emit(self, events: Iterable[Emission]) -> None:
        for event in events:
            if type(event) is Quote:
                self.quotes[event.symbol] = event
            else:
                self.take(event)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bury(self, transport: WSTransport) -> None:
        try:
            await transport.wait_disconnected()
        except Exception as problem:  # noqa: BLE001 # the owner has been told; this only fetches what went wrong
            log.debug("a socket ended with %r", problem)
        self.gone.set()


def _drop(_event: Event) -> None:
    return


def _words(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__
