"""Read everything but whole tops: answers, pushes of any kind."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, Raw

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import ns, positive
from arbwatch.connector.wire import Emission, Kind, Notice, Reject
from arbwatch.model import Funding, Trade
from arbwatch.venues.mexc import perp_rows as rows
from arbwatch.venues.mexc import perp_wire as wire
from arbwatch.venues.mexc.values import several

METHODS: dict[Kind, str] = {
    "quote": "depth.full",
    "ticker": "tickers",
    "notice": "contract",
    "book": "depth",
    "trade": "deal",
}
"""What follows `sub.`, `unsub.`, `rs.sub.` and `push.`. FUTURES/websocket-api."""
YES = "success"
CLOSING = "close the channel"
"""In the words that come before a socket is cut: "more than 60 seconds no response, close the channel"."""
_BUY = 1


class Said(NamedTuple):
    """An answer to a subscription: to which kind of stream, and in which words it says no."""

    kind: Kind | None
    error: str | None


def parse(frame: bytes | memoryview) -> wire.Envelope:
    """Read a frame's envelope. Raises DecodeError where it is no JSON object."""
    try:
        envelope: wire.Envelope = _envelope(frame)
    except UNREADABLE as problem:
        raise DecodeError(f"frame: {problem}") from None
    return envelope


def answer(envelope: wire.Envelope) -> Said | Notice | None:
    """Read an answer; None where the frame is none that matters: a pong, the end of a subscription."""
    verb, _, rest = envelope.channel.removeprefix("rs.").partition(".")
    words = _words(envelope)
    if verb == "error":
        return Notice("renew", words) if CLOSING in words else Said(None, words)
    if verb != "sub" or (kind := _KINDS.get(rest)) is None:
        return None
    return Said(kind, None if words == YES else words)


def push(venue: str, envelope: wire.Envelope, received: int) -> list[Emission]:
    """Read a push; unknown ones, and those of other products, yield nothing. Raises DecodeError."""
    if (reading := _READINGS.get(envelope.channel)) is None or envelope.data is UNSET:
        return []
    try:
        return list(reading(venue, envelope, envelope.data, received))
    except UNREADABLE as problem:
        raise DecodeError(f"{envelope.channel} of {envelope.symbol or 'all'}: {problem}") from None


def _words(envelope: wire.Envelope) -> str:
    try:
        return str(_text(envelope.data)) if envelope.data is not UNSET else "refused without a reason"
    except UNREADABLE:
        return excerpt(envelope.data) if envelope.data is not UNSET else ""


def _quote(venue: str, envelope: wire.Envelope, data: Raw, received: int) -> Iterator[Emission]:
    if rows.owns(envelope.symbol):
        yield rows.quote(venue, envelope.symbol, _top(data), envelope.ts, received)


def _book(venue: str, envelope: wire.Envelope, data: Raw, received: int) -> Iterator[Emission]:
    if rows.owns(envelope.symbol):
        yield rows.book(venue, envelope.symbol, _depth(data), envelope.ts, received, whole=False)


def _tickers(venue: str, envelope: wire.Envelope, data: Raw, received: int) -> Iterator[Emission]:
    for raw in several(data):
        try:
            row: wire.Ticker = _ticker(raw)
        except UNREADABLE as problem:
            yield Reject(what=envelope.channel, reason=str(problem), raw=excerpt(raw))
            continue
        if rows.owns(row.symbol):
            yield from rows.statistics(venue, row, envelope.ts, received)


def _trades(venue: str, envelope: wire.Envelope, data: Raw, received: int) -> Iterator[Emission]:
    if not rows.owns(envelope.symbol):
        return
    for raw in several(data):
        try:
            row: wire.Deal = _deal(raw)
        except UNREADABLE as problem:
            yield Reject(what=envelope.channel, reason=str(problem), raw=excerpt(raw))
            continue
        taker: Literal["buy", "sell"] = "buy" if row.T == _BUY else "sell"
        yield Trade(venue, envelope.symbol, row.p, row.v, taker, str(row.i), ns(row.t), received)


def _rate(venue: str, envelope: wire.Envelope, data: Raw, received: int) -> Iterator[Emission]:
    row: wire.Rate = _funding(data)
    if rows.owns(row.symbol):
        yield rows.rate(venue, row, envelope.ts, received)


def _mark(venue: str, envelope: wire.Envelope, data: Raw, received: int) -> Iterator[Emission]:
    row: wire.Mark = _price(data)
    if rows.owns(row.symbol):
        price, index = positive(row.price), "index" in envelope.channel
        yield Funding(
            venue=venue,
            symbol=row.symbol,
            mark=None if index else price,
            index=price if index else None,
            time=ns(envelope.ts),
            received=received,
        )


def _contract(venue: str, envelope: wire.Envelope, data: Raw, received: int) -> Iterator[Emission]:
    yield Notice("relist", "a contract changed")


_KINDS: dict[str, Kind] = {method: kind for kind, method in METHODS.items()}
# Rates, marks and indexes are read, but come with the lists; no stream of them is asked for.
_READINGS: dict[str, Callable[[str, wire.Envelope, Raw, int], Iterator[Emission]]] = {
    "push.depth.full": _quote,
    "push.depth": _book,
    "push.tickers": _tickers,
    "push.ticker": _tickers,
    "push.deal": _trades,
    "push.funding.rate": _rate,
    "push.fair.price": _mark,
    "push.index.price": _mark,
    "push.contract": _contract,
}
_envelope = decoder(wire.Envelope)
_text: Callable[[Any], Any] = decoder(str)
_top = decoder(wire.Top)
_depth = decoder(wire.Depth)
_ticker = decoder(wire.Ticker)
_deal = decoder(wire.Deal)
_funding = decoder(wire.Rate)
_price = decoder(wire.Mark)
