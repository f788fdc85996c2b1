"""Everything a pool needs around it: a server, a sink, and a check that nothing is left behind."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from arbwatch.net.http import Http
from arbwatch.net.pool import Pool
from tests.net.script import Seen, Server, Toy

MakePool = Callable[..., Awaitable[Pool]]


async def wait_until(condition: Callable[[], Any], within_s: float = 5.0) -> None:
    """Return when the condition holds; fail when it does not in time."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail("the condition did not come true in time")
        await asyncio.sleep(0.005)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Return a server on a free port."""
    it = await Server().start()
    yield it
    await it.stop()


@pytest.fixture
def seen() -> Seen:
    """Return a sink that keeps everything."""
    return Seen()


@pytest.fixture
async def pool(server: Server, seen: Seen) -> AsyncIterator[MakePool]:
    """Return a maker of started pools that are stopped at the end, leaving no task behind."""
    pools: list[Pool] = []
    clients: list[Http] = []

    async def make(venue: type[Toy] = Toy, **changes: Any) -> Pool:
        options = server.options(**changes)
        clients.append(Http(venue, options))
        pools.append(Pool(venue, options, seen, clients[-1], rng=random.Random(7)))
        await pools[-1].start()
        return pools[-1]

    yield make
    for each in pools:
        await each.stop()
    for client in clients:
        await client.close()
    await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left, left
