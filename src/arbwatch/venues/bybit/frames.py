"""Read everything but whole tops: acknowledgements, statistics, books, trades, tops with an empty side."""

from collections.abc import Iterator

from msgspec import UNSET, Raw

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import ns
from arbwatch.connector.wire import Ack, Emission, Reject
from arbwatch.model import Book, Funding, Quote, Ticker, Trade
from arbwatch.venues.bybit import wire

TOP = "orderbook.1."
RESTART = 1
"""`u` of a book that the venue began anew, whatever the message calls itself. V5/websocket/public/orderbook."""

_Side = tuple[tuple[wire.Maybe, wire.Maybe], ...]
_NONE: tuple[None, None] = (None, None)


class Reader:
    """Read the frames of one connection; it knows whose statistics began with a snapshot."""

    def __init__(self, venue: str) -> None:
        """Begin a connection."""
        self._venue = venue
        self._begun: set[str] = set()

    def read(self, frame: bytes | memoryview, received: int) -> list[Emission]:
        """Read one frame of any kind; unknown ones yield nothing.

        Raises DecodeError where the frame is no JSON object, or misses what its kind must have.
        """
        try:
            envelope: wire.Envelope = _envelope(frame)
        except UNREADABLE as problem:
            raise DecodeError(f"frame: {problem}") from None
        if envelope.data is UNSET or not envelope.topic:
            return _answer(envelope)
        kind = envelope.topic.partition(".")[0]
        try:
            match kind:
                case "tickers":
                    return list(self._ticker(envelope, _ticker(envelope.data), received))
                case "orderbook" if envelope.topic.startswith(TOP):
                    return [self._top(envelope, _top(envelope.data), received)]
                case "orderbook":
                    return [self._book(envelope, _depth(envelope.data), received)]
                case "publicTrade":
                    return list(self._trades(envelope.topic, _rows(envelope.data), received))
        except UNREADABLE as problem:
            raise DecodeError(f"{envelope.topic}: {problem}") from None
        return []

    def _top(self, envelope: wire.Envelope, row: wire.Top, received: int) -> Quote:
        if envelope.type != "snapshot":
            raise DecodeError(f"{envelope.topic} sent a {envelope.type or 'message without type'}: only whole tops are")
        return quote(self._venue, row.s, row.b[:1], row.a[:1], ns(envelope.ts), received)

    def _book(self, envelope: wire.Envelope, row: wire.Depth, received: int) -> Book:
        if envelope.type not in {"snapshot", "delta"}:
            raise DecodeError(f"{envelope.topic}: its type is {envelope.type!r}, neither snapshot nor delta")
        whole = envelope.type == "snapshot" or row.u == RESTART
        return Book(
            venue=self._venue,
            symbol=row.s,
            snapshot=whole,
            seq=row.u,
            # Every change counts one on. A restart may carry the very time of the change before it.
            prev=RESTART + 1 if row.u == RESTART else None if whole else row.u - 1,
            bids=row.b,
            asks=row.a,
            # A book is never pushed again unchanged, so that the engine's time tells most.
            time=ns(envelope.cts or envelope.ts),
            received=received,
        )

    def _ticker(self, envelope: wire.Envelope, row: wire.Ticker, received: int) -> Iterator[Emission]:
        if envelope.type == "snapshot":
            self._begun.add(row.symbol)
        elif row.symbol not in self._begun:
            # Changes to what is not known yet; the snapshot is on its way.
            return
        yield from statistics(self._venue, row, ns(envelope.ts), received)

    def _trades(self, topic: str, rows: list[Raw], received: int) -> Iterator[Emission]:
        for raw in rows:
            try:
                row: wire.Print = _print(raw)
            except UNREADABLE as problem:
                yield Reject(what=topic, reason=str(problem), raw=excerpt(raw))
                continue
            # A block trade was negotiated beside the book.
            if not row.BT:
                yield Trade(
                    venue=self._venue,
                    symbol=row.s,
                    price=row.p,
                    size=row.v,
                    side="buy" if row.S == "Buy" else "sell",
                    id=row.i,
                    time=ns(row.T),
                    received=received,
                )


def quote(venue: str, symbol: str, bids: _Side, asks: _Side, time: int | None, received: int) -> Quote:
    """Make a quote of the best level of each side, if any; one without price or size is none."""
    bid, bid_size = next((level for level in bids if level[0] and level[1]), _NONE)
    ask, ask_size = next((level for level in asks if level[0] and level[1]), _NONE)
    return Quote(venue, symbol, bid or None, bid_size or None, ask or None, ask_size or None, time, received)


def statistics(venue: str, row: wire.Ticker, time: int | None, received: int) -> Iterator[Ticker | Funding]:
    """Turn what a row holds, all or part, into a Ticker and a Funding; neither where it holds nothing of it."""
    last, change, high, low = row.lastPrice, row.price24hPcnt, row.highPrice24h, row.lowPrice24h
    base, turnover = row.volume24h, row.turnover24h
    if not (last is change is high is low is base is turnover is None):
        yield Ticker(
            venue=venue,
            symbol=row.symbol,
            last=last or None,
            change_24h=None if change == "" or last in {"", 0.0} else change,
            high=high or None,
            low=low or None,
            base_volume=None if base == "" else base,
            quote_volume=None if turnover == "" else turnover,
            time=time,
            received=received,
        )
    rate = None if row.fundingRate == "" else row.fundingRate
    cap, hours = row.fundingCap or None, row.fundingIntervalHour or None
    upcoming, mark, index = ns(row.nextFundingTime or None), row.markPrice or None, row.indexPrice or None
    if not (rate is upcoming is cap is hours is mark is index is None):
        yield Funding(
            venue=venue,
            symbol=row.symbol,
            rate=rate,
            status=None if rate is None else "estimate",
            interval_h=hours,
            interval_source=None if hours is None else "metadata",
            next_time=upcoming,
            # One limit for both signs.
            cap=cap,
            floor=None if cap is None else -cap,
            mark=mark,
            index=index,
            time=time,
            received=received,
        )


def _answer(envelope: wire.Envelope) -> list[Emission]:
    # Spot and linear answer a ping with op "ping", other sockets of the venue with op "pong".
    if envelope.op in {"ping", "pong"} or envelope.success is None:
        return []
    # Linear gives "" back where no id was sent.
    number = envelope.req_id or None
    if not envelope.success:
        return [Ack(id=number, error=envelope.ret_msg or "refused without a reason")]
    return [Ack(id=number, error=None)] if envelope.op in {"subscribe", "unsubscribe"} else []


_envelope = decoder(wire.Envelope)
_top = decoder(wire.Top)
_depth = decoder(wire.Depth)
_ticker = decoder(wire.Ticker)
_rows = decoder(list[Raw])
_print = decoder(wire.Print)
