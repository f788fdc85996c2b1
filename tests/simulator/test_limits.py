"""What the venues forbid is forbidden here: frames, streams, connections, age, silence."""

import aiohttp
import pytest

from arbwatch.simulator import running
from arbwatch.simulator.binance_perp import BinancePerp
from arbwatch.simulator.binance_spot import BinanceSpot
from tests.simulator.conftest import SMALL, Outside, Peer, wait_until

SPOT, PERP = "binance_spot", "binance_perp"


@pytest.mark.parametrize(("venue", "path", "limit"), [(SPOT, "/ws", 5), (PERP, "/public/ws", 10)])
async def test_too_many_frames_a_second_end_the_connection(outside: Outside, venue: str, path: str, limit: int) -> None:
    peer = await outside.connect(venue, path)
    for n in range(limit - 1):
        await peer.ws.send_json({"method": "LIST_SUBSCRIPTIONS", "id": n})
    await peer.ws.ping()
    await wait_until(lambda: len(peer.frames) == limit - 1, "answers within the limit")
    assert not peer.ended
    await peer.ws.ping()
    await wait_until(lambda: peer.ended, "the end")
    assert peer.closed == 1008


@pytest.mark.parametrize(("venue", "path", "limit"), [(SPOT, "/ws", 1024), (PERP, "/public/ws", 200)])
async def test_too_many_streams_end_the_connection(outside: Outside, venue: str, path: str, limit: int) -> None:
    peer = await outside.connect(venue, path)
    names = [f"coin{n}usdt@bookTicker" for n in range(limit)]
    assert (await peer.ask("SUBSCRIBE", *names))["result"] is None
    await peer.ws.send_json({"method": "SUBSCRIBE", "params": ["onemoreusdt@bookTicker"], "id": 9})
    await wait_until(lambda: peer.ended, "the end")
    assert peer.closed == 1008


async def test_too_many_connections_are_refused(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BinanceSpot, "limits", BinanceSpot.limits._replace(connects=3))
    for _ in range(3):
        await outside.connect(SPOT, "/ws")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await outside.connect(SPOT, "/ws")
    assert refused.value.status == 429


async def test_a_missing_pong_ends_the_connection_and_an_answered_ping_does_not() -> None:
    async with running(time_scale=100, **SMALL) as simulator, aiohttp.ClientSession() as session:
        outside = Outside(simulator, session)
        deaf = await outside.connect(SPOT, "/ws", answer_pings=False)
        good = await outside.connect(SPOT, "/ws")
        await wait_until(lambda: deaf.ended, "the end of the silent one")
        assert deaf.closed == 1008
        assert good.pings >= 3
        assert not good.ended
        await good.end()


async def test_a_connection_lives_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    # At this pace a pong is due within milliseconds and a few at once are too many in a second: a busy machine
    # cannot promise either.
    limits = BinancePerp.limits._replace(pong_s=float("inf"), frames_per_second=None)
    monkeypatch.setattr(BinancePerp, "limits", limits)
    async with running(time_scale=86_400, **SMALL) as simulator, aiohttp.ClientSession() as session:
        peer: Peer = await Outside(simulator, session).connect(PERP, "/public/ws")
        await wait_until(lambda: peer.ended, "the end of the day")
        assert peer.closed == 1001


async def test_a_client_that_does_not_read_holds_up_nobody(outside: Outside) -> None:
    symbol = outside.symbol(SPOT)
    lazy = await outside.connect(SPOT, f"/ws/{symbol.lower()}@bookTicker")
    lazy._task.cancel()
    eager = await outside.connect(SPOT, f"/ws/{symbol.lower()}@bookTicker")
    await wait_until(lambda: len(eager.pushed(symbol)) > 30, "quotes for the one that reads")
