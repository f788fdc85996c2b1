"""A venue may answer a subscription topic by topic, in any order, and leave some out."""

import msgspec

from arbwatch.connector.wire import Topic
from tests.net.conftest import MakePool, wait_until
from tests.net.script import Peer, Seen, Server, quotes, said


def mute(server: Server) -> None:
    server.answer = lambda peer, op, topics: None  # type: ignore[method-assign] # the tests answer themselves


async def asked(server: Server, count: int) -> Peer:
    await wait_until(lambda: server.peers and len(server.peers[0].ops()) == count)
    return server.peers[0]


async def test_each_answer_settles_its_own_topics(server: Server, seen: Seen, pool: MakePool) -> None:
    mute(server)
    it = await pool(ack_timeout_s=30)
    it.follow(quotes("A", "B", "C"))
    peer = await asked(server, 1)
    number = peer.ops()[0]["id"]
    peer.say(said(kind="ack", id=number, topics=["B"]))
    await wait_until(lambda: seen.live == set(quotes("B")))
    peer.say(said(kind="ack", id=number, topics=["B", "A"]))
    peer.say(said(kind="ack", id=number, topics=["UNASKED"]))
    await wait_until(lambda: seen.live == set(quotes("A", "B")))
    assert it.sockets()[0].live_topics == 2
    peer.say(said(kind="ack", id=number, topics=["C"]))
    await wait_until(lambda: len(seen.live) == 3)
    assert [topics for _, topics in seen.ups] == [frozenset(quotes(name)) for name in "BAC"]
    assert len(peer.ops()) == 1


async def test_only_the_topics_left_out_are_asked_for_again(server: Server, seen: Seen, pool: MakePool) -> None:
    mute(server)
    it = await pool(ack_timeout_s=0.1)
    it.follow(quotes("A", "B", "C", "D"))
    peer = await asked(server, 1)
    peer.say(said(kind="ack", id=peer.ops()[0]["id"], topics=["A", "C"]))
    await asked(server, 2)
    assert peer.ops()[1]["topics"] == ["quote:B", "quote:D"]
    assert seen.live == set(quotes("A", "C")) and not seen.downs


async def test_a_refusal_that_names_its_topic_costs_only_that_one(server: Server, seen: Seen, pool: MakePool) -> None:
    mute(server)
    it = await pool(ack_timeout_s=30)
    it.follow(quotes("A", "B", "C"))
    peer = await asked(server, 1)
    number = peer.ops()[0]["id"]
    peer.say(said(kind="ack", id=number, error="no such symbol", topics=["B"]))
    peer.say(said(kind="ack", id=number, topics=["A"]))
    peer.say(said(kind="ack", id=number, topics=["C"]))
    await wait_until(lambda: seen.live == set(quotes("A", "C")))
    assert seen.refusals == [(Topic("quote", "B"), "no such symbol")] and len(peer.ops()) == 1


async def test_a_refusal_without_a_topic_halves_what_is_left(server: Server, seen: Seen, pool: MakePool) -> None:
    mute(server)
    it = await pool(ack_timeout_s=30)
    it.follow(quotes("A", "B", "C", "D"))
    peer = await asked(server, 1)
    number = peer.ops()[0]["id"]
    peer.say(said(kind="ack", id=number, topics=["A"]))
    peer.say(said(kind="ack", id=number, error="something is wrong"))
    await asked(server, 3)
    assert [order["topics"] for order in peer.ops()[1:]] == [["quote:B", "quote:C"], ["quote:D"]]
    assert not seen.refusals
    peer.say(said(kind="ack", id=peer.ops()[2]["id"], error="no such symbol"))
    await wait_until(lambda: seen.refusals == [(Topic("quote", "D"), "no such symbol")])


async def test_an_answer_without_a_number_finds_the_frame_that_asked(
    server: Server, seen: Seen, pool: MakePool
) -> None:
    mute(server)
    it = await pool(ack_timeout_s=0.3)
    it.follow(quotes("A"))
    it.follow(quotes("B", "C"))
    peer = await asked(server, 1)
    it.follow(quotes("D"))
    await asked(server, 2)
    peer.say(said(kind="ack", topics=["D"]))
    await wait_until(lambda: seen.live == set(quotes("D")))
    peer.say(said(kind="ack", topics=["C"]))
    await wait_until(lambda: seen.live == set(quotes("C", "D")))
    again = msgspec.json.encode(["quote:A", "quote:B"]).decode()
    await wait_until(lambda: any(again in text for _, text in peer.frames))
