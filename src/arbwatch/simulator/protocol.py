"""What one venue's protocol decides, and what the server around it does for every venue alike.

A protocol is one class with one instance per simulated venue: `BinanceSpot(market, time_scale)`. It holds no
connection. The server asks it:

- `route(path, query)`: may this path be opened as a WebSocket, of which category, with which streams in its address.
- `hear(client, text)`: what a text frame of a client means, as effects in order: `Say` (a frame back), `Subscribe`
  (with its acknowledgements, and how it would be refused), `Unsubscribe`, `Close`. Pings in text are answered here.
  `client.route`, `client.streams` (names carried, in order) and `client.notes` (a dict of the protocol's own) may be
  read; `client.notes` and `client.combined` may be written.
- `stream(name, route)`: what a stream name stands for; None never speaks. Names are whatever `hear` makes of requests.
- `feed(stream)`: the object that makes the pushes of one stream, shared by its subscribers (see `Feed`).
- `wrap(name, payload)`: a push as sockets see it whose route is `combined`; bytes go out as a binary frame.
- `answer(path, query)`: a REST answer, its rate limits and errors included; `refusal(status, retry_after)`: what
  stands in for an answer when that status is to be answered (403, 429, 451, 500, ...).
- `rows(message)`: the list of rows inside a decoded push or REST answer, to be spoiled in place, or None;
  `listing_rows(path, body)`: the same of a listing, None for any other path; `bad_rows`: rows nobody can read.
- `farewell(client)`: frames that announce the end of a connection.
- `day(listing)`: 24 h figures as the venue writes them, as floats, for `/truth`; `used()`: budget spent, for people.

Class attributes: `id`, `limits` (`Limits`: frames, streams, connections, heartbeat), `bad_rows`. Instance attributes:
`market`, `skew_ms` (a fault moves the venue's clock by it: add it to every time that is told).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import msgspec

from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Change, ListingChange, Market

if TYPE_CHECKING:
    from arbwatch.simulator.client import Client

Row = dict[str, Any]
StreamKind = Literal[
    "quote", "trade", "aggregate", "depth", "partial", "ticker", "mini", "mark", "funding", "index", "listing", "status"
]
HTML = "<html><head><title>{0} {1}</title></head><body><center><h1>{0} {1}</h1></center></body></html>"
WORDS = {
    403: "Forbidden", 404: "Not Found", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}  # fmt: skip


def compact(value: Any) -> str:
    """Write JSON without spaces, as the venues do."""
    return msgspec.json.encode(value).decode()


class Limits(NamedTuple):
    """What one venue allows on WebSockets, in real seconds; None is no limit."""

    connects: int
    """New connections within `connects_s`; more are refused with `connect_status`."""
    connects_s: float = 300.0
    connect_status: int = 429
    frames_per_second: int | None = None
    """Frames a client may send; more end the connection."""
    streams: int | None = None
    """Streams on one connection; more end it."""
    ping_s: float | None = None
    """The venue sends ping frames so often and cuts a client that does not answer within `pong_s`."""
    pong_s: float = 60.0
    idle_s: float | None = None
    """A client that was silent so long is cut."""
    idle_text: str | None = None
    """The one frame that ends a client's silence; None is any."""
    idle_counts_pushes: bool = False
    """Whether what the venue pushed counts as life too."""
    idle_close: tuple[int, str] = (1006, "")
    """Close code and reason then; 1006 tears the connection without a close frame, 1005 closes it without a code."""
    bare_s: float | None = None
    """A client that carries no stream for so long is cut in the same way."""
    lifetime_s: float | None = None


class Route(NamedTuple):
    """One WebSocket address, understood."""

    name: str
    """Socket category."""
    combined: bool = False
    """Payloads come wrapped."""
    streams: tuple[str, ...] = ()
    """Named in the address."""


class Stream(NamedTuple):
    """One stream name, understood."""

    name: str
    kind: StreamKind
    symbol: str | None
    """The venue's spelling; None is the whole market."""
    levels: int = 0
    period_ms: int = 0
    """0 is at once; else a multiple of the market's step."""


class Say(NamedTuple):
    """Send a frame to the client that asked."""

    text: str


class Subscribe(NamedTuple):
    """Carry streams from now on."""

    names: tuple[str, ...]
    acks: tuple[str, ...]
    """Sent before the first push."""
    refuse: Callable[[int | str | None, str | None], str]
    """Makes the error frame, from a code and words that may be left to the venue's own."""


class Unsubscribe(NamedTuple):
    """Carry streams no longer."""

    names: tuple[str, ...]
    acks: tuple[str, ...]


class Close(NamedTuple):
    """End the connection."""

    code: int
    reason: str


Effect = Say | Subscribe | Unsubscribe | Close


class Answer(NamedTuple):
    """A REST answer; a body that is text is a page of HTML, any other is written as JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = {}


def page(status: int, retry_after: object = None) -> Answer:
    """Return the page that what stands before a venue shows with an error status."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(HTML.format(status, WORDS.get(status, "Error")), status, headers)


class Feed:
    """Makes the pushes of one stream for all its subscribers. Lives while there is one; says nothing by itself."""

    def greet(self) -> list[str]:
        """Return what a new subscriber gets at once, after the acknowledgement."""
        return []

    def gather(self, change: Change) -> str | None:
        """Take in a change of the symbol (of any, where the stream is the market's); return a push due at once."""
        return None

    def flush(self) -> list[str]:
        """Return what is due at the stream's pace."""
        return []

    def announced(self, change: ListingChange) -> list[str]:
        """Return the pushes for a change of what is listed."""
        return []

    def restart(self) -> list[str]:
        """Begin anew, as after a restart of the venue's service, and return the pushes that tell of it."""
        return []


class AtOnce(Feed):
    """Pushes at every change, and to new subscribers where the venue does that."""

    def __init__(self, write: Callable[[Change], str | None], greeting: Callable[[], str] | None = None) -> None:
        """`write` makes a push of a change, or None; `greeting` makes a new subscriber's first push."""
        self.write, self.greeting = write, greeting

    def greet(self) -> list[str]:
        """Return the first push, if there is one."""
        return [] if self.greeting is None else [self.greeting()]

    def gather(self, change: Change) -> str | None:
        """Return the push."""
        return self.write(change)


class Venue(Protocol):
    """One venue's protocol; the module's words tell what each part is for."""

    market: Market
    skew_ms: int

    @property
    def id(self) -> str:
        """Return the venue's id."""

    @property
    def limits(self) -> Limits:
        """Return what sockets are allowed."""

    @property
    def bad_rows(self) -> list[Any]:
        """Return rows of a listing that nobody can read."""

    @property
    def listings(self) -> dict[str, Listing]:
        """Return what the venue lists, by symbol."""

    def route(self, path: str, query: Mapping[str, str]) -> Route | None:
        """Understand a WebSocket address; None does not exist."""

    def hear(self, client: "Client", text: str) -> Iterable[Effect]:
        """Understand a text frame."""

    def stream(self, name: str, route: str) -> Stream | None:
        """Understand a stream name on a socket category; None is one that never speaks."""

    def feed(self, stream: Stream) -> Feed:
        """Begin to make the pushes of a stream."""

    def wrap(self, name: str, payload: str) -> str | bytes:
        """Write a push for a combined socket; bytes are a binary frame."""

    def farewell(self, client: "Client") -> list[str]:
        """Return the frames that announce the end of a connection."""

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Answer a GET request."""

    def refusal(self, status: int, retry_after: object = None) -> Answer:
        """Return what is answered with an error status."""

    def rows(self, message: Any) -> list[Any] | None:
        """Return the rows inside a push or an answer."""

    def listing_rows(self, path: str, body: Any) -> list[Any] | None:
        """Return the rows of a listing, None where the path is no listing."""

    def day(self, listing: Listing) -> dict[str, float]:
        """Return last, open, high, low, base_volume and quote_volume as written."""

    def used(self) -> int:
        """Return how much of the REST budget is spent."""


def spoil(rows: list[Any]) -> None:
    """Give the values of one row in the middle other types."""
    at = len(rows) // 2
    row = rows[at]
    if isinstance(row, dict):
        rows[at] = {key: {"not": "a number"} if isinstance(value, str) else "NaN" for key, value in row.items()}
