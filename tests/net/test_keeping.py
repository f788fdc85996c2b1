"""Sockets are kept alive, noticed when dead, and replaced without a hole."""

import asyncio
from time import monotonic
from typing import ClassVar

import msgspec
import pytest
from picows import WSCloseCode

from arbwatch.connector.wire import Channel, Heartbeat, Kind, Topic
from arbwatch.model import Trade
from tests.net.conftest import MakePool, wait_until
from tests.net.script import Peer, Seen, Server, Toy, quotes, said


class Attentive(Toy):
    heartbeat = Heartbeat(ping=None, ping_interval_s=0.05, pong_timeout_s=0.1)


class Texting(Toy):
    heartbeat = Heartbeat(ping="ping", ping_interval_s=0.05, pong_timeout_s=0.1)


class Pinged(Toy):
    heartbeat = Heartbeat(ping=None, ping_interval_s=30, pong_timeout_s=10, server_ping_s=0.1)


@pytest.mark.parametrize("venue", [Attentive, Texting, Pinged])
async def test_a_half_open_socket_is_noticed_and_replaced(
    venue: type[Toy], server: Server, seen: Seen, pool: MakePool
) -> None:
    it = await pool(venue)
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    server.alive = False
    await wait_until(lambda: seen.downs)
    assert seen.downs[0][2].startswith("half-open: ")
    server.alive = True
    await wait_until(lambda: seen.live)
    assert it.sockets()[0].reconnects == 1


@pytest.mark.parametrize("venue", [Attentive, Texting, Pinged])
async def test_a_quiet_socket_that_answers_is_left_alone(
    venue: type[Toy], server: Server, seen: Seen, pool: MakePool
) -> None:
    def heard(peer: Peer, text: str) -> None:
        answered.append(text)
        peer.say("pong") if text == "ping" else Server.heard(server, peer, text)

    answered: list[str] = []
    server.heard = heard  # type: ignore[method-assign] # the script of this test
    it = await pool(venue)
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    (peer,) = server.peers
    end = monotonic() + 0.7
    while monotonic() < end:
        peer.transport.send_ping(b"")
        await asyncio.sleep(0.05)
    assert len(server.peers) == 1 and not seen.downs
    assert peer.pongs and (venue is not Texting or "ping" in answered)


async def test_pings_can_be_set_by_the_user(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(ping_interval_s=0.03, pong_timeout_s=0.02)
    it.follow(quotes("BTC"))
    await wait_until(lambda: server.peers and server.peers[0].pings > 2)


async def test_a_dropped_socket_is_told_at_once_with_the_venues_words(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    it = await pool(backoff_first_s=0.2)
    it.follow(quotes("BTC", "ETH"))
    await wait_until(lambda: len(seen.live) == 2)
    server.peers[0].transport.send_close(WSCloseCode.POLICY_VIOLATION, b"too many requests")
    await wait_until(lambda: seen.downs)
    name, topics, reason = seen.downs[0]
    assert (name, topics) == ("toy_spot-1", frozenset(quotes("BTC", "ETH")))
    assert "1008" in reason and "too many requests" in reason
    status = it.sockets()[0]
    assert (status.state, status.error) == ("waiting", reason) and status.retry_at is not None
    await wait_until(lambda: len(seen.live) == 2)
    assert it.sockets()[0].state == "live" and it.sockets()[0].error is None


async def test_only_the_dropped_socket_is_disturbed(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(streams_per_socket=1)
    it.follow(quotes("BTC", "ETH", "SOL"))
    await wait_until(lambda: len(seen.live) == 3)
    victim = next(peer for peer in server.peers if peer.topics == {"quote:ETH"})
    victim.transport.disconnect(False)
    await wait_until(lambda: len(server.peers) == 4 and len(seen.live) == 3)
    assert [topics for _, topics, _ in seen.downs] == [frozenset(quotes("ETH"))]


class Numbers:
    """Send trades numbered from 1 on, each to every socket that has asked for them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.sent = 0
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            self.sent += 1
            self._server.say(said(kind="trade", symbol="BTC", n=self.sent), "trade:BTC")
            self._server.say(said(kind="quote", symbol="BTC", n=self.sent), "quote:BTC")
            await asyncio.sleep(0.002)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])


def numbers(seen: Seen) -> list[int]:
    return [int(event.id) for event in seen.events if isinstance(event, Trade)]


class Mixed(Toy):
    channels: ClassVar[dict[Kind, Channel]] = {
        kind: msgspec.structs.replace(channel, route="/all") for kind, channel in Toy.channels.items()
    }


async def test_renewal_leaves_no_hole(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(Mixed, lifetime_s=0.4)
    it.follow([Topic("trade", "BTC"), Topic("quote", "BTC")])
    await wait_until(lambda: len(seen.live) == 2)
    stream = Numbers(server)
    await wait_until(lambda: len(server.peers) >= 5, 8)
    await stream.stop()
    await wait_until(lambda: numbers(seen)[-1:] == [stream.sent])
    assert numbers(seen) == list(range(1, stream.sent + 1))
    assert seen.quotes["BTC"].bid == stream.sent
    assert not seen.downs
    await wait_until(lambda: all(peer.goodbye for peer in server.peers[:-1]))
    assert it.sockets()[0].reconnects == 0
    for old, new in zip(server.peers, server.peers[1:], strict=False):
        assert old.closed is not None and new.frames[0][0] < old.closed


async def test_sockets_are_not_renewed_all_at_once(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(streams_per_socket=1, lifetime_s=1.0, first_data_s=0.01)
    it.follow(quotes(*(f"S{n}" for n in range(6))))
    await wait_until(lambda: len(server.peers) >= 12, 8)
    first = [peer.opened for peer in server.peers[:6]]
    renewed = [peer.opened for peer in server.peers[6:12]]
    assert max(first) - min(first) < 0.1 < max(renewed) - min(renewed)
    lived = [peer.closed - peer.opened for peer in server.peers if peer.closed is not None]
    assert max(lived) < 1.0


async def test_a_notice_renews_at_once(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    server.say(said(kind="notice", symbol="renew"))
    await wait_until(lambda: len(server.peers) == 2 and not server.peers[0].open)
    assert [notice.action for notice in seen.notices] == ["renew"]
    server.say(said(kind="quote", symbol="BTC", n=7))
    await wait_until(lambda: seen.quotes.get("BTC") is not None and seen.quotes["BTC"].bid == 7)
    assert not seen.downs and seen.live


async def test_reconnect_replaces_one_socket_by_name(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(streams_per_socket=1)
    it.follow(quotes("BTC", "ETH"))
    await wait_until(lambda: len(seen.live) == 2)
    it.reconnect("toy_spot-2", "the watchdog wants it")
    await wait_until(lambda: len(server.peers) == 3 and len(server.living()) == 2)
    assert not seen.downs
    assert [peer.topics for peer in server.living()] == [{"quote:BTC"}, {"quote:ETH"}]


async def test_topics_followed_and_ended_during_a_renewal_are_on_the_new_socket_alone(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    held: list[str] = []

    def answer(peer: Peer, op: str, topics: list[str]) -> str | None:
        if peer is server.peers[0] or len(held) > 1:
            return ""
        held.append(op)
        return None

    server.answer = answer  # type: ignore[method-assign] # the script of this test
    it = await pool()
    it.follow(quotes("BTC", "ETH"))
    await wait_until(lambda: len(seen.live) == 2)
    it.reconnect("toy_spot-1", "test")
    await wait_until(lambda: held)
    assert it.sockets()[0].state == "renewing"
    it.follow(quotes("SOL"))
    it.unfollow(quotes("ETH"))
    await wait_until(lambda: not server.peers[0].open)
    await wait_until(lambda: server.peers[1].topics == {"quote:BTC", "quote:SOL"})
    assert seen.live >= set(quotes("BTC", "SOL")) and not seen.downs


async def test_the_old_socket_stays_while_no_new_one_opens(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    server.status = 503
    it.reconnect("toy_spot-1", "test")
    await wait_until(lambda: len(server.attempts) >= 3)
    assert "HTTP 503" in (it.sockets()[0].error or "") and not seen.downs
    server.say(said(kind="quote", symbol="BTC", n=7))
    await wait_until(lambda: "BTC" in seen.quotes)
    server.status = None
    await wait_until(lambda: len(server.peers) == 2 and not server.peers[0].open)
    assert not seen.downs


async def test_a_silent_new_socket_does_not_replace_one_that_speaks(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    it.reconnect("toy_spot-1", "test")
    await wait_until(lambda: len(server.peers) == 2)
    while server.peers[1].open:
        server.peers[0].say(said(kind="quote", symbol="BTC", n=7))
        await asyncio.sleep(0.005)
    assert server.peers[0].open and "silent" in (it.sockets()[0].error or "")
    await wait_until(lambda: not server.peers[0].open)
    assert seen.live and not seen.downs


async def test_the_old_socket_may_die_during_a_renewal(server: Server, seen: Seen, pool: MakePool) -> None:
    held: list[Peer] = []

    def answer(peer: Peer, op: str, topics: list[str]) -> str | None:
        if peer is server.peers[0]:
            return ""
        held.append(peer)
        return None if len(held) == 1 else ""

    server.answer = answer  # type: ignore[method-assign] # the script of this test
    it = await pool(ack_timeout_s=0.3)
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    it.reconnect("toy_spot-1", "test")
    await wait_until(lambda: held)
    server.peers[0].transport.disconnect(False)
    await wait_until(lambda: seen.downs)
    await wait_until(lambda: seen.live)
    assert len(server.peers) == 2


async def test_backoff_grows_over_failures(server: Server, seen: Seen, pool: MakePool) -> None:
    server.status = 502
    it = await pool(backoff_first_s=0.05, backoff_max_s=0.4)
    it.follow(quotes("BTC"))
    await wait_until(lambda: len(server.attempts) >= 7)
    gaps = [later - earlier for earlier, later in zip(server.attempts, server.attempts[1:], strict=False)]
    assert gaps[0] < 0.15 and gaps[1] < 0.25
    assert all(0.2 <= gap < 0.7 for gap in gaps[3:6])


async def test_a_socket_that_opens_and_dies_is_not_hammered(server: Server, seen: Seen, pool: MakePool) -> None:
    server.greet = lambda peer: peer.transport.disconnect(False)  # type: ignore[method-assign] # the script of this test
    it = await pool(backoff_first_s=0.05, backoff_max_s=5)
    it.follow(quotes("BTC"))
    await wait_until(lambda: len(server.attempts) >= 5)
    assert server.attempts[4] - server.attempts[0] > 0.025 + 0.05 + 0.1 + 0.2


async def test_a_line_that_fails_by_itself_begins_anew(
    server: Server, seen: Seen, pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from arbwatch.net.line import Line

    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)

    async def broken(self: Line, reason: str) -> None:
        raise LookupError("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr(Line, "_replace", broken)
        it.reconnect("toy_spot-1", "test")
        await wait_until(lambda: seen.downs)
    await wait_until(lambda: seen.live)
    assert len(server.peers) == 2
