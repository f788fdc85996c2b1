"""Topics are subscribed, spread and ended within the venue's limits."""

import asyncio
from itertools import pairwise
from time import monotonic

import msgspec
from aiohttp import web

from arbwatch.connector.wire import Heartbeat, Topic
from arbwatch.model import Trade
from tests.net.conftest import MakePool, wait_until
from tests.net.rest import Rest
from tests.net.script import Peer, Seen, Server, Toy, quotes, said


def many(count: int) -> list[Topic]:
    return quotes(*(f"S{n}" for n in range(count)))


async def test_quotes_reach_the_door(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC", "ETH"))
    await wait_until(lambda: seen.live == set(quotes("BTC", "ETH")))
    server.say(said(kind="quote", symbol="BTC", n=5))
    await wait_until(lambda: "BTC" in seen.quotes)
    assert seen.quotes["BTC"].bid == 5
    (status,) = it.sockets()
    assert (status.state, status.topics, status.live_topics, status.error) == ("live", 2, 2, None)
    assert status.last_frame is not None and status.opened is not None


async def test_topics_are_spread_by_route_and_limit(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(streams_per_socket=40, topics_per_frame=15)
    it.follow([*many(100), Topic("trade", "S1")])
    await wait_until(lambda: len(seen.live) == 101)
    assert sorted((peer.path, len(peer.topics)) for peer in server.peers) == [
        ("/quotes", 20),
        ("/quotes", 40),
        ("/quotes", 40),
        ("/trades", 1),
    ]
    assert max(len(order["topics"]) for peer in server.peers for order in peer.ops()) == 15


async def test_following_twice_asks_once(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    it.follow(quotes("BTC", "ETH"))
    await wait_until(lambda: len(seen.live) == 2)
    (peer,) = server.peers
    assert [order["topics"] for order in peer.ops()] == [["quote:BTC"], ["quote:ETH"]]


async def test_unfollow_ends_topics_without_reconnect_and_closes_what_is_empty(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    it = await pool()
    it.follow([*quotes("BTC", "ETH"), Topic("trade", "BTC")])
    await wait_until(lambda: len(seen.live) == 3)
    it.unfollow([*quotes("ETH"), Topic("trade", "BTC")])
    await wait_until(lambda: len(server.living()) == 1)
    (peer,) = server.living()
    await wait_until(lambda: peer.topics == {"quote:BTC"})
    assert len(server.peers) == 2 and not seen.downs
    assert [status.route for status in it.sockets()] == ["/quotes"]


async def test_a_kind_the_venue_has_not_is_refused_in_words(seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow([Topic("funding", "BTC")])
    assert seen.refusals == [(Topic("funding", "BTC"), "Toy Spot has no stream of kind funding")]


class Slow(Toy):
    limits = msgspec.structs.replace(Toy.limits, frames_per_second=10, topics_per_frame=1)
    heartbeat = Heartbeat(ping=None, ping_interval_s=0.5, pong_timeout_s=0.1)


async def test_frames_keep_the_venues_pace_pings_and_pongs_included(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(Slow)
    it.follow(many(12))
    await wait_until(lambda: server.peers)
    (peer,) = server.peers
    deadline = monotonic() + 6
    while len(seen.live) < 12 and monotonic() < deadline:
        peer.transport.send_ping(b"1770123456789")
        await asyncio.sleep(0.25)
    assert len(seen.live) == 12
    assert peer.pings >= 3 and set(peer.pongs) == {b"1770123456789"} and len(peer.pongs) > 4
    assert max(sum(start <= at < start + 1 for at in peer.at) for start in peer.at) <= 10
    assert max(later - earlier for earlier, later in pairwise(peer.at)) < 0.5


class Few(Toy):
    limits = msgspec.structs.replace(Toy.limits, streams_per_socket=1, connects=5, connects_window_s=0.5)


async def test_connection_attempts_keep_the_venues_window(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(Few)
    it.follow(many(9))
    await wait_until(lambda: len(seen.live) == 9)
    assert max(sum(start <= at < start + 0.5 for at in server.attempts) for start in server.attempts) <= 5


async def test_data_may_come_before_the_answer(server: Server, seen: Seen, pool: MakePool) -> None:
    def heard(peer: Peer, text: str) -> None:
        peer.say(said(kind="quote", symbol="BTC", n=3))

    server.heard = heard  # type: ignore[method-assign] # the script of this test
    it = await pool(ack_timeout_s=30)
    it.follow(quotes("BTC"))
    await wait_until(lambda: "BTC" in seen.quotes)
    assert not seen.live


async def test_a_subscription_without_answer_is_sent_again(server: Server, seen: Seen, pool: MakePool) -> None:
    asked: list[float] = []

    def answer(peer: Peer, op: str, topics: list[str]) -> str | None:
        if topics == ["quote:ETH"]:
            asked.append(monotonic())
            return None if len(asked) < 3 else ""
        return ""

    server.answer = answer  # type: ignore[method-assign] # the script of this test
    it = await pool(topics_per_frame=1, ack_timeout_s=0.1)
    it.follow(quotes("BTC", "ETH"))
    await wait_until(lambda: len(asked) == 2)
    assert seen.live == set(quotes("BTC"))
    assert it.sockets()[0].live_topics == 1
    await wait_until(lambda: len(seen.live) == 2)
    assert len(server.peers) == 1


async def test_a_socket_that_answers_nothing_is_given_up(server: Server, seen: Seen, pool: MakePool) -> None:
    server.answer = lambda peer, op, topics: None if peer is server.peers[0] else ""  # type: ignore[method-assign] # script
    it = await pool(ack_timeout_s=0.05)
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    assert len(server.peers) == 2


async def test_one_refused_topic_costs_only_itself(server: Server, seen: Seen, pool: MakePool) -> None:
    def answer(peer: Peer, op: str, topics: list[str]) -> str:
        return "Invalid symbol." if "quote:S7" in topics else ""

    server.answer = answer  # type: ignore[method-assign] # the script of this test
    it = await pool()
    it.follow(many(20))
    await wait_until(lambda: len(seen.live) == 19)
    await wait_until(lambda: seen.refusals)
    assert seen.refusals == [(Topic("quote", "S7"), "Invalid symbol.")]
    server.peers[0].transport.disconnect(False)
    await wait_until(lambda: len(server.peers) == 2 and len(seen.live) == 19)
    await wait_until(lambda: len(seen.refusals) == 2)
    orders = [order["topics"] for order in server.peers[1].ops()]
    assert len(orders[0]) == 19 and orders[1] == ["quote:S7"]


async def test_a_topic_the_venue_cannot_spell_costs_only_itself(server: Server, seen: Seen, pool: MakePool) -> None:
    class Picky(Toy):
        def _frames(self, op: str, topics: list[Topic]) -> list:
            if any(topic.symbol == "S3" for topic in topics):
                raise KeyError("S3")
            return super()._frames(op, topics)

    it = await pool(Picky)
    it.follow(many(8))
    await wait_until(lambda: len(seen.live) == 7)
    assert [topic for topic, _ in seen.refusals] == [Topic("quote", "S3")]


async def test_one_topic_is_resubscribed_alone(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(many(10))
    await wait_until(lambda: len(seen.live) == 10)
    it.resubscribe(Topic("quote", "S4"))
    await wait_until(lambda: len(seen.ups) == 2)
    (peer,) = server.peers
    assert [(order["op"], order["topics"]) for order in peer.ops()][1:] == [
        ("unsub", ["quote:S4"]),
        ("sub", ["quote:S4"]),
    ]
    assert seen.ups[1][1] == {Topic("quote", "S4")} and not seen.downs


async def test_a_resubscription_without_answer_is_down(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(ack_timeout_s=0.1)
    it.follow(many(3))
    await wait_until(lambda: len(seen.live) == 3)
    server.answer = lambda peer, op, topics: None  # type: ignore[method-assign] # the script of this test
    it.resubscribe(Topic("quote", "S1"))
    await wait_until(lambda: seen.downs)
    assert seen.downs[0][1] == {Topic("quote", "S1")} and "no answer" in seen.downs[0][2]


async def test_one_topic_moves_elsewhere_and_leaves_its_socket_once_it_is_live(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    server.answer = lambda peer, op, topics: "" if peer is server.peers[0] else None  # type: ignore[method-assign] # script
    it = await pool(ack_timeout_s=30)
    it.follow(many(5))
    await wait_until(lambda: len(seen.live) == 5)
    it.resubscribe(Topic("quote", "S2"), elsewhere=True)
    await wait_until(lambda: len(server.peers) == 2 and server.peers[1].ops())
    assert "quote:S2" in server.peers[0].topics
    server.peers[1].say(said(kind="ack", id=server.peers[1].ops()[0]["id"]))
    await wait_until(lambda: "quote:S2" not in server.peers[0].topics)
    assert [status.topics for status in it.sockets()] == [4, 1]
    assert not seen.downs and seen.live == set(many(5))
    it.unfollow(quotes("S2"))
    await wait_until(lambda: len(server.living()) == 1)


async def test_bad_messages_cost_themselves(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    for text in ("{not json", said(kind="reject"), said(kind="quote", symbol="BTC", n=9)):
        server.say(text)
    await wait_until(lambda: "BTC" in seen.quotes)
    assert [(what, raw) for _, what, _, raw in seen.rejects] == [("frame", b"{not json"), ("row", b"verbatim")]
    assert "unreadable" in seen.rejects[0][2]
    assert len(server.peers) == 1


async def test_a_message_in_fragments_is_read_whole(server: Server, seen: Seen, pool: MakePool) -> None:
    from picows import WSMsgType

    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    text = said(kind="quote", symbol="BTC", n=4)
    send = server.peers[0].transport.send
    send(WSMsgType.TEXT, text[:9], fin=False)
    send(WSMsgType.CONTINUATION, text[9:20], fin=False)
    send(WSMsgType.CONTINUATION, text[20:])
    await wait_until(lambda: "BTC" in seen.quotes)
    assert not seen.rejects


async def test_announcements_and_answers_that_the_venue_wants_are_acted_on(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    server.say(said(kind="ping"))
    server.say(said(kind="notice", symbol="relist"))
    await wait_until(lambda: any(text == '{"op":"pong"}' for _, text in server.peers[0].frames))
    assert [notice.action for notice in seen.notices] == ["relist"]


async def test_what_a_venue_asks_for_is_fetched_and_read_without_stopping_the_stream(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response(body=b"42")

    rest = await Rest(slow).start()
    it = await pool(rest_url=rest.url)
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    server.say(said(kind="fetch", symbol="ETH"))
    server.say(said(kind="quote", symbol="BTC", n=1))
    await wait_until(lambda: rest.asked and "BTC" in seen.quotes)
    assert not seen.events
    release.set()
    await wait_until(lambda: seen.events)
    assert isinstance(seen.events[0], Trade) and (seen.events[0].symbol, seen.events[0].id) == ("ETH", "r42")
    await rest.stop()


async def test_a_request_that_is_refused_is_told_and_ends_with_its_socket(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    it = await pool(retry_s=0.01)
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    server.say(said(kind="fetch", symbol="ETH"))
    await wait_until(lambda: seen.rejects)
    assert seen.rejects[0][1] == "answer to /snapshot" and "refuses connections" in seen.rejects[0][2]
    server.peers[0].transport.disconnect(False)
    await wait_until(lambda: len(server.peers) == 2)
    waiting = [task for task in asyncio.all_tasks() if "_ask" in repr(task)]
    assert not waiting


async def test_stop_is_quick_says_goodbye_and_leaves_nothing(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool(streams_per_socket=1)
    it.follow(many(4))
    await wait_until(lambda: len(seen.live) == 4)
    start = monotonic()
    await it.stop()
    assert monotonic() - start < 2
    await wait_until(lambda: not server.living())
    assert all(peer.goodbye for peer in server.peers)
    assert not seen.downs


async def test_stop_is_quick_though_the_peer_is_deaf(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC"))
    await wait_until(lambda: seen.live)
    server.peers[0].transport.underlying_transport.pause_reading()
    start = monotonic()
    await it.stop()
    assert monotonic() - start < 2
    server.peers[0].transport.disconnect(False)
    await asyncio.sleep(0)
