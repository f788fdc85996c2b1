"""What ends the engine: being told to, or work that keeps failing; not work that had nothing to do."""

import asyncio

import pytest

from arbwatch.engine.engine import until


async def nothing() -> None:
    return


async def breaks() -> None:
    raise ValueError("broken")


async def test_work_that_returns_ends_nothing() -> None:
    told = asyncio.Event()
    stopped, task = asyncio.ensure_future(told.wait()), asyncio.create_task(nothing())
    waiting = asyncio.create_task(until(stopped, [task]))
    await task
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()
    told.set()
    await asyncio.wait_for(waiting, 5)


async def test_work_that_fails_is_told() -> None:
    stopped = asyncio.ensure_future(asyncio.Event().wait())
    with pytest.raises(ValueError, match="broken"):
        await until(stopped, [asyncio.create_task(nothing()), asyncio.create_task(breaks())])
    stopped.cancel()
