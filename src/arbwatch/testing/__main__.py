"""`python -m arbwatch.testing VENUE FOLDER` writes FOLDER/events.jsonl from FOLDER/frames.jsonl."""

import sys
from pathlib import Path

from arbwatch.connector.registry import venues
from arbwatch.testing.golden import write
from arbwatch.testing.samples import Samples


def main(words: list[str]) -> int:
    """Write golden events for a venue's samples; return the exit code."""
    known = venues()
    if len(words) != 2 or words[0] not in known:
        sys.stderr.write(f"usage: python -m arbwatch.testing {{{','.join(known)}}} FOLDER\n")
        return 2
    folder = Path(words[1])
    count = write(Samples(known[words[0]], folder))
    sys.stdout.write(f"{count} lines written to {folder / 'events.jsonl'}; read them before you commit them\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
