"""A simulated Bitget on loopback and what a client of it needs: questions, subscriptions, a book put together."""

import contextlib
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from arbwatch.simulator import running
from tests.simulator.conftest import SMALL, Outside, Peer, wait_until

SPOT, PERP = "bitget_spot", "bitget_perp"
TYPES = {SPOT: "SPOT", PERP: "USDT-FUTURES"}
LISTINGS = {SPOT: "spot/public/symbols", PERP: "mix/market/contracts"}
TICKERS = {SPOT: "spot/market/tickers", PERP: "mix/market/tickers"}
PUBLIC = "/v2/ws/public"
Arg = dict[str, str]


@contextlib.asynccontextmanager
async def world(**options: Any) -> AsyncIterator[Outside]:
    """Run both venues for the length of a block."""
    wanted = SMALL | {"venues": (SPOT, PERP)} | options
    async with running(**wanted) as simulator, aiohttp.ClientSession() as session:
        found = Outside(simulator, session)
        yield found
        for peer in found.peers:
            await peer.end()


async def data(outside: Outside, venue: str, path: str, **params: str) -> Any:
    """Ask a path under /api/v2/ and return the data of a good answer."""
    body = await outside.get(venue, f"/api/v2/{path}", **params)
    assert (body["code"], body["msg"]) == ("00000", "success"), body
    assert isinstance(body["requestTime"], int)
    return body["data"]


async def listed(outside: Outside, venue: str) -> dict[str, Any]:
    """Return the rows of all instruments of a venue, by symbol."""
    products = ["USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES"] if venue == PERP else [""]
    found = [row for each in products for row in await data(outside, venue, LISTINGS[venue], productType=each)]
    return {row["symbol"]: row for row in found}


async def refused(outside: Outside, venue: str, path: str) -> tuple[int, str, str]:
    """Ask a path under /api/v2/ that is not answered; return HTTP status, code and words."""
    async with outside.session.get(f"{outside.simulator.urls[venue]}/api/v2/{path}") as answer:
        body = await answer.json()
        assert body["data"] is None
        return answer.status, body["code"], body["msg"]


def arg(venue: str, channel: str, name: str) -> Arg:
    """Name a channel of an instrument."""
    return {"instType": TYPES[venue], "channel": channel, "instId": name}


async def request(peer: Peer, op: str, *args: Arg) -> list[Any]:
    """Subscribe or unsubscribe and return what is answered to each argument."""
    seen = len(events(peer))
    await peer.ws.send_json({"op": op, "args": [*args]})
    await wait_until(lambda: len(events(peer)) >= seen + len(args), "an answer to every argument")
    return events(peer)[seen:]


def events(peer: Peer) -> list[Any]:
    """Return every acknowledgement and error."""
    return [frame for frame in peer.frames if isinstance(frame, dict) and "event" in frame]


def pushes(peer: Peer, channel: str, name: str | None = None) -> list[Any]:
    """Return every push of a channel, of one instrument or all."""
    found = [frame for frame in peer.frames if isinstance(frame, dict) and "data" in frame]
    return [f for f in found if f["arg"]["channel"] == channel and name in (None, f["arg"]["instId"])]


def joined(frames: list[Any]) -> tuple[dict[str, str], dict[str, str], int]:
    """Put a book together by the documented rules; AssertionError where numbers or checksums do not fit.

    Prices and sizes stay as written: the checksum is one of texts.
    """
    bids: dict[str, str] = {}
    asks: dict[str, str] = {}
    last = 0
    for frame in frames:
        (row,) = frame["data"]
        if frame["action"] == "snapshot":
            bids, asks = dict(row["bids"]), dict(row["asks"])
            assert (row["checksum"], row["pseq"]) == (0, 0)
        else:
            assert row["pseq"] in (last, 0), "a gap"
            for side, levels in ((bids, row["bids"]), (asks, row["asks"])):
                side |= dict(levels)
                for price in [price for price, size in levels if size == "0"]:
                    del side[price]
            assert row["checksum"] == _checksum(bids, asks), "another book"
        last = row["seq"]
    return bids, asks, last


def _checksum(bids: dict[str, str], asks: dict[str, str]) -> int:
    best_bids = sorted(bids.items(), key=lambda level: -float(level[0]))[:25]
    best_asks = sorted(asks.items(), key=lambda level: float(level[0]))[:25]
    text = ""
    for n in range(25):
        for side in (best_bids, best_asks):
            text += "".join(f"{price}:{size}:" for price, size in side[n : n + 1])
    return int.from_bytes(zlib.crc32(text.removesuffix(":").encode()).to_bytes(4), signed=True)
