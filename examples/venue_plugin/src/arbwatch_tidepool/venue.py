"""Tidepool's spot markets. README.md of this package is the exchange's documentation."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, ClassVar, Literal

import msgspec

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import positive
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
from arbwatch.model import Instrument, Quote, Status, Ticker
from arbwatch_tidepool import wire

# "Connect": one path for every feed.
_ROUTE = "/feed"
# "Markets", `state`.
_STATUS: dict[str, Status] = {"open": "trading", "paused": "halted", "closed": "ended"}


class TidepoolSpot:
    """Tidepool spot."""

    id: ClassVar[str] = "tidepool_spot"
    exchange: ClassVar[str] = "tidepool"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name: ClassVar[str] = "Tidepool spot"
    rest_url: ClassVar[str] = "https://api.tidepool.example"
    ws_url: ClassVar[str] = "wss://feed.tidepool.example"
    ws_hosts: ClassVar[tuple[str, ...]] = ("feed.tidepool.example",)
    docs: ClassVar[str] = "https://tidepool.example/docs"
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("top:{symbol}", _ROUTE),
        "ticker": Channel("days", _ROUTE, whole_market=True),
    }
    # "Limits".
    limits: ClassVar[Limits] = Limits(
        streams_per_socket=100,
        topics_per_frame=20,
        frames_per_second=5,
        connects=10,
        connects_window_s=60,
        lifetime_s=None,
        weight=100,
        weight_window_s=60,
    )
    # "Tides": the exchange sends one every 5 s; `ping` may be sent at any time.
    heartbeat: ClassVar[Heartbeat] = Heartbeat('{"do":"ping"}', ping_interval_s=15, pong_timeout_s=5, server_ping_s=5)
    # "Fees".
    fees: ClassVar[Fees] = Fees(maker=0.001, taker=0.002)

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        """Start a connection's state."""
        self._per_frame = topics_per_frame or self.limits.topics_per_frame
        self._frames = 0

    def listings(self) -> Listings:
        """Ask for every market, page by page."""
        found: list[Instrument | Reject] = []
        after: str | None = ""
        while after is not None:
            response = yield Request("/api/markets", params=(("after", after),) if after else ())
            found += self.instruments(response.body)
            after = _read(_page, response.body, "/api/markets").next
        return found

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        """Read one page of markets; leases, which are no spot markets, are left out."""
        for raw in _read(_page, body, "/api/markets").markets:
            try:
                row: wire.Market = _market(raw)
            except UNREADABLE as problem:
                yield Reject("/api/markets", str(problem), excerpt(raw))
                continue
            if row.kind == "spot":
                yield self._instrument(row)

    def polls(self) -> tuple[Poll, ...]:
        """Tell what is asked for over REST: the clock, and a check of the quotes."""
        return Poll("clock", 60, _clock), Poll("quotes", 10, self._quotes)

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into `watch` frames."""
        return self._requests("watch", topics)

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        """Turn topics into `leave` frames."""
        return self._requests("leave", topics)

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        """Read one frame stamped `received` (UTC ns). Raises DecodeError."""
        try:
            return (self._quote(_top_push(frame), received),)
        except UNREADABLE:
            return self._other(_read(_frame, frame, "frame"), frame, received)

    def book_request(self, symbol: str) -> Request | None:
        """Ask for nothing: books are not read here."""
        return None

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        """Read nothing. Raises VenueError: no request is ever yielded by `decode`."""
        raise VenueError(f"{self.id} never made a request with the tag {tag!r}")

    def page(self, instrument: Instrument) -> str:
        """Name the web page where people trade the instrument."""
        return f"https://tidepool.example/trade/{instrument.symbol}"

    def _instrument(self, row: wire.Market) -> Instrument:
        return Instrument(
            venue=self.id,
            symbol=row.market,
            market="spot",
            base=row.base,
            quote_currency=row.quote,
            settle_currency=None,
            asset=row.base if row.per == 1 else None,
            multiplier=row.per,
            contract_size=float(row.per),
            tick_size=positive(row.tick),
            lot_size=positive(row.step),
            min_notional=positive(row.least),
            class_="crypto",
            status=_STATUS.get(row.state, "unknown"),
            listed=row.opened * 1000 if row.opened else None,
        )

    def _other(self, frame: wire.Frame, raw: bytes | memoryview, received: int) -> list[Emission]:
        if frame.tide is not None:
            return [Send(f'{{"tide":{frame.tide}}}')]
        if frame.ref is not None and frame.ok is not None:
            return [Ack(frame.ref, None if frame.ok else frame.why or "refused without a reason")]
        if frame.feed == "top":
            # It was not one that can be read; say why.
            return [self._quote(_read(_top_push, raw, "top"), received)]
        if frame.feed == "days":
            return [*self._days(frame.rows, received)]
        return []

    def _quote(self, top: wire.Top, received: int) -> Quote:
        bid, bid_size = top.bid or (None, None)
        ask, ask_size = top.ask or (None, None)
        return Quote(self.id, top.market, bid, bid_size, ask, ask_size, top.at * 1000, received)

    def _days(self, rows: Iterable[msgspec.Raw], received: int) -> Iterator[Ticker | Reject]:
        for raw in rows:
            try:
                day: wire.Day = _day(raw)
            except UNREADABLE as problem:
                yield Reject("days", str(problem), excerpt(raw))
                continue
            yield Ticker(
                venue=self.id,
                symbol=day.market,
                last=day.last,
                change_24h=day.last / day.open - 1,
                high=day.high,
                low=day.low,
                base_volume=day.base,
                quote_volume=day.quote,
                time=day.at * 1000,
                received=received,
            )

    def _quotes(self) -> Generator[Request, Response, list[Emission | Clock]]:
        response = yield Request("/api/tops", weight=5)
        found: list[Emission | Clock] = []
        for raw in _read(_tops, response.body, "/api/tops").tops:
            try:
                found.append(self._quote(_top(raw), response.received))
            except UNREADABLE as problem:
                found.append(Reject("/api/tops", str(problem), excerpt(raw)))
        return found

    def _requests(self, verb: str, topics: Iterable[Topic]) -> list[Subscribe]:
        wanted = list(topics)
        return [
            self._request(verb, tuple(wanted[start : start + self._per_frame]))
            for start in range(0, len(wanted), self._per_frame)
        ]

    def _request(self, verb: str, topics: tuple[Topic, ...]) -> Subscribe:
        self._frames += 1
        feeds = [self._feed(topic) for topic in topics]
        frame = msgspec.json.encode({"do": verb, "ref": str(self._frames), "feeds": feeds}).decode()
        return Subscribe(frame, str(self._frames), topics)

    def _feed(self, topic: Topic) -> str:
        channel = self.channels.get(topic.kind)
        if channel is None or channel.whole_market == (topic.symbol is not None):
            raise VenueError(f"{self.id} has no feed for {topic.kind!r} of {topic.symbol or 'the whole market'}")
        return channel.name.format(symbol=topic.symbol)


def _clock() -> Generator[Request, Response, list[Emission | Clock]]:
    response = yield Request("/api/clock")
    return [Clock(_read(_time, response.body, "/api/clock").now * 1000)]


def _read(decode: Callable[[Any], Any], raw: bytes | memoryview, what: str) -> Any:
    try:
        return decode(raw)
    except UNREADABLE as problem:
        raise DecodeError(f"{what}: {problem}") from None


_top_push, _top, _day = decoder(wire.TopPush), decoder(wire.Top), decoder(wire.Day)
_frame, _page, _market = decoder(wire.Frame), decoder(wire.Page), decoder(wire.Market)
_tops, _time = decoder(wire.Tops), decoder(wire.Clock)
