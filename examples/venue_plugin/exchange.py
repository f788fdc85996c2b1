"""Tidepool itself, served on this machine: `python exchange.py [--port N] [--tide SECONDS]`.

README.md tells its protocol.
"""

import argparse
import asyncio
import contextlib
import json
import random
import time
from collections.abc import Iterator
from typing import Any

from aiohttp import WSMsgType, web

BASES = (
    "BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "AVAX", "LINK", "DOT", "LTC", "ATOM", "UNI", "NEAR", "APT", "ARB", "OP",
    "FIL", "INJ", "SUI", "TIA", "1000PEPE", "1000SHIB",
)  # fmt: skip
CURRENCIES = ("USDT", "EUR")
PAGE = 30
FEEDS_PER_REQUEST, FEEDS_PER_SOCKET = 20, 100
STEP_S, DAYS_S, TIDE_S = 0.05, 1.0, 5.0
STILL = "LTC/EUR"
"""Its top never changes."""
ONE_SIDED = "FIL/EUR"
"""Nobody buys here."""


def micros() -> int:
    """Return the time, microseconds since 1970."""
    return time.time_ns() // 1000


class Market:
    """One market: its top and its last 24 hours. Prices are counted in ticks of 0.01."""

    def __init__(self, base: str, quote: str, rng: random.Random) -> None:
        self.base, self.quote, self.name = base, quote, f"{base}/{quote}"
        self.price = rng.randint(5_000, 500_000)
        self.open = round(self.price * rng.uniform(0.97, 1.03))
        self.high, self.low = max(self.price, self.open) * 21 // 20, min(self.price, self.open) * 19 // 20
        self.volume = rng.randint(1_000, 90_000)
        self.turnover = self.volume * (self.high + self.low) / 200
        self.sizes = [rng.randint(1, 900), rng.randint(1, 900)]
        self.at = micros()

    def move(self, rng: random.Random) -> None:
        """Change the top and trade once."""
        self.price = min(self.high - 1, max(self.low + 1, self.price + rng.randint(-3, 3)))
        self.sizes = [rng.randint(1, 900), rng.randint(1, 900)]
        self.volume += 1
        self.turnover += self.price / 100
        self.at = micros()

    def top(self) -> dict[str, Any]:
        """Write the best bid and ask."""
        bid, ask = (
            [f"{(self.price + away) / 100:.2f}", f"{size / 10}"] for away, size in zip((-1, 1), self.sizes, strict=True)
        )
        return {"market": self.name, "bid": None if self.name == ONE_SIDED else bid, "ask": ask, "at": self.at}

    def day(self) -> dict[str, Any]:
        """Write the statistics of 24 hours."""
        prices = {"last": self.price, "open": self.open, "high": self.high, "low": self.low}
        told = {name: f"{ticks / 100:.2f}" for name, ticks in prices.items()}
        return {"market": self.name, **told, "base": str(self.volume), "quote": f"{self.turnover:.2f}", "at": micros()}

    def listed(self) -> dict[str, Any]:
        """Write what is listed."""
        per = 1000 if self.base.startswith("1000") else 1
        steps = {"per": per, "tick": "0.01", "step": "0.1", "least": "5"}
        head = {"market": self.name, "kind": "spot", "base": self.base, "quote": self.quote}
        return {**head, **steps, "state": "open", "opened": 1_700_000_000_000_000}


class Exchange:
    """All of Tidepool: markets, REST, sockets."""

    def __init__(self, tide_s: float = TIDE_S, seed: int = 1) -> None:
        self.tide_s = tide_s
        self.rng = random.Random(seed)
        every = [Market(base, quote, self.rng) for quote in CURRENCIES for base in BASES]
        self.markets = {market.name: market for market in sorted(every, key=lambda market: market.name)}
        self.sockets: dict[web.WebSocketResponse, set[str]] = {}
        self.tides: dict[web.WebSocketResponse, float] = {}

    def app(self) -> web.Application:
        """Make the web application."""
        app = web.Application()
        app.router.add_get("/api/markets", self.list_markets)
        app.router.add_get("/api/clock", self.tell_time)
        app.router.add_get("/api/tops", self.tell_tops)
        app.router.add_get("/feed", self.serve)
        app.cleanup_ctx.append(self.live)
        return app

    async def list_markets(self, request: web.Request) -> web.Response:
        """Answer one page of what is listed; a lease stands among the markets."""
        names = [name for name in self.markets if name > request.query.get("after", "")]
        page = [self.markets[name].listed() for name in names[:PAGE]]
        if "after" not in request.query:
            page.append({**page[0], "market": f"lease:{page[0]['market']}", "kind": "lease"})
        return web.json_response({"markets": page, "next": names[PAGE - 1] if len(names) > PAGE else None})

    async def tell_time(self, _request: web.Request) -> web.Response:
        """Answer the time."""
        return web.json_response({"now": micros()})

    async def tell_tops(self, _request: web.Request) -> web.Response:
        """Answer every top."""
        return web.json_response({"tops": [market.top() for market in self.markets.values()]})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Talk to one socket."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets[socket], self.tides[socket] = set(), time.monotonic()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    for answer in self.hear(socket, message.data):
                        await socket.send_json(answer)
        finally:
            del self.sockets[socket], self.tides[socket]
        return socket

    def hear(self, socket: web.WebSocketResponse, text: str) -> Iterator[dict[str, Any]]:
        """Understand one frame; yields what is sent back."""
        said = json.loads(text)
        if "tide" in said:
            self.tides[socket] = time.monotonic()
        elif said["do"] == "ping":
            yield {"pong": micros()}
        else:
            refusal = self.refusal(socket, said)
            yield {"ref": said["ref"], "ok": refusal is None, **({"why": refusal} if refusal else {})}
            if refusal is None and said["do"] == "watch":
                self.sockets[socket].update(said["feeds"])
                yield from ({"feed": "top", **self.markets[feed[4:]].top()} for feed in said["feeds"] if feed != "days")
            elif refusal is None:
                self.sockets[socket].difference_update(said["feeds"])

    def refusal(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> str | None:
        """Say why a request is refused."""
        if len(said["feeds"]) > FEEDS_PER_REQUEST:
            return f"more than {FEEDS_PER_REQUEST} feeds in one request"
        if len(self.sockets[socket] | set(said["feeds"])) > FEEDS_PER_SOCKET:
            return f"more than {FEEDS_PER_SOCKET} feeds on one socket"
        known = ("days", *(f"top:{name}" for name in self.markets))
        unknown = [feed for feed in said["feeds"] if feed not in known]
        return f"no such feed: {unknown[0]}" if unknown else None

    async def live(self, _app: web.Application) -> Any:
        """Run the market while the application runs."""
        tasks = [asyncio.create_task(work()) for work in (self.move, self.tell_days, self.send_tides)]
        yield
        for task in tasks:
            task.cancel()
        for socket in list(self.sockets):
            await socket.close(code=1001, message=b"Tidepool closes")

    async def move(self) -> None:
        """Move some markets again and again, and push their tops."""
        moving = [market for market in self.markets.values() if market.name != STILL]
        while True:
            for market in self.rng.sample(moving, 8):
                market.move(self.rng)
                await self.push(f"top:{market.name}", {"feed": "top", **market.top()})
            await asyncio.sleep(STEP_S)

    async def tell_days(self) -> None:
        """Push the statistics of all markets."""
        while True:
            await self.push("days", {"feed": "days", "rows": [market.day() for market in self.markets.values()]})
            await asyncio.sleep(DAYS_S)

    async def send_tides(self) -> None:
        """Send a tide to every socket, and end those that let one go by."""
        number = 0
        while True:
            await asyncio.sleep(self.tide_s)
            number += 1
            for socket, answered in list(self.tides.items()):
                if time.monotonic() - answered > 3 * self.tide_s:
                    await socket.close(code=4000, message=b"no tide came back")
                else:
                    await self.send(socket, {"tide": number})

    async def push(self, feed: str, body: dict[str, Any]) -> None:
        """Send a push to whoever watches the feed."""
        for socket, feeds in list(self.sockets.items()):
            if feed in feeds:
                await self.send(socket, body)

    async def send(self, socket: web.WebSocketResponse, body: dict[str, Any]) -> None:
        """Send one frame; a socket that is gone is noticed where it is read."""
        try:
            await socket.send_json(body)
        except ConnectionError:
            return


async def main(port: int, tide_s: float) -> None:
    """Serve until interrupted; the first line on standard output tells where."""
    runner = web.AppRunner(Exchange(tide_s).app(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    where = f"127.0.0.1:{runner.addresses[0][1]}"
    print(json.dumps({"rest_url": f"http://{where}", "ws_url": f"ws://{where}"}), flush=True)  # noqa: T201 # as promised
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--port", type=int, default=0, help="0 is any that is free")
    words.add_argument("--tide", type=float, default=TIDE_S, help="seconds from one tide to the next")
    given = words.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(given.port, given.tide))
