"""A session that somebody listens to; a class of its own, so that others pay nothing for it."""

from picows import WSFrame, WSMsgType, WSTransport

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Frame
from arbwatch.net.beat import Clock
from arbwatch.net.options import Connect
from arbwatch.net.session import Apply, Door, Fetch, Owner, Session
from arbwatch.net.surroundings import Surroundings
from arbwatch.net.tap import Tap


class TappedSession(Session):
    """Tell a tap every frame before it is read, and every frame that leaves."""

    __slots__ = ("_conn", "_tap", "_text")

    def __init__(
        self,
        venue: Venue,
        options: Connect,
        owner: Owner,
        clock: Clock,
        fetch: Fetch,
        quotes: Door,
        apply: Apply,
        *,
        tap: Tap,
        conn: str,
    ) -> None:
        super().__init__(venue, options, owner, clock, fetch, quotes, apply)
        self._tap = tap
        self._conn = conn
        self._text = True
        self._outbox.told = self._leaves

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Tell the tap, then begin."""
        asked = transport.request
        address = f"{'wss' if transport.is_secure else 'ws'}://{asked.headers['Host']}{asked.path.decode()}"
        self._tap.opened(self._conn, address, self.clock.now)
        super().on_ws_connected(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Tell the tap, then end."""
        self._tap.closed(self._conn, self._reason or "the connection was lost", self.clock.now)
        super().on_ws_disconnected(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Tell the tap, then read."""
        kind = frame.msg_type
        if kind is WSMsgType.TEXT or kind is WSMsgType.BINARY:
            self._text = kind is WSMsgType.TEXT
            if frame.fin:
                self._tap.received(self._conn, frame.get_payload_as_bytes(), self._text, self.clock.now)
        elif kind is WSMsgType.PING or kind is WSMsgType.PONG:
            self._tap.control(self._conn, "ping" if kind is WSMsgType.PING else "pong", False, self.clock.now)
        super().on_ws_frame(transport, frame)

    def _read_whole(self, message: bytes) -> None:
        self._tap.received(self._conn, message, self._text, self.clock.now)
        super()._read_whole(message)

    def _leaves(self, kind: WSMsgType, frame: Frame) -> None:
        if kind is WSMsgType.PING or kind is WSMsgType.PONG:
            self._tap.control(self._conn, "ping" if kind is WSMsgType.PING else "pong", True, self.clock.now)
        else:
            self._tap.sent(self._conn, frame, self.clock.now)


def make(around: Surroundings, owner: Owner, name: str, quotes: Door, apply: Apply) -> Session:
    """Make a session of a venue: one that tells the tap, where there is one, under `name` and a number of its own."""
    options = around.options
    venue = around.venue(topics_per_frame=options.topics_per_frame)
    parts = (venue, options, owner, around.clock, around.http.fetch, quotes, apply)
    around.sessions += 1
    if options.tap is None:
        return Session(*parts)
    return TappedSession(*parts, tap=options.tap, conn=f"{name}.{around.sessions}")
