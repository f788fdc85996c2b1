"""The lines of a recording as they are written; `arbwatch.connector.recording` reads them."""

import base64
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

_SECRET = ("key", "token", "sign", "secret", "pass", "auth")


class Line(msgspec.Struct, tag_field="t", omit_defaults=True, kw_only=True):
    """What all lines may say. `ts` is unix seconds, `ts_ns` the same in ns."""

    missing: int = 0
    """So many lines before this one were not kept."""


class Header(Line, tag="header"):
    """The first line of a file: `venue` is the exchange, `product` the market."""

    format: int
    venue: str
    product: str
    source: str
    id: str
    """The venue's."""
    series: str
    """The same in all files of one recording."""
    part: int
    """The file's place among them, from 1."""


class Timed(Line):
    """A line with a time."""

    conn: str
    ts: float
    ts_ns: int


class Connected(Timed, tag="connect"):
    """A socket was opened; or, with `lost`, is gone: whoever does not know the field sees one that stays silent."""

    addr: str
    lost: str | None = None
    repeated: bool = False
    """It stands in an earlier file as well."""


class Sent(Timed, tag="send"):
    """A frame of ours."""

    data: str | None = None
    b64: str | None = None


class Received(Timed, tag="recv"):
    """A frame of the venue's."""

    data: str | None = None
    b64: str | None = None


class Fetched(Timed, tag="http"):
    """An answer by REST; `sent_ns` is when it was asked for."""

    sent_ns: int
    url: str
    status: int
    method: str = "GET"
    req: str | None = None
    data: str | None = None
    b64: str | None = None
    repeated: bool = False


def received(conn: str, frame: bytes, text: bool, now: int) -> Received:
    """Make the line of a frame: text verbatim, anything else as base64."""
    data, b64 = content(frame, text=text)
    return Received(conn=conn, ts=now / 1e9, ts_ns=now, data=data, b64=b64)


def content(raw: bytes, *, text: bool) -> tuple[str | None, str | None]:
    """Return what goes into `data` and `b64`."""
    if text:
        try:
            return raw.decode(), None
        except UnicodeDecodeError:
            pass
    return None, base64.b64encode(raw).decode()


def clean(url: str) -> str:
    """Return an address without what only its user may know: user, password, keys, signatures."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = parts.query
    if any(_secret(name) for name, _ in pairs):
        shown = [(name, "***" if _secret(name) else value) for name, value in pairs]
        query = urlencode(shown, quote_via=quote, safe="*")
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query).geturl()


def _secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET)
