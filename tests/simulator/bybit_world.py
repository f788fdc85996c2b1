"""A simulated Bybit on loopback and what a client of it needs: questions, subscriptions, a book put together."""

import functools
import itertools
from typing import Any

from tests.simulator.conftest import Outside, Peer, small_world, wait_until

SPOT, PERP = "bybit_spot", "bybit_perp"
SOCKET = {SPOT: "/v5/public/spot", PERP: "/v5/public/linear"}
CATEGORY = {SPOT: "spot", PERP: "linear"}


world = functools.partial(small_world, venues=(SPOT, PERP))
"""Run both venues for the length of a block."""


async def result(outside: Outside, venue: str, path: str, **params: str) -> Any:
    """Ask a path under /v5/market/ of the venue's category and return what a good answer holds."""
    body = await outside.get(venue, f"/v5/market/{path}", **{"category": CATEGORY[venue]} | params)
    assert (body["retCode"], body["retMsg"], body["retExtInfo"]) == (0, "OK", {}), body
    return body["result"]


async def refused(outside: Outside, venue: str, path: str) -> tuple[int, int, str]:
    """Ask a path under /v5/market/ that is not answered; return HTTP status, code and words."""
    async with outside.session.get(f"{outside.simulator.urls[venue]}/v5/market/{path}") as answer:
        body = await answer.json()
        return answer.status, body["retCode"], body["retMsg"]


def answers(peer: Peer) -> list[Any]:
    """Return every answer to a request."""
    return [frame for frame in peer.frames if isinstance(frame, dict) and "topic" not in frame]


async def request(peer: Peer, op: str, *topics: str, number: str | None = None) -> Any:
    """Send a request and return its answer."""
    seen = len(answers(peer))
    row = {"op": op} | ({"args": [*topics]} if topics else {})
    await peer.ws.send_json(row if number is None else {"req_id": number} | row)
    return (await wait_until(lambda: answers(peer)[seen:], f"an answer to {op}"))[0]


def pushes(peer: Peer, topic: str) -> list[Any]:
    """Return every push of a topic."""
    return [frame for frame in peer.frames if isinstance(frame, dict) and frame.get("topic") == topic]


def joined(frames: list[Any]) -> tuple[dict[float, float], dict[float, float], int]:
    """Put a book together by the documented rule; AssertionError where counts leave a gap."""
    bids: dict[float, float] = {}
    asks: dict[float, float] = {}
    assert frames[0]["type"] == "snapshot"
    for before, frame in itertools.pairwise([None, *frames]):
        data = frame["data"]
        if frame["type"] == "snapshot":
            bids.clear()
            asks.clear()
        else:
            assert data["u"] == before["data"]["u"] + 1
            assert data["seq"] >= before["data"]["seq"]
        for side, levels in ((bids, data["b"]), (asks, data["a"])):
            for price, size in levels:
                side[float(price)] = float(size)
                if size == "0":
                    del side[float(price)]
    return bids, asks, frames[-1]["data"]["seq"]
