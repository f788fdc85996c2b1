"""What commands print, and what they say when nobody answers."""

import pytest

from arbwatch.cli.output import print_table
from arbwatch.cli.wait import answered
from arbwatch.config.errors import NoVenueError
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
