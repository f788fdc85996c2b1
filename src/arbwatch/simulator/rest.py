"""Answer REST requests of one venue: its protocol's answers, faults, gzip."""

import asyncio
from collections import Counter

import msgspec
from aiohttp import web

from arbwatch.simulator.faults import Faults
from arbwatch.simulator.protocol import Answer, Venue, spoil


class Rest:
    """The REST side of one venue."""

    def __init__(self, protocol: Venue, faults: Faults, flowing: asyncio.Event) -> None:
        """Answer while `flowing` is set; wait while it is not."""
        self.protocol, self.faults, self.flowing = protocol, faults, flowing
        self.counts: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        path = request.path
        self.counts[path] += 1
        await self.flowing.wait()
        if fault := self.faults.use("slow_rest", path=path):
            await asyncio.sleep(float(fault["seconds"] or 10))
        if fault := self.faults.use("rest_status", path=path):
            return written(self.protocol.refusal(int(fault["status"] or 500), fault["retry_after"]))
        if request.method != "GET":
            return written(self.protocol.refusal(404))
        answer = self.protocol.answer(path, request.query)
        if answer.status == 200:
            self._distort(path, answer)
        response = written(answer)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    def _distort(self, path: str, answer: Answer) -> None:
        """Change an answer in place, as the faults in force have it."""
        if not self.faults.standing:
            return
        listing = self.protocol.listing_rows(path, answer.body)
        if listing is not None:
            if self.faults.find("bad_listing_row"):
                bad = self.protocol.bad_rows
                listing[:] = [*bad[:2], *listing, *bad[2:]]
        elif (rows := self.protocol.rows(answer.body)) and self.faults.use("wrong_types"):
            spoil(rows)


def written(answer: Answer) -> web.Response:
    """Write an answer as HTTP has it."""
    if isinstance(answer.body, str):
        return web.Response(
            status=answer.status, text=answer.body, content_type="text/html", headers=dict(answer.headers)
        )
    body = msgspec.json.encode(answer.body)
    return web.Response(status=answer.status, body=body, content_type="application/json", headers=dict(answer.headers))
