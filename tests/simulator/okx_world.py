"""A simulated OKX on loopback and what a client of it needs: questions, subscriptions, a book put together."""

import functools
import itertools
from typing import Any

from tests.simulator.conftest import Outside, Peer, small_world, wait_until

SPOT, PERP = "okx_spot", "okx_perp"
PUBLIC = "/ws/v5/public"
Arg = dict[str, str]


world = functools.partial(small_world, venues=(SPOT, PERP))
"""Run both venues for the length of a block."""


async def data(outside: Outside, venue: str, path: str, **params: str) -> list[Any]:
    """Ask a path under /api/v5/ and return the rows of a good answer."""
    body = await outside.get(venue, f"/api/v5/{path}", **params)
    assert (body["code"], body["msg"]) == ("0", ""), body
    rows: list[Any] = body["data"]
    return rows


async def refused(outside: Outside, venue: str, path: str) -> tuple[int, str]:
    """Ask a path under /api/v5/ that is not answered; return HTTP status and code."""
    async with outside.session.get(f"{outside.simulator.urls[venue]}/api/v5/{path}") as answer:
        body = await answer.json()
        assert body["data"] == []
        assert body["msg"]
        return answer.status, body["code"]


def arg(channel: str, name: str) -> Arg:
    """Name a channel of an instrument."""
    return {"channel": channel, "instId": name}


async def request(peer: Peer, op: str, *args: Arg, number: str | None = None) -> list[Any]:
    """Subscribe or unsubscribe and return what is answered to each argument."""
    seen = len(events(peer))
    await peer.ws.send_json(({} if number is None else {"id": number}) | {"op": op, "args": [*args]})
    await wait_until(lambda: len(events(peer)) >= seen + len(args), "an answer to every argument")
    return events(peer)[seen:]


def events(peer: Peer) -> list[Any]:
    """Return every acknowledgement, error and notice."""
    return [frame for frame in peer.frames if isinstance(frame, dict) and "event" in frame]


def pushes(peer: Peer, channel: str, name: str | None = None) -> list[Any]:
    """Return every push of a channel, of one instrument or all."""
    found = [frame for frame in peer.frames if isinstance(frame, dict) and "data" in frame]
    return [f for f in found if f["arg"]["channel"] == channel and name in (None, f["arg"].get("instId"))]


def joined(frames: list[Any], snapshot: Any = None) -> tuple[dict[float, float], dict[float, float], int]:
    """Put a book together by the documented rule; AssertionError where numbers leave a gap."""
    rows = [frame["data"][0] for frame in frames]
    if snapshot is None:
        assert frames[0]["action"] == "snapshot"
        assert rows[0]["prevSeqId"] == -1
        snapshot, rows = rows[0], rows[1:]
    else:
        rows = [row for row in rows if row["seqId"] > snapshot["seqId"]]
        assert all(row["prevSeqId"] <= snapshot["seqId"] for row in rows[:1])
    bids, asks = ({float(p): float(s) for p, s, _, _ in snapshot[side]} for side in ("bids", "asks"))
    for row, following in itertools.pairwise([*rows, None]):
        assert following is None or following["prevSeqId"] == row["seqId"]
        for side, levels in ((bids, row["bids"]), (asks, row["asks"])):
            for price, size, dead, orders in levels:
                assert dead == "0"
                assert (size == "0") == (orders == "0")
                side[float(price)] = float(size)
                if size == "0":
                    del side[float(price)]
    return bids, asks, rows[-1]["seqId"] if rows else snapshot["seqId"]
