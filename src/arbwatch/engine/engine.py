"""Run every feed on one loop in a thread of its own, and hand pictures of the market to any thread."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from time import time_ns
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec

from arbwatch.analytics.best import Best
from arbwatch.analytics.plan import Plan
from arbwatch.analytics.scanner import Scanner
from arbwatch.analytics.spreads import Rules, scan
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Kind, Poll
from arbwatch.engine.drain import Drain
from arbwatch.engine.fallback import Fallback
from arbwatch.engine.feed import LIVE, Feed, FeedRules
from arbwatch.engine.hearing import Hear, HeardFeed
from arbwatch.engine.looking import Looking
from arbwatch.engine.overload import Overload
from arbwatch.engine.prove import Prover
from arbwatch.engine.supervise import supervise
from arbwatch.engine.watch import Watch
from arbwatch.market.book import BookState
from arbwatch.market.fees import Fees
from arbwatch.market.health import VenueStatus, clock_verdict
from arbwatch.market.identity import Names
from arbwatch.market.networks import Chains
from arbwatch.market.snapshot import Snapshot
from arbwatch.market.table import Lane, Table
from arbwatch.model import Instrument, Level, Trade
from arbwatch.net.beat import new_loop
from arbwatch.net.options import Connect
from arbwatch.views.picture import Picture, Progress

log = logging.getLogger(__name__)

T = TypeVar("T")

OnScan = Callable[[Snapshot, Plan, Best], None]
"""Takes the best pairs as of a moment, on the engine's thread; all of it is overwritten by the next scan."""

STATUS_S = 0.25
STOP_S = 4.0


class VenueSpec(msgspec.Struct, frozen=True):
    """One venue to run, and how."""

    venue: type[Venue]
    connect: Connect
    rules: FeedRules = FeedRules()


class Levels(NamedTuple):
    """The top of a book: both sides best first, its number and the venue's time of the last change."""

    bids: Sequence[Level]
    asks: Sequence[Level]
    seq: int | None
    time: int | None


class Engine:
    """Everything between the sockets and the screens."""

    def __init__(
        self,
        specs: Sequence[VenueSpec],
        rules: Rules | None = None,
        names: Names | None = None,
        *,
        fees: Fees | None = None,
        chains: Chains | None = None,
        shed: bool = True,
        on_scan: OnScan | None = None,
        hear: Hear | None = None,
    ) -> None:
        self._specs = tuple(specs)
        self._rules = rules or Rules()
        self.table = Table([Lane(s.venue.id, s.venue.exchange, s.venue.market) for s in specs], names=names)
        self.failure: BaseException | None = None
        self.feeds: dict[str, Feed] = {}
        self._looking = Looking(self.feeds)
        self._overload = Overload(self.table, self.feeds, shed=shed)
        self._scanner = Scanner(self._rules)
        self._on_scan = on_scan
        self._hear = hear
        self._fees, self._chains = fees or Fees(), chains or Chains((), {})
        self._statuses: tuple[VenueStatus, ...] = ()
        self._pages = _pages(specs)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._started = threading.Event()
        self._ended = threading.Event()

    def start(self) -> None:
        """Start the thread; returns once the loop runs."""
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        self._started.wait()

    def stop(self) -> None:
        """Stop everything within `STOP_S` seconds and join the thread."""
        if self._loop is None or self._thread is None:
            return
        if not self._ended.is_set() and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_S)

    @property
    def running(self) -> bool:
        """Tell whether the loop still runs; `failure` tells why not."""
        return self._started.is_set() and not self._ended.is_set()

    def read(self) -> Picture:
        """Take a picture of the market; callable from any thread."""
        now = time_ns()
        snapshot = self.table.snapshot(now)
        statuses = self._statuses
        return Picture(
            now=now,
            snapshot=snapshot,
            venues=statuses,
            clock=clock_verdict(statuses),
            spreads=scan(snapshot, self._rules),
            progress=tuple(p for feed in list(self.feeds.values()) if (p := feed.progress()).stage != LIVE),
            pages=self._pages,
            doubts={at: words for feed in list(self.feeds.values()) for at, words in feed.doubts.items()},
            load=self._overload.load,
            rules=self._rules,
            networks={f.venue.exchange: f.networks for f in list(self.feeds.values()) if f.networks is not None},
            chains=self._chains,
            fees=self._fees,
            ladders=self._looking.ladders,
        )

    def look(self, keys: Collection[tuple[str, str]]) -> None:
        """Follow the books of these (venue, symbol) and no longer those named before; callable from any thread."""
        self._looking.wanted = frozenset(keys)

    def watch_book(self, venue: str, symbol: str) -> BookState:
        """Follow one whole book; callable from any thread."""
        return self._call(lambda: self.feeds[venue].watch_book(symbol))

    def watch_trades(self, venue: str, symbol: str) -> None:
        """Keep the newest trades of a symbol; callable from any thread."""
        self._call(lambda: self.feeds[venue].watch_trades(symbol))

    def trades(self, venue: str, symbol: str) -> list[Trade]:
        """Return the trades kept, oldest first; callable from any thread."""
        return self._call(lambda: list(self.feeds[venue].trades.get(symbol, ())))

    def book_levels(self, venue: str, symbol: str, depth: int) -> Levels:
        """Return a followed book's levels, best first; callable from any thread."""

        def read() -> Levels:
            state = self.feeds[venue].depth.book(symbol)
            if state is None:
                return Levels((), (), None, None)
            return Levels(*state.levels(depth), state.seq, state.time)

        return self._call(read)

    def listed(self, venue: str) -> bool:
        """Tell whether a venue's listing was read."""
        return self.feeds[venue].listed.is_set()

    def progress(self, venue: str) -> Progress:
        """Tell how far a venue has come."""
        return self.feeds[venue].progress()

    def instruments(self, venue: str) -> Mapping[str, Instrument]:
        """Return what a venue lists, by symbol."""
        return self.feeds[venue].instruments

    def first_messages(self, venue: str) -> Mapping[Kind, int]:
        """Return when each whole-market stream of a venue first brought anything, UTC ns."""
        return dict(self.feeds[venue].first)

    def forget_book(self, venue: str, symbol: str) -> None:
        """Stop following one whole book; callable from any thread."""
        self._call(lambda: self.feeds[venue].depth.forget(symbol))

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine on the engine's loop; callable from any thread."""
        if self._loop is None or not self.running:
            work.close()
            raise RuntimeError("the engine is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _call(self, work: Callable[[], T]) -> T:
        async def _on_loop() -> T:
            return work()

        return self.submit(_on_loop()).result(timeout=STOP_S)

    def _run(self) -> None:
        loop = new_loop()
        asyncio.set_event_loop(loop)
        self._loop = loop
        try:
            loop.run_until_complete(self._main())
        except BaseException as problem:  # whatever ends the engine is told to whoever started it
            self.failure = problem
            log.exception("the engine ended")
        finally:
            self._started.set()
            self._ended.set()
            loop.close()

    async def _main(self) -> None:
        self._stopping = asyncio.Event()
        self.feeds.update({s.venue.id: self._feed(s) for s in self._specs})
        tasks = [
            asyncio.create_task(supervise(name, work), name=name)
            for name, work in [
                ("drain", Drain(self.table, self._scan if self._on_scan else None).run),
                ("status", self._status),
                ("looking", self._looking.run),
                ("overload", self._overload.run),
            ]
        ]
        for feed in self.feeds.values():
            await feed.pool.start()
            tasks += [asyncio.create_task(supervise(n, w), name=n) for n, w in _work(feed)]
        self._started.set()
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            await until(stopped, tasks)
        finally:
            for end in (stopped, *tasks):
                end.cancel()
            await asyncio.gather(stopped, *tasks, return_exceptions=True)
            await asyncio.gather(*(feed.stop() for feed in self.feeds.values()), return_exceptions=True)

    def _feed(self, spec: VenueSpec) -> Feed:
        given = (spec.venue, spec.connect, self.table, spec.rules)
        return Feed(*given) if self._hear is None else HeardFeed(*given, self._hear)

    def _scan(self, now: int) -> None:
        if self._on_scan is not None:
            view = self.table.view(now)
            best = self._scanner.look(view)
            self._on_scan(view, self._scanner.plan, best)

    async def _status(self) -> None:
        while True:
            now = time_ns()
            for spec in self._specs:
                if (tap := spec.connect.tap) is not None and tap.trouble:
                    self.feeds[spec.venue.id].health.error(tap.trouble, now)
            snapshot = self.table.view(now, counted=True)
            self._statuses = tuple(
                feed.health.status(now, snapshot, sockets=feed.pool.sockets(), http=feed.http, detours=feed.detours())
                for feed in self.feeds.values()
            )
            await asyncio.sleep(STATUS_S)


async def until(stopped: "asyncio.Future[Any]", tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Wait for the end; raises what a task failed with. One that returns had nothing to do."""
    working: set[asyncio.Future[Any]] = {stopped, *tasks}
    while not stopped.done():
        done, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if (problem := task.exception()) is not None:
                raise problem


def _work(feed: Feed) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    name = feed.venue.id
    work: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        (f"{name} listing", feed.keep_listing),
        (f"{name} watch", Watch(feed).run),
        (f"{name} proof", Prover(feed).run),
        (f"{name} fallback", Fallback(feed).run),
    ]
    work.extend((f"{name} {poll.name}", _polling(feed, poll)) for poll in feed.polls() if poll.name != "quotes")
    return work


def _polling(feed: Feed, poll: Poll) -> Callable[[], Awaitable[None]]:
    return lambda: feed.keep_polling(poll)


def _pages(specs: Sequence[VenueSpec]) -> Mapping[str, Callable[[Instrument], str]]:
    return MappingProxyType({spec.venue.id: spec.venue().page for spec in specs})
