"""Read JSON payloads into typed structs."""

from collections.abc import Callable
from typing import Any

import msgspec

UNREADABLE = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)
"""All that a decoder raises over hostile bytes."""
EXCERPT = 500


def decoder(shape: Any) -> Callable[[bytes | memoryview | msgspec.Raw], Any]:
    """Make a decoder of JSON into `shape`; quoted numbers are numbers. It raises what UNREADABLE lists."""
    decode: Callable[[bytes | memoryview | msgspec.Raw], Any] = msgspec.json.Decoder(shape, strict=False).decode
    return decode


def excerpt(raw: bytes | memoryview | msgspec.Raw) -> str:
    """Keep the beginning of a payload, as text that can be shown."""
    return bytes(raw)[:EXCERPT].decode(errors="replace")
