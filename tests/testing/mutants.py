"""Venues with one mistake each, made of true ones, and the check that must find it."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import msgspec

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Ack, Clock, Emission, Listings, Poll, Reject, Response
from arbwatch.model import Book, Funding, Instrument, Quote, Ticker, Trade
from arbwatch.venues.binance import BinancePerp, BinanceSpot
from tests.testing.tiny.venue import TinySpot

BINANCE = Path(__file__).parents[1] / "venues" / "binance"
SPOT, PERP = BINANCE / "spot", BINANCE / "perp"
TINY = Path(__file__).parent / "tiny"
Change = Callable[[Any], Any]
replace = msgspec.structs.replace


class Mutant(NamedTuple):
    """A venue, its samples, and the check that must fail."""

    name: str
    venue: type[Venue]
    folder: Path
    check: str


def changed(venue: type[Any], change: Change) -> type[Any]:
    """Change every emission of streams, polls, listings and replies."""

    class Changed(venue):
        def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
            return [change(one) for one in super().decode(frame, received)]

        def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
            return [change(one) for one in super().instruments(body)]

        def reply(self, tag: str, response: Response) -> Iterable[Emission]:
            return [change(one) for one in super().reply(tag, response)]

        def polls(self) -> tuple[Poll, ...]:
            def run(poll: Poll) -> Any:
                found = yield from poll.flow()
                return [change(one) for one in found]

            return tuple(poll._replace(flow=partial(run, poll)) for poll in super().polls())

    return Changed


def spelt(venue: type[Any], old: bytes, new: bytes) -> type[Any]:
    """Read every frame and listing as if it said something else."""

    class Spelt(venue):
        def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
            return super().decode(bytes(frame).replace(old, new), received)

        def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
            return super().instruments(body.replace(old, new))

    return Spelt


def on(kind: type[msgspec.Struct], **changes: Callable[[Any], Any]) -> Change:
    """Change fields of one kind of event."""

    def change(one: Any) -> Any:
        return replace(one, **{name: make(one) for name, make in changes.items()}) if isinstance(one, kind) else one

    return change


def scaled(name: str, factor: float) -> Callable[[Any], Any]:
    def scale(one: Any) -> Any:
        value = getattr(one, name)
        return None if value is None else type(value)(value * factor)

    return scale


def swapped(one: Any) -> Any:
    if isinstance(one, Quote):
        return replace(one, bid=one.ask, bid_size=one.ask_size, ask=one.bid, ask_size=one.bid_size)
    return one


class StaleSide(BinanceSpot):
    """Keeps what stood on a side before it emptied."""

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        super().__init__(topics_per_frame=topics_per_frame)
        self.kept: dict[str, Quote] = {}

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        for one in super().decode(frame, received):
            if isinstance(one, Quote) and (last := self.kept.get(one.symbol)):
                one = replace(  # noqa: PLW2901 the mistake on show
                    one,
                    bid=one.bid or last.bid,
                    bid_size=one.bid_size or last.bid_size,
                    ask=one.ask or last.ask,
                    ask_size=one.ask_size or last.ask_size,
                )
            if isinstance(one, Quote):
                self.kept[one.symbol] = one
            yield one


class MissedGap(BinancePerp):
    """Says that each delta builds on whatever came before."""

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        super().__init__(topics_per_frame=topics_per_frame)
        self.number = 0

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        for one in super().decode(frame, received):
            if isinstance(one, Book):
                yield replace(one, prev=self.number)
                self.number = one.seq or 0
            else:
                yield one


class StreamGap(TinySpot):
    """The same on a venue whose snapshots come in the stream."""

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        for one in super().decode(frame, received):
            yield replace(one, prev=0) if isinstance(one, Book) and not one.snapshot else one


class PageTwoLost(TinySpot):
    """Reads the first page only."""

    def listings(self) -> Listings:
        flow = super().listings()
        response = yield next(flow)
        return list(self.instruments(response.body))


class AckAsData(BinanceSpot):
    """Makes an empty quote of an acknowledgement."""

    def decode(self, frame: bytes | memoryview, received: int) -> Iterator[Emission]:
        for one in super().decode(frame, received):
            if isinstance(one, Ack) and one.error is None:
                yield Quote(self.id, "BTCUSDT", None, None, None, None, None, received)
            else:
                yield one


class TickerAsQuote(BinanceSpot):
    """Takes best bid and ask from 24 h statistics."""

    def decode(self, frame: bytes | memoryview, received: int) -> Iterator[Emission]:
        for one in super().decode(frame, received):
            yield one
            if isinstance(one, Ticker) and one.last:
                yield Quote(self.id, one.symbol, one.last * 0.999, 1.0, one.last * 1.001, 1.0, None, received)


class Silent(BinancePerp):
    """Knows no funding."""

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        return [one for one in super().decode(frame, received) if not isinstance(one, Funding)]


class OneForAll(BinancePerp):
    """Lets one bad row cost its whole array."""

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        found = list(super().decode(frame, received))
        return [] if any(isinstance(one, Reject) for one in found) else found


class Raises(BinanceSpot):
    """Lets another library's exception out."""

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        msgspec.json.decode(frame)
        return super().decode(frame, received)


class Shared(BinanceSpot):
    """Keeps state between instances."""

    frames: ClassVar[list[int]] = []

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        self.frames.append(received)
        for one in super().decode(frame, received):
            yield replace(one, id=str(len(self.frames))) if isinstance(one, Trade) else one


class Greedy(BinanceSpot):
    """Asks for everything in one frame."""

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        super().__init__(topics_per_frame=10_000)


TWELVE = (
    Mutant("ms for s", changed(BinancePerp, on(Quote, time=scaled("time", 1000))), PERP, "units_are_right"),
    Mutant(
        "percent for fraction",
        changed(BinanceSpot, on(Ticker, change_24h=scaled("change_24h", 100))),
        SPOT,
        "units_are_right",
    ),
    Mutant(
        "contracts for coins",
        changed(BinancePerp, on(Instrument, contract_size=lambda _: 1.0)),
        PERP,
        "volumes_agree",
    ),
    Mutant("sides swapped", changed(BinanceSpot, swapped), SPOT, "events_are_well_formed"),
    Mutant("a stale side kept", StaleSide, SPOT, "a_side_that_empties_is_none"),
    Mutant(
        "a delta taken for a snapshot",
        changed(BinancePerp, on(Book, snapshot=lambda _: True)),
        PERP,
        "a_book_begins_with_a_snapshot",
    ),
    Mutant("a missed gap", MissedGap, PERP, "a_lost_delta_shows"),
    Mutant(
        "next-but-one funding time",
        changed(BinancePerp, on(Funding, next_time=lambda f: f.next_time and f.next_time + 8 * 3600 * 10**9)),
        PERP,
        "funding_is_due_next",
    ),
    Mutant(
        "minutes for hours",
        changed(BinancePerp, on(Funding, interval_h=scaled("interval_h", 60))),
        PERP,
        "units_are_right",
    ),
    Mutant("page two lost", PageTwoLost, TINY, "every_page_is_read"),
    Mutant(
        "another product's rows kept",
        spelt(BinancePerp, b'"st":2', b'"st":1'),
        PERP,
        "events_name_listed_symbols",
    ),
    Mutant("an ack taken for data", AckAsData, SPOT, "acks_are_acks"),
)

MORE = (
    Mutant("s for ms", changed(BinancePerp, on(Trade, time=scaled("time", 0.001))), PERP, "units_are_right"),
    Mutant(
        "percent for fraction in funding",
        changed(BinancePerp, on(Funding, rate=lambda f: f.rate and f.rate * 1000)),
        PERP,
        "units_are_right",
    ),
    Mutant(
        "taker and maker swapped",
        changed(BinanceSpot, on(Trade, side=lambda t: "sell" if t.side == "buy" else "buy")),
        SPOT,
        "trades_tell_the_taker",
    ),
    Mutant(
        "dated futures kept",
        spelt(BinancePerp, b"CURRENT_QUARTER", b"PERPETUAL"),
        PERP,
        "other_products_are_left_out",
    ),
    Mutant("a missed gap in a stream", StreamGap, TINY, "a_lost_delta_shows"),
    Mutant("a ping passed over", spelt(TinySpot, b'"ping"', b'"pang"'), TINY, "pings_are_answered"),
    Mutant("a ping answered wrong", spelt(TinySpot, b'"ping":7', b'"ping":8'), TINY, "pings_are_answered"),
    Mutant("data answered", spelt(TinySpot, b'{"ch":"top"', b'{"ping":1,"ch":"top"'), TINY, "pings_are_answered"),
    Mutant(
        "a book's sides swapped",
        changed(BinanceSpot, on(Book, bids=lambda b: b.asks, asks=lambda b: b.bids)),
        SPOT,
        "deltas_join_the_snapshot",
    ),
    Mutant("quotes from statistics", TickerAsQuote, SPOT, "quotes_only_from_quotes"),
    Mutant(
        "zero for unknown",
        changed(BinanceSpot, on(Ticker, last=lambda t: t.last or 0.0)),
        SPOT,
        "events_are_well_formed",
    ),
    Mutant(
        "a tick of zero",
        changed(BinanceSpot, on(Instrument, tick_size=lambda _: 0.0)),
        SPOT,
        "listings_parse",
    ),
    Mutant(
        "two of one symbol",
        changed(BinanceSpot, on(Instrument, symbol=lambda _: "BTCUSDT")),
        SPOT,
        "listings_parse",
    ),
    Mutant(
        "a clock in ms",
        changed(BinanceSpot, on(Clock, time=scaled("time", 1e-6))),
        SPOT,
        "every_request_is_answered",
    ),
    Mutant("a silent channel", Silent, PERP, "every_channel_has_a_sample"),
    Mutant("one bad row costs all", OneForAll, PERP, "a_bad_row_costs_only_itself"),
    Mutant("foreign exceptions", Raises, SPOT, "hostile_frames_cost_only_themselves"),
    Mutant("state between instances", Shared, SPOT, "same_bytes_same_events"),
    Mutant("too many topics a frame", Greedy, SPOT, "subscribe_respects_limits"),
    Mutant(
        "another price",
        changed(BinanceSpot, on(Quote, bid_size=scaled("bid_size", 2.0))),
        SPOT,
        "golden_events_equal",
    ),
)
