"""Requests, frames and facts as values: what a source wants done, and what it knows of its venue."""

from collections.abc import Callable, Generator, Sequence
from typing import Literal, NamedTuple

import msgspec

from arbwatch.model import Event, Instrument, Network

Frame = str | bytes
"""One WebSocket message: text or binary."""

Kind = Literal["quote", "ticker", "funding", "trade", "book", "notice"]


class Topic(NamedTuple):
    """One stream: a kind of data of one symbol, or of the whole market where `symbol` is None."""

    kind: Kind
    symbol: str | None = None


class Channel(msgspec.Struct, frozen=True):
    """How a venue names one kind of stream, and on which socket path it is served."""

    name: str
    """The venue's spelling; `{symbol}` stands where the symbol goes."""
    route: str
    """Path and query of the socket that serves it."""
    whole_market: bool = False
    """One stream carries every symbol."""
    on_demand: bool = False
    """Followed only when somebody looks."""


class Request(msgspec.Struct, frozen=True):
    """One REST request; the host comes from the settings."""

    path: str
    params: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    weight: int = 1
    """What it costs of the venue's budget."""
    tag: str = ""
    """Handed back with the answer when the request was yielded by `decode`."""


class Response(msgspec.Struct, frozen=True):
    """The answer to a request. `sent` and `received` are our clock, UTC ns."""

    status: int
    body: bytes
    sent: int
    received: int


class Send(msgspec.Struct, frozen=True):
    """A frame that the venue's protocol wants sent now (an answer to a ping in text, say)."""

    frame: Frame


class Subscribe(msgspec.Struct, frozen=True):
    """A frame that subscribes or unsubscribes `topics`; the venue's answer names `id`."""

    frame: Frame
    id: str
    topics: tuple[Topic, ...]


class Ack(msgspec.Struct, frozen=True):
    """The venue's answer to a `Subscribe`: `error` is None where it says yes."""

    id: str | None
    error: str | None
    topics: tuple[Topic, ...] = ()
    """What the answer is about where the venue answers topic by topic; empty is the whole frame."""


class Notice(msgspec.Struct, frozen=True):
    """The venue announces something: `renew` this socket soon, or `relist` the instruments."""

    action: Literal["renew", "relist"]
    reason: str


class Reject(msgspec.Struct, frozen=True):
    """A piece of a message that could not be read; the rest of the message stands."""

    what: str
    reason: str
    raw: str


class Clock(msgspec.Struct, frozen=True):
    """The venue's own time, UTC ns, as told by its time endpoint."""

    time: int


Emission = Event | Send | Request | Ack | Notice | Reject
"""What `decode` yields."""

Flow = Generator[Request, Response, list[Emission]]
"""REST talk of several steps: yields requests, receives responses, ends in events."""

Polled = Emission | Clock | Network
"""What a poll ends in."""

Listings = Generator[Request, Response, list[Instrument | Reject]]


class Poll(NamedTuple):
    """Something the venue is asked for again and again."""

    name: Literal["clock", "quotes", "tickers", "funding", "networks"]
    """What it is for.

    `quotes` is the REST check of streamed quotes: prices without sizes are held against the price alone, and are never
    a leg. `clock` ends in one `Clock`, `networks` in every `Network`.
    """
    period_s: float
    flow: Callable[[], Generator[Request, Response, Sequence[Polled]]]


class Limits(msgspec.Struct, frozen=True):
    """What the venue allows."""

    streams_per_socket: int
    topics_per_frame: int
    frames_per_second: float
    """Messages from us on one socket, control frames included."""
    connects: int
    """Connection attempts allowed within `connects_window_s`."""
    connects_window_s: float
    lifetime_s: float | None
    """After this long the venue closes the socket."""
    weight: int
    """REST budget within `weight_window_s`."""
    weight_window_s: float
    weight_header: str | None = None
    """Response header that tells the weight used so far."""


class Heartbeat(msgspec.Struct, frozen=True):
    """Who pings, and how a dead socket is known."""

    ping: Frame | None
    """What we send; None is a WebSocket ping frame."""
    ping_interval_s: float
    pong_timeout_s: float
    server_ping_s: float | None = None
    """How often the venue pings us, where it does."""


class Fees(msgspec.Struct, frozen=True):
    """Default fee rates as fractions; None where not known."""

    maker: float | None
    taker: float | None
    side: Literal["received", "quote"] = "received"
    """In what they are paid: in what a trade brings, or always in the quote currency."""
