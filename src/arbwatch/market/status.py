"""What is told of a venue's health, and what is asked for it."""

from typing import Literal, Protocol

import msgspec

VenueState = Literal["connecting", "up", "stale", "doubtful", "down", "blocked"]


class Rejected(msgspec.Struct, frozen=True):
    """One piece of a message that could not be read, verbatim."""

    time: int
    """UTC ns."""
    what: str
    reason: str
    raw: str


class SocketHealth(msgspec.Struct, frozen=True):
    """How one socket does."""

    name: str
    route: str
    state: str
    topics: int
    live_topics: int
    frames: int
    rate_s: float | None
    """Frames per second."""
    age_ms: float | None
    """Since the last frame."""
    reconnects: int
    error: str | None


class VenueStatus(msgspec.Struct, frozen=True):
    """How one venue does at one moment; None is unknown."""

    venue: str
    state: VenueState
    note: str
    """Why it is not up, and what that means, in words; "" where it is."""
    instruments: int
    live: int
    messages: int
    rate_s: float
    """Messages per second over the last seconds."""
    age_p50_ms: float | None
    lag_p50_ms: float | None
    """Of quotes with the venue's time, its clock offset removed."""
    lag_p99_ms: float | None
    unconfirmed_p99_ms: float | None
    clock_offset_ms: float | None
    """The venue's clock less ours."""
    reconnects: int
    rejected: int
    last_rejects: tuple[Rejected, ...]
    last_error: str | None
    sockets: tuple[SocketHealth, ...]
    rest_state: str | None
    rest_words: str
    rest_used: int | None
    """Weight of the venue's budget used so far."""
    clock_tolerance_ms: float | None = None
    """How far `clock_offset_ms` may be wrong: half of the fastest round trip."""
    polled: int = 0
    """Rows that no stream serves while REST does."""
    dropped: int = 0
    """Markets that are not followed because the program fell behind."""
    detours: tuple[str, ...] = ()
    """Mirrors in use and why, in words."""


class SocketState(Protocol):
    """What is asked of a socket."""

    @property
    def name(self) -> str:
        """What it is called; stays over reconnects."""

    @property
    def route(self) -> str:
        """Path and query it is opened with."""

    @property
    def state(self) -> str:
        """One of net's words for it."""

    @property
    def topics(self) -> int:
        """Streams it shall carry."""

    @property
    def live_topics(self) -> int:
        """Streams it carries."""

    @property
    def frames(self) -> int:
        """Frames received since the start."""

    @property
    def last_frame(self) -> int | None:
        """When the last frame came, UTC ns."""

    @property
    def reconnects(self) -> int:
        """How often it was opened again."""

    @property
    def error(self) -> str | None:
        """The last error, in words."""

    @property
    def retry_at(self) -> int | None:
        """When it is tried again, UTC ns."""


class RestState(Protocol):
    """What is asked of a venue's REST side."""

    @property
    def state(self) -> str:
        """One of net's words for it."""

    @property
    def words(self) -> str:
        """One sentence on `state`."""

    @property
    def used_weight(self) -> int:
        """Weight of the venue's budget used so far."""
