"""Several recordings as one sequence in time: files of a series one after the other, series side by side."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from arbwatch.connector.recording import Item


class UntimedError(Exception):
    """A recording does not tell when anything was received; says which."""


class Recording(NamedTuple):
    """One file."""

    name: str
    items: Iterator[Item]


class Played(NamedTuple):
    """One line, at its time (UTC ns); `track` tells independent recordings apart."""

    time: int
    track: int
    item: Item


Say = Callable[[str], None]


def merged(recordings: Iterable[Recording], say: Say) -> Iterator[Played]:
    """Give the lines of all files in the order of time, whatever order the files are given in.

    `say` learns in words what is odd about a file. Raises UntimedError.
    """
    tracks = _tracks(recordings)
    return heapq.merge(*(_timed(number, track, say) for number, track in enumerate(tracks)), key=_time)


def _time(played: Played) -> int:
    return played.time


class _File(NamedTuple):
    head: Item | None
    name: str
    items: Iterator[Item]

    @property
    def order(self) -> tuple[str, str, str, int, str]:
        head = self.head
        return (head.venue, head.product, head.series, head.seq, self.name) if head else ("", "", "", 1, self.name)


def _tracks(recordings: Iterable[Recording]) -> list[list[_File]]:
    tracks: dict[str, list[_File]] = {}
    files = [_File(next(recording.items, None), *recording) for recording in recordings]
    for file in sorted(files, key=lambda file: file.order):
        series = file.head.series if file.head and file.head.part == "header" else ""
        tracks.setdefault(series or file.name, []).append(file)
    return list(tracks.values())


def _timed(number: int, track: Sequence[_File], say: Say) -> Iterator[Played]:
    """Give the lines of one track, each at its own time or, where it tells none, at that of the line before.

    What stands at a file's beginning without a time of its own is given the first one that comes.
    """
    waiting: list[Item] = []
    now: int | None = None
    for item in _lines(track, say):
        if item.missing:
            say(f"{track[0].name}: {item.missing:,} lines before line {item.line} were not kept when it was recorded")
        known = None if item.repeated or item.part == "header" else item.time
        if known is None and now is None:
            waiting.append(item)
            continue
        now = max(now or 0, known or 0)
        for each in (*waiting, item):
            yield Played(now, number, each)
        waiting.clear()
    if any(item.part in ("recv", "http") for item in waiting):
        raise UntimedError(
            f"{track[0].name} does not tell when its messages came, so that there is no clock to replay them by; "
            "`arbwatch decode` reads it"
        )


def _lines(track: Sequence[_File], say: Say) -> Iterator[Item]:
    before: int | None = None
    for file in track:
        seq = file.head.seq if file.head else 1
        follows = before is not None and seq == before + 1
        if before is not None and not follows:
            say(f"{file.name}: {_between(before, seq)} of the same recording is not among the files")
        if file.head is not None:
            yield file.head
        # What is repeated for readers of this file alone is known from the one before.
        yield from (item for item in file.items if not (follows and item.repeated))
        before = seq


def _between(before: int, seq: int) -> str:
    return f"part {before + 1}" if seq == before + 2 else f"what lies between parts {before} and {seq}"
