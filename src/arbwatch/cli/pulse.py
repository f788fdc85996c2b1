"""The sign of life of a running program: a small file in the data folder, written anew every few seconds.

`arbwatch healthcheck`, containers and service managers read it; no port has to be open for that.
"""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from time import time_ns
from typing import Self

import msgspec

from arbwatch.config.errors import ArbwatchError
from arbwatch.views.picture import Picture

log = logging.getLogger(__name__)

FILE = "pulse.json"
EVERY_S = 5.0


class Beat(msgspec.Struct, frozen=True):
    """What one sign of life tells."""

    written: int
    """UTC ns."""
    pid: int
    late_ms: float | None
    """How long what was due had to wait; None is unknown."""
    venues: dict[str, str]
    """The state of every venue that is watched, by id."""


class Pulse:
    """Write a beat every `EVERY_S` seconds while a block runs; remove the file at its end.

    A program that can no longer be read stops beating, and so is found out.
    """

    def __init__(self, read: Callable[[], Picture], folder: Path) -> None:
        self._read = read
        self._path = folder / FILE
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join(EVERY_S)
        beat = last(self._path)
        if beat is not None and beat.pid == os.getpid():
            self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        try:
            self._beat()
            while not self._stop.wait(EVERY_S):
                self._beat()
        except OSError as error:
            log.warning("no sign of life is given: %s cannot be written (%s)", self._path, error.strerror or error)
        except ArbwatchError as error:
            log.error("no sign of life is given any more: %s", error)  # noqa: TRY400 the engine told its traceback

    def _beat(self) -> None:
        picture = self._read()
        states = {str(status.venue): str(status.state) for status in picture.venues}
        beat = Beat(time_ns(), os.getpid(), picture.load.late_ms, states)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # A reader finds the whole of one beat or of the one before.
        whole = self._path.with_suffix(f".{os.getpid()}")
        whole.write_bytes(msgspec.json.encode(beat) + b"\n")
        whole.replace(self._path)


def last(path: Path) -> Beat | None:
    """Return the last beat that stands in a file; None where there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Beat)
    except (OSError, msgspec.MsgspecError):
        return None
