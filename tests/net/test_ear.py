"""What a check asks about is counted as it went over the wire."""

from typing import ClassVar

from arbwatch.connector.wire import Heartbeat, Request, Response
from arbwatch.net.ear import FRAMES_KEPT, Ear
from tests.net.script import Toy

MS = 1_000_000


class Texting(Toy):
    heartbeat: ClassVar[Heartbeat] = Heartbeat(ping="ping", ping_interval_s=20, pong_timeout_s=10)


def test_pings_and_pongs_of_both_sides_are_told_apart() -> None:
    ear = Ear(Toy)
    ear.opened("c", "ws://x", 0)
    ear.control("c", "ping", True, 10 * MS)
    ear.control("c", "pong", False, 35 * MS)
    ear.control("c", "ping", False, 40 * MS)
    ear.control("c", "pong", True, 40 * MS)
    heard = ear.conns["c"]
    assert (heard.pings, heard.pongs, heard.their_pings, heard.our_pongs) == (1, 1, 1, 1)
    assert heard.slowest_pong_ms == 25.0


def test_heartbeats_in_text_count_once_and_data_does_not() -> None:
    ear = Ear(Texting)
    ear.opened("c", "ws://x", 0)
    ear.received("c", b'{"op":"pong"}', True, 1 * MS)
    ear.sent("c", "ping", 2 * MS)
    ear.received("c", b'{"a":1}', True, 3 * MS)
    ear.received("c", b'{"op":"pong"}', True, 4 * MS)
    ear.received("c", b'{"op":"pong"}', True, 5 * MS)
    heard = ear.conns["c"]
    assert (heard.pings, heard.pongs, heard.frames, heard.slowest_pong_ms) == (1, 1, 4, 2.0)


def test_the_beginning_of_a_connection_is_kept_and_no_more() -> None:
    ear = Ear(Toy)
    ear.opened("c", "ws://x", 0)
    for n in range(FRAMES_KEPT + 5):
        ear.received("c", b"%d" % n, True, n)
    heard = ear.conns["c"]
    assert heard.frames == FRAMES_KEPT + 5
    assert [kept.frame for kept in heard.kept] == [b"%d" % n for n in range(FRAMES_KEPT)]


def test_refusals_are_kept_in_the_venues_words() -> None:
    ear = Ear(Toy)
    ear.fetched(Request("/x"), "https://h/x?a=1", Response(200, b"{}", 1, 2))
    ear.fetched(Request("/y"), "https://h/y", Response(403, b"not you", 1, 2))
    assert ear.refusals == {"/y": "HTTP 403: not you"}
    assert ear.answers == {("/x", 200): 1, ("/y", 403): 1}
