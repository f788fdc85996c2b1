"""An invented venue with what Binance lacks: a listing in pages, and books whose snapshots come in the stream."""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import msgspec

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder
from arbwatch.connector.units import Amount, Millis, Name
from arbwatch.connector.wire import (
    Ack,
    Channel,
    Clock,
    Emission,
    Fees,
    Heartbeat,
    Kind,
    Limits,
    Listings,
    Poll,
    Reject,
    Request,
    Response,
    Send,
    Subscribe,
    Topic,
)
from arbwatch.model import Book, Instrument, Level, Quote

Levels = tuple[tuple[Amount, Amount], ...]


class Frame(msgspec.Struct):
    ch: str = ""
    s: Name = "?"
    b: Levels = ()
    a: Levels = ()
    full: bool = False
    seq: int = 0
    t: Millis = 0
    ok: str | None = None
    no: str | None = None
    why: str = ""
    ping: int | None = None


class Row(msgspec.Struct):
    symbol: Name
    base: Name
    quote: Name
    tick: Amount


class Page(msgspec.Struct):
    rows: list[Row]
    next: int | None = None


_frame = decoder(Frame)
_page = decoder(Page)
_time = decoder(dict[str, int])


def read(decode: Any, raw: bytes | memoryview) -> Any:
    try:
        return decode(raw)
    except UNREADABLE as problem:
        raise DecodeError(str(problem)) from None


class TinySpot:
    id: ClassVar[str] = "tiny_spot"
    exchange: ClassVar[str] = "tiny"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name: ClassVar[str] = "Tiny"
    rest_url: ClassVar[str] = "https://rest.tiny.example"
    ws_url: ClassVar[str] = "wss://ws.tiny.example"
    ws_hosts: ClassVar[tuple[str, ...]] = ("ws.tiny.example",)
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("top:{symbol}", "/ws"),
        "book": Channel("book:{symbol}", "/ws", on_demand=True),
    }
    limits: ClassVar[Limits] = Limits(100, 10, 5, 10, 60, None, 100, 60)
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping="ping", ping_interval_s=20, pong_timeout_s=10)
    fees: ClassVar[Fees] = Fees(0.001, 0.001)
    docs: ClassVar[str] = "https://tiny.example/docs"

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        self.most = topics_per_frame or self.limits.topics_per_frame
        self.sent = 0
        self.last: dict[str, int] = {}

    def listings(self) -> Listings:
        found: list[Instrument | Reject] = []
        page: int | None = 1
        while page is not None:
            response = yield Request("/list", params=(("page", str(page)),))
            found += self.instruments(response.body)
            page = read(_page, response.body).next
        return found

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        for row in read(_page, body).rows:
            yield Instrument(
                venue=self.id,
                symbol=row.symbol,
                market="spot",
                base=row.base,
                quote_currency=row.quote,
                settle_currency=None,
                asset=row.base,
                multiplier=1,
                contract_size=1.0,
                tick_size=row.tick or None,
                lot_size=None,
                min_notional=None,
                class_="crypto",
                status="trading",
                listed=None,
            )

    def polls(self) -> tuple[Poll, ...]:
        def clock() -> Any:
            response = yield Request("/time")
            return [Clock(read(_time, response.body)["ms"] * 1_000_000)]

        return (Poll("clock", 60, clock),)

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        return self._frames("sub", list(topics))

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        return self._frames("unsub", list(topics))

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        got: Frame = read(_frame, frame)
        if got.ok is not None:
            yield Ack(got.ok, None)
        elif got.no is not None:
            yield Ack(got.no, got.why)
        elif got.ping is not None:
            yield Send(f'{{"pong":{got.ping}}}')
        elif got.ch == "top":
            yield self._quote(got, received)
        elif got.ch == "book":
            before = self.last.get(got.s)
            self.last[got.s] = got.seq
            yield Book(
                venue=self.id,
                symbol=got.s,
                snapshot=got.full,
                seq=got.seq,
                # The venue counts by one, so that the number itself tells what is missing.
                prev=None if got.full or before is None else got.seq - 1,
                bids=_priced(got.b),
                asks=_priced(got.a),
                time=got.t * 1_000_000 or None,
                received=received,
            )

    def book_request(self, symbol: str) -> Request | None:
        return None

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        return ()

    def page(self, instrument: Instrument) -> str:
        return f"https://tiny.example/trade/{instrument.symbol}"

    def _quote(self, got: Frame, received: int) -> Quote:
        bid, bid_size = got.b[0] if got.b and all(got.b[0]) else (None, None)
        ask, ask_size = got.a[0] if got.a and all(got.a[0]) else (None, None)
        return Quote(self.id, got.s, bid, bid_size, ask, ask_size, got.t * 1_000_000 or None, received)

    def _frames(self, verb: str, topics: list[Topic]) -> list[Subscribe]:
        frames = []
        for start in range(0, len(topics), self.most):
            self.sent += 1
            some = tuple(topics[start : start + self.most])
            names = [self.channels[kind].name.replace("{symbol}", symbol or "") for kind, symbol in some]
            body = msgspec.json.encode({verb: names, "id": str(self.sent)}).decode()
            frames.append(Subscribe(body, str(self.sent), some))
        return frames


def _priced(levels: Levels) -> tuple[Level, ...]:
    return tuple(level for level in levels if level[0])
