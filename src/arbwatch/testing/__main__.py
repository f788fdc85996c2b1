"""`python -m arbwatch.testing VENUE FOLDER [EVIDENCE]`: write what a venue's test needs beside its samples.

FOLDER/events.jsonl is written from FOLDER/frames.jsonl. EVIDENCE is the `evidence.json` that the venue's package ships
for `arbwatch venues --evidence`: what FOLDER/SOURCE.md tells is put into it.
"""

import sys
from pathlib import Path

from arbwatch.connector.registry import venues
from arbwatch.testing.evidence import ship
from arbwatch.testing.golden import write
from arbwatch.testing.samples import ConformanceError, Samples


def main(words: list[str]) -> int:
    """Write golden events and evidence of a venue; return the exit code."""
    known = venues()
    if len(words) not in (2, 3) or words[0] not in known:
        sys.stderr.write(f"usage: python -m arbwatch.testing {{{','.join(known)}}} FOLDER [EVIDENCE]\n")
        return 2
    venue, folder = known[words[0]], Path(words[1])
    try:
        count = write(Samples(venue, folder))
        sys.stdout.write(f"{count} lines written to {folder / 'events.jsonl'}; read them before you commit them\n")
        if len(words) == 3:
            count = ship(venue.id, folder / "SOURCE.md", Path(words[2]))
            sys.stdout.write(f"{count} channels of {venue.id} written to {words[2]}\n")
    except (ConformanceError, OSError, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
