"""Listen to one venue and remember what a check asks about: sockets, heartbeats, answers, and the first frames."""

from collections import Counter
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Frame, Request, Response
from arbwatch.net.tap import Control

FRAMES_KEPT = 1500
"""Per connection, its first ones: state that builds up on a connection is complete in them."""
BYTES_KEPT = 4 * 1024 * 1024
PONG_LONGEST = 300


class Kept(NamedTuple):
    """One frame of the venue's, with the time it was received (UTC ns)."""

    frame: bytes
    now: int


class Heard(msgspec.Struct):
    """What was heard on one connection; times are UTC ns."""

    address: str
    opened: int
    closed: int | None = None
    reason: str = ""
    """Why it is closed."""
    frames: int = 0
    sent: int = 0
    pings: int = 0
    """Ours."""
    pongs: int = 0
    """The answers to them."""
    slowest_pong_ms: float = 0.0
    pinged: int | None = None
    """Since when an answer to our ping is waited for."""
    their_pings: int = 0
    our_pongs: int = 0
    kept: list[Kept] = []
    size: int = 0


class Ear:
    """A tap that keeps counts, and the beginning of every connection."""

    trouble = ""

    def __init__(self, venue: type[Venue]) -> None:
        self.venue = venue
        self.conns: dict[str, Heard] = {}
        self.answers: Counter[tuple[str, int]] = Counter()
        """By path and status."""
        self.refusals: dict[str, str] = {}
        """By path: the venue's own words where it said no."""
        self._ping = venue.heartbeat.ping

    def opened(self, conn: str, address: str, now: int) -> None:
        """Begin a connection."""
        self.conns[conn] = Heard(address, now)

    def closed(self, conn: str, reason: str, now: int) -> None:
        """End a connection."""
        if (heard := self.conns.get(conn)) is not None:
            heard.closed, heard.reason = now, reason

    def sent(self, conn: str, frame: Frame, now: int) -> None:
        """Count a frame of ours; it may be a ping in text."""
        heard = self.conns.get(conn)
        if heard is None:
            return
        heard.sent += 1
        if self._ping is not None and frame == self._ping:
            heard.pings += 1
            heard.pinged = now

    def received(self, conn: str, frame: bytes, text: bool, now: int) -> None:
        """Count a frame of the venue's; it may be a pong in text."""
        heard = self.conns.get(conn)
        if heard is None:
            return
        heard.frames += 1
        if (
            self._ping is not None
            and heard.pinged is not None
            and len(frame) < PONG_LONGEST
            and b"pong" in frame.lower()
        ):
            self._pong(heard, now)
        if len(heard.kept) < FRAMES_KEPT and heard.size < BYTES_KEPT:
            heard.kept.append(Kept(frame, now))
            heard.size += len(frame)

    def control(self, conn: str, kind: Control, ours: bool, now: int) -> None:
        """Count a heartbeat frame."""
        heard = self.conns.get(conn)
        if heard is None:
            return
        if kind == "ping" and ours:
            heard.pings += 1
            heard.pinged = now
        elif kind == "pong" and not ours:
            self._pong(heard, now)
        elif kind == "ping":
            heard.their_pings += 1
        else:
            heard.our_pongs += 1

    def fetched(self, request: Request, url: str, response: Response) -> None:
        """Count an answer, and keep what a refusal says."""
        path = urlsplit(url).path
        self.answers[path, response.status] += 1
        if response.status != 200:
            self.refusals[path] = f"HTTP {response.status}: {response.body[:300].decode(errors='replace')}"

    def _pong(self, heard: Heard, now: int) -> None:
        heard.pongs += 1
        if heard.pinged is not None:
            heard.slowest_pong_ms = max(heard.slowest_pong_ms, (now - heard.pinged) / 1e6)
        heard.pinged = None
