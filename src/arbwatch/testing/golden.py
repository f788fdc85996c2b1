"""Golden events: what the samples turn into, written down once and read by a person."""

from pathlib import Path
from typing import Any

import msgspec

from arbwatch.connector.decoding import Decoding
from arbwatch.testing.samples import Samples


def produced(samples: Samples) -> list[dict[str, Any]]:
    """Decode the samples as `arbwatch decode` would: one object per thing found, with the number of its line."""
    venue = samples.venue
    decoded = Decoding({venue.id: venue}, venue).read(line.item for line in samples.lines)
    return [{"line": one.line, **_plain(one.found)} for one in decoded]


def expected(path: Path) -> list[dict[str, Any]]:
    """Read golden events."""
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]


def _plain(found: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found))
    return plain if "type" in plain else {"type": type(found).__name__.lower(), **plain}


def write(samples: Samples) -> int:
    """Write events.jsonl and return how many lines it has."""
    lines = [msgspec.json.encode(one) for one in produced(samples)]
    (samples.folder / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return len(lines)
