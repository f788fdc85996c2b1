"""REST over CONNECT for plain addresses too, as WebSocket does it; a local venue behind a proxy is reached alike."""

import asyncio
from typing import Any

import aiohttp
from python_socks.async_.asyncio import Proxy


class Tunnel(aiohttp.TCPConnector):
    """Open every connection through a proxy's CONNECT. For `http://` addresses: aiohttp asks CONNECT for the others."""

    def __init__(self, proxy: str, *, limit: int) -> None:
        super().__init__(limit=limit)
        self._proxy = proxy

    async def _create_direct_connection(
        self, req: aiohttp.ClientRequest, *_: Any, **__: Any
    ) -> tuple[asyncio.Transport, Any]:
        sock = await Proxy.from_url(self._proxy).connect(req.url.host or "", req.url.port or 80)
        return await self._loop.create_connection(self._factory, sock=sock)
