"""Frames as nobody should send them."""

import copy
from collections.abc import Iterator
from typing import Any

import msgspec

Path = tuple[Any, ...]
CUTS = 12
WRONG: tuple[Any, ...] = (None, True, "", "abc", "NaN", "Infinity", "-1", -1, 1e308, "1e999", 2**70, [], {}, [[]])
ODD = (
    b"",
    b" ",
    b"null",
    b"true",
    b"1",
    b'""',
    b"[]",
    b"{}",
    b"[[]]",
    b"[null]",
    b"[1, 2]",
    b"pong",
    b"\x00",
    b"\xff\xfe\xfd",
    b"<html><body>502 Bad Gateway</body></html>",
    b"[" * 100_000,
    b'{"data":' * 5_000,
    b'{"a":"\xff"}',
)


def mangled(frame: bytes) -> Iterator[tuple[str, bytes]]:
    """Spoil a frame in many ways: cut, overwritten, each value wrong, each key gone; and frames that are no frames."""
    for odd in ODD:
        yield f"as {odd[:20]!r}", odd
    for cut in range(1, CUTS):
        yield f"cut after {len(frame) * cut // CUTS} bytes", frame[: len(frame) * cut // CUTS]
        yield f"overwritten at {len(frame) * cut // CUTS}", _overwritten(frame, len(frame) * cut // CUTS)
    yield "twice in one", frame + frame
    try:
        value = msgspec.json.decode(frame)
    except (msgspec.MsgspecError, ValueError):
        return
    for path in _paths(value):
        for wrong in WRONG:
            yield f"with {wrong!r} at {_name(path)}", msgspec.json.encode(_with(value, path, wrong))
        if isinstance(path[-1], str):
            yield f"without {_name(path)}", msgspec.json.encode(_without(value, path))


def broken_rows(frame: bytes) -> Iterator[tuple[int, bytes]]:
    """Break one row at a time in every array of objects."""
    try:
        value = msgspec.json.decode(frame)
    except (msgspec.MsgspecError, ValueError):
        return
    for path in ((), *_paths(value, inner=True)):
        rows = _at(value, path)
        if isinstance(rows, list) and len(rows) > 1 and all(isinstance(row, dict) for row in rows):
            for index in range(len(rows)):
                broken = {key: [["broken"]] for key in rows[index]}
                yield index, msgspec.json.encode(_with(value, (*path, index), broken))


def _overwritten(frame: bytes, at: int) -> bytes:
    return frame[:at] + bytes([frame[at] ^ 0x5A]) + frame[at + 1 :]


def _paths(value: Any, path: Path = (), *, inner: bool = False) -> Iterator[Path]:
    """Name every leaf, and with `inner` every container; of long arrays only the first entries."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))[:3]
    if path and (inner or not items):
        yield path
    for key, one in items:
        yield from _paths(one, (*path, key), inner=inner)


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    changed = copy.deepcopy(value)
    _at(changed, path[:-1])[path[-1]] = new
    return changed


def _without(value: Any, path: Path) -> Any:
    changed = copy.deepcopy(value)
    del _at(changed, path[:-1])[path[-1]]
    return changed


def _name(path: Path) -> str:
    return ".".join(str(key) for key in path)
