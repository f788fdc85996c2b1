"""What the rim tells the rest of the program, and the state of its sockets as values."""

from typing import Literal, Protocol

import msgspec

from arbwatch.connector.wire import Notice, Topic
from arbwatch.model import Event, Quote
from arbwatch.net.options import State

SocketState = Literal["connecting", "live", "renewing", "waiting", "closed"]


class Sink(Protocol):
    """Take what one venue's sockets bring. Called on the loop's thread only; must not block."""

    quotes: dict[str, Quote]
    """The door: the newest quote per symbol is written here."""

    def apply(self, event: Event) -> None:
        """Take an event that is not a quote."""

    def up(self, socket: str, topics: frozenset[Topic]) -> None:
        """Learn that the venue acknowledged these topics on this socket."""

    def down(self, socket: str, topics: frozenset[Topic], reason: str) -> None:
        """Learn that no live socket carries these topics any more."""

    def refused(self, topic: Topic, reason: str) -> None:
        """Learn that the venue said no to this topic."""

    def reject(self, socket: str, what: str, reason: str, raw: bytes) -> None:
        """Take a piece that could not be read."""

    def notice(self, notice: Notice) -> None:
        """Take an announcement of the venue; a `renew` is already being acted on."""


class SocketStatus(msgspec.Struct, frozen=True):
    """Show one socket's place in the pool; it keeps its name over reconnects and renewals."""

    name: str
    route: str
    state: SocketState
    topics: int
    live_topics: int
    frames: int
    """Received since the start, over all its connections, control frames included."""
    opened: int | None
    """When the present connection was opened, UTC ns."""
    last_frame: int | None
    """When the frame counter was last seen to move, UTC ns; as fine as this status is asked for."""
    reconnects: int
    error: str | None
    """The last error, in words."""
    retry_at: int | None
    """UTC ns."""
    cause: State = "ok"
    """What kind of trouble `error` is, where it is one of reaching the venue."""
