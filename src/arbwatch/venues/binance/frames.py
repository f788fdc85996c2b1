"""Read everything but the hot channel: envelopes, acknowledgements, arrays, deltas, trades, notices."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import UNSET, Raw

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import fraction, ns, positive
from arbwatch.connector.wire import Ack, Emission, Notice, Reject
from arbwatch.model import Book, Funding, Quote, Ticker, Trade
from arbwatch.venues.binance import wire

_Decode = Callable[[bytes], Any]

# `<symbol>@depth20@100ms` repeats the top levels whole; `@depth` and `@depth@100ms` are changes.
_TOP_LEVELS = re.compile(r"@depth\d")


def quote(venue: str, row: wire.Top, received: int) -> Quote:
    """Turn a top into a quote; a side without price or size is empty."""
    bid, ask = bool(row.b and row.B), bool(row.a and row.A)
    return Quote(
        venue=venue,
        symbol=row.s,
        bid=row.b if bid else None,
        bid_size=row.B if bid else None,
        ask=row.a if ask else None,
        ask_size=row.A if ask else None,
        time=ns(row.T),
        received=received,
    )


def read(venue: str, frame: bytes | memoryview, received: int) -> list[Emission]:
    """Read one frame of any kind; unknown ones yield nothing.

    Raises DecodeError where the frame is no JSON object or array, or misses what its kind must have.
    """
    raw = bytes(frame)
    if raw.lstrip()[:1] == b"[":
        return _payload(venue, "", raw, received)
    envelope: wire.Envelope = _decode(_envelope, raw, "frame")
    if envelope.data is not UNSET:
        return _payload(venue, envelope.stream, bytes(envelope.data), received)
    if envelope.error is not UNSET:
        return [_refusal(envelope.id, envelope.error.msg, envelope.error.code)]
    if envelope.code is not UNSET:
        return [_refusal(envelope.id, envelope.msg, envelope.code)]
    if envelope.result is not UNSET:
        return [Ack(id=_id(envelope.id), error=None)]
    return _payload(venue, envelope.stream, raw, received)


def book(venue: str, symbol: str, body: bytes, received: int) -> Book:
    """Read a whole book. Raises DecodeError."""
    row: wire.Snapshot = _decode(_snapshot, body, f"book of {symbol}")
    return Book(
        venue=venue,
        symbol=symbol,
        snapshot=True,
        seq=row.lastUpdateId,
        prev=None,
        bids=row.bids,
        asks=row.asks,
        time=ns(row.T),
        received=received,
    )


def _refusal(number: int | str | None, words: str, code: int) -> Ack:
    return Ack(id=_id(number), error=f"{words or 'refused without a reason'} (code {code})")


def _id(number: int | str | None) -> str | None:
    return None if number is None else str(number)


def _decode(decode: _Decode, raw: bytes, what: str) -> Any:
    try:
        return decode(raw)
    except UNREADABLE as problem:
        raise DecodeError(f"{what}: {problem}") from None


def _payload(venue: str, stream: str, raw: bytes, received: int) -> list[Emission]:
    if raw.lstrip()[:1] == b"[":
        return _rows(venue, stream, raw, received)
    found = _row(venue, stream, raw, received)
    return [] if found is None else [found]


def _rows(venue: str, stream: str, raw: bytes, received: int) -> list[Emission]:
    rows: list[Raw] = _decode(_raws, raw, f"array of {stream or 'a bare frame'}")
    found: list[Emission] = []
    for row in rows:
        try:
            event = _row(venue, stream, bytes(row), received)
        except DecodeError as problem:
            found.append(Reject(what=stream, reason=str(problem), raw=excerpt(row)))
        else:
            if event is not None:
                found.append(event)
    return found


def _row(venue: str, stream: str, raw: bytes, received: int) -> Emission | None:
    head: wire.Head = _decode(_head, raw, f"payload of {stream or 'a bare frame'}")
    if head.st == wire.COIN_M:
        return None
    kind = head.e
    if not kind and (head.A is not UNSET or stream.endswith("@bookTicker")):
        # Spot's carries no `e`.
        kind = "bookTicker"
    elif not kind and head.lastUpdateId is not UNSET and stream:
        # Spot's top levels carry no symbol; the stream's name has it in lower case.
        return book(venue, stream.partition("@")[0].upper(), raw, received)
    if (reading := _READINGS.get(kind)) is None:
        return None
    row = _decode(reading.decode, raw, f"{kind} of {stream or 'a bare frame'}")
    return reading.emit(venue, stream, row, received)


def _top(venue: str, stream: str, row: wire.Top, received: int) -> Quote:
    return quote(venue, row, received)


def _mini(venue: str, stream: str, row: wire.MiniTicker, received: int) -> Ticker:
    change = row.c / row.o - 1 if row.c and row.o else None
    return _ticker(venue, row, change, received)


def _day(venue: str, stream: str, row: wire.DayTicker, received: int) -> Ticker:
    return _ticker(venue, row, fraction(row.P) if row.c else None, received)


def _ticker(venue: str, row: wire.MiniTicker | wire.DayTicker, change: float | None, received: int) -> Ticker:
    return Ticker(
        venue=venue,
        symbol=row.s,
        last=positive(row.c),
        change_24h=change,
        high=positive(row.h),
        low=positive(row.l),
        base_volume=row.v,
        quote_volume=row.q,
        time=ns(row.E),
        received=received,
    )


def _mark(venue: str, stream: str, row: wire.MarkPrice, received: int) -> Funding:
    rate = None if row.r == "" else row.r
    return Funding(
        venue=venue,
        symbol=row.s,
        rate=rate,
        status=None if rate is None else "estimate",
        next_time=ns(row.T),
        mark=positive(row.p),
        index=row.i or None,
        time=ns(row.E),
        received=received,
    )


def _depth(venue: str, stream: str, row: wire.Depth, received: int) -> Book:
    whole = bool(_TOP_LEVELS.search(stream))
    return Book(
        venue=venue,
        symbol=row.s,
        snapshot=whole,
        seq=row.u,
        # Spot numbers every change, so that a message builds on the one before its first (U);
        # USD-M numbers are shared by all symbols, and the message names the one it builds on (pu).
        prev=None if whole else row.U - 1 if row.pu is None else row.pu,
        bids=row.b,
        asks=row.a,
        time=ns(row.T or row.E),
        received=received,
    )


def _trade(venue: str, stream: str, row: wire.Print, received: int) -> Trade | None:
    # USD-M prints liquidations taken over by the insurance fund with zeros: nobody traded there.
    if not (row.p and row.q):
        return None
    return Trade(
        venue=venue,
        symbol=row.s,
        price=row.p,
        size=row.q,
        side="sell" if row.m else "buy",
        id=str(row.t),
        time=ns(row.T),
        received=received,
    )


def _relist(venue: str, stream: str, row: wire.ContractInfo, received: int) -> Notice:
    return Notice("relist", f"{row.s} is now {row.cs or 'changed'}")


def _renew(venue: str, stream: str, row: wire.ServerShutdown, received: int) -> Notice:
    return Notice("renew", "the venue announced that this server will shut down")


class _Reading(NamedTuple):
    decode: _Decode
    emit: Callable[[str, str, Any, int], Emission | None]


_envelope = decoder(wire.Envelope)
_head = decoder(wire.Head)
_raws = decoder(list[Raw])
_snapshot = decoder(wire.Snapshot)

_READINGS = {
    "bookTicker": _Reading(decoder(wire.Top), _top),
    "24hrMiniTicker": _Reading(decoder(wire.MiniTicker), _mini),
    "24hrTicker": _Reading(decoder(wire.DayTicker), _day),
    "markPriceUpdate": _Reading(decoder(wire.MarkPrice), _mark),
    "depthUpdate": _Reading(decoder(wire.Depth), _depth),
    "trade": _Reading(decoder(wire.Print), _trade),
    "contractInfo": _Reading(decoder(wire.ContractInfo), _relist),
    "serverShutdown": _Reading(decoder(wire.ServerShutdown), _renew),
}
