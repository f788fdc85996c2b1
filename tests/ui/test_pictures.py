"""Pictures of every screen; `--snapshot-update` takes those that differ as the new ones."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from arbwatch.ui.terminal import Board
from arbwatch.views.picture import Ladder, Progress
from tests.views.stage import PERP, SPOT, Stage, rejected, status

Make = Callable[..., Board]
SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
ADDRESS = "http://127.0.0.1:8787"


def pressing(*keys: str) -> Callable[[Pilot[None]], Any]:
    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return before


@SIZES
def test_board(board: Make, snap_compare: Any, size: tuple[int, int]) -> None:
    stage = Stage(60).every_state()
    app = board(stage, address=ADDRESS)

    async def move(pilot: Pilot[None]) -> None:
        await pilot.pause()
        stage.move(30)
        app.tick()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=move)


@SIZES
def test_spreads(board: Make, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(board(Stage().every_state()), terminal_size=size, run_before=pressing("2"))


@SIZES
def test_asset(board: Make, snap_compare: Any, size: tuple[int, int]) -> None:
    stage = Stage().every_state()
    ladder = Ladder(((97_120.0, 0.4), (97_119.9, 1.25)), ((97_120.2, 0.8), (97_121.0, 2.0)))
    read = board(stage)._read
    app = board(stage)
    app._read = lambda: replace(read(), ladders={(SPOT, "BTCUSDT"): ladder})
    assert snap_compare(app, terminal_size=size, run_before=pressing("a"))


@SIZES
def test_health(board: Make, snap_compare: Any, size: tuple[int, int]) -> None:
    stage = Stage()
    stage.clock = "This machine's clock is 3.2 s behind that of every venue; set it, or ages and lags mislead."
    down = status(
        PERP, 26, state="down", note="no live socket", live=0, rate_s=0.0, rejected=1, rest_state="unreachable",
        rest_words="rest.example: name not known", last_error="connection refused by stream.example:443",
        last_rejects=(rejected('{"b":"x"}\x1b[2J'),),
    )  # fmt: skip
    stage.venues = (status(SPOT, 26), down)
    assert snap_compare(board(stage), terminal_size=size, run_before=pressing("4"))


@SIZES
def test_loading(board: Make, snap_compare: Any, size: tuple[int, int]) -> None:
    stage = Stage(0)
    stage.venues = (
        status(SPOT, 0, state="connecting", rate_s=None, clock_offset_ms=None),
        status(PERP, 0, state="connecting", rate_s=None, clock_offset_ms=None),
    )
    stage.progress = (Progress(SPOT, "reading instruments"), Progress(PERP, "subscribing", 312, 412))
    assert snap_compare(board(stage), terminal_size=size, run_before=pressing())


@SIZES
def test_no_network(board: Make, snap_compare: Any, size: tuple[int, int]) -> None:
    stage = Stage(0)
    stage.venues = (
        status(
            SPOT,
            0,
            state="down",
            rate_s=None,
            clock_offset_ms=None,
            rest_state="unreachable",
            rest_words="rest.example: name not known",
        ),
        status(
            PERP,
            0,
            state="blocked",
            rate_s=None,
            clock_offset_ms=None,
            rest_state="blocked",
            rest_words="451: not served from here",
        ),
    )
    assert snap_compare(board(stage), terminal_size=size, run_before=pressing())


@SIZES
def test_one_venue_down(board: Make, snap_compare: Any, size: tuple[int, int]) -> None:
    stage = Stage()
    stage.venues = (status(SPOT, 26), status(PERP, 26, state="down", rest_words="no answer within 10 s", live=0))
    for place in range(26):
        stage.set(1, place, state=5)
    stage.progress = (Progress(SPOT, "subscribing", 100, 412),)
    assert snap_compare(board(stage), terminal_size=size, run_before=pressing("space"))


@pytest.mark.parametrize(
    "keys", [("enter",), ("h",), ("c",), ("v",), ("f",), ("slash", "p", "e")],
    ids=["details", "help", "columns", "venues", "funding", "find"],
)  # fmt: skip
def test_windows(board: Make, snap_compare: Any, keys: tuple[str, ...]) -> None:
    stage = Stage().every_state()
    assert snap_compare(board(stage), terminal_size=(80, 24), run_before=pressing(*keys))


def test_without_colour(board: Make, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(board(Stage().every_state()), terminal_size=(120, 24), run_before=pressing("down"))
