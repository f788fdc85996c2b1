"""Other people's clients, and arbwatch's own decoders, pointed at a simulated Binance on loopback."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp

from arbwatch.connector.wire import Ack, Clock, Emission, Kind, Reject, Request, Response, Topic
from arbwatch.market.book import BookState
from arbwatch.model import Book, Funding, Quote, Ticker
from tests.evidence.material import Market
from tests.evidence.our_reader import venue

SEED = {"seed": 7, "rate": 800.0, "instruments": 120, "churn_s": None}


async def until(met: Callable[[], bool], what: str, seconds: float = 8.0) -> None:
    """Wait for a condition with a deadline."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"waited {seconds} s in vain until {what}"
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def ccxt_at(market: Market, url: str) -> AsyncIterator[Any]:
    """Give ccxt.pro's client of one market, moved to `url` and to nothing else."""
    import ccxt.pro

    options = {"defaultType": "spot" if market == "spot" else "swap"}
    client: Any = (ccxt.pro.binance if market == "spot" else ccxt.pro.binanceusdm)(
        {"options": options, "enableRateLimit": False}
    )
    client.options["fetchMarkets"] = {"types": ["spot" if market == "spot" else "linear"]}
    api = client.urls["api"]
    here = {"public": f"{url}/api/v3", "fapiPublic": f"{url}/fapi/v1"}
    socket = url.replace("http", "ws", 1)
    # ccxt tells spot from futures by the word "/stream" in the address; here it is one more stream that never speaks.
    sockets = {"spot": f"{socket}/ws/stream", "linear": f"{socket}/ws"}
    client.urls["api"] = {name: here.get(name, "http://127.0.0.1:1/") for name in api} | {"ws": sockets}
    try:
        yield client
    finally:
        await client.close()


class OurClient:
    """arbwatch's decoders fed by a plain aiohttp client; keeps the newest of everything per symbol."""

    def __init__(self, market: Market, url: str) -> None:
        self.venue, self.url = venue(market), url
        self.quotes: dict[str, Quote] = {}
        self.tickers: dict[str, Ticker] = {}
        self.funding: dict[str, Funding] = {}
        self.books: dict[str, BookState] = {}
        self.acks: list[Ack] = []
        self.rejects: list[Reject] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def ask(self, request: Request) -> Response:
        """Make one REST request."""
        address = f"{self.url}{request.path}?{urlencode(request.params)}".rstrip("?")
        async with self._session.get(address) as answer:
            now = time.time_ns()
            return Response(answer.status, await answer.read(), now, time.time_ns())

    async def flow(self, work: Any) -> list[Any]:
        """Run REST talk of several steps to its end."""
        try:
            request = next(work)
            while True:
                request = work.send(await self.ask(request))
        except StopIteration as end:
            found: list[Any] = end.value
            return found

    async def poll(self, name: str) -> list[Emission | Clock]:
        """Run the poll of that name once."""
        source = self.venue()
        return await self.flow(next(poll for poll in source.polls() if poll.name == name).flow())

    async def follow(self, kind: Kind, symbols: Iterable[str]) -> None:
        """Open the socket that serves a kind, subscribe, and read it until the end."""
        source = self.venue()
        channel = source.channels[kind]
        socket = await self._session.ws_connect(self.url.replace("http", "ws", 1) + channel.route)
        topics = [Topic(kind)] if channel.whole_market else [Topic(kind, symbol) for symbol in symbols]

        async def read() -> None:
            async for message in socket:
                for said in source.decode(str(message.data).encode(), time.time_ns()):
                    self._take(said)

        self._tasks.append(asyncio.create_task(read()))
        for wanted in source.subscribe(topics):
            frame = wanted.frame
            await socket.send_str(frame if isinstance(frame, str) else frame.decode())

    async def snapshot(self, symbol: str) -> None:
        """Fetch the snapshot that a book's changes are joined to."""
        source = self.venue()
        request = source.book_request(symbol)
        assert request is not None
        for said in source.reply(request.tag, await self.ask(request)):
            self._take(said)

    def _take(self, said: object) -> None:
        if isinstance(said, Quote):
            self.quotes[said.symbol] = said
        elif isinstance(said, Ticker):
            self.tickers[said.symbol] = said
        elif isinstance(said, Funding):
            self.funding[said.symbol] = said
        elif isinstance(said, Book):
            self.books.setdefault(said.symbol, BookState(said.symbol)).apply(said)
        elif isinstance(said, Ack):
            self.acks.append(said)
        elif isinstance(said, Reject):
            self.rejects.append(said)
