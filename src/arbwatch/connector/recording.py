"""Read recorded traffic: one JSON object per line, or bare frames, one per line. Pure over lines.

A line of a recording says what it is in `t`: `header` (venue, product), `connect` (conn, addr), `send` and `recv`
(conn, ts, data), `http` (ts, url, status, data). `data` is a text frame or body verbatim, `b64` a binary one;
`ts` is when it was received in unix seconds, `ts_ns` the same in nanoseconds. Single messages (`t`, `ctx`, `data`)
are such lines without time. Any other line is a frame itself.

Our own recordings say more. A `connect` with `lost` tells that a socket is gone, and why. `repeated` lines stand in an
earlier file of the same `series` (header) as well, so that every `part` can be read on its own. `missing` tells how
many lines before this one were not kept, `sent_ns` when an answer was asked for.
"""

import base64
import zlib
from collections.abc import Callable, Iterable, Iterator
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
    sent: int | None = None
    """When an `http` was asked for, UTC ns."""
    lost: str | None = None
    """Of a `connect`: why the socket is gone; None where it was opened."""
    repeated: bool = False
    missing: int = 0
    series: str = ""
    seq: int = 1
    """A header's `part`: the file's place in its series."""
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
    sent_ns: int | None = None
    lost: str | None = None
    repeated: bool = False
    missing: int = 0
    series: str = ""
    part: int = 1


_line = decoder(_Line)
_anything = decoder(dict[str, msgspec.Raw])
_GZIP = b"\x1f\x8b"
_WINDOW = 31
"""What zlib calls a gzip wrapper around the largest window."""


def lines(chunks: Iterable[bytes], damaged: Callable[[str], None]) -> Iterator[bytes]:
    """Split a file into its lines, unpacking gzip.

    A file that was cut off, by a kill or a full disk, is read as far as it goes: `damaged` learns in words what is
    wrong with its end.
    """
    rest = b""
    for chunk in _unpacked(iter(chunks), damaged):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    if not rest.strip():
        return
    try:
        _anything(rest)
    except UNREADABLE:
        damaged("its last line is cut off and was left out")
    else:
        yield rest


def _unpacked(chunks: Iterator[bytes], damaged: Callable[[str], None]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if not first.startswith(_GZIP):
        yield first
        yield from chunks
        return
    packed, unpacker = first, zlib.decompressobj(_WINDOW)
    while packed or (packed := next(chunks, b"")):
        if unpacker.eof:
            unpacker = zlib.decompressobj(_WINDOW)
        try:
            yield unpacker.decompress(packed)
        except zlib.error as problem:
            damaged(f"it is damaged ({problem}); what comes after that was left out")
            return
        packed = unpacker.unused_data
    if not unpacker.eof:
        damaged("it has no proper end: what wrote it was killed, or its disk was full")


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
        sent=line.sent_ns,
        lost=line.lost,
        repeated=line.repeated,
        missing=line.missing,
        series=line.series,
        seq=line.part,
        extra=raw,
    )


def _time(line: _Line) -> int | None:
    if line.ts_ns is not None:
        return line.ts_ns
    # A float holds today's seconds to the microsecond, no better.
    return None if line.ts is None else round(line.ts * 1e6) * 1000
