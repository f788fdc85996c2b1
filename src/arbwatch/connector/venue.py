"""The contract of a streaming venue. Facts are class attributes, methods are few and synchronous."""

from collections.abc import Iterable
from typing import ClassVar, Literal, NamedTuple, Protocol

from arbwatch.connector.wire import (
    Channel,
    Emission,
    Fees,
    Heartbeat,
    Kind,
    Limits,
    Listings,
    Poll,
    Reject,
    Request,
    Response,
    Subscribe,
    Topic,
)
from arbwatch.model import Instrument


class Venue(Protocol):
    """One market segment of one exchange. One instance lives and dies with one connection.

    Methods raise only DecodeError and VenueError. A bad message costs that message, a bad row that row.
    """

    id: ClassVar[str]
    exchange: ClassVar[str]
    market: ClassVar[Literal["spot", "perp"]]
    name: ClassVar[str]
    """What people call it."""
    rest_url: ClassVar[str]
    """Scheme, host and port only."""
    ws_url: ClassVar[str]
    ws_hosts: ClassVar[tuple[str, ...]]
    """Every host it streams from, mirrors included: tells whose frames a recording holds."""
    channels: ClassVar[dict[Kind, Channel]]
    limits: ClassVar[Limits]
    heartbeat: ClassVar[Heartbeat]
    fees: ClassVar[Fees]
    docs: ClassVar[str]
    """The venue's own documentation of what is used here."""

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state; `topics_per_frame` overrides the limit of the same name."""

    def listings(self) -> Listings:
        """Ask for every instrument; pages are followed to the end."""

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read one listing body."""

    def polls(self) -> tuple[Poll, ...]:
        """Tell what the venue does not stream, and how often to ask for it."""

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics of one route into frames within the venue's limits."""

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics of one route into frames that end them."""

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        """Read one frame stamped `received` (UTC ns)."""

    def book_request(self, symbol: str) -> Request | None:
        """Ask for a snapshot that deltas can be joined to; None where the stream brings its own."""

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Read the answer to a request that this source wanted made."""

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""


class Mirrors(NamedTuple):
    """Other addresses of a venue that serve the same, scheme, host and port only; tried in this order."""

    rest: tuple[str, ...]
    ws: tuple[str, ...]


def mirrors(venue: type[Venue]) -> Mirrors:
    """Return a venue's mirrors: its attributes `rest_mirrors` and `ws_mirrors`, where it has them."""
    return Mirrors(tuple(getattr(venue, "rest_mirrors", ())), tuple(getattr(venue, "ws_mirrors", ())))
