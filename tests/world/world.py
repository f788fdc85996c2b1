"""Start the simulated venues and the engine, wait for conditions, compare the board with the truth."""

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from math import isnan
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

from msgspec.structs import replace

from arbwatch.app import SimulatorProcess, chosen, rules, spec
from arbwatch.config.names import shipped_names
from arbwatch.config.settings import Settings, Simulator, VenueSettings
from arbwatch.engine.engine import Engine
from arbwatch.market.codes import RowState, Source
from arbwatch.market.health import VenueStatus
from arbwatch.market.table import Snapshot
from arbwatch.net.http import RefusedError
from arbwatch.views.picture import Picture

STEP_S = 0.01
EASE_S = 0.25
STILL_S = 0.7
"""A market may stand still for so long before its streams are taken for dead."""
QUOTE_FIELDS = ("bid", "bid_size", "ask", "ask_size")


class World:
    """Simulated venues and an engine that watches them; a context manager."""

    def __init__(
        self,
        *,
        venues: tuple[str, ...] = ("binance_spot", "binance_perp"),
        rate: float = 600.0,
        instruments: int = 80,
        seed: int = 1,
        settings: Mapping[str, VenueSettings] | None = None,
        arguments: tuple[str, ...] = (),
        connect: Mapping[str, Any] | None = None,
        shed: bool = True,
    ) -> None:
        self.settings = Settings(
            venues=dict(settings or {}), simulator=Simulator(rate=rate, instruments=instruments, seed=seed)
        )
        self.venues = venues
        self._process = SimulatorProcess(venues, self.settings, arguments)
        self._connect = dict(connect or {})
        self._shed = shed
        self.hosts: Mapping[str, Mapping[str, str]] = {}
        self.engine: Engine

    def __enter__(self) -> Self:
        self.hosts = self._process.start()
        try:
            specs = [spec(self.settings, v, self.hosts[n]) for n, v in chosen(self.settings, self.venues).items()]
            specs = [replace(each, connect=replace(each.connect, **self._connect)) for each in specs]
            self.engine = Engine(specs, rules(self.settings), shipped_names(), shed=self._shed)
            self.engine.start()
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.stop()
        self._process.stop()

    def get(self, venue: str, path: str) -> Any:
        """Ask a simulated venue."""
        with urlopen(self.hosts[venue]["rest_url"] + path, timeout=10) as answer:
            return json.load(answer)

    def post(self, venue: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Tell a simulated venue something."""
        data = json.dumps(body or {}).encode()
        request = Request(self.hosts[venue]["rest_url"] + path, data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def fault(self, venue: str, name: str, **arguments: Any) -> Any:
        """Make a fault happen."""
        return self.post(venue, "/control/fault", {"fault": name, **arguments})

    def clear(self, venue: str) -> None:
        """End every standing fault of a venue."""
        self.post(venue, "/control/clear")

    def ask(self, venue: str, poll: str) -> bool:
        """Make one poll now and wait for it; a refusal is the venue's matter."""
        with contextlib.suppress(RefusedError):
            self.ask_later(venue, poll).result(30)
        return True

    def ask_later(self, venue: str, poll: str) -> "Future[list[str]]":
        """Make one poll now."""
        feed = self.engine.feeds[venue]
        wanted = next(each for each in feed.polls() if each.name == poll)
        return self.engine.submit(feed.ask(wanted))

    def unsettled(self, venues: Iterable[str]) -> set[str]:
        """Return which venues have a stream that stays silent where REST contradicts it, or that is down or frozen."""
        asked = time.time_ns()
        answers = {venue: self.ask_later(venue, "quotes") for venue in venues if self.lists_quotes(venue)}
        differing = {venue: answer.result(30) for venue, answer in answers.items()}
        if any(differing.values()):
            time.sleep(EASE_S)
        silent = self.engine.table.silent_since
        return {
            venue
            for venue in venues
            if any(silent(venue, symbol, asked) for symbol in differing.get(venue, ()))
            or {RowState.DOWN, RowState.FROZEN} & set(self.states(venue).values())
        }

    def lists_quotes(self, venue: str) -> bool:
        """Tell whether a venue's quotes can be asked for by REST."""
        return any(poll.name == "quotes" for poll in self.engine.feeds[venue].polls())

    def at_ease(self, limit_s: float = 30.0) -> None:
        """Wait until every venue is settled; REST is not asked faster than the strictest venue bears."""
        left = set(self.venues)
        ends, waits = time.monotonic() + limit_s, processor_waits()
        while left := self.unsettled(left):
            calm = time.monotonic() < ends + lost_s(waits)
            assert calm, f"not at ease within {limit_s:g} s: {', '.join(sorted(left))}"
            time.sleep(EASE_S)

    def relist(self, venue: str) -> bool:
        """Read a venue's listing now."""
        self.engine.submit(self.engine.feeds[venue].read_listing()).result(30)
        return True

    def read(self) -> Picture:
        """Take a picture."""
        return self.engine.read()

    def status(self, venue: str) -> VenueStatus:
        """Return the health of a venue."""
        return next(status for status in self.read().venues if status.venue == venue)

    def until(self, condition: Callable[[], Any], limit_s: float = 15.0, what: str = "") -> float:
        """Wait for a condition; return the seconds it took, or fail naming `what`.

        The limit is one for a machine of our own: time in which other programs had the processors does not count.
        """
        started, waits = time.monotonic(), processor_waits()
        while not condition():
            took = time.monotonic() - started
            if took > limit_s and took - lost_s(waits) > limit_s:
                raise AssertionError(f"not within {limit_s:g} s: {what or condition}")
            time.sleep(STEP_S)
        return time.monotonic() - started

    def ready(self, limit_s: float = 20.0) -> float:
        """Wait until every venue has started and every quote that truth knows is on the board."""

        def started() -> bool:
            picture = self.read()
            return bool(picture.venues) and not picture.progress and all(s.live for s in picture.venues)

        return self.until(started, limit_s, "every venue started")

    def state(self, venue: str, symbol: str) -> RowState:
        """Return the state of one row."""
        snapshot = self.read().snapshot
        lane, column = where(snapshot, venue, symbol)
        return RowState(int(snapshot.state[lane, column]))

    def states(self, venue: str) -> dict[str, RowState]:
        """Return the state of every row of a venue."""
        snapshot = self.read().snapshot
        lane = lane_of(snapshot, venue)
        return {
            instrument.symbol: RowState(int(snapshot.state[lane, column]))
            for column, instrument in enumerate(snapshot.instruments[lane])
            if instrument is not None
        }

    def differences(self, venue: str) -> list[str]:
        """Pause the market and compare every row with the truth; it stays paused.

        A frame that a fault destroyed is made up for by the next one, so the market gets a second to go on, twice.
        """
        for _ in range(2):
            if not self._differences(venue):
                return []
            self.resume(venue)
            time.sleep(1.0)
        return self._differences(venue)

    def _differences(self, venue: str) -> list[str]:
        self.post(venue, "/control/pause")
        truth = self.get(venue, "/truth")
        found: list[str] = []

        def same() -> bool:
            found[:] = compare(self.read().snapshot, venue, truth)
            return not found

        try:
            self.until(same, 3.0)
        except AssertionError:
            return found
        return []

    def all_differences(self) -> list[str]:
        """Compare every venue with the truth at one moment, and let the market go on.

        Rows that no stream has brought since they were subscribed are asked for first, as the watchdog does.
        """
        found: list[str] = []
        for _ in range(8):
            self.post(self.venues[0], "/control/pause")
            try:
                for asked in [self.ask_later(venue, "quotes") for venue in self.venues if self.lists_quotes(venue)]:
                    with contextlib.suppress(RefusedError):
                        asked.result(30)
                truths = {venue: self.get(venue, "/truth") for venue in self.venues}
                found = self._apart(truths)
            finally:
                self.resume(self.venues[0])
            if not found:
                break
            time.sleep(1.0)
        return found

    def _apart(self, truths: Mapping[str, Any]) -> list[str]:
        found: list[str] = []

        def same() -> bool:
            snapshot = self.read().snapshot
            found[:] = [
                f"{venue} {words}" for venue, truth in truths.items() for words in compare(snapshot, venue, truth)
            ]
            return not found

        with contextlib.suppress(AssertionError):
            self.until(same, STILL_S)
        return found

    def resume(self, venue: str) -> None:
        """Let the market go on."""
        self.post(venue, "/control/resume")


def processor_waits() -> dict[str, int]:
    """Return for how long each thread of ours, the venues included, was kept from running, ns; empty if untold."""
    found: dict[str, int] = {}
    for task in Path("/proc/self/task").glob("*"):
        with contextlib.suppress(OSError, IndexError):
            found[task.name] = int((task / "schedstat").read_text().split()[1])
            for child in (task / "children").read_text().split():
                found[child] = int(Path(f"/proc/{child}/schedstat").read_text().split()[1])
    return found


def lost_s(before: Mapping[str, int]) -> float:
    """Return for how long the thread that was kept from running most was kept since, in seconds."""
    now = processor_waits()
    return max((waited - before.get(name, waited) for name, waited in now.items()), default=0) / 1e9


def lane_of(snapshot: Snapshot, venue: str) -> int:
    """Return a venue's lane."""
    return next(place for place, lane in enumerate(snapshot.lanes) if lane.venue == venue)


def where(snapshot: Snapshot, venue: str, symbol: str) -> tuple[int, int]:
    """Return a row's lane and column."""
    lane = lane_of(snapshot, venue)
    for column, instrument in enumerate(snapshot.instruments[lane]):
        if instrument is not None and instrument.symbol == symbol:
            return lane, column
    raise AssertionError(f"{venue} has no row {symbol}")


def compare(snapshot: Snapshot, venue: str, truth: Mapping[str, Any]) -> list[str]:
    """Say where the board differs from the truth: instruments, quotes, statistics and funding."""
    lane = lane_of(snapshot, venue)
    rows = {i.symbol: column for column, i in enumerate(snapshot.instruments[lane]) if i is not None}
    found: list[str] = []
    for known in truth["instruments"]:
        if not known["trading"] or known["symbol"] not in rows:
            continue
        symbol, column = known["symbol"], rows[known["symbol"]]
        found += _quote(snapshot, lane, column, symbol, truth["quotes"][symbol])
        for field, decimals in (("multiplier", 0), ("contract_size", 9), ("tick_size", 12)):
            ours = float(getattr(snapshot, field)[lane, column])
            if round(ours - known[field], decimals) != 0:
                found.append(f"{symbol} {field}: {ours} but {known[field]}")
    return found


def _quote(snapshot: Snapshot, lane: int, column: int, symbol: str, true: Mapping[str, Any]) -> list[str]:
    ours = [float(getattr(snapshot, field)[lane, column]) for field in QUOTE_FIELDS]
    theirs = [true[field] for field in QUOTE_FIELDS]
    for side in (0, 2):
        if theirs[side] is None or theirs[side + 1] is None:
            theirs[side] = theirs[side + 1] = None
    if snapshot.source[lane, column] == Source.REST or snapshot.state[lane, column] == RowState.WAITING:
        # Some lists by REST tell prices alone: a row that waits for its stream has the size of before, or none.
        for side in (0, 2):
            if ours[side] == theirs[side]:
                theirs[side + 1] = None if isnan(ours[side + 1]) else ours[side + 1]
    same = all((isnan(a) and b is None) or a == b for a, b in zip(ours, theirs, strict=True))
    return [] if same else [f"{symbol} quote: {ours} but {theirs}"]
