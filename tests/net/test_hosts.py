"""A mirror serves while the main host is not there; nobody goes around a venue's refusal."""

import socket

import pytest
from aiohttp import web

from arbwatch.connector.wire import Request
from arbwatch.net import hosts as module
from arbwatch.net.hosts import Hosts
from arbwatch.net.http import Http, RefusedError
from arbwatch.net.options import Connect
from tests.net.conftest import MakePool, wait_until
from tests.net.rest import Rest
from tests.net.script import Seen, Server, Toy, quotes

OK = web.Response(body=b'{"ok":1}', content_type="application/json")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def connect(main: str, *mirrors: str) -> Connect:
    return Connect(rest_url=main, ws_url="ws://127.0.0.1:1", rest_mirrors=mirrors, retry_s=0.01, connect_timeout_s=2)


def test_the_mirror_in_use_comes_first_until_it_is_time_to_go_home() -> None:
    now = [0.0]
    hosts = Hosts("https://main", ("https://one", "https://two"), time=lambda: now[0])
    assert (hosts.order()[0], hosts.away, hosts.detour, hosts.home_s) == ("https://main", False, "", None)
    hosts.failed("https://main", "it is gone")
    hosts.answered("https://two")
    assert hosts.order() == ("https://two", "https://main", "https://one")
    assert hosts.detour == "reached at two instead of main: it is gone"
    now[0] = module.HOME_S + 1
    assert hosts.order()[0] == "https://main"
    hosts.failed("https://main", "it is gone")
    assert hosts.order()[0] == "https://two"
    assert hosts.home_s == module.HOME_S
    hosts.answered("https://main")
    assert (hosts.away, hosts.detour) == (False, "")


@pytest.mark.parametrize("how", ["refused", "no name", "server error"])
async def test_rest_goes_to_a_mirror_at_once_and_comes_home(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = await Rest(OK).start()
    main = await Rest(web.Response(status=503), OK).start()
    addresses = {"refused": f"http://127.0.0.1:{free_port()}", "no name": "http://nowhere.invalid"}
    http = Http(Toy, connect(addresses.get(how, main.url), mirror.url))
    try:
        assert (await http.fetch(Request("/x"))).status == 200
        assert len(mirror.asked) == 1
        assert (http.state, http.hosts.used) == ("ok", mirror.url)
        assert "instead of" in http.hosts.detour
        await http.fetch(Request("/x"))
        assert len(mirror.asked) == 2
        monkeypatch.setattr(http.hosts, "_home_at", 0.0)
        await http.fetch(Request("/x"))
        assert http.state == "ok"
        assert http.hosts.away == (how != "server error")
    finally:
        await http.close()
        await main.stop()
        await mirror.stop()


@pytest.mark.parametrize(("status", "state"), [(451, "blocked"), (403, "forbidden"), (418, "banned")])
async def test_a_refusal_is_not_gone_around(status: int, state: str) -> None:
    main, mirror = await Rest(web.Response(status=status)).start(), await Rest(OK).start()
    http = Http(Toy, connect(main.url, mirror.url))
    try:
        with pytest.raises(RefusedError):
            await http.fetch(Request("/x"))
        assert http.state == state
        assert mirror.asked == []
    finally:
        await http.close()
        await main.stop()
        await mirror.stop()


async def test_where_no_host_answers_the_words_are_about_the_main_one() -> None:
    http = Http(Toy, connect("http://nowhere.invalid", f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(RefusedError, match=r"nowhere\.invalid"):
        await http.fetch(Request("/x"))
    assert (http.state, http.hosts.away) == ("unreachable", False)
    assert "nowhere.invalid" in http.words
    await http.close()


async def test_streams_go_to_a_mirror_and_come_home_without_a_hole(
    server: Server, seen: Seen, pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HOME_S", 0.3)
    monkeypatch.setattr("arbwatch.net.line.HOME_SPREAD_S", 0.01)
    port = free_port()
    failures: list[str] = []
    failed = Hosts.failed

    def told(hosts: Hosts, url: str, words: str) -> None:
        failures.append(url)
        failed(hosts, url, words)

    monkeypatch.setattr(Hosts, "failed", told)
    it = await pool(ws_url=f"ws://127.0.0.1:{port}", ws_mirrors=(f"ws://127.0.0.1:{server.port}",))
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    assert f"instead of 127.0.0.1:{port}: 127.0.0.1 refuses connections" in it.detour
    (mirrored,) = server.peers
    await wait_until(lambda: len(failures) >= 3)
    assert (server.peers, it.sockets()[0].state, it.sockets()[0].error) == ([mirrored], "live", None)
    home = await Server().start(port=port)
    try:
        await wait_until(lambda: home.peers and not mirrored.open)
        assert it.detour == ""
        assert seen.downs == []
        assert seen.live == set(quotes("BTC"))
    finally:
        await it.stop()
        await home.stop()


async def test_a_refused_upgrade_is_not_gone_around(server: Server, seen: Seen, pool: MakePool) -> None:
    server.status = 451
    mirror = await Server().start()
    it = await pool(ws_mirrors=(f"ws://127.0.0.1:{mirror.port}",))
    it.follow(quotes("BTC"))
    await wait_until(lambda: it.sockets()[0].cause == "blocked")
    assert mirror.attempts == []
    await it.stop()
    await mirror.stop()
