"""Proxies, certificates and refusals on the way to a venue, for WebSocket and REST alike."""

import asyncio
import base64
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from arbwatch.connector.wire import Request
from arbwatch.net.http import Http, RefusedError
from arbwatch.net.options import Connect
from arbwatch.net.pool import Pool
from arbwatch.net.reach import masked, proxy_for
from tests.net.conftest import MakePool, wait_until
from tests.net.relay import Relay
from tests.net.rest import Rest
from tests.net.script import Seen, Server, Toy, quotes

OK = web.Response(body=b"1", content_type="application/json")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
async def secure(authority: trustme.CA) -> AsyncIterator[tuple[Server, Rest]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server, rest = await Server().start(context), await Rest(OK).start(context)
    yield server, rest
    await server.stop()
    await rest.stop()


Reach = Callable[..., Awaitable[tuple[Pool, Http]]]


@pytest.fixture
async def reach(secure: tuple[Server, Rest], seen: Seen) -> AsyncIterator[Reach]:
    made: list[tuple[Pool, Http]] = []

    async def make(**changes: Any) -> tuple[Pool, Http]:
        server, rest = secure
        facts = {"rest_url": rest.url, "ws_url": f"wss://localhost:{server.port}", "retry_s": 0.01}
        options = server.options(**(facts | changes))
        http = Http(Toy, options)
        pool = Pool(Toy, options, seen, http, rng=random.Random(3))
        made.append((pool, http))
        await pool.start()
        pool.follow(quotes("BTC"))
        return pool, http

    yield make
    for pool, http in made:
        await pool.stop()
        await http.close()


async def error_of(pool: Pool) -> str:
    await wait_until(lambda: pool.sockets()[0].error)
    return pool.sockets()[0].error or ""


async def test_a_private_authority_is_trusted_when_named(reach: Reach, seen: Seen, ca_file: str) -> None:
    _, http = await reach(ca_file=ca_file)
    await wait_until(lambda: seen.live)
    assert (await http.fetch(Request("/x"))).body == b"1"


async def test_an_unknown_authority_is_refused_in_words(reach: Reach, seen: Seen) -> None:
    pool, http = await reach()
    words = await error_of(pool)
    assert words.startswith("the certificate of localhost is not trusted") and "SSL_CERT_FILE" in words
    with pytest.raises(RefusedError, match="certificate of localhost is not trusted"):
        await http.fetch(Request("/x"))
    assert http.requests == 1 and not seen.live


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_useless_authority_file_is_named(reach: Reach, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    pool, http = await reach(ca_file=str(path))
    words = await error_of(pool)
    with pytest.raises(RefusedError) as caught:
        await http.fetch(Request("/x"))
    for each in (words, caught.value.words):
        assert f"the certificates in {path} cannot be read" in each and "SSL_CERT_FILE" in each
    assert http.requests == 1


async def test_a_certificate_for_another_name_is_refused(
    reach: Reach, secure: tuple[Server, Rest], ca_file: str
) -> None:
    pool, _ = await reach(ca_file=ca_file, ws_url=f"wss://127.0.0.1:{secure[0].port}")
    assert "the certificate of 127.0.0.1 is not trusted" in await error_of(pool)


async def test_both_go_through_the_proxy(
    reach: Reach, secure: tuple[Server, Rest], seen: Seen, ca_file: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    wants = "Basic " + base64.b64encode(b"ann:s3cret").decode()
    async with Relay(wants) as relay:
        pool, http = await reach(ca_file=ca_file, proxy=f"http://ann:s3cret@127.0.0.1:{relay.port}")
        await wait_until(lambda: seen.live)
        assert (await http.fetch(Request("/x"))).body == b"1"
        assert sorted(relay.asked) == sorted([f"localhost:{secure[0].port}", secure[1].url.removeprefix("https://")])
        await pool.stop()
        await http.close()
    assert "s3cret" not in caplog.text


async def test_plain_addresses_go_through_the_proxy_by_connect_as_well(seen: Seen, server: Server) -> None:
    rest = await Rest(OK).start()
    async with Relay() as relay:
        options = server.options(rest_url=rest.url, proxy=f"http://127.0.0.1:{relay.port}")
        http = Http(Toy, options)
        pool = Pool(Toy, options, seen, http)
        await pool.start()
        pool.follow(quotes("BTC"))
        await wait_until(lambda: seen.live)
        assert (await http.fetch(Request("/x"))).body == b"1"
        assert len(relay.asked) == 2
        await pool.stop()
        await http.close()
    await rest.stop()


async def test_a_proxy_that_refuses_is_named_without_its_password(reach: Reach, ca_file: str) -> None:
    async with Relay("Basic other") as relay:
        pool, http = await reach(ca_file=ca_file, proxy=f"http://ann:s3cret@127.0.0.1:{relay.port}")
        words = await error_of(pool)
        with pytest.raises(RefusedError) as caught:
            await http.fetch(Request("/x"))
        await pool.stop()
        await http.close()
    assert caught.value.state == "unreachable"
    for each in (words, caught.value.words):
        assert each.startswith("the proxy ") and "407" in each and "s3cret" not in each


async def test_a_proxy_that_is_not_there_is_named(reach: Reach, ca_file: str) -> None:
    pool, http = await reach(ca_file=ca_file, proxy="http://ann:s3cret@127.0.0.1:1")
    words = await error_of(pool)
    with pytest.raises(RefusedError) as caught:
        await http.fetch(Request("/x"))
    for each in (words, caught.value.words):
        assert "the proxy http://***@127.0.0.1:1 refuses connections" in each


async def test_no_proxy_is_reached_directly(reach: Reach, seen: Seen, ca_file: str) -> None:
    _, http = await reach(ca_file=ca_file, proxy="http://127.0.0.1:1", no_proxy=("localhost",))
    await wait_until(lambda: seen.live)
    assert (await http.fetch(Request("/x"))).body == b"1"


@pytest.mark.parametrize(
    ("entry", "host", "spared"),
    [
        ("binance.com", "api.binance.com", True),
        (".binance.com", "api.binance.com", True),
        ("*.binance.com", "api.binance.com", True),
        ("binance.com", "notbinance.com", False),
        ("*", "anything", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("::1", "[::1]", True),
        (" LOCALHOST ", "localhost", True),
        ("", "localhost", False),
    ],
)
def test_who_is_reached_without_the_proxy(entry: str, host: str, spared: bool) -> None:
    options = Connect("http://a", "ws://a", proxy="http://p:1", no_proxy=("other.example", entry))
    assert (proxy_for(options, f"wss://{host}:9443/ws") is None) == spared


def test_masked_addresses_keep_everything_but_the_secret() -> None:
    assert masked("http://ann:p%40ss@proxy.example:3128") == "http://***@proxy.example:3128"
    assert masked("http://proxy.example:3128") == "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("status", "headers", "cause", "words", "pause_s"),
    [
        (451, {}, "blocked", "the venue refuses this place (HTTP 451); use a permitted network", 500),
        (403, {}, "forbidden", "(HTTP 403)", 500),
        (418, {"Retry-After": "700"}, "banned", "(HTTP 418)", 690),
        (429, {"Retry-After": "30"}, "throttled", "(HTTP 429)", 29),
        (503, {}, "failing", "(HTTP 503)", 0),
        (404, {}, "failing", "does not open a WebSocket at this path (HTTP 404)", 0),
    ],
)
async def test_refusals_at_the_handshake_are_states_in_words(
    server: Server, pool: MakePool, status: int, headers: dict[str, str], cause: str, words: str, pause_s: float
) -> None:
    from time import time_ns

    server.status, server.headers = status, headers
    it = await pool()
    it.follow(quotes("BTC"))
    assert words in await error_of(it)
    shown = it.sockets()[0]
    assert shown.cause == cause and shown.state == "waiting"
    assert shown.retry_at is not None and shown.retry_at >= time_ns() + (pause_s - 1) * 1e9
    if pause_s:
        await asyncio.sleep(0.3)
        assert len(server.attempts) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ws://no-such-host.invalid", "the name of no-such-host.invalid cannot be looked up (DNS)"),
        ("ws://127.0.0.1:1", "127.0.0.1 refuses connections"),
    ],
)
async def test_an_unreachable_venue_is_said_in_words_and_blocks_nothing(pool: MakePool, url: str, words: str) -> None:
    it = await pool(ws_url=url)
    it.follow(quotes("BTC"))
    assert words in await error_of(it)


async def test_a_venue_that_accepts_and_says_nothing_times_out_and_stops_at_once(pool: MakePool) -> None:
    held: list[asyncio.StreamWriter] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    it = await pool(ws_url=f"ws://127.0.0.1:{port}", connect_timeout_s=0.2)
    it.follow(quotes("BTC"))
    assert "no answer from 127.0.0.1 in time" in await error_of(it)
    await wait_until(lambda: len(held) >= 2)
    await it.stop()
    await wait_until(lambda: all(writer.is_closing() for writer in held))
    listener.close()
    await listener.wait_closed()


async def test_a_lookup_that_hangs_holds_up_neither_stop_nor_the_end(
    pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket
    import threading

    release = threading.Event()
    asked = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        asked.set()
        release.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    it = await pool(ws_url="ws://slow.example")
    it.follow(quotes("BTC"))
    await wait_until(asked.is_set)
    await asyncio.wait_for(it.stop(), 1)
    waiting = [thread for thread in threading.enumerate() if thread.name.startswith("lookup")]
    assert waiting and all(thread.daemon for thread in waiting)
    release.set()
