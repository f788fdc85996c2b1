"""Look names up without ever holding up the end of the program."""

import asyncio
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]


async def lookup(host: str, port: int, family: int = socket.AF_UNSPEC) -> list[Address]:
    """Return the addresses of a name as `socket.getaddrinfo` does; raises socket.gaierror.

    A lookup can hang for half a minute where a network swallows it. The loop's own pool of threads is joined at the
    end of the program; a daemon thread is not.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def deliver(found: list[Address] | None, problem: OSError | None) -> None:
        if answer.done():
            return
        if problem is not None:
            answer.set_exception(problem)
        else:
            answer.set_result(found or [])

    def ask() -> None:
        found: list[Any] | None = None
        problem: OSError | None = None
        try:
            found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        except UnicodeError:
            problem = socket.gaierror(socket.EAI_NONAME, "not a name")
        except OSError as failed:
            problem = failed
        try:
            loop.call_soon_threadsafe(deliver, found, problem)
        except RuntimeError:
            return  # The loop has been closed; nobody waits.

    threading.Thread(target=ask, name=f"lookup {host}", daemon=True).start()
    return await answer


class Names(AbstractResolver):
    """Let REST look names up the same way."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name in the shape that aiohttp wants; raises OSError."""
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in await lookup(host, port, family)
        ]

    async def close(self) -> None:
        """Release nothing."""
