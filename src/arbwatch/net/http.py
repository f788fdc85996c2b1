"""REST with a venue's budget in mind: one caller per venue that waits, retries a little, and never storms."""

import asyncio
import logging
import random
import ssl
from collections.abc import Generator, Mapping
from time import time_ns
from types import SimpleNamespace
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp
from python_socks import ProxyError

from arbwatch import __version__
from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Request, Response
from arbwatch.net.hosts import Hosts
from arbwatch.net.names import Names
from arbwatch.net.options import Connect, State
from arbwatch.net.pacing import Window
from arbwatch.net.reach import SECOND, Trouble, TrustError, proxy_for, refusal, tls, trouble
from arbwatch.net.tunnel import Tunnel

log = logging.getLogger(__name__)

HttpState = State
T = TypeVar("T")
TRIES = 3
PARALLEL = 8
CHUNK = 64 * 1024
PATIENCE_S = 120.0
"""A request waits out a throttling of this length; a longer one refuses it."""


class RefusedError(Exception):
    """A request was refused, or not even tried because of an earlier refusal; `args[0]` is the sentence."""

    def __init__(self, words: str, state: HttpState, retry_at: int | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.state: HttpState = state
        self.retry_at = retry_at
        """UTC ns from which on asking makes sense; None where nobody said."""


class _AnswerError(Exception):
    def __init__(self, found: Trouble, *, again: bool = True) -> None:
        super().__init__(found.words)
        self.found = found
        self.again = again and found.state in ("failing", "throttled", "unreachable")


class Http:
    """Make one venue's REST requests. `state` and `words` tell how it stands with it."""

    def __init__(self, venue: type[Venue], options: Connect, *, rng: random.Random | None = None) -> None:
        self.venue = venue
        self.options = options
        self.state: HttpState = "ok"
        self.words = ""
        self.requests = 0
        self.errors = 0
        self.hosts = Hosts(options.rest_url, options.rest_mirrors)
        self._rng = rng or random.Random()
        self._budget = Window(venue.limits.weight, venue.limits.weight_window_s)
        self._retry_at = 0
        self._client: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def used_weight(self) -> int:
        """Return what was spent of the budget within the present window."""
        return round(self._budget.used)

    async def fetch(self, request: Request) -> Response:
        """Make one request within the budget; a status that is no refusal is returned as it is.

        Raises RefusedError when the venue refuses, is not reached, or is not to be asked at this time.
        """
        found = Trouble("failing", "not tried")
        for attempt in range(TRIES):
            if attempt and found.state != "throttled":
                await asyncio.sleep(self.options.retry_s * 2.0 ** (attempt - 1) * self._rng.uniform(0.5, 1.5))
            answer = await self._anywhere(request)
            if isinstance(answer, Response):
                return answer
            found = answer.found
            if not answer.again:
                break
        raise RefusedError(found.words, found.state, found.retry_at)

    async def _anywhere(self, request: Request) -> "Response | _AnswerError":
        """Ask one host after the other, until one answers or says what another would say as well."""
        told: _AnswerError | None = None
        for base in self.hosts.order():
            await self._gate()
            await self._budget.take(request.weight)
            try:
                response = await self._once(request, base)
            except _AnswerError as refused:
                answer = refused
            else:
                self.hosts.answered(base)
                self._recovered()
                return response
            if self.hosts.news(base, told=told is not None) or not answer.found.elsewhere:
                told = answer
                answer.found = self._note(answer.found)
            if not answer.found.elsewhere:
                break
            self.hosts.failed(base, answer.found.words)
        return told or _AnswerError(Trouble("failing", "not tried"))

    async def run(self, flow: Generator[Request, Response, T]) -> T:
        """Drive a flow to its end: fetch what it yields, hand back the answers, return its result.

        Raises RefusedError as `fetch` does, and where the flow cannot read an answer or finds a refusal in it.
        """
        try:
            request = next(flow)
            while True:
                request = flow.send(await self.fetch(request))
        except StopIteration as end:
            result: T = end.value
            return result
        except VenueError as no:
            found = Trouble("throttled" if no.throttled else "failing", str(no))
            if no.throttled:
                found = self._note(found)
            raise RefusedError(found.words, found.state, found.retry_at) from no
        except DecodeError as problem:
            raise RefusedError(str(problem), "failing") from problem
        finally:
            flow.close()

    async def close(self) -> None:
        """Close all connections; requests after this are refused."""
        self._closed = True
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _gate(self) -> None:
        if self._closed:
            raise RefusedError("the program is stopping", "unreachable")
        while (pause := self._retry_at - time_ns()) > 0:
            if self.state != "throttled" or pause > PATIENCE_S * SECOND:
                raise RefusedError(self.words, self.state, self._retry_at)
            await asyncio.sleep(pause / SECOND + self._rng.uniform(0, 0.05))

    async def _once(self, request: Request, base: str) -> Response:
        url = base + request.path
        self.requests += 1
        stamps = SimpleNamespace(sent=time_ns())
        try:
            async with self._session().request(
                request.method,
                url,
                params=request.params or None,
                data=request.body,
                headers=dict(request.headers),
                proxy=proxy_for(self.options, url) if url.startswith("https:") else None,
                allow_redirects=False,
                trace_request_ctx=stamps,
            ) as answer:
                self._sync(answer.headers)
                if (found := refusal(answer.status, answer.headers, urlsplit(url).hostname or url)) is not None:
                    await self._tell_refusal(request, answer, stamps.sent)
                    raise _AnswerError(found)
                body = await self._body(answer, url)
                response = Response(answer.status, body, stamps.sent, time_ns())
                if self.options.tap is not None:
                    self.options.tap.fetched(request, str(answer.url), response)
                return response
        except (aiohttp.ClientError, ProxyError, OSError, TimeoutError) as problem:
            untrusted = isinstance(problem, ssl.SSLError | TrustError)
            raise _AnswerError(trouble(problem, url, self.options), again=not untrusted) from problem

    async def _tell_refusal(self, request: Request, answer: aiohttp.ClientResponse, sent: int) -> None:
        if self.options.tap is not None:
            body = await answer.content.read(CHUNK)
            self.options.tap.fetched(request, str(answer.url), Response(answer.status, body, sent, time_ns()))

    async def _body(self, answer: aiohttp.ClientResponse, url: str) -> bytes:
        parts, size = [], 0
        async for chunk in answer.content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > self.options.body_limit:
                limit = self.options.body_limit
                words = f"the answer of {url} is larger than {limit} bytes; nothing of it was read"
                raise _AnswerError(Trouble("failing", words), again=False)
            parts.append(chunk)
        body = b"".join(parts)
        if answer.content_type == "text/html" or body[:1] == b"<":
            raise _AnswerError(Trouble("failing", f"{url} answers with a web page instead of data; trying again"))
        return body

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_stamp_sent)
            timeout = aiohttp.ClientTimeout(
                total=self.options.request_timeout_s, sock_connect=self.options.connect_timeout_s
            )
            self._client = aiohttp.ClientSession(
                connector=self._connector(),
                timeout=timeout,
                headers={"User-Agent": f"arbwatch/{__version__}"},
                trace_configs=[trace],
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._client

    def _connector(self) -> aiohttp.TCPConnector:
        proxy = proxy_for(self.options, self.options.rest_url)
        if proxy and self.options.rest_url.startswith("http:"):
            return Tunnel(proxy, limit=PARALLEL)
        return aiohttp.TCPConnector(ssl=tls(self.options), limit=PARALLEL, resolver=Names())

    def _sync(self, headers: Mapping[str, str]) -> None:
        name = self.venue.limits.weight_header
        if name and (told := headers.get(name)):
            try:
                self._budget.told(float(told))
            except ValueError:
                log.debug("%s: %s is not a number: %r", self.venue.id, name, told)

    def _note(self, found: Trouble) -> Trouble:
        self.errors += 1
        pause_s = self._pause_s(found.state)
        if pause_s is not None:
            retry_at = found.retry_at or time_ns() + round(pause_s * SECOND)
            self._retry_at = max(self._retry_at, retry_at)
            found = Trouble(found.state, found.words, self._retry_at, found.elsewhere)
        if self.state != found.state:
            log.warning("%s: %s", self.venue.id, found.words)
        self.state, self.words = found.state, found.words
        return found

    def _pause_s(self, state: HttpState) -> float | None:
        if state in ("blocked", "forbidden"):
            return self.options.blocked_retry_s * self._rng.uniform(1.0, 1.5)
        if state == "banned":
            return max(120.0, self.venue.limits.weight_window_s)
        return self.venue.limits.weight_window_s if state == "throttled" else None

    def _recovered(self) -> None:
        if self.state != "ok" and time_ns() >= self._retry_at:
            log.info("%s: answers again", self.venue.id)
            self.state, self.words = "ok", ""


async def _stamp_sent(
    _client: aiohttp.ClientSession, context: SimpleNamespace, _event: aiohttp.TraceRequestHeadersSentParams
) -> None:
    context.trace_request_ctx.sent = time_ns()
