"""Put the program together: settings become venues to run, and a demo brings its own."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from arbwatch.analytics.spreads import Rules
from arbwatch.config.errors import ArbwatchError, WrongUseError
from arbwatch.config.names import shipped_names
from arbwatch.config.networks import shipped_chains
from arbwatch.config.settings import Settings
from arbwatch.config.words import no_such
from arbwatch.connector import registry
from arbwatch.connector.venue import Venue, mirrors
from arbwatch.engine.engine import Engine, VenueSpec
from arbwatch.engine.feed import FeedRules
from arbwatch.engine.hearing import Hear
from arbwatch.market.fees import Fees, Rates, VenueFees
from arbwatch.net.options import Connect
from arbwatch.net.tap import Tap
from arbwatch.views.picture import Picture

SIMULATOR_START_S = 20.0
SIMULATOR_STOP_S = 2.0


class App:
    """The running program without a screen; a context manager.

    `venues` names what to run, in the order shown; None is every enabled venue. With `demo` each of them is
    replaced by its simulated twin. `listen` names what hears everything of a venue, `hear` takes the events of all.
    Raises WrongUseError for a venue that does not exist.
    """

    def __init__(
        self,
        settings: Settings,
        venues: Sequence[str] | None = None,
        *,
        demo: bool = False,
        listen: Callable[[type[Venue]], Tap] | None = None,
        hear: Hear | None = None,
    ) -> None:
        self._settings = settings
        self._demo = demo
        self._listen = listen
        self._hear = hear
        self.venues = chosen(settings, venues, demo=demo)
        self._simulator: SimulatorProcess | None = None
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        hosts: Mapping[str, Mapping[str, str]] = {}
        if self._demo:
            self._simulator = SimulatorProcess(list(self.venues), self._settings)
            hosts = self._simulator.start()
        self._engine = Engine(
            [
                spec(self._settings, venue, hosts.get(name), self._listen(venue) if self._listen else None)
                for name, venue in self.venues.items()
            ],
            rules(self._settings),
            shipped_names(),
            fees=fees(self._settings, self.venues.values()),
            chains=shipped_chains(),
            shed=self._settings.overload.drop,
            hear=self._hear,
        )
        self._engine.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine is not None:
            self._engine.stop()
        if self._simulator is not None:
            self._simulator.stop()

    @property
    def engine(self) -> Engine:
        """The engine, once entered."""
        if self._engine is None:
            raise RuntimeError("the program was not started")
        return self._engine

    def read(self) -> Picture:
        """Take a picture of everything; raises ArbwatchError where the engine ended on its own."""
        if not self.engine.running and self.engine.failure is not None:
            raise ArbwatchError(f"The engine ended: {self.engine.failure}") from self.engine.failure
        return self.engine.read()


def chosen(settings: Settings, names: Sequence[str] | None, *, demo: bool = False) -> dict[str, type[Venue]]:
    """Return the venues to run by id, with `demo` only those that have a simulated twin.

    Raises WrongUseError for an unknown one, and for a named one without a twin.
    """
    known = registry.venues()
    for name in names or ():
        if name not in known:
            raise WrongUseError(no_such("venue", name, known, "`arbwatch venues`"))
    if demo:
        from arbwatch.simulator import PROTOCOLS  # noqa: PLC0415 only a demo needs the simulator

        if alone := [name for name in names or () if name not in PROTOCOLS]:
            raise WrongUseError(f"{', '.join(alone)} has no simulated twin; these have: {', '.join(PROTOCOLS)}")
        known = {name: venue for name, venue in known.items() if name in PROTOCOLS}
    if names is None:
        return {name: venue for name, venue in known.items() if settings.venue(name).enabled}
    return {name: known[name] for name in names}


def rules(settings: Settings) -> Rules:
    """Turn the settings of spreads into the rules that legs are held to."""
    spreads = settings.spreads
    after = {name: own.stale_after for name, own in settings.venues.items() if own.stale_after is not None}
    return Rules(
        unconfirmed_s=spreads.unconfirmed_s,
        lag_s=spreads.lag_s,
        identity_gap=spreads.identity_gap,
        stale_after=after,
        proven_only=spreads.proven_only,
        polled=spreads.polled,
    )


def fees(settings: Settings, venues: Iterable[type[Venue]]) -> Fees:
    """Put the venues' fee rates and the user's own together."""
    known = {}
    for venue in venues:
        own, default = settings.venue(venue.id).fees, venue.fees
        known[venue.id] = VenueFees(
            market=venue.market,
            side=own.side or default.side,
            default=Rates(default.maker, default.taker),
            own=Rates(own.maker, own.taker),
            markets={symbol.upper(): Rates(rates.maker, rates.taker) for symbol, rates in own.symbols.items()},
        )
    return Fees(known)


def spec(
    settings: Settings, venue: type[Venue], hosts: Mapping[str, str] | None = None, tap: Tap | None = None
) -> VenueSpec:
    """Turn the settings of a venue into what the engine runs; `hosts` replaces where it is reached."""
    own, network = settings.venue(venue.id), settings.network
    hosts = hosts or {}
    rest_url = hosts.get("rest_url") or own.rest_url
    ws_url = hosts.get("ws_url") or own.ws_url
    others = mirrors(venue)
    connect = Connect(
        rest_url=rest_url or venue.rest_url,
        ws_url=ws_url or venue.ws_url,
        # Whoever names a host wants that one.
        rest_mirrors=() if rest_url else others.rest,
        ws_mirrors=() if ws_url else others.ws,
        proxy=network.proxy.get_secret_value() if network.proxy and not hosts else None,
        no_proxy=network.no_proxy,
        ca_file=str(network.ca_file) if network.ca_file else None,
        topics_per_frame=own.batch_size,
        streams_per_socket=own.streams_per_socket,
        ping_interval_s=own.ping_interval,
        pong_timeout_s=own.pong_timeout,
        connect_timeout_s=network.connect_timeout,
        request_timeout_s=network.request_timeout,
        tap=tap,
    )
    return VenueSpec(venue, connect, FeedRules(wants=own.instruments.wants))


class SimulatorProcess:
    """The simulated venues in a process of their own, so that they cost the program no time."""

    def __init__(self, venues: Sequence[str], settings: Settings, arguments: Sequence[str] = ()) -> None:
        simulator = settings.simulator
        self._command = [sys.executable, "-m", "arbwatch", "simulate", "--exit-with-parent"]
        self._command += ["--venues", ",".join(venues), "--seed", str(simulator.seed)]
        self._command += ["--rate", str(simulator.rate), "--instruments", str(simulator.instruments)]
        self._command += arguments
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> Mapping[str, Mapping[str, str]]:
        """Start it and return each venue's `rest_url` and `ws_url`; raises ArbwatchError where it does not answer."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ARBWATCH_") or k == "ARBWATCH_DATA_DIR"}
        self._process = subprocess.Popen(  # noqa: S603 # it starts this very program, without a shell
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Its complaints would stand in the middle of the board; `arbwatch simulate` shows them.
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            # Ctrl-C on the terminal is for us: the simulated venues end after we have hung up.
            start_new_session=True,
        )
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_first_line, args=(self._process, lines), daemon=True).start()
        try:
            document: Any = json.loads(lines.get(timeout=SIMULATOR_START_S))
        except (queue.Empty, json.JSONDecodeError) as error:
            self.stop()
            raise ArbwatchError("The simulated venues did not start; `arbwatch simulate` tells why") from error
        venues: Mapping[str, Mapping[str, str]] = document["venues"]
        return venues

    def stop(self) -> None:
        """Stop it; it also ends by itself when this process is gone."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(SIMULATOR_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _first_line(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    if process.stdout is not None:
        lines.put(process.stdout.readline())
