"""What Bitget forbids is forbidden here: messages, subscriptions, channels, connections, age, silence."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from arbwatch.simulator.bitget import BitgetSpot
from tests.simulator.bitget_world import PUBLIC, SPOT, arg, events, pushes, request, world
from tests.simulator.conftest import Outside, Peer, wait_until


@pytest.fixture
async def bitget() -> AsyncIterator[Outside]:
    async with world() as found:
        yield found


async def test_a_text_ping_is_answered_and_nothing_else_keeps_a_connection() -> None:
    async with world(time_scale=120) as bitget:
        silent, talking = await bitget.connect(SPOT, PUBLIC), await bitget.connect(SPOT, PUBLIC)
        await request(silent, "subscribe", arg(SPOT, "books1", "BTCUSDT"))

        async def beat(peer: Peer, text: str | None) -> None:
            while not peer.ended:
                await (peer.ws.ping() if text is None else peer.ws.send_str(text))
                await asyncio.sleep(0.15)

        tasks = [asyncio.create_task(beat(silent, None)), asyncio.create_task(beat(talking, "ping"))]
        await wait_until(lambda: silent.ended, "the cut after two minutes without a text ping")
        assert silent.pongs
        assert pushes(silent, "books1")
        assert not talking.ended
        assert set(talking.texts) == {"pong"}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_connection_lives_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BitgetSpot, "limits", BitgetSpot.limits._replace(idle_s=None))
    async with world(time_scale=86_400) as bitget:
        peer = await bitget.connect(SPOT, PUBLIC)
        await wait_until(lambda: peer.ended, "the end of the day")
        assert peer.closed == 1001


async def test_an_eleventh_message_within_a_second_ends_the_connection(bitget: Outside) -> None:
    peer = await bitget.connect(SPOT, PUBLIC)
    for _ in range(11):
        await peer.ws.send_str("ping")
    await wait_until(lambda: peer.ended, "the end")
    assert peer.texts.count("pong") <= 10


async def test_more_channels_than_a_thousand_end_the_connection(
    bitget: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arbwatch.simulator.bitget.CHANNELS", 3)
    peer = await bitget.connect(SPOT, PUBLIC)
    await request(peer, "subscribe", *(arg(SPOT, "books1", bitget.symbol(SPOT, rank)) for rank in range(3)))
    assert not peer.ended
    await peer.ws.send_json({"op": "subscribe", "args": [arg(SPOT, "books1", bitget.symbol(SPOT, 3))]})
    await wait_until(lambda: peer.ended, "the end")
    assert (events(peer)[-1]["code"], peer.closed) == (30007, 1008)


async def test_240_subscriptions_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BitgetSpot, "limits", BitgetSpot.limits._replace(frames_per_second=None))
    async with world() as bitget:
        peer = await bitget.connect(SPOT, PUBLIC)
        for _ in range(241):
            await peer.ws.send_json({"op": "subscribe", "args": [arg(SPOT, "books1", "NOPEUSDT")]})
        told = await wait_until(lambda: len(events(peer)) == 241 and events(peer), "every answer")
        assert [event["code"] for event in told] == [30001] * 240 + [30006]
        assert not peer.ended


async def test_300_connections_in_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (BitgetSpot.limits.connects, BitgetSpot.limits.connects_s) == (300, 300.0)
    monkeypatch.setattr(BitgetSpot, "limits", BitgetSpot.limits._replace(connects=2))
    async with world() as bitget:
        for _ in range(2):
            await bitget.connect(SPOT, PUBLIC)
        with pytest.raises(aiohttp.WSServerHandshakeError) as turned:
            await bitget.connect(SPOT, PUBLIC)
        assert turned.value.status == 429
