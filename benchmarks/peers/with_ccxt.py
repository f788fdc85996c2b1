"""ccxt.pro's own Binance class, its own WebSocket client and message handler, `watch_bids_asks` in a loop.

What had to be changed: its markets come from the same listing instead of a REST call, and its spot URL is
`ws://127.0.0.1/stream`, so that it reads the same combined frames.
"""

import asyncio
from importlib import import_module
from typing import Any

import msgspec

from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter, Read, until_finished

OPEN_WITHIN_S = 30.0


def _exchange(job: Job) -> Any:
    exchange: Any = import_module("ccxt.pro").binance({"newUpdates": True, "enableRateLimit": False})
    exchange.options |= {"defaultType": "spot", "crossMarginPairsData": [], "isolatedMarginPairsData": []}
    exchange.urls["api"]["ws"]["spot"] = f"ws://127.0.0.1:{job.port}/stream"
    listed = msgspec.json.decode(traffic.listing(job.symbols))["symbols"]
    exchange.set_markets([exchange.parse_market(row) for row in listed])
    return exchange


def _look(exchange: Any) -> Read:
    def _read(symbol: str) -> traffic.Top | None:
        currency = traffic.QUOTE_CURRENCY
        top = exchange.bidsasks.get(f"{symbol.removesuffix(currency)}/{currency}")
        if top is None:
            return None
        return traffic.Top(top["bid"], top["bidVolume"], top["ask"], top["askVolume"])

    return _read


async def _watch(exchange: Any, symbols: list[str]) -> None:
    while True:
        await exchange.watch_bids_asks(symbols)


async def _measure(job: Job, meter: Meter) -> Outcome:
    exchange = _exchange(job)
    watching = [asyncio.create_task(_watch(exchange, part)) for part in _parts(list(exchange.symbols), job.sockets)]
    deadline = asyncio.get_running_loop().time() + OPEN_WITHIN_S
    while not _connected(exchange, job.sockets) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)
    await until_finished(meter, lambda: _look(exchange))
    outcome = meter.outcome(lambda: _look(exchange), messages=None, sockets=len(exchange.clients))
    for task in watching:
        task.cancel()
    await exchange.close()
    return outcome


def _connected(exchange: Any, sockets: int) -> bool:
    clients = list(exchange.clients.values())
    return len(clients) == sockets and all(c.isConnected for c in clients)


def _parts(symbols: list[str], count: int) -> list[list[str]]:
    size = -(-len(symbols) // count)
    return [symbols[i : i + size] for i in range(0, len(symbols), size)]


def run(job: Job, meter: Meter) -> Outcome:
    """Measure ccxt.pro."""
    return asyncio.run(_measure(job, meter))
