"""What may listen in on the wire: a recorder, a check. Nothing here is asked where nobody listens."""

from typing import Literal, Protocol

from arbwatch.connector.wire import Frame, Request, Response

Control = Literal["ping", "pong"]


class Tap(Protocol):
    """See every frame and body of one venue, both ways. Called on the loop's thread; must not block, must not raise.

    `conn` tells the connections apart, overlapping ones too; times are our clock, UTC ns.
    """

    @property
    def trouble(self) -> str:
        """Say what keeps it from its work; "" where nothing does."""

    def opened(self, conn: str, address: str, now: int) -> None:
        """Learn that a socket is open."""

    def closed(self, conn: str, reason: str, now: int) -> None:
        """Learn that a socket is gone."""

    def sent(self, conn: str, frame: Frame, now: int) -> None:
        """See a frame of ours leave."""

    def received(self, conn: str, frame: bytes, text: bool, now: int) -> None:
        """See a whole message of the venue, put together from its fragments."""

    def control(self, conn: str, kind: Control, ours: bool, now: int) -> None:
        """See a heartbeat frame: `ours` is one that we sent."""

    def fetched(self, request: Request, url: str, response: Response) -> None:
        """See an answer by REST, refusals included; `url` is the whole address, parameters and all."""


class Tee:
    """Let several listen."""

    def __init__(self, *taps: Tap) -> None:
        self._taps = taps

    @property
    def trouble(self) -> str:
        """Say what keeps any of them from its work."""
        return "; ".join(tap.trouble for tap in self._taps if tap.trouble)

    def opened(self, conn: str, address: str, now: int) -> None:
        """Pass on."""
        for tap in self._taps:
            tap.opened(conn, address, now)

    def closed(self, conn: str, reason: str, now: int) -> None:
        """Pass on."""
        for tap in self._taps:
            tap.closed(conn, reason, now)

    def sent(self, conn: str, frame: Frame, now: int) -> None:
        """Pass on."""
        for tap in self._taps:
            tap.sent(conn, frame, now)

    def received(self, conn: str, frame: bytes, text: bool, now: int) -> None:
        """Pass on."""
        for tap in self._taps:
            tap.received(conn, frame, text, now)

    def control(self, conn: str, kind: Control, ours: bool, now: int) -> None:
        """Pass on."""
        for tap in self._taps:
            tap.control(conn, kind, ours, now)

    def fetched(self, request: Request, url: str, response: Response) -> None:
        """Pass on."""
        for tap in self._taps:
            tap.fetched(request, url, response)
