"""A REST server whose answers a test writes down in advance."""

import ssl
from collections.abc import Awaitable, Callable

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """Serve the answers in order; the last one stays."""

    def __init__(self, *answers: web.Response | Answer) -> None:
        self.answers = list(answers)
        self.asked: list[web.Request] = []
        self.url = ""
        self._runner = web.AppRunner(self._app(), shutdown_timeout=0.1)

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._serve)
        return app

    async def start(self, context: ssl.SSLContext | None = None) -> "Rest":
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined] # asyncio's server has sockets
        self.url = f"{'https' if context else 'http'}://localhost:{port}"
        return self

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, web.Response):
            body = answer.body
            return web.Response(
                status=answer.status,
                body=body,
                headers={k: v for k, v in answer.headers.items() if k != "Content-Length"},
            )
        return await answer(request)
