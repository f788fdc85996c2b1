"""What commands print, and what they say when nobody answers."""

import pytest

from arbwatch.cli.output import print_table
from arbwatch.cli.wait import answered, progress
from arbwatch.config.errors import NoVenueError
from arbwatch.views.picture import Progress
from tests.views.stage import PERP, SPOT, Stage, status


def test_a_piped_table_is_as_wide_as_its_cells_and_ends_no_line_with_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    title, long = "a title that is much wider than what stands under it", "x" * 300
    print_table(title, [("left", "left"), ("right", "right"), ("note", "left")], [("a", "1", long), ("b", "[2]", "")])
    assert capsys.readouterr().out.splitlines() == [title, "left  right  note", f"a         1  {long}", "b       [2]"]


def test_where_nobody_answers_every_venue_says_why_on_a_line_of_its_own() -> None:
    stage = Stage(2)
    assert answered(stage.picture()).venues == stage.venues
    stage.venues = tuple(status(name, 2, live=0, polled=0, note=f"{name} is away") for name in (SPOT, PERP))
    with pytest.raises(NoVenueError) as told:
        answered(stage.picture())
    lines = ["No venue answered:", f"  {SPOT}: {SPOT} is away", f"  {PERP}: {PERP} is away"]
    assert str(told.value).splitlines() == lines


def test_on_a_narrow_terminal_texts_go_on_below_and_no_number_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_table("", [("market", "left"), ("price", "right")], [("a market with a long name", "1234567890.123456")] * 2)
    text = capsys.readouterr().out
    assert text.count("1234567890.123456") == 2
    assert "…" not in text


def test_progress_tells_every_venue_at_its_stage() -> None:
    stage = Stage(2)
    stage.venues = tuple(status(name, 2, live=2) for name in (SPOT, PERP))
    assert progress(stage.picture()) == "4 markets live"
    stage.progress = (Progress(SPOT, "subscribing", 100, 1425), Progress(PERP, "subscribing", 0, 363))
    assert progress(stage.picture()) == f"subscribing 100 of 1,788 ({SPOT}, {PERP})"
    stage.progress = (Progress(SPOT, "reading instruments"), Progress(PERP, "subscribing", 1, 2))
    assert progress(stage.picture()) == f"reading instruments ({SPOT}); subscribing 1 of 2 ({PERP})"
