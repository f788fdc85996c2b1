"""REST within the budget; every refusal becomes a state in words, and none a storm."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic, time_ns
from typing import Any

import msgspec
import pytest
from aiohttp import web

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Request, Response
from arbwatch.net.http import Http, RefusedError
from arbwatch.net.options import Connect
from tests.net.rest import Answer, Rest
from tests.net.script import Toy

OK = web.Response(body=b'{"ok":1}', content_type="application/json")
Make = Callable[..., Awaitable[tuple[Http, Rest]]]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[Any] = []

    async def it(*answers: web.Response | Answer, venue: type[Toy] = Toy, **changes: Any) -> tuple[Http, Rest]:
        rest = await Rest(*answers).start()
        facts: dict[str, Any] = {
            "rest_url": rest.url,
            "ws_url": "ws://127.0.0.1:1",
            "retry_s": 0.01,
            "request_timeout_s": 0.5,
        } | changes
        http = Http(venue, Connect(**facts))
        made.append((http, rest))
        return http, rest

    yield it
    for http, rest in made:
        await http.close()
        await rest.stop()


async def refused(http: Http, request: Request | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        await http.fetch(request or Request("/x"))
    assert caught.value.args[0] == caught.value.words
    return caught.value


async def test_a_request_goes_out_as_written_and_the_answer_comes_back_stamped(make: Make) -> None:
    http, rest = await make(OK)
    before = time_ns()
    request = Request("/api/v3/depth", (("symbols", '["BTCUSDT","币安USDT"]'),), headers=(("X-A", "b"),))
    response = await http.fetch(request)
    assert (response.status, response.body) == (200, b'{"ok":1}')
    assert before < response.sent <= response.received <= time_ns()
    assert rest.asked[0].path == "/api/v3/depth" and rest.asked[0].headers["X-A"] == "b"
    assert json.loads(rest.asked[0].query["symbols"]) == ["BTCUSDT", "币安USDT"]
    assert (http.state, http.words, http.requests, http.errors) == ("ok", "", 1, 0)


async def test_an_answer_that_is_no_refusal_is_handed_over_as_it_is(make: Make) -> None:
    http, rest = await make(web.Response(status=400, body=b'{"code":-1121,"msg":"Invalid symbol."}'))
    response = await http.fetch(Request("/x"))
    assert response.status == 400 and b"-1121" in response.body
    assert len(rest.asked) == 1 and http.state == "ok"


async def test_gzip_is_unpacked(make: Make) -> None:
    async def packed(request: web.Request) -> web.Response:
        assert "gzip" in request.headers["Accept-Encoding"]
        answer = web.Response(body=b"[" + b"1," * 10_000 + b"1]", content_type="application/json")
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    http, _ = await make(packed)
    assert len((await http.fetch(Request("/x"))).body) == 20_003


async def test_a_flow_is_driven_to_its_end(make: Make) -> None:
    def flow() -> Generator[Request, Response, bytes]:
        first = yield Request("/one")
        second = yield Request("/two")
        return first.body + second.body

    http, rest = await make(OK)
    assert await http.run(flow()) == b'{"ok":1}{"ok":1}'
    assert [request.path for request in rest.asked] == ["/one", "/two"]


async def test_a_refusal_ends_a_flow(make: Make) -> None:
    ended: list[str] = []

    def flow() -> Generator[Request, Response, None]:
        try:
            yield Request("/one")
        finally:
            ended.append("closed")

    http, _ = await make(web.Response(status=418))
    with pytest.raises(RefusedError):
        await http.run(kept := flow())
    assert kept is not None
    assert ended == ["closed"]


async def test_a_body_that_says_too_often_slows_down_like_a_status_does(make: Make) -> None:
    def flow() -> Generator[Request, Response, None]:
        yield Request("/one")
        raise VenueError("/one was refused with HTTP 200: too often (code 510)", throttled=True)

    http, rest = await make(OK)
    with pytest.raises(RefusedError, match="too often") as refused:
        await http.run(flow())
    assert refused.value.state == http.state == "throttled"
    assert refused.value.retry_at is not None and "too often" in http.words
    assert len(rest.asked) == 1


class Tight(Toy):
    limits = msgspec.structs.replace(Toy.limits, weight=10, weight_window_s=0.3)


async def test_requests_wait_for_the_budget(make: Make) -> None:
    http, rest = await make(OK, venue=Tight)
    start = monotonic()
    await asyncio.gather(*(http.fetch(Request("/x", weight=4)) for _ in range(6)))
    assert monotonic() - start >= 0.6
    assert len(rest.asked) == 6 and http.used_weight <= 10


async def test_the_venues_own_count_is_believed(make: Make) -> None:
    http, _ = await make(web.Response(body=b"1", headers={"X-Used": "10"}), venue=Tight)
    await http.fetch(Request("/x"))
    assert http.used_weight == 10
    start = monotonic()
    await http.fetch(Request("/x"))
    assert monotonic() - start > 0.2


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_too_many_requests_waits_as_long_as_the_venue_says(make: Make, form: str) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    value = "0.4" if form == "seconds" else format_datetime(soon, usegmt=True)
    http, rest = await make(web.Response(status=429, headers={"Retry-After": value}), OK, venue=Tight)
    start = monotonic()
    waiting = [asyncio.ensure_future(http.fetch(Request("/x"))) for _ in range(2)]
    await asyncio.sleep(0.2)
    assert http.state == "throttled" and "HTTP 429" in http.words
    assert len(rest.asked) <= 2
    assert [(await each).status for each in waiting] == [200, 200]
    assert monotonic() - start >= (0.4 if form == "seconds" else 0.9)
    assert (http.state, http.words) == ("ok", "")


async def test_being_throttled_for_hours_refuses_instead_of_hanging(make: Make) -> None:
    http, rest = await make(web.Response(status=429, headers={"Retry-After": "7200"}))
    found = await refused(http)
    assert found.state == "throttled" and found.retry_at is not None
    assert 7100e9 < found.retry_at - time_ns() < 7300e9
    assert len(rest.asked) == 1


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [(418, "banned", "shut us out"), (403, "forbidden", "firewall"), (451, "blocked", "permitted network")],
)
async def test_a_closed_door_is_not_knocked_at_again(make: Make, status: int, state: str, word: str) -> None:
    http, rest = await make(web.Response(status=status, body=b"<html>no</html>", content_type="text/html"))
    found = await refused(http)
    assert (found.state, http.state) == (state, state)
    assert word in found.words and f"HTTP {status}" in found.words
    assert found.retry_at is not None and found.retry_at > time_ns() + 60e9
    for _ in range(5):
        assert (await refused(http)).state == state
    assert len(rest.asked) == 1


async def test_a_ban_ends_when_the_venue_says(make: Make) -> None:
    http, rest = await make(web.Response(status=418, headers={"Retry-After": "0.2"}), OK)
    found = await refused(http)
    assert found.retry_at is not None
    assert (await refused(http)).state == "banned"
    await asyncio.sleep(max(0.0, (found.retry_at - time_ns()) / 1e9))
    assert (await http.fetch(Request("/x"))).status == 200
    assert http.state == "ok" and len(rest.asked) == 2


@pytest.mark.parametrize(
    "bad",
    [
        web.Response(status=503),
        web.Response(body=b"<html>sorry</html>", content_type="text/html"),
        web.Response(body=b"<!doctype html>", content_type="application/json"),
        web.Response(status=302, headers={"Location": "/else"}),
    ],
    ids=["503", "html", "html that says json", "redirect"],
)
async def test_a_failing_venue_is_tried_a_little(make: Make, bad: web.Response) -> None:
    http, rest = await make(bad, bad, OK)
    assert (await http.fetch(Request("/x"))).status == 200
    assert (len(rest.asked), http.errors, http.state) == (3, 2, "ok")
    rest.answers = [bad]
    found = await refused(http)
    assert (found.state, http.state, len(rest.asked)) == ("failing", "failing", 6)
    assert http.words and not http.words.startswith(http.state)


async def test_a_slow_venue_is_not_waited_for_and_blocks_no_other_request(make: Make) -> None:
    async def slow(request: web.Request) -> web.Response:
        if request.path == "/slow":
            await asyncio.sleep(5)
        return web.Response(body=b"1")

    http, rest = await make(slow, request_timeout_s=0.15)
    late = asyncio.ensure_future(http.fetch(Request("/slow")))
    await asyncio.sleep(0.02)
    assert (await http.fetch(Request("/fast"))).status == 200
    with pytest.raises(RefusedError, match="no answer from localhost in time") as caught:
        await late
    assert caught.value.state == "unreachable"
    assert [request.path for request in rest.asked].count("/slow") == 3


async def test_a_body_without_end_is_cut_off(make: Make) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(1000):
            await answer.write(b"x" * 10_000)
        return answer

    http, rest = await make(endless, body_limit=100_000)
    found = await refused(http)
    assert "larger than 100000 bytes" in found.words and len(rest.asked) == 1


async def test_a_refused_connection_and_an_unknown_name_are_said_in_words() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        http = Http(Toy, Connect(f"http://127.0.0.1:{port}", "ws://x", retry_s=0.01))
        found = await refused(http)
        assert found.state == "unreachable" and "127.0.0.1 refuses connections" in found.words
        await http.close()
    http = Http(Toy, Connect("http://no-such-host.invalid", "ws://x", retry_s=0.01))
    assert "the name of no-such-host.invalid cannot be looked up (DNS)" in (await refused(http)).words
    await http.close()


async def test_after_close_requests_are_refused(make: Make) -> None:
    http, _ = await make(OK)
    await http.close()
    assert "stopping" in (await refused(http)).words


@pytest.mark.parametrize("problem", [DecodeError, VenueError])
async def test_an_answer_that_reads_as_a_refusal_is_one(make: Make, problem: type[Exception]) -> None:
    def flow() -> Generator[Request, Response, None]:
        yield Request("/x")
        raise problem("/x was refused with HTTP 200: Too many visits! (retCode 10006)")

    http, _ = await make(OK)
    with pytest.raises(RefusedError, match="Too many visits") as caught:
        await http.run(flow())
    assert caught.value.state == "failing"
