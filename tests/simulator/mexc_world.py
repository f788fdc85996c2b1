"""A simulated MEXC on loopback and what a client of it needs: questions, subscriptions, books put together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from arbwatch.simulator import running
from tests.simulator.conftest import SMALL, Outside, Peer, wait_until

SPOT, PERP = "mexc_spot", "mexc_perp"
SOCKET = {SPOT: "/ws", PERP: "/edge"}
BEST, DEPTH, DEALS = (f"spot@public.aggre.{what}.v3.api.pb@10ms@{{}}" for what in ("bookTicker", "depth", "deals"))
LIMITED, BATCH = "spot@public.limit.depth.v3.api.pb@{}@5", "spot@public.bookTicker.batch.v3.api.pb@{}"
MINI, MINIS = "spot@public.miniTicker.v3.api.pb@{}@24H", "spot@public.miniTickers.v3.api.pb@UTC+8"
Sides = tuple[dict[float, float], dict[float, float], int]


@contextlib.asynccontextmanager
async def world(**options: Any) -> AsyncIterator[Outside]:
    """Run both venues for the length of a block."""
    async with running(**SMALL | {"venues": (SPOT, PERP)} | options) as simulator, aiohttp.ClientSession() as session:
        found = Outside(simulator, session)
        yield found
        for peer in found.peers:
            await peer.end()


async def data(outside: Outside, path: str, **params: str) -> Any:
    """Ask a path under /api/v1/contract/ and return what a good answer holds."""
    body = await outside.get(PERP, f"/api/v1/contract/{path}", **params)
    assert (body["success"], body["code"]) == (True, 0), body
    return body["data"]


async def spot(outside: Outside, path: str, **params: str) -> Any:
    """Ask a path under /api/v3/."""
    return await outside.get(SPOT, f"/api/v3/{path}", **params)


async def topics(peer: Peer, *names: str, method: str = "SUBSCRIPTION", number: int | None = None) -> Any:
    """Ask for topics of spot and return the answer."""
    seen = len(acks(peer))
    await peer.ws.send_json({"method": method, "params": [*names]} | ({} if number is None else {"id": number}))
    await wait_until(lambda: len(acks(peer)) > seen, "an answer")
    return acks(peer)[seen]


def acks(peer: Peer) -> list[Any]:
    """Return every answer of either venue."""
    found = [frame for frame in peer.frames if isinstance(frame, dict)]
    return [f for f in found if "msg" in f or str(f.get("channel", "")).startswith("rs.")]


async def channel(peer: Peer, method: str, symbol: str | None = None, **more: Any) -> Any:
    """Ask for a channel of contracts and return the answer."""
    seen = len(acks(peer))
    param = {} if symbol is None else {"symbol": symbol}
    await peer.ws.send_json({"method": method, "param": param | more, "gzip": False})
    await wait_until(lambda: len(acks(peer)) > seen, "an answer")
    return acks(peer)[seen]


async def beat(peer: Peer, words: Any) -> None:
    """Say the same again and again until the connection ends."""
    while not peer.ended:
        await peer.ws.send_json(words)
        await asyncio.sleep(0.05)


def pushes(peer: Peer, name: str, symbol: str | None = None) -> list[Any]:
    """Return every push of a topic or channel, of one symbol or all; those of spot only where they have a body."""
    found = [frame for frame in peer.frames if isinstance(frame, dict) and frame.get("channel") == name]
    return [f for f in found if symbol in (None, f.get("symbol")) and ("data" in f or body(f) is not None)]


def body(push: Any) -> Any:
    """Return what a push of spot is about, None where it has no body."""
    return next((value for key, value in push.items() if key.startswith("public")), None)


def spot_book(snapshot: Any, frames: list[Any]) -> Sides:
    """Put a spot book together by the documented rule; AssertionError where versions leave a gap."""
    bids, asks = ({float(p): float(s) for p, s in snapshot[side]} for side in ("bids", "asks"))
    version = int(snapshot["lastUpdateId"])
    for push in map(body, frames):
        first, last = int(push["fromVersion"]), int(push["toVersion"])
        if last <= version:
            continue
        assert first <= version + 1, f"{version + 1} to {first - 1} are missing"
        for side, levels in ((bids, push.get("bids", ())), (asks, push.get("asks", ()))):
            _apply(side, [(level["price"], level["quantity"]) for level in levels])
        version = last
    return bids, asks, version


def contract_book(snapshot: Any, changes: list[Any]) -> Sides:
    """Put the book of a contract together; AssertionError where versions leave a gap."""
    bids, asks = ({float(p): float(s) for p, s, _ in snapshot[side]} for side in ("bids", "asks"))
    version = snapshot["version"]
    for change in changes:
        if change["version"] <= version:
            continue
        first, last = change.get("begin", change["version"]), change.get("end", change["version"])
        assert first <= version + 1, f"{version + 1} to {first - 1} are missing"
        assert last == change["version"]
        for side, levels in ((bids, change["bids"]), (asks, change["asks"])):
            assert all((size == 0) == (orders == 0) for _, size, orders in levels)
            _apply(side, [(price, size) for price, size, _ in levels])
        version = change["version"]
    return bids, asks, version


def _apply(side: dict[float, float], levels: list[Any]) -> None:
    for price, size in levels:
        side[float(price)] = float(size)
        if not float(size):
            del side[float(price)]


def same(found: Sides, book: Any) -> bool:
    """Tell whether a book that was put together is the true one."""
    bids, asks, _ = found
    return sorted(bids.items(), reverse=True) == [tuple(level) for level in book["bids"]] and sorted(asks.items()) == [
        tuple(level) for level in book["asks"]
    ]
