"""Read recorded traffic: one JSON object per line, or bare frames, one per line. Pure over lines.

A line of a recording says what it is in `t`: `header` (venue, product), `connect` (conn, addr), `send` and `recv`
(conn, ts, data), `http` (ts, url, status, data). `data` is a text frame or body verbatim, `b64` a binary one;
`ts` is when it was received in unix seconds, `ts_ns` the same in nanoseconds. Single messages (`t`, `ctx`, `data`)
are such lines without time. Any other line is a frame itself.
"""

import base64
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from arbwatch.connector.payload import UNREADABLE, decoder

Part = Literal["header", "connect", "send", "recv", "http"]


class Item(msgspec.Struct, frozen=True):
    """One line of a recording."""

    line: int
    """Its number, from 1."""
    part: Part
    payload: bytes = b""
    """Frame or body."""
    time: int | None = None
    """When it was received, UTC ns; None where the recording does not say."""
    conn: str = ""
    """Tells parallel sockets apart."""
    address: str = ""
    """Of a `connect` the socket's address, of an `http` the request's."""
    status: int = 200
    venue: str = ""
    """What a `header` says of exchange and market."""
    product: str = ""
    bare: bool = False
    """The line is the frame."""
    extra: bytes = b""
    """The whole line, for readers who put more into it."""


class _Line(msgspec.Struct):
    t: Literal["header", "connect", "send", "recv", "ack", "http"]
    data: str | None = None
    b64: str | None = None
    ts: float | None = None
    ts_ns: int | None = None
    conn: str = ""
    addr: str = ""
    url: str = ""
    status: int | None = None
    venue: str = ""
    product: str = ""


_line = decoder(_Line)


def read(lines: Iterable[bytes]) -> Iterator[Item]:
    """Turn lines into items; empty lines are passed over, and no line is refused: a strange one is a bare frame."""
    for number, raw in enumerate(lines, 1):
        if stripped := raw.strip():
            yield _item(number, stripped)


def _item(number: int, raw: bytes) -> Item:
    try:
        line: _Line = _line(raw)
        payload = base64.b64decode(line.b64, validate=True) if line.b64 is not None else (line.data or "").encode()
    except UNREADABLE:
        return Item(line=number, part="recv", payload=raw, bare=True, extra=raw)
    return Item(
        line=number,
        # An acknowledgement is a received frame that its collector gave a name of its own.
        part="recv" if line.t == "ack" else line.t,
        payload=payload,
        time=_time(line),
        conn=line.conn,
        address=line.addr or line.url,
        status=line.status or 200,
        venue=line.venue,
        product=line.product,
        extra=raw,
    )


def _time(line: _Line) -> int | None:
    if line.ts_ns is not None:
        return line.ts_ns
    # A float holds today's seconds to the microsecond, no better.
    return None if line.ts is None else round(line.ts * 1e6) * 1000
