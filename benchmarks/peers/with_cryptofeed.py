"""cryptofeed's own Binance feed, its own connection and message handler, one TICKER callback.

What had to be changed: its symbols come from the same listing instead of a REST call, and its connections, which
insist on `wss://`, are pointed at `ws://127.0.0.1` after they are made. Its event loop is its own choice (uvloop).
"""

import asyncio
from importlib import import_module
from typing import Any

import msgspec

from benchmarks import traffic
from benchmarks.job import Job, Outcome
from benchmarks.meter import Meter, Read, until_finished

OPEN_WITHIN_S = 30.0


class Tops:
    """What the callback keeps: the newest ticker per symbol."""

    def __init__(self, meter: Meter) -> None:
        self.tickers: dict[str, Any] = {}
        self.messages = 0
        self.delays = meter.delays["decoded"]

    async def ticker(self, ticker: Any, received: float) -> None:
        """Keep the newest ticker."""
        self.messages += 1
        self.tickers[ticker.symbol] = ticker

    async def probed(self, ticker: Any, received: float) -> None:
        """Keep the newest ticker, noting how long it took."""
        await self.ticker(ticker, received)
        if (delay := traffic.delay_ns(float(ticker.raw["B"]))) is not None:
            self.delays.append(delay)

    def look(self) -> Read:
        """Return a reader of the state of now."""
        return self._top

    def _top(self, symbol: str) -> traffic.Top | None:
        currency = traffic.QUOTE_CURRENCY
        ticker = self.tickers.get(f"{symbol.removesuffix(currency)}-{currency}")
        if ticker is None:
            return None
        sizes = ticker.raw
        return traffic.Top(float(ticker.bid), float(sizes["B"]), float(ticker.ask), float(sizes["A"]))


def _feed(job: Job, tops: Tops) -> Any:
    binance: Any = import_module("cryptofeed.exchanges.binance").Binance
    known: Any = import_module("cryptofeed.symbols").Symbols
    names, info = binance._parse_symbol_data(  # noqa: SLF001 # spares it the REST call
        msgspec.json.decode(traffic.listing(job.symbols))
    )
    known.set(binance.id, names, info)
    local = f"ws://127.0.0.1:{job.port}"
    per_socket = -(-job.symbols // job.sockets)

    class Local(binance):
        def _address(self) -> list[str]:
            streams = [traffic.stream(s) for s in traffic.symbols(job.symbols)]
            size = min(per_socket, 200)
            parts = [streams[i : i + size] for i in range(0, len(streams), size)]
            return [f"{self.address}/stream?streams={'/'.join(part)}" for part in parts]

        def connect(self) -> list[Any]:
            made: list[Any] = super().connect()
            for connection, *_ in made:
                connection.address = local + connection.address.removeprefix(self.address)
            return made

    callback = tops.probed if job.probe else tops.ticker
    return Local(symbols=list(names), channels=["ticker"], callbacks={"ticker": callback})


async def _measure(job: Job, meter: Meter, handler: Any, tops: Tops) -> Outcome:
    handlers = handler.feeds[0].connection_handlers
    deadline = asyncio.get_running_loop().time() + OPEN_WITHIN_S
    while not all(h.conn.conn is not None for h in handlers) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)
    await until_finished(meter, tops.look)
    loop = type(asyncio.get_running_loop()).__module__
    return meter.outcome(tops.look, messages=tops.messages, sockets=len(handlers), note=f"on {loop}")


def run(job: Job, meter: Meter) -> Outcome:
    """Measure cryptofeed."""
    tops = Tops(meter)
    handler: Any = import_module("cryptofeed").FeedHandler(config={"uvloop": True, "log": {"disabled": True}})
    handler.add_feed(_feed(job, tops))
    loop = asyncio.get_event_loop_policy().new_event_loop()
    asyncio.set_event_loop(loop)
    handler.run(start_loop=False, install_signal_handlers=False)
    return loop.run_until_complete(_measure(job, meter, handler, tops))
