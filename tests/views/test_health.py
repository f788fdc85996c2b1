import pytest
from msgspec.structs import replace

from arbwatch.views import health
from arbwatch.views.picture import Progress
from tests.views.stage import PERP, SPOT, Stage, rejected, status


def words(stage: Stage) -> str:
    return "\n".join(line.text for line in health.health(stage.picture()))


def test_health_tells_what_matters_of_each_venue() -> None:
    text = words(Stage())
    for part in (
        "This machine's clock agrees with the venues'.",
        f"{SPOT} is up",
        "25 of 26 instruments live, 4,906 messages/s, 912,211 so far",
        "99 % were confirmed in the last 480 ms",
        "quotes are on the way for 12 ms (median), 61 ms (99 %); its clock is 4.2 ms behind ours, give or take 3.1 ms",
        "REST: ok, 120 of its budget used",
        f"socket {SPOT}-1 on /stream: live, 200 of 200 streams, 1,240 messages/s, the last 3.0 ms ago, 0 reconnects",
        "1 reconnect, 0 messages could not be read",
    ):
        assert part in text, part


def test_unknown_stays_unknown() -> None:
    stage = Stage(4)
    empty = status(
        SPOT, 4, rate_s=None, age_p50_ms=None, lag_p50_ms=None, lag_p99_ms=None, unconfirmed_p99_ms=None,
        clock_offset_ms=None, clock_tolerance_ms=None, rest_state=None, rest_used=None, sockets=(),
    )  # fmt: skip
    stage.venues = (empty,)
    text = words(stage)
    assert "- messages/s" in text
    assert "how long quotes are on the way is not known" in text
    assert "its clock is not known yet" in text
    assert "REST: not asked yet" in text
    assert "clock has not been compared" in text
    assert " 0 ms" not in text


@pytest.mark.parametrize(
    ("middle", "late", "told"),
    [
        (-3.2, -0.4, "on the way for less than the clocks can tell; its clock"),
        (-3.2, 9.4, "on the way for less than the clocks can tell (median), 9.4 ms (99 %)"),
        (0.3, 9.4, "on the way for 0.3 ms (median), 9.4 ms (99 %)"),
    ],
)
def test_a_time_on_the_way_below_zero_is_no_time(middle: float, late: float, told: str) -> None:
    stage = Stage(4)
    stage.venues = (status(SPOT, 4, lag_p50_ms=middle, lag_p99_ms=late),)
    assert told in words(stage)


@pytest.mark.parametrize(
    ("offset", "told"),
    [(0.4, "the same as ours, give or take 3.1 ms"), (-0.4, "the same as ours, give or take 3.1 ms"),
     (4.2, "4.2 ms ahead of ours, give or take 3.1 ms"), (None, "not known yet")],
)  # fmt: skip
def test_a_clock_is_told_as_far_as_it_is_known(offset: float | None, told: str) -> None:
    assert health.offset(status(SPOT, 4, clock_offset_ms=offset)) == told


def test_a_wrong_clock_is_the_first_thing_said() -> None:
    stage = Stage(4)
    stage.clock = "Your clock is 3.2 s behind."
    assert words(stage).startswith("Your clock is 3.2 s behind.")


def test_rejects_are_shown_verbatim_and_harmless() -> None:
    stage = Stage(4)
    raw = '\x1b[2J{"b":"[red]x[/]"}\u202e' + "x" * 900
    stage.venues = (status(SPOT, 4, rejected=1, last_rejects=(rejected(raw),)),)
    found = health.health(stage.picture())
    shown = next(line.text for line in found if "[red]x[/]" in line.text)
    assert shown.startswith("\u241b[2J") and "\u202e" not in shown and shown.endswith("…")
    assert any(line.text == "09:59:55 could not read quote: bid is not a number" for line in found)
    assert all(line.text.isprintable() for line in found)


def test_each_kind_of_failure_comes_with_what_to_do() -> None:
    stage = Stage(4)
    advised = set()
    for state in ("unreachable", "blocked", "forbidden", "banned", "throttled", "failing"):
        down = status(SPOT, 0, state="down", rest_state=state, rest_words="no answer from rest.example within 10 s")
        stage.venues = (down,)
        told = health.troubles(stage.picture())
        assert told[0].text == f"{SPOT} is down: no answer from rest.example within 10 s"
        advised.add(told[1].text)
    assert len(advised) == 6


def test_totals_count_every_venue_that_speaks() -> None:
    stage = Stage(4)
    stage.venues = (status(SPOT, 4), status(PERP, 4, state="stale"), status("beta", 0, state="blocked", rate_s=None))
    found = health.totals(stage.picture(), 8)
    assert (found.up, found.venues, found.rows, found.rate) == (2, 3, 8, 9812.0)
    assert replace(found, live=0).live == 0


def test_progress_in_words() -> None:
    assert health.progress(Progress(SPOT, "subscribing", 312, 412)) == "subscribing 312 of 412"
    assert health.progress(Progress(SPOT, "reading instruments")) == "reading instruments"
