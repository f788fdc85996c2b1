"""Start and stop the simulated venues, all driven by one market."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from arbwatch.simulator import control
from arbwatch.simulator.binance_perp import BinancePerp
from arbwatch.simulator.binance_spot import BinanceSpot
from arbwatch.simulator.bitget import BitgetPerp, BitgetSpot
from arbwatch.simulator.bybit import BybitPerp, BybitSpot
from arbwatch.simulator.market import STEP, Change, Market
from arbwatch.simulator.mexc import MexcSpot
from arbwatch.simulator.mexc_perp import MexcPerp
from arbwatch.simulator.okx import OkxPerp, OkxSpot
from arbwatch.simulator.protocol import Venue
from arbwatch.simulator.server import VenueServer
from arbwatch.simulator.truth import truth
from arbwatch.simulator.wrong import wrong

PROTOCOLS: dict[str, Callable[[Market, float], Venue]] = {
    "binance_spot": BinanceSpot,
    "binance_perp": BinancePerp,
    "bybit_spot": BybitSpot,
    "bybit_perp": BybitPerp,
    "okx_spot": OkxSpot,
    "okx_perp": OkxPerp,
    "bitget_spot": BitgetSpot,
    "bitget_perp": BitgetPerp,
    "mexc_spot": MexcSpot,
    "mexc_perp": MexcPerp,
}
"""What makes the protocol of each venue, from the market and how many times as fast its windows pass."""


class Simulator:
    """Venues that speak the real protocols on loopback, and the truth behind them."""

    def __init__(
        self,
        seed: int = 1,
        venues: Sequence[str] = ("binance_spot", "binance_perp"),
        rate: float = 1500.0,
        instruments: int = 430,
        tls: tuple[str | Path, str | Path] | None = None,
        host: str = "127.0.0.1",
        ports: Mapping[str, int] | None = None,
        time_scale: float = 1.0,
        churn_s: float | None = 300.0,
        mistakes: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare a market.

        `rate` is quote changes per second over all venues; `instruments` per venue; `tls` a certificate and a key
        file; `ports` by venue, any where not given; heartbeats, lifetimes, windows and bans pass `time_scale` times as
        fast; something is listed, delisted or re-ticked every `churn_s` seconds (None: never);
        `mistakes` names what a venue gets wrong, by venue. ValueError where a venue or mistake is not known.
        """
        unknown = [venue for venue in venues if venue not in PROTOCOLS]
        if unknown:
            raise ValueError(f"cannot simulate {', '.join(unknown)}; known are {', '.join(PROTOCOLS)}")
        self.host, self.tls, self.ports = host, tls, dict(ports or {})
        self.market = Market(
            seed, time.time_ns(), venues=tuple(venues), rate=rate, instruments=instruments, churn_s=churn_s
        )
        protocols = {venue: PROTOCOLS[venue](self.market, time_scale) for venue in venues}
        for venue, mistake in (mistakes or {}).items():
            protocols[venue] = wrong(protocols[venue], mistake)
        self.servers = {venue: VenueServer(protocol, time_scale, self) for venue, protocol in protocols.items()}
        self.urls: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> dict[str, str]:
        """Listen on every venue's port, set the market going and return the address of each venue."""
        context = None
        if self.tls is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*self.tls)
        for venue, server in self.servers.items():
            self.urls[venue] = await server.start(self.host, self.ports.get(venue, 0), context)
        self.market.now = time.time_ns()
        self._task = asyncio.create_task(self._run(), name="simulated market")
        return self.urls

    async def stop(self) -> None:
        """Close every connection and port."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*(server.stop() for server in self.servers.values()))

    async def _run(self) -> None:
        while True:
            for _ in range(self.market.due(time.time_ns())):
                self.market.step(self._publish, time.time_ns())
                self._announce()
                for server in self.servers.values():
                    server.pace()
            await asyncio.sleep(max(0.001, (self.market.now + STEP - time.time_ns()) / 10**9))

    def _publish(self, change: Change) -> None:
        self.servers[change.listing.venue].broadcast.publish(change)

    def _announce(self) -> None:
        changes, self.market.listing_changes = self.market.listing_changes, []
        for change in changes:
            self.servers[change.listing.venue].broadcast.announce(change)

    async def fault(self, venue: str, name: str, **arguments: Any) -> dict[str, Any]:
        """Make a fault happen on a venue, as `POST /control/fault` does."""
        return await control.inject(self.servers[venue], name, arguments)

    def clear(self, venue: str, name: str | None = None) -> list[str]:
        """End the standing faults of a venue, or those of one name."""
        return control.clear(self.servers[venue], name)

    def truth(self, venue: str, symbol: str | None = None) -> dict[str, Any]:
        """Return what `GET /truth` answers."""
        return truth(self.servers[venue].protocol, symbol)

    async def pause(self) -> None:
        """Hold the market, push everything that is pending and wait until it has left."""
        self.market.paused = True
        for server in self.servers.values():
            server.broadcast.flush()
        for server in self.servers.values():
            await server.drained()

    async def resume(self) -> None:
        """Let the market go on."""
        self.market.paused = False


@contextlib.asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Simulator]:
    """Run a simulator for the length of a block; takes what `Simulator` takes."""
    simulator = Simulator(**options)
    try:
        await simulator.start()
        yield simulator
    finally:
        await simulator.stop()
