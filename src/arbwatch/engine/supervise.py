"""Give every task an owner: a failed one is restarted, and one that keeps failing ends the program."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

RESTARTS = 5
WITHIN_S = 60.0
PAUSE_S = 1.0


class TaskFailedError(Exception):
    """A task failed again and again; the cause is chained."""


async def supervise(name: str, work: Callable[[], Awaitable[None]], *, pause_s: float = PAUSE_S) -> None:
    """Run `work` until it returns; restart it when it raises.

    Raises TaskFailedError once it failed more than `RESTARTS` times within `WITHIN_S` seconds.
    """
    loop = asyncio.get_running_loop()
    failures: list[float] = []
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as problem:
            now = loop.time()
            failures = [at for at in failures if now - at < WITHIN_S] + [now]
            if len(failures) > RESTARTS:
                raise TaskFailedError(f"{name} failed {len(failures)} times within {WITHIN_S:.0f} s") from problem
            log.exception("%s failed and is restarted", name)
            await asyncio.sleep(pause_s)
        else:
            return
