"""The hot path's pieces one by one, in this process: decode, door, drain, snapshot, spreads."""

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter, time_ns
from typing import Any

from arbwatch.analytics.spreads import Rules, scan
from arbwatch.connector.registry import venues
from arbwatch.market.table import Lane, Table
from arbwatch.model import Instrument, Quote
from benchmarks import traffic
from benchmarks.peers.bare import ticker
from benchmarks.report import Line
from benchmarks.suites import Findings, Options

VENUE = "binance_spot"
FRAMES = 40_000
COUNTS = (400, 10_000)
REPEATS = 20


def measure(options: Options) -> Findings:
    """Time each piece; medians of at least `REPEATS` repeats."""
    repeats = REPEATS if options.scale >= 1 else 3
    gc.freeze()
    lines = _decoding(repeats)
    for count in COUNTS:
        lines += _table(count, repeats)
    return Findings(tuple(lines))


def _decoding(repeats: int) -> list[Line]:
    frames = [memoryview(payload) for _, payload in traffic.flow(400, FRAMES)]
    decode = venues()[VENUE]().decode
    plain: Any = ticker
    door: dict[str, Quote] = {}

    def _typed() -> None:
        for frame in frames:
            plain(frame)

    def _decode() -> None:
        for frame in frames:
            decode(frame, 1)

    def _door() -> None:
        for frame in frames:
            for event in decode(frame, 1):
                if type(event) is Quote:
                    door[event.symbol] = event

    reference = _median(_typed, repeats) / FRAMES
    lines = [Line("micro", "msgspec typed decode alone", reference * 1e6, "us/message", "1.00 x typed")]
    for name, work in (("Venue.decode", _decode), ("Venue.decode and door", _door)):
        each = _median(work, repeats) / FRAMES
        lines.append(Line("micro", name, each * 1e6, "us/message", f"{each / reference:.2f} x typed"))
    return lines


def _table(count: int, repeats: int) -> list[Line]:
    venue = venues()[VENUE]
    source = venue()
    table = Table([Lane(venue.id, venue.exchange, venue.market)])
    listed = [i for i in source.instruments(traffic.listing(count)) if isinstance(i, Instrument)]
    table.relist(VENUE, listed, time_ns())
    table.up(VENUE, [i.symbol for i in listed], time_ns())
    door = table.door(VENUE)
    events = [event for _, payload in traffic.closing(count) for event in source.decode(payload, time_ns())]
    quotes = {event.symbol: event for event in events if isinstance(event, Quote)}
    drains = []
    for _ in range(repeats):
        door.update(quotes)
        drains.append(_once(lambda: table.drain(time_ns())))
    shot = table.snapshot(time_ns())
    snapshot = _median(lambda: table.snapshot(time_ns()), repeats)
    scanned = _median(lambda: scan(shot, Rules()), repeats)
    return [
        Line("micro", f"drain, {count:,} dirty rows", median(drains) * 1e6 / count, "us/row"),
        Line("micro", f"snapshot, {count:,} instruments", snapshot * 1e3, "ms"),
        Line("micro", f"spreads of one venue, {count:,} instruments", scanned * 1e3, "ms"),
    ]


def _once(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _median(work: Callable[[], object], repeats: int) -> float:
    return median(_once(work) for _ in range(repeats))
