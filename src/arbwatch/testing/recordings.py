"""Read every recording of a folder as a running program would, and tell what came of it.

`python -m arbwatch.testing.recordings FOLDER` (or `ARBWATCH_RECORDINGS`) prints counts per file and kind, how books
joined, and every reason why something was refused. A folder has one folder per exchange and a MANIFEST.md whose tables
begin with `file | product`. Recordings of interfaces that are gone carry OLDAPI in their name and are left out.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from arbwatch.connector.decoding import Decoded, Decoding
from arbwatch.connector.recording import read
from arbwatch.connector.registry import venues
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Reject
from arbwatch.market.book import BookState
from arbwatch.model import Book

_ROW = re.compile(r"\|\s*`(?P<file>[^`]+\.jsonl)`\s*\|\s*(?P<product>[a-z0-9+]+)")


class Books(msgspec.Struct):
    """How the books of one recording joined."""

    states: dict[tuple[str, str], BookState] = {}
    outcomes: Counter[str] = msgspec.field(default_factory=Counter)
    crossed: int = 0

    def apply(self, book: Book) -> None:
        """Take one snapshot or delta."""
        state = self.states.setdefault((book.venue, book.symbol), BookState(book.symbol))
        self.outcomes[state.apply(book)] += 1
        self.crossed += "crossed" in state.reason

    @property
    def joined(self) -> int:
        """How many books stand whole at the end."""
        return sum(state.valid for state in self.states.values())


class Reading(msgspec.Struct):
    """What came of one recording."""

    file: str
    product: str
    lines: int = 0
    kinds: Counter[str] = msgspec.field(default_factory=Counter)
    rejects: Counter[str] = msgspec.field(default_factory=Counter)
    """How often each reason was given."""
    books: Books = msgspec.field(default_factory=Books)

    def take(self, decoded: Decoded) -> None:
        """Count one thing that was found."""
        if isinstance(decoded.found, Reject):
            self.rejects[decoded.found.reason] += 1
            return
        self.kinds[type(decoded.found).__name__.lower()] += 1
        if isinstance(decoded.found, Book):
            self.books.apply(decoded.found)


def examine(path: Path, known: Mapping[str, type[Venue]], *, file: str = "", product: str = "") -> Reading:
    """Read one recording; `product` (spot, perp, or both) says whose its messages are where they do not tell."""
    reading = Reading(file or path.name, product)
    bare = tuple(venue for venue in known.values() if venue.market in product.split("+"))
    with path.open("rb") as lines:
        items = list(read(lines))
    reading.lines = len(items)
    for decoded in Decoding(known, bare).read(items):
        reading.take(decoded)
    return reading


def survey(folder: Path, known: Mapping[str, type[Venue]]) -> Iterator[Reading]:
    """Read every current recording of the exchanges that have a venue here."""
    for row in _ROW.finditer((folder / "MANIFEST.md").read_text("utf-8")):
        file, product = row["file"], row["product"]
        own = {name: venue for name, venue in known.items() if venue.exchange == file.partition("/")[0]}
        if own and "OLDAPI" not in file and "/p2p/" not in file and (folder / file).is_file():
            yield examine(folder / file, own, file=file, product=product)


def sentence(reading: Reading) -> str:
    """Tell one reading in a few lines."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(reading.kinds.items())) or "nothing of ours"
    told = [f"{reading.file}: {reading.lines:,} lines: {kinds}; {reading.rejects.total():,} refused"]
    if states := reading.books.states:
        ends = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(reading.books.outcomes.items()))
        told.append(
            f"    {reading.books.joined} of {len(states)} books joined ({ends}), {reading.books.crossed} crossed"
        )
    told += [f"    refused {count}x: {reason}" for reason, count in reading.rejects.most_common()]
    return "\n".join(told)


def main(words: list[str]) -> int:
    """Print what came of a folder's recordings; return the exit code."""
    named = words[0] if words else os.environ.get("ARBWATCH_RECORDINGS", "")
    folder = Path(named)
    if not named or not (folder / "MANIFEST.md").is_file():
        sys.stderr.write("Name a folder of recordings that holds a MANIFEST.md\n")
        return 2
    kinds: Counter[str] = Counter()
    refused = 0
    for reading in survey(folder, venues()):
        kinds.update(reading.kinds)
        refused += reading.rejects.total()
        sys.stdout.write(f"{sentence(reading)}\n")
    total = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    sys.stdout.write(f"all: {total}; {refused:,} refused\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
