"""Keep what goes over the wire, verbatim: handed over on the loop, written by a thread of its own."""

import logging
import threading
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from msgspec.structs import replace

from arbwatch import __version__
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Frame, Request, Response
from arbwatch.net.lines import Connected, Fetched, Header, Line, Sent, Timed, clean, content, received
from arbwatch.net.series import Series
from arbwatch.net.tap import Control

log = logging.getLogger(__name__)

EVERY_S = 0.2
"""How often what was handed over is written: so much is lost when the program is killed."""
WAITING = 64 * 1024 * 1024
"""Bytes of one venue that may wait for the disk; what comes then is counted and let go."""
OVERHEAD = 200
"""What a frame that waits costs beside its bytes."""
ROTATE = 64 * 1024 * 1024
CLOSE_S = 5.0
FORMAT = 2


class _Frame(NamedTuple):
    conn: str
    frame: bytes
    text: bool
    now: int


class Tape:
    """Listen to one venue and keep what is heard."""

    def __init__(self, venue: type[Venue], folder: Path, limit: int, most: int = WAITING) -> None:
        """Write into `folder`, a new file after `limit` bytes; let at most `most` bytes wait."""
        self.venue = venue
        self.frames = 0
        self.answers = 0
        self.series = Series(folder, venue.id, limit, self._head)
        self._most = most
        self._waiting: deque[tuple[int, _Frame | Timed]] = deque()
        # Of each pair one is written by the loop's thread, the other by the writer's.
        self._put = self._took = 0
        self._dropped = self._counted = 0
        self._live: dict[str, Connected] = {}
        self._listing: dict[str, Fetched] = {}
        self._listing_path = next(venue().listings()).path

    @property
    def trouble(self) -> str:
        """Say why nothing is being kept; "" where it is."""
        return self.series.trouble

    @property
    def missing(self) -> int:
        """How many lines could not be kept."""
        return self.series.lost + self._dropped - self._counted

    def opened(self, conn: str, address: str, now: int) -> None:
        """Keep that a socket is open."""
        self._waiting.append((0, Connected(conn=conn, ts=now / 1e9, ts_ns=now, addr=clean(address))))

    def closed(self, conn: str, reason: str, now: int) -> None:
        """Keep that a socket is gone."""
        self._waiting.append((0, Connected(conn=conn, ts=now / 1e9, ts_ns=now, addr="", lost=reason)))

    def sent(self, conn: str, frame: Frame, now: int) -> None:
        """Keep a frame of ours."""
        text = isinstance(frame, str)
        raw = frame.encode() if isinstance(frame, str) else frame
        if weight := self._room(len(raw)):
            data, b64 = content(raw, text=text)
            self._waiting.append((weight, Sent(conn=conn, ts=now / 1e9, ts_ns=now, data=data, b64=b64)))

    def received(self, conn: str, frame: bytes, text: bool, now: int) -> None:
        """Keep a frame of the venue's."""
        if weight := self._room(len(frame)):
            self.frames += 1
            self._waiting.append((weight, _Frame(conn, frame, text, now)))

    def control(self, conn: str, kind: Control, ours: bool, now: int) -> None:
        """Let heartbeats go: they hold no data, and the container has no word for them."""

    def fetched(self, request: Request, url: str, response: Response) -> None:
        """Keep an answer."""
        if not (weight := self._room(len(response.body))):
            return
        self.answers += 1
        data, b64 = content(response.body, text=True)
        line = Fetched(
            conn=f"{self.venue.id}.http",
            ts=response.received / 1e9,
            ts_ns=response.received,
            sent_ns=response.sent,
            url=clean(url),
            status=response.status,
            method=request.method,
            req=None if request.body is None else request.body.decode(errors="replace"),
            data=data,
            b64=b64,
        )
        self._waiting.append((weight, line))

    def write(self) -> None:
        """Write what waits; for the writer's thread."""
        entries = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if (dropped := self._dropped) > self._counted:
            self.series.lose(dropped - self._counted)
            self._counted = dropped
        if not entries:
            return
        self._took += sum(weight for weight, _ in entries)
        lines = [received(*entry) if isinstance(entry, _Frame) else entry for _, entry in entries]
        # A frame is stamped when the loop woke up, an answer when it was whole.
        lines.sort(key=_time)
        lines[0].missing = self.series.missing
        self.series.write(lines)
        for line in lines:
            self._remember(line)

    def _room(self, size: int) -> int:
        if self._put - self._took > self._most:
            self._dropped += 1
            return 0
        self._put += size + OVERHEAD
        return size + OVERHEAD

    def _remember(self, line: Line) -> None:
        """Note what a file that begins later must repeat to be readable on its own."""
        if isinstance(line, Connected):
            if line.lost is None:
                self._live[line.conn] = line
            else:
                self._live.pop(line.conn, None)
        elif isinstance(line, Fetched) and urlsplit(line.url).path == self._listing_path and line.status == 200:
            if line.url in self._listing:
                self._listing.clear()
            self._listing[line.url] = line

    def _head(self, series: Series) -> list[Line]:
        header = Header(
            format=FORMAT,
            venue=self.venue.exchange,
            product=self.venue.market,
            source=f"arbwatch {__version__}",
            id=self.venue.id,
            series=series.id,
            part=series.part,
        )
        again = [*self._listing.values(), *self._live.values()]
        return [header, *(replace(line, repeated=True, missing=0) for line in again)]


class Recorder:
    """Record venues into a folder, one series of files each; a context manager."""

    def __init__(self, folder: Path, limit: int = ROTATE) -> None:
        """Begin a new file after `limit` bytes."""
        self.folder = folder
        self.tapes: dict[str, Tape] = {}
        self._limit = limit
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def tape(self, venue: type[Venue]) -> Tape:
        """Return what listens to a venue."""
        return self.tapes.setdefault(venue.id, Tape(venue, self.folder, self._limit))

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what waits and end every file properly."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    @property
    def trouble(self) -> str:
        """Say what is not being recorded, and why; "" where everything is."""
        return "; ".join(tape.trouble for tape in self.tapes.values() if tape.trouble)

    def summary(self) -> str:
        """Say what was kept, and what was not."""
        tapes = self.tapes.values()
        files = sum(len(tape.series.files) for tape in tapes)
        size = sum(tape.series.size for tape in tapes)
        missing = sum(tape.missing for tape in tapes)
        return (
            f"{sum(t.frames for t in tapes):,} frames and {sum(t.answers for t in tapes):,} answers by REST in "
            f"{files} {'file' if files == 1 else 'files'} in {self.folder}, {size / 1e6:,.1f} MB; "
            + (f"{missing:,} lines could not be kept" if missing else "nothing was lost")
        )

    def _run(self) -> None:
        last = False
        while not last:
            last = self._stop.wait(EVERY_S)
            for tape in list(self.tapes.values()):
                try:
                    tape.write()
                except Exception:
                    log.exception("recording of %s goes on after an error of its own", tape.venue.id)
        for tape in self.tapes.values():
            tape.series.close()


def _time(line: Timed) -> int:
    return line.ts_ns
