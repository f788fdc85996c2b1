import asyncio

import pytest

from arbwatch.engine import supervise as module
from arbwatch.engine.supervise import TaskFailedError, supervise


async def test_work_that_fails_twice_is_restarted_and_then_returns() -> None:
    attempts: list[int] = []

    async def work() -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("broken")

    await supervise("work", work, pause_s=0)
    assert len(attempts) == 3


async def test_work_that_keeps_failing_ends_with_its_cause() -> None:
    async def work() -> None:
        raise ValueError("broken for good")

    with pytest.raises(TaskFailedError, match="reading failed 6 times") as caught:
        await supervise("reading", work, pause_s=0)
    assert isinstance(caught.value.__cause__, ValueError)
    assert module.RESTARTS == 5


async def test_cancelling_is_not_a_failure() -> None:
    started = asyncio.Event()

    async def work() -> None:
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(supervise("waiting", work))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
