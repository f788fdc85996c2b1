"""The files of one recording: packed, each readable on its own, whole up to the last second whatever happens."""

import errno
import logging
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, time
from typing import IO, Any
from uuid import uuid4

import msgspec

log = logging.getLogger(__name__)

GZIP = 31
"""What zlib calls a gzip wrapper around the largest window."""
LEVEL = 5
RETRY_S = 5.0
_FULL = (errno.ENOSPC, errno.EDQUOT)

Head = Callable[["Series"], Sequence[Any]]
_encode = msgspec.json.Encoder().encode_lines


class Series:
    """Write lines into one file after the other. What does not fit on the disk is counted, never waited for.

    Used by one thread.
    """

    def __init__(self, folder: Path, name: str, limit: int, head: Head) -> None:
        """Name files after `name`; begin a new one, with `head` at its top, after `limit` bytes."""
        self.folder = folder
        self.name = name
        self.limit = limit
        self.id = uuid4().hex[:12]
        """Tells that files belong together."""
        self.part = 0
        self.missing = 0
        """Lines that were not kept since the last one that was."""
        self.lost = 0
        """Lines that were not kept since the start."""
        self.size = 0
        """Bytes written since the start."""
        self.files: list[Path] = []
        self.trouble = ""
        """Why nothing is being written, in words."""
        self._head = head
        self._stamp = datetime.fromtimestamp(time(), UTC).strftime("%Y%m%dT%H%M%SZ")
        self._retry_at = 0.0
        self._file: IO[bytes] | None = None
        self._packer = zlib.compressobj(LEVEL, wbits=GZIP)
        self._written = 0

    def write(self, lines: Sequence[Any]) -> None:
        """Write lines through to the file; where that fails they are counted as missing."""
        if self.trouble and monotonic() < self._retry_at:
            self.lose(len(lines))
            return
        try:
            if self._file is None:
                self._open()
            self._put(lines)
        except OSError as problem:
            self.lose(len(lines))
            self._stop(problem)
            return
        self.missing = 0
        if self._written >= self.limit:
            self.close()

    def lose(self, count: int) -> None:
        """Count lines that are not kept."""
        self.missing += count
        self.lost += count

    def close(self) -> None:
        """End the present file properly; the next line begins another."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            with file:
                _write(file, self._packer.flush(zlib.Z_FINISH))
        except OSError as problem:
            log.debug("%s has no proper end, but every line: %s", file.name, problem)

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            self.part += 1
            path = self.folder / f"{self.name}-{self._stamp}-{self.part:04}.jsonl.gz"
            try:
                self._file = path.open("xb", buffering=0)
                break
            except FileExistsError:
                continue
        self.files.append(path)
        self._packer = zlib.compressobj(LEVEL, wbits=GZIP)
        self._written = 0
        self._put(self._head(self))
        if self.trouble:
            log.warning("recording of %s goes on in %s; %d lines were not kept", self.name, path, self.missing)
        self.trouble = ""

    def _put(self, lines: Sequence[Any]) -> None:
        if self._file is not None:
            # After such a flush everything so far can be unpacked, whatever becomes of the file's end.
            packed = self._packer.compress(_encode(lines)) + self._packer.flush(zlib.Z_SYNC_FLUSH)
            _write(self._file, packed)
            self._written += len(packed)
            self.size += len(packed)

    def _stop(self, problem: OSError) -> None:
        """Leave a file that ends with a whole line, and try again later."""
        self._retry_at = monotonic() + RETRY_S
        file, self._file = self._file, None
        if file is not None:
            try:
                with file:
                    file.truncate(self._written)
            except OSError as another:
                log.debug("the end of %s could not be made good: %s", file.name, another)
            if not self._written:
                self.files.pop().unlink(missing_ok=True)
                self.part -= 1
        why = (
            f"there is no room left in {self.folder}; make some"
            if problem.errno in _FULL
            else f"{self.folder} cannot be written ({problem.strerror or problem}); see to it"
        )
        words = f"recording of {self.name} stopped: {why}. Watching goes on, and recording as soon as it can"
        if words != self.trouble:
            log.warning("%s", words)
        self.trouble = words


def _write(file: IO[bytes], packed: bytes) -> None:
    rest = memoryview(packed)
    while rest:
        rest = rest[file.write(rest) :]
