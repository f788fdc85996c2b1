"""Read everything but the hot channel: answers, announcements, pushes of any kind."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import UNSET

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import ns
from arbwatch.connector.wire import Ack, Emission, Kind, Notice, Reject, Topic
from arbwatch.model import Book, Trade
from arbwatch.venues.okx import rows, wire
from arbwatch.venues.okx.rows import Twin

KINDS: dict[str, Kind] = {
    "bbo-tbt": "quote",
    "tickers": "ticker",
    "funding-rate": "funding",
    "trades": "trade",
    "books": "book",
    "instruments": "notice",
}
"""What each channel carries."""

# "Error Code", "WebSocket", of https://www.okx.com/docs-v5/en/#error-code-websocket.
_TOO_MANY_REQUESTS = "60014"
_TROUBLE_OF_ITS_OWN = ("63999", "64007")
# "Notification", .../#overview-websocket-notification.
_SERVICE_UPGRADE = "64008"
# A refusal names its stream in words only: "Wrong URL or channel:tickers,instId:LTC-USD doesn't exist. ...",
# sometimes with the channel once more before the symbol ("instId:trades.BTC-USDT").
_CULPRIT = re.compile(r"channel:\s*([\w-]+),\s*instId:\s*(?:[\w-]+\.)?([^\s,]+)")
_NOTHING_BEFORE = -1


def read(twin: Twin, frame: bytes | memoryview, received: int) -> list[Emission]:
    """Read one frame of any kind; unknown ones, and those of other products, yield nothing.

    Raises DecodeError where the frame is neither `pong` nor a JSON object.
    """
    raw = bytes(frame)
    if raw == b"pong":
        return []
    envelope: wire.Envelope = _decode(_envelope, raw, "frame")
    if envelope.event:
        return _answer(twin, envelope)
    if envelope.data is UNSET or envelope.arg is UNSET:
        return []
    return _push(twin, envelope, envelope.arg, envelope.data, received)


def _decode(decode: Callable[[Any], Any], raw: Any, what: str) -> Any:
    try:
        return decode(raw)
    except UNREADABLE as problem:
        raise DecodeError(f"{what}: {problem}") from None


def _answer(twin: Twin, envelope: wire.Envelope) -> list[Emission]:
    said = f"{envelope.msg or 'refused without a reason'} (code {envelope.code or 'unknown'})"
    match envelope.event:
        case "subscribe" | "unsubscribe" if envelope.arg is not UNSET:
            topics = _topics(twin, envelope.arg)
            return [Ack(envelope.id, None, topics)] if topics else []
        case "error" if envelope.code == _TOO_MANY_REQUESTS:
            # The count is a connection's own: a new one starts at nothing.
            return [Notice("renew", said)]
        case "error" if envelope.code in _TROUBLE_OF_ITS_OWN:
            # No word on what was asked for; without an answer it is asked for again.
            return [Reject(what="answer", reason=said, raw=envelope.msg)]
        case "error":
            return [Ack(envelope.id, said, _culprit(twin, envelope.msg))]
        case "notice" if envelope.code == _SERVICE_UPGRADE:
            return [Notice("renew", said)]
    return []


def _topics(twin: Twin, arg: wire.Arg) -> tuple[Topic, ...]:
    """Name the topic of a stream; none where it is another product's, or no stream of ours."""
    kind = KINDS.get(arg.channel)
    if kind == "notice":
        return (Topic(kind),) if arg.instType == twin.product else ()
    return (Topic(kind, arg.instId),) if kind is not None and twin.owns(arg.instId) else ()


def _culprit(twin: Twin, words: str) -> tuple[Topic, ...]:
    found = _CULPRIT.search(words)
    return _topics(twin, wire.Arg(channel=found[1], instId=found[2])) if found else ()


def _push(twin: Twin, envelope: wire.Envelope, arg: wire.Arg, data: list[Any], received: int) -> list[Emission]:
    if arg.channel == "instruments":
        return [Notice("relist", "an instrument changed")] if data and arg.instType == twin.product else []
    if (reading := _READINGS.get(arg.channel)) is None or not twin.owns(arg.instId):
        return []
    found: list[Emission] = []
    for raw in data:
        try:
            row = _decode(reading.decode, raw, f"{arg.channel} of {arg.instId}")
        except DecodeError as problem:
            found.append(Reject(what=arg.channel, reason=str(problem), raw=excerpt(raw)))
            continue
        # A top and a book are named by their stream alone.
        symbol = getattr(row, "instId", arg.instId)
        if twin.owns(symbol) and (event := reading.emit(twin, symbol, row, received)) is not None:
            found.append(event)
    return found


def _book(twin: Twin, symbol: str, row: wire.Book, received: int) -> Book | None:
    if row.prevSeqId == _NOTHING_BEFORE:
        return rows.book(twin, symbol, row, received, whole=True, prev=None)
    if row.prevSeqId == row.seqId:
        # Sent about once a minute where nothing happens.
        return None
    return rows.book(twin, symbol, row, received, whole=False, prev=row.prevSeqId)


def _trade(twin: Twin, symbol: str, row: wire.Print, received: int) -> Trade:
    return Trade(
        venue=twin.venue,
        symbol=symbol,
        price=row.px,
        size=row.sz,
        side=row.side,
        id=row.tradeId,
        time=ns(row.ts),
        received=received,
    )


class _Reading(NamedTuple):
    decode: Callable[[Any], Any]
    emit: Callable[[Twin, str, Any, int], Emission | None]


_envelope = decoder(wire.Envelope)

_READINGS = {
    "bbo-tbt": _Reading(decoder(wire.Top), rows.quote),
    "tickers": _Reading(decoder(wire.Ticker), lambda twin, symbol, row, received: rows.ticker(twin, row, received)),
    "funding-rate": _Reading(
        decoder(wire.FundingRate), lambda twin, symbol, row, received: rows.funding(twin, row, received)
    ),
    "trades": _Reading(decoder(wire.Print), _trade),
    "books": _Reading(decoder(wire.Book), _book),
}
