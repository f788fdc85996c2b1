from typing import Any

import msgspec
import pytest

from arbwatch.market.health import RAW_KEPT, REJECTS, VenueHealth, VenueStatus, clock_verdict
from arbwatch.market.table import Lane, RowState, Table
from tests.market.conftest import NOW, S, quote

MS = 1_000_000
V = "here_spot"


class Socket(msgspec.Struct):
    name: str = "here_spot-1"
    route: str = "/ws"
    state: str = "live"
    topics: int = 3
    live_topics: int = 3
    frames: int = 0
    last_frame: int | None = None
    reconnects: int = 0
    error: str | None = None
    retry_at: int | None = None


class Rest(msgspec.Struct):
    state: str = "ok"
    words: str = ""
    used_weight: int = 7


def look(table: Table, now: int = NOW, health: VenueHealth | None = None, **parts: Any) -> VenueStatus:
    return (health or VenueHealth(V)).status(now, table.snapshot(now), **parts)


def put(table: Table, symbol: str, received: int = NOW, **more: Any) -> None:
    table.door(V)[symbol] = quote(symbol, received=received, **more)
    table.drain(received)


def test_before_anything_came_it_is_connecting_and_knows_nothing(table: Table) -> None:
    status = look(table)
    assert (status.state, status.instruments, status.live, status.messages, status.rate_s) == ("connecting", 3, 0, 0, 0)
    unknown = (
        "age_p50_ms",
        "lag_p50_ms",
        "lag_p99_ms",
        "unconfirmed_p99_ms",
        "clock_offset_ms",
        "last_error",
        "rest_used",
    )
    assert [getattr(status, name) for name in unknown] == [None] * len(unknown)


def test_ages_and_lags_are_of_the_live_rows(table: Table) -> None:
    table.set_clock_offset(V, 5 * S)
    for symbol, lag in (("AUSDT", 10), ("BUSDT", 20), ("CUSDT", 90)):
        put(table, symbol, time=NOW + 5 * S - lag * MS)
    put(table, "AUSDT", NOW + 100 * MS)
    table.down(V, ["CUSDT"], "socket closed", NOW)
    status = look(table, NOW + 300 * MS)
    assert (status.state, status.live) == ("up", 2)
    assert status.age_p50_ms == 300
    assert status.unconfirmed_p99_ms == pytest.approx(299, abs=1)
    assert status.lag_p50_ms == 20
    assert status.lag_p99_ms == pytest.approx(88.6, abs=0.1)
    assert "1 are down" in status.note


def test_lag_percentiles_forget_the_old(table: Table) -> None:
    for turn in range(3000):
        lag = 500 if turn < 1500 else 10
        put(table, "AUSDT", NOW + turn * MS, time=NOW + (turn - lag) * MS)
    assert look(table).lag_p99_ms == 10


def test_messages_per_second_are_counted_over_a_few_seconds(table: Table) -> None:
    health, socket = VenueHealth(V), Socket()
    for turn in range(41):
        socket.frames += 25 if turn < 20 else 50
        status = look(table, NOW + turn * S // 4, health, sockets=[socket])
    assert status.rate_s == pytest.approx(200)
    assert status.messages == 20 * 25 + 21 * 50
    assert status.sockets[0].rate_s == pytest.approx(200)
    socket.frames = 10
    assert look(table, NOW + 11 * S, health, sockets=[socket]).rate_s == 0


def test_without_sockets_the_quotes_at_the_door_are_counted(table: Table) -> None:
    put(table, "AUSDT")
    put(table, "BUSDT")
    assert look(table).messages == 2


def test_the_last_twenty_rejects_are_kept_verbatim(table: Table) -> None:
    health = VenueHealth(V)
    for turn in range(REJECTS + 5):
        health.reject(NOW + turn, "quote", "bid is not a number", b'{"b":"\xff%d"}' % turn)
    health.reject(NOW + 99, "frame", "too long", b"x" * (RAW_KEPT + 5))
    status = look(table, health=health)
    assert (status.rejected, len(status.last_rejects)) == (REJECTS + 6, REJECTS)
    assert (status.last_rejects[0].time, status.last_rejects[0].raw) == (NOW + 6, '{"b":"\\xff6"}')
    assert len(status.last_rejects[-1].raw) == RAW_KEPT


def test_the_clock_is_told_by_the_fastest_of_the_newest_readings(table: Table) -> None:
    health = VenueHealth(V)
    assert health.clock_offset is None
    for offset, round_trip in ((400, 900), (120, 40), (300, 500)):
        health.clock(offset * MS, round_trip * MS)
    status = look(table, health=health)
    assert (status.clock_offset_ms, status.clock_tolerance_ms) == (120, 20)
    for _ in range(8):
        health.clock(-5 * MS, 60 * MS)
    assert health.clock_offset == -5 * MS


def test_a_clock_that_was_set_is_told_at_once() -> None:
    health = VenueHealth(V)
    health.clock(10 * MS, 20 * MS)
    health.clock(8000 * MS, 300 * MS)
    assert health.clock_offset == 8000 * MS


def test_a_venue_from_which_nothing_comes_is_stale_and_says_for_how_long(table: Table) -> None:
    put(table, "AUSDT")
    status = look(table, NOW + 42 * S, sockets=[Socket()])
    assert (status.state, status.note) == ("stale", "connected, but nothing came for 42 s")


def test_a_venue_without_a_live_stream_is_down_and_says_why_and_when_it_tries_again(table: Table) -> None:
    put(table, "AUSDT")
    table.down(V, ["AUSDT"], "closed", NOW)
    assert look(table, sockets=[Socket(state="connecting")]).state == "down"
    socket = Socket(state="waiting", error="the name cannot be found", retry_at=NOW + 4 * S)
    status = look(table, sockets=[socket])
    assert (status.state, status.note) == ("down", "the name cannot be found; trying again in 4 s")
    assert status.sockets[0].error == "the name cannot be found"


def test_a_venue_that_is_connected_again_waits_for_its_first_messages(table: Table) -> None:
    assert look(table, sockets=[Socket()]).state == "connecting"
    put(table, "AUSDT")
    table.down(V, ["AUSDT"], "closed", NOW)
    table.up(V, ["AUSDT"], NOW + 1)
    sockets = [Socket(), Socket("here_spot-2", state="waiting", error="refused")]
    status = look(table, sockets=sockets)
    assert (status.state, status.note) == ("stale", "connected, waiting for the first messages")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("blocked", "blocked"),
        ("forbidden", "blocked"),
        ("banned", "down"),
        ("unreachable", "down"),
        ("ok", "connecting"),
    ],
)
def test_what_rest_says_counts_while_nothing_streams(table: Table, state: str, expected: str) -> None:
    status = look(table, http=Rest(state, "not served in this country"))
    assert status.state == expected
    assert (status.rest_state, status.rest_used) == (state, 7)
    if expected != "connecting":
        assert status.note == "not served in this country"
    put(table, "AUSDT")
    assert look(table, http=Rest(state, "not served in this country")).state == "up"


def test_what_does_not_stream_is_told_though_the_venue_is_up(table: Table) -> None:
    for symbol in ("AUSDT", "BUSDT", "CUSDT"):
        put(table, symbol)
    table.freeze(V, "BUSDT", NOW)
    table.mark(V, "CUSDT", RowState.REFUSED)
    status = look(table)
    assert status.state == "up"
    assert "1 are frozen" in status.note
    assert "1 were refused" in status.note


def clocks(*offsets: float | None) -> list[VenueStatus]:
    plain = look(Table([Lane("v", "e", "spot")]), health=VenueHealth("v"))
    return [msgspec.structs.replace(plain, venue=f"v{n}", clock_offset_ms=o) for n, o in enumerate(offsets)]


def test_the_clock_is_wrong_where_all_venues_agree() -> None:
    assert clock_verdict(clocks(-8210.0, -8190.0)) == (
        "your clock is wrong by 8.2 s, ahead (all 2 venues agree): set the computer's clock"
    )
    assert "behind (all 3 venues" in (clock_verdict(clocks(3000.0, 3010.0, None, 2990.0)) or "")


@pytest.mark.parametrize(
    "offsets",
    [(), (8000.0,), (8000.0, None), (8000.0, 20.0), (8000.0, -8000.0), (400.0, 420.0), (8000.0, 8000.0, 9000.0)],
)
def test_where_they_do_not_agree_nothing_is_said_of_ours(offsets: tuple[float | None, ...]) -> None:
    assert clock_verdict(clocks(*offsets)) is None


def test_where_no_stream_can_be_reached_but_rest_can_one_sentence_says_so(table: Table) -> None:
    health = VenueHealth(V)
    health.polled_every_s = 2.0
    table.check(V, [quote(symbol) for symbol in ("AUSDT", "BUSDT", "CUSDT")], NOW - S)
    refused = Socket(state="waiting", error="stream.here refuses connections", retry_at=NOW + 4 * S)
    status = look(table, health=health, sockets=[refused], http=Rest())
    assert (status.state, status.live, status.polled) == ("stale", 0, 3)
    assert status.note == (
        "no stream: stream.here refuses connections; all 3 rows are polled over REST every 2 s; trying again in 4 s"
    )
    again = look(table, health=health, sockets=[Socket(state="connecting", error="it is gone")], http=Rest())
    assert again.state == "stale"
    later = look(table, NOW + 60 * S, health, sockets=[refused], http=Rest())
    assert (later.state, later.polled) == ("down", 0)


def test_a_mirror_in_use_is_named(table: Table) -> None:
    put(table, "AUSDT")
    status = look(table, detours=["REST reached at b.here instead of a.here: it is gone"])
    assert (status.state, status.note) == ("up", "REST reached at b.here instead of a.here: it is gone")
    assert status.detours == (status.note,)
