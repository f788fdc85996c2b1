"""Read everything but whole tops: answers, statistics, books, trades, tops with an empty side."""

import re
from collections.abc import Iterable, Iterator

from google.protobuf.message import DecodeError as BrokenError

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.wire import Ack, Emission, Kind, Reject, Topic
from arbwatch.model import Book, Level, Quote, Ticker, Trade
from arbwatch.venues.mexc import spot_wire as wire
from arbwatch.venues.mexc.push_pb2 import AggreDeals, AggreDepths, Deal, LimitDepths, MiniTicker, MiniTickers, Push
from arbwatch.venues.mexc.push_pb2 import Level as WireLevel
from arbwatch.venues.mexc.values import millis, side, signed, told, version

# SPOT/websocket-market-streams.
NAMES: dict[Kind, str] = {
    "quote": "spot@public.aggre.bookTicker.v3.api.pb@100ms@{symbol}",
    "ticker": "spot@public.miniTickers.v3.api.pb@24H",
    "book": "spot@public.aggre.depth.v3.api.pb@100ms@{symbol}",
    "trade": "spot@public.aggre.deals.v3.api.pb@100ms@{symbol}",
}
"""How each kind of stream is called. At 10 ms the same top is sent a hundred times a second, changed or not."""
BROKEN = (BrokenError, UnicodeDecodeError)
"""What the protobuf decoder raises over bytes that are no message."""

_BUY, _SELL = 1, 2
_PONG = "PONG"
_DAY = "@24H"
# "spot@a,spot@b" is a yes; a no is said of the streams in brackets, with the same code 0.
_SAID = re.compile(
    r"(?P<no>Not )?Subscribed successful(?:ly)?!\s*\[(?P<names>[^\]]*)\]"
    r"(?:\.?\s*Reason\s*[:：]\s*(?P<why>[^!\[\]]*!?))?",  # noqa: RUF001 # the venue writes the wide colon
    re.IGNORECASE,
)


def read(venue: str, frame: bytes | memoryview, received: int) -> list[Emission]:
    """Read one frame of any kind; unknown ones yield nothing.

    Raises DecodeError where the frame is neither JSON text nor a push, or lacks what its kind must have.
    """
    raw = bytes(frame)
    if raw[:1] == b"{":
        try:
            return _answer(_text(raw))
        except UNREADABLE as problem:
            raise DecodeError(f"answer: {problem}") from None
    try:
        push = Push.FromString(raw)
    except BROKEN as problem:
        raise DecodeError(f"push: {problem}") from None
    try:
        return list(_push(venue, push, received))
    except ValueError as problem:
        raise DecodeError(f"{push.channel}: {problem}") from None


def topics(names: Iterable[str]) -> tuple[Topic, ...]:
    """Name the topics of streams; those that are none of ours are left out."""
    return tuple([topic for name in names if (topic := _topic(name.strip())) is not None])


def _topic(name: str) -> Topic | None:
    for kind, spelt in NAMES.items():
        before, symbol, _ = spelt.partition("{symbol}")
        if name == before and not symbol:
            return Topic(kind)
        if symbol and name.startswith(before) and len(name) > len(before):
            return Topic(kind, name[len(before) :])
    return None


def _answer(answer: wire.Answer) -> list[Emission]:
    if not answer.msg or answer.msg == _PONG:
        return []
    # 0 is what it answers to a request without a number.
    number = str(answer.id) if answer.id else None
    found: list[Emission] = []
    for said in _SAID.finditer(answer.msg):
        refused = (said["why"] or "").strip() or "refused without a reason" if said["no"] else None
        found.append(Ack(number, refused, topics(said["names"].split(","))))
    if found:
        return found
    named = topics(answer.msg.split(","))
    return [Ack(number, None, named)] if named else [Ack(number, answer.msg.strip())]


def _push(venue: str, push: Push, received: int) -> Iterator[Emission]:
    time = millis(push.sendTime or push.createTime)
    match push.WhichOneof("body"):
        case "publicAggreBookTicker":
            yield _quote(venue, push, time, received)
        case "publicMiniTickers" if push.channel.endswith(_DAY):
            yield from _tickers(venue, push.publicMiniTickers, time, received)
        case "publicAggreDepths":
            yield _change(venue, _symbol(push), push.publicAggreDepths, time, received)
        case "publicLimitDepths":
            yield _whole(venue, _symbol(push), push.publicLimitDepths, time, received)
        case "publicAggreDeals":
            yield from _trades(venue, push.channel, _symbol(push), push.publicAggreDeals, received)
        # A push without a body comes where a pair is quiet and tells nothing of what stands there.


def _symbol(push: Push) -> str:
    if not push.symbol:
        raise ValueError("it names no symbol")
    return push.symbol


def _quote(venue: str, push: Push, time: int | None, received: int) -> Quote:
    top = push.publicAggreBookTicker
    bid, ask = side(told(top.bidPrice), told(top.bidQuantity)), side(told(top.askPrice), told(top.askQuantity))
    return Quote(venue, _symbol(push), *bid, *ask, time, received)


def _tickers(venue: str, tickers: MiniTickers, time: int | None, received: int) -> Iterator[Emission]:
    for row in tickers.items:
        try:
            yield _ticker(venue, row, time, received)
        except ValueError as problem:
            yield Reject(
                "miniTickers", f"{row.symbol or 'a row without symbol'}: {problem}", excerpt(row.SerializeToString())
            )


def _ticker(venue: str, row: MiniTicker, time: int | None, received: int) -> Ticker:
    if not row.symbol:
        raise ValueError("it names no symbol")
    last = told(row.price) or None
    return Ticker(
        venue=venue,
        symbol=row.symbol,
        last=last,
        # `rate` counts from midnight in UTC+8.
        change_24h=None if last is None else signed(row.zonedRate),
        high=told(row.high) or None,
        low=told(row.low) or None,
        base_volume=told(row.quantity),
        quote_volume=told(row.volume),
        time=time,
        received=received,
    )


def _change(venue: str, symbol: str, depths: AggreDepths, time: int | None, received: int) -> Book:
    first, last = version(depths.fromVersion), version(depths.toVersion)
    if first > last:
        raise ValueError(f"its versions go from {first} to {last}")
    return Book(
        venue=venue,
        symbol=symbol,
        snapshot=False,
        seq=last,
        prev=first - 1,
        bids=_levels(depths.bids),
        asks=_levels(depths.asks),
        time=time,
        received=received,
    )


def _whole(venue: str, symbol: str, depths: LimitDepths, time: int | None, received: int) -> Book:
    return Book(
        venue=venue,
        symbol=symbol,
        snapshot=True,
        seq=version(depths.version),
        prev=None,
        bids=_levels(depths.bids),
        asks=_levels(depths.asks),
        time=time,
        received=received,
    )


def _levels(levels: Iterable[WireLevel]) -> tuple[Level, ...]:
    found = [(told(level.price), told(level.quantity)) for level in levels]
    # A level without a price is none; one without a size takes the level away.
    return tuple([(price, size or 0.0) for price, size in found if price])


def _trades(venue: str, channel: str, symbol: str, deals: AggreDeals, received: int) -> Iterator[Emission]:
    for deal in deals.deals:
        try:
            yield _trade(venue, symbol, deal, received)
        except ValueError as problem:
            yield Reject(channel, str(problem), excerpt(deal.SerializeToString()))


def _trade(venue: str, symbol: str, deal: Deal, received: int) -> Trade:
    price, size = told(deal.price), told(deal.quantity)
    if not (price and size) or deal.tradeType not in {_BUY, _SELL}:
        raise ValueError(f"{deal.quantity!r} at {deal.price!r} of type {deal.tradeType} is no trade")
    return Trade(
        venue=venue,
        symbol=symbol,
        price=price,
        size=size,
        side="buy" if deal.tradeType == _BUY else "sell",
        id=deal.tradeId,
        time=millis(deal.time),
        received=received,
    )


_text = decoder(wire.Answer)
