"""Read everything but whole tops: answers, statistics, books, trades, tops with an empty side."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import UNSET, Raw

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import ns
from arbwatch.connector.wire import Ack, Emission, Kind, Notice, Reject, Topic
from arbwatch.model import Quote
from arbwatch.venues.bitget import rows, wire
from arbwatch.venues.bitget.books import Books, levels
from arbwatch.venues.bitget.rows import Twin

KINDS: dict[str, Kind] = {
    "books1": "quote",
    "ticker": "ticker",
    "books": "book",
    "trade": "trade",
    "publicTrade": "trade",
}
"""What each channel carries."""
PARTS = ("books5", "books15", "books50")
"""Channels of the best few levels, which nobody here asks for."""

_OLD_PRODUCTS = ("SP", "MC")
_OLD = "the interface that ended on 2025-11-28: nothing of it is read"
# "WebSocket error codes", https://www.bitget.com/api-doc/common/websocket-error-code.
_TOO_MANY = ("30006", "30007")


class Reader:
    """Read the frames of one connection; it holds the digits of the books that are streamed on it."""

    def __init__(self, twin: Twin) -> None:
        """Begin a connection."""
        self._twin = twin
        self._books = Books(twin.venue)

    def read(self, frame: bytes | memoryview, received: int) -> list[Emission]:
        """Read one frame of any kind; unknown ones, and those of other products, yield nothing.

        Raises DecodeError where the frame is neither `pong` nor a JSON object, or is of an interface that is gone.
        """
        raw = bytes(frame)
        if raw == b"pong":
            return []
        envelope: wire.Envelope = _decode(_envelope, raw, "frame")
        arg = None if envelope.arg is UNSET else envelope.arg
        if envelope.table or (arg is not None and arg.instType.upper() in _OLD_PRODUCTS):
            raise DecodeError(f"{arg.stream if arg is not None else envelope.table} is of {_OLD}")
        if envelope.event:
            return self._answer(envelope, arg)
        if arg is None or envelope.data is UNSET or not self._owns(arg):
            return []
        return self._push(envelope, arg, envelope.data, received)

    def _owns(self, arg: wire.Arg) -> bool:
        # v3 writes it in small letters.
        return arg.instType.upper() == self._twin.product and bool(arg.listed)

    def _topics(self, arg: wire.Arg | None) -> tuple[Topic, ...]:
        kind = KINDS.get(arg.stream) if arg is not None and self._owns(arg) else None
        return (Topic(kind, arg.listed),) if kind is not None and arg is not None else ()

    def _answer(self, envelope: wire.Envelope, arg: wire.Arg | None) -> list[Emission]:
        topics = self._topics(arg)
        code = str(envelope.code)
        said = f"{envelope.msg or 'refused without a reason'} (code {code or 'unknown'})"
        match envelope.event:
            case "subscribe" | "unsubscribe":
                return [Ack(None, None, topics)] if topics else []
            case "error" if code in _TOO_MANY:
                # The count is a connection's own: a new one starts at nothing.
                return [Notice("renew", said)]
            case "error" if topics or arg is None or not arg.stream:
                return [Ack(None, said, topics)]
        return []

    def _push(self, envelope: wire.Envelope, arg: wire.Arg, data: Raw, received: int) -> list[Emission]:
        reading = self._reading(arg)
        if reading is None:
            return []
        decode, emit = reading
        found: list[Emission] = []
        what = f"{arg.stream} of {arg.listed}"
        for raw in _rows(data, what, newest_first=KINDS.get(arg.stream) == "trade"):
            try:
                found += emit(envelope, arg.listed, decode(raw), received)
            except (*UNREADABLE, DecodeError) as problem:
                found.append(Reject(what=arg.stream, reason=f"{what}: {problem}", raw=excerpt(raw)))
        return found

    def _reading(self, arg: wire.Arg) -> "_Reading | None":
        unified = not arg.channel
        if arg.stream in PARTS:
            return (_unified_depth if unified else _depth), self._part
        match KINDS.get(arg.stream):
            case "quote":
                return (_unified_depth if unified else _depth), self._top
            case "book":
                return (_unified_depth if unified else _depth), self._book
            case "ticker":
                return (_unified_ticker if unified else _ticker), self._statistics
            case "trade":
                return (_unified_print if unified else _print), self._trade
        return None

    def _top(self, envelope: wire.Envelope, symbol: str, row: wire.Depth, received: int) -> list[Emission]:
        if envelope.action != "snapshot":
            raise DecodeError(f"its action is {envelope.action!r}: only whole tops are")
        (bid, bid_size), (ask, ask_size) = (_best(side) for side in (row.bids, row.asks))
        time = ns(envelope.ts or row.ts)
        return [Quote(self._twin.venue, symbol, bid, bid_size, ask, ask_size, time, received)]

    def _book(self, envelope: wire.Envelope, symbol: str, row: wire.Depth, received: int) -> list[Emission]:
        if envelope.action not in {"snapshot", "update"}:
            raise DecodeError(f"its action is {envelope.action!r}, neither snapshot nor update")
        return self._books.follow(symbol, row, received, whole=envelope.action == "snapshot")

    def _part(self, _envelope: wire.Envelope, symbol: str, row: wire.Depth, received: int) -> list[Emission]:
        return [self._books.part(symbol, row, received)]

    def _statistics(self, envelope: wire.Envelope, symbol: str, row: wire.Ticker, received: int) -> Iterable[Emission]:
        return rows.statistics(self._twin, symbol, row, ns(envelope.ts), received)

    def _trade(self, _envelope: wire.Envelope, symbol: str, row: wire.Print, received: int) -> list[Emission]:
        return [rows.trade(self._twin, symbol, row, received)]


_Reading = tuple[Callable[[Any], Any], Callable[[wire.Envelope, str, Any, int], Iterable[Emission]]]


def _best(side: list[wire.Level]) -> tuple[float | None, float | None]:
    # A level without price or size is none, and its side is empty.
    text = next((level for level in side if level.price and level.size), None)
    if text is None:
        return None, None
    ((price, size),) = levels([text])
    return rows.side(price, size)


def _rows(data: Raw, what: str, *, newest_first: bool) -> list[Raw]:
    # Some snapshots of tokenised shares come without the list around their one row.
    found: list[Raw] = [data] if bytes(data).lstrip().startswith(b"{") else _decode(_list, data, what)
    return found[::-1] if newest_first else found


def _decode(decode: Callable[[Any], Any], raw: Any, what: str) -> Any:
    try:
        return decode(raw)
    except UNREADABLE as problem:
        raise DecodeError(f"{what}: {problem}") from None


_envelope = decoder(wire.Envelope)
_list = decoder(list[Raw])
_depth = decoder(wire.Depth)
_unified_depth = decoder(wire.UnifiedDepth)
_ticker = decoder(wire.Ticker)
_unified_ticker = decoder(wire.UnifiedTicker)
_print = decoder(wire.Print)
_unified_print = decoder(wire.UnifiedPrint)
