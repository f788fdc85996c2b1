"""Open one WebSocket: name, proxy, TLS and upgrade, within one time limit and without leftovers."""

import asyncio
import logging
import socket
import ssl
from urllib.parse import urlsplit

from picows import WSListener, ws_connect
from picows.url import WSParsedURL

from arbwatch.net.names import lookup
from arbwatch.net.options import Connect
from arbwatch.net.reach import proxy_for

MAX_FRAME = 16 * 1024 * 1024

wire = logging.getLogger(f"{__name__}.wire")
wire.setLevel(logging.WARNING)


async def dial(url: str, listener: WSListener, options: Connect, context: ssl.SSLContext) -> None:
    """Open `url` and hand it to `listener`.

    Raises TimeoutError, OSError, ssl.SSLError, a picows error or a proxy error; `reach.trouble` puts them into words.
    """
    proxy = proxy_for(options, url)
    opened: list[socket.socket] = []

    async def connected(target: WSParsedURL) -> socket.socket:
        opened.append(await _socket(target.host, target.port))
        return opened[0]

    try:
        async with asyncio.timeout(options.connect_timeout_s):
            _, answered = await ws_connect(
                lambda _request, _response: listener,
                url,
                ssl_context=context,
                proxy=proxy,
                proxy_ssl_context=context if proxy and urlsplit(proxy).scheme == "https" else None,
                socket_factory=connected,
                websocket_handshake_timeout=None,
                enable_auto_ping=False,
                enable_auto_pong=False,
                max_frame_size=MAX_FRAME,
                max_redirects=0,
                use_aiofastnet=False,
                logger_name=wire,
            )
    except BaseException:
        for sock in opened:
            _hang_up(sock)
        raise
    if answered is None:
        raise ConnectionResetError("closed during the handshake")


async def _socket(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    problem = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in await lookup(host, port):
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, address)
        except OSError as failed:
            sock.close()
            problem = failed
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise problem


def _hang_up(sock: socket.socket) -> None:
    # The transport owns the descriptor by now; shutting down makes it close on its own.
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        sock.close()
