"""Read MEXC's protobuf with Google's library from a schema written down here: shares nothing with who wrote the bytes.

Field numbers: https://github.com/mexcdevelop/websocket-proto.
"""

import json
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

STRING, INT64, INT32, INNER = 9, 3, 5, 11
MINI = (
    "symbol price rate zonedRate high low volume quantity lastCloseRate lastCloseZonedRate lastCloseHigh lastCloseLow"
)
SCHEMA = {
    "Level": "1 price, 2 quantity",
    "Best": "1 bidPrice, 2 bidQuantity, 3 askPrice, 4 askQuantity",
    "PublicAggreBookTicker": (
        "1 bidPrice, 2 bidQuantity, 3 askPrice, 4 askQuantity, 5 version, 6 lastOrderCreateTime int64"
    ),
    "PublicBookTickerBatch": "1 items [Best], 2 version, 3 lastOrderCreateTime int64",
    "PublicLimitDepths": "1 asks [Level], 2 bids [Level], 3 eventType, 4 version, 5 lastOrderCreateTime int64",
    "PublicAggreDepths": (
        "1 asks [Level], 2 bids [Level], 3 eventType, 4 fromVersion, 5 toVersion, 6 lastOrderCreateTime int64"
    ),
    "Mini": ", ".join(f"{number} {name}" for number, name in enumerate(MINI.split(), 1)),
    "PublicMiniTickers": "1 items [Mini]",
    "Deal": "1 price, 2 quantity, 3 tradeType int32, 4 time int64, 5 tradeId",
    "PublicAggreDeals": "1 deals [Deal], 2 eventType",
    "PublicSpotKline": (
        "1 interval, 2 windowStart int64, 3 openingPrice, 4 closingPrice, 5 highestPrice, 6 lowestPrice, 7 volume,"
        " 8 amount, 9 windowEnd int64"
    ),
    "PushDataV3ApiWrapper": (
        "1 channel, 3 symbol, 4 symbolId, 5 createTime int64, 6 sendTime int64,"
        " 303 publicLimitDepths PublicLimitDepths, 308 publicSpotKline PublicSpotKline, 309 publicMiniTicker Mini,"
        " 310 publicMiniTickers PublicMiniTickers,"
        " 311 publicBookTickerBatch PublicBookTickerBatch, 313 publicAggreDepths PublicAggreDepths,"
        " 314 publicAggreDeals PublicAggreDeals, 315 publicAggreBookTicker PublicAggreBookTicker"
    ),
}
"""Number, name and type (text where none is given, a list in brackets) of every field, by message."""


def _built() -> type[Message]:
    file = descriptor_pb2.FileDescriptorProto(name="mexc_as_documented.proto", package="seen", syntax="proto3")
    for name, fields in SCHEMA.items():
        made = file.message_type.add(name=name)
        for text in fields.split(","):
            number, field, *kind = text.split()
            of = kind[0] if kind else ""
            scalar = {"": STRING, "int64": INT64, "int32": INT32}.get(of)
            added = made.field.add(name=field, number=int(number), label=3 if of.startswith("[") else 1)
            added.json_name = field
            added.type = INNER if scalar is None else scalar  # type: ignore[assignment] # the numbers of the format
            if scalar is None:
                added.type_name = f".seen.{of.strip('[]')}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("seen.PushDataV3ApiWrapper"))


WRAPPER = _built()


def fields(frame: bytes) -> dict[str, Any]:
    """Return the known fields that are there, in their order on the wire; DecodeError where it is no message."""
    push = WRAPPER()
    push.ParseFromString(frame)
    return _fields(push)


def _fields(message: Message) -> dict[str, Any]:
    return {field.name: _value(value) for field, value in message.ListFields()}


def _value(value: Any) -> Any:
    if isinstance(value, Message):
        return _fields(value)
    return value if isinstance(value, str | int) else [_value(each) for each in value]


def has_unknown(frame: bytes) -> bool:
    """Tell whether a frame carries fields that the schema does not name."""
    push = WRAPPER()
    push.ParseFromString(frame)
    return len(UnknownFieldSet(push)) > 0


def text(frame: bytes) -> str:
    """Return a frame as JSON, or as words that are none."""
    try:
        return json.dumps(fields(frame))
    except DecodeError as error:
        return f"no message: {error}"
