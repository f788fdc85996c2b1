"""What a venue sends that its connector passes over: kinds of message and fields, found in frames. Pure."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import excerpt
from arbwatch.connector.venue import Venue

DEPTH = 4
ROWS = 3
"""So many elements of an array are looked into."""
SAMPLE = 160


class Unread(msgspec.Struct):
    """What was found in the frames of one venue."""

    kinds: Counter[str] = msgspec.field(default_factory=Counter)
    """Messages that yield nothing, by their keys."""
    samples: dict[str, str] = {}
    """One of each of them, verbatim."""
    fields: dict[str, set[str]] = {}
    """Fields that no wire struct of the venue reads, by what the message yields."""
    read: Counter[str] = msgspec.field(default_factory=Counter)
    """Messages by what they yield."""


def examine(venue: type[Venue], connections: Iterable[Iterable[tuple[bytes, int]]]) -> Unread:
    """Read the frames of connections, each from its beginning, with the time they were received (UTC ns)."""
    found, known = Unread(), wire_fields(venue)
    for frames in connections:
        source = venue()
        for frame, now in frames:
            try:
                pieces = list(source.decode(frame, now))
            except (DecodeError, VenueError):
                continue
            body = _body(frame)
            if not pieces:
                shape = _shape(body, frame)
                found.kinds[shape] += 1
                found.samples.setdefault(shape, excerpt(frame)[:SAMPLE])
                continue
            kind = type(pieces[0]).__name__.lower()
            found.read[kind] += 1
            if unread := {name for name in _names(body, DEPTH) if name not in known}:
                found.fields.setdefault(kind, set()).update(unread)
    return found


def wire_fields(venue: type[Venue]) -> frozenset[str]:
    """Return the names of all fields that the wire structs of a venue's package declare."""
    package = venue.__module__.rpartition(".")[0] or venue.__module__
    modules = [module for name, module in list(sys.modules.items()) if f"{name}.".startswith(f"{package}.")]
    structs = {each for module in modules for each in vars(module).values() if _is_struct(each)}
    return frozenset(field.encode_name for struct in structs for field in msgspec.structs.fields(struct))


def _is_struct(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, msgspec.Struct)


def _body(frame: bytes) -> Any:
    try:
        return msgspec.json.decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _shape(body: Any, frame: bytes) -> str:
    if isinstance(body, Mapping):
        return "{" + ", ".join(sorted(map(str, body))) + "}"
    return f"[{len(body)} elements]" if isinstance(body, list) else excerpt(frame)[:40]


def _names(body: Any, depth: int) -> Iterator[str]:
    if depth and isinstance(body, Mapping):
        for name, value in body.items():
            yield str(name)
            yield from _names(value, depth - 1)
    elif depth and isinstance(body, list):
        for value in body[:ROWS]:
            yield from _names(value, depth - 1)
