"""Write protobuf by hand: varints and length-delimited fields, in the order in which a message names them.

Field numbers of MEXC's public pushes are those of https://github.com/mexcdevelop/websocket-proto (2026-06). A message
is a dict by field name; the value decides the wire type, so that a field of a wrong type is one on the wire as well.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

from arbwatch.simulator.protocol import Row

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
UNKNOWN = 15
"""Number of fields whose name no message knows."""

_LEVEL = {"price": 1, "quantity": 2}
_TOP = {"bidPrice": 1, "bidQuantity": 2, "askPrice": 3, "askQuantity": 4}
_MINI = (
    "symbol", "price", "rate", "zonedRate", "high", "low", "volume", "quantity", "lastCloseRate", "lastCloseZonedRate",
    "lastCloseHigh", "lastCloseLow",
)  # fmt: skip
FIELDS: dict[str, dict[str, int]] = {
    "": {
        "channel": 1,
        "symbol": 3,
        "symbolId": 4,
        "createTime": 5,
        "sendTime": 6,
        "publicLimitDepths": 303,
        "publicSpotKline": 308,
        "publicMiniTicker": 309,
        "publicMiniTickers": 310,
        "publicBookTickerBatch": 311,
        "publicAggreDepths": 313,
        "publicAggreDeals": 314,
        "publicAggreBookTicker": 315,
    },
    "publicLimitDepths": {"asks": 1, "bids": 2, "eventType": 3, "version": 4, "lastOrderCreateTime": 5},
    "publicSpotKline": dict(
        zip(
            (
                "interval",
                "windowStart",
                "openingPrice",
                "closingPrice",
                "highestPrice",
                "lowestPrice",
                "volume",
                "amount",
                "windowEnd",
            ),
            count(1),
            strict=False,
        )
    ),
    "publicMiniTicker": dict(zip(_MINI, count(1), strict=False)),
    "publicMiniTickers": {"items": 1},
    "publicMiniTickers.items": dict(zip(_MINI, count(1), strict=False)),
    "publicBookTickerBatch": {"items": 1, "version": 2, "lastOrderCreateTime": 3},
    "publicBookTickerBatch.items": _TOP,
    "publicAggreDepths": {
        "asks": 1,
        "bids": 2,
        "eventType": 3,
        "fromVersion": 4,
        "toVersion": 5,
        "lastOrderCreateTime": 6,
    },
    "publicAggreDeals": {"deals": 1, "eventType": 2},
    "publicAggreDeals.deals": {"price": 1, "quantity": 2, "tradeType": 3, "time": 4, "tradeId": 5},
    "publicAggreBookTicker": _TOP | {"version": 5, "lastOrderCreateTime": 6},
} | {f"{body}.{side}": _LEVEL for body in ("publicLimitDepths", "publicAggreDepths") for side in ("asks", "bids")}
"""Number by field name, by path of the message; the outermost is the empty path."""


def varint(value: int) -> bytes:
    """Write an integer in groups of seven bits, the lowest first; a negative one as its 64-bit complement."""
    value &= 2**64 - 1
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def tag(number: int, kind: int) -> bytes:
    """Write what stands before a value."""
    return varint(number << 3 | kind)


def delimited(number: int, content: bytes) -> bytes:
    """Write a field of text or of an inner message."""
    return tag(number, LENGTH) + varint(len(content)) + content


def message(fields: Row, path: str = "") -> bytes:
    """Write a message; empty texts, zeros and empty lists are left out, as proto3 has it."""
    return b"".join(_field(name, value, path) for name, value in fields.items())


def _field(name: str, value: Any, path: str) -> bytes:
    number = FIELDS.get(path, {}).get(name, UNKNOWN)
    inner = f"{path}.{name}".lstrip(".")
    return b"".join(_written(number, each, inner) for each in _each(value))


def _each(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value not in ("", 0):
        yield value


def _written(number: int, value: Any, path: str) -> bytes:
    if isinstance(value, dict):
        return delimited(number, message(value, path))
    if isinstance(value, int):
        return tag(number, VARINT) + varint(value)
    return delimited(number, str(value).encode())


def strange() -> bytes:
    """Write fields that no schema names yet, one of each wire type: readers have to pass over them."""
    return b"".join(
        (
            tag(1001, VARINT) + varint(2**63 + 7),
            tag(1002, FIXED64) + b"\0" * 7 + b"\1",
            delimited(1003, b"\x08\x96\x01"),
            tag(1004, FIXED32) + b"\1\0\0\0",
        )
    )
