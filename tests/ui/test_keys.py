import asyncio
import csv
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList

from arbwatch.ui.terminal import Board
from arbwatch.ui.terminal.dialogs import Choice, Words
from arbwatch.ui.terminal.sources import SpreadSource
from arbwatch.views.columns import BY_ID
from tests.ui.looks import again, keys, lines, press, screen
from tests.views.stage import PERP, SPOT, Stage, instrument

Make = Callable[..., Board]


async def test_the_panes_answer_to_their_numbers_and_to_clicks(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        assert "mk-idx" in screen(app) or "symbol" in screen(app)
        await press(pilot, "2")
        assert "buy on" in screen(app)
        await press(pilot, "4")
        assert "This machine's clock agrees" in screen(app)
        await press(pilot, "1")
        assert "spr bp" in screen(app)
        await press(pilot, "slash", "b")
        await pilot.click("#tab-spreads")
        assert "buy on" in screen(app)


async def test_what_is_typed_fast_means_what_it_means_typed_slowly(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        for key in ("slash", "p", "e", "p"):
            app.post_message(events.Key(key, key if len(key) == 1 else "/"))
        await pilot.pause()
        assert set(keys(app)) == {(SPOT, "PEPEUSDT"), (PERP, "1000PEPEUSDT")}
        for key in ("escape", "slash", "x", "escape", "2", "m"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert "buy on" in screen(app)
        assert app.choices.market is not None
        assert app.choices.text == ""


async def test_typing_filters_as_you_type_and_escape_shows_everything_again(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "slash", "p", "e", "p")
        assert set(keys(app)) == {(SPOT, "PEPEUSDT"), (PERP, "1000PEPEUSDT")}
        await press(pilot, "backspace", "backspace", "backspace", "q", "z", "z")
        assert keys(app) == []
        assert "Nothing matches. Esc shows everything again." in screen(app)
        await press(pilot, "escape")
        assert len(keys(app)) == 52
        assert app.is_running


async def test_enter_keeps_the_filter_and_gives_the_keys_back(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "slash", "b", "t", "c", "enter", "r")
        assert app.query_one(Input).value == "btc"
        assert not app.choices.rows.descending
        assert "find 'btc'" in screen(app)
        assert set(keys(app)) == {(SPOT, "BTCUSDT"), (PERP, "BTCUSDT")}


async def test_s_and_arrows_sort_by_columns_in_sight_and_r_turns_around(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "s")
        assert app.choices.rows.sort == app.panes.grid.shown[app.panes.grid.shown.index("quote_volume") + 1]
        await press(pilot, "S", "left")
        assert app.choices.rows.sort == app.panes.grid.shown[app.panes.grid.shown.index("quote_volume") - 1]
        app.choices.rows.choose("bid")
        await again(app, pilot)
        first = keys(app)
        await press(pilot, "r")
        values = {key: app.viewer.sheet.column("bid")[app.viewer.sheet.listing.rows[key]] for key in first}
        assert [values[key] for key in keys(app)] == sorted(values.values())
        assert "▲" in lines(app)[2] or "▲" in lines(app)[3]


async def test_a_click_on_a_heading_sorts_and_another_turns_around(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        place = next(place for place in app.panes.grid._places if app.panes.grid.columns[place.at].id == "ask")
        await pilot.click("#board", offset=(place.start + 1, 0))
        assert (app.choices.rows.sort, app.choices.rows.descending) == ("ask", True)
        await pilot.click("#board", offset=(place.start + 1, 0))
        assert (app.choices.rows.sort, app.choices.rows.descending) == ("ask", False)


async def test_m_u_and_v_choose_which_rows(board: Make) -> None:
    stage = Stage()
    stage.instruments[0][0] = instrument(SPOT, "BTC", 0.1, symbol="BTCEUR", quote_currency="EUR")
    app = board(stage)
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "m")
        assert {venue for venue, _ in keys(app)} == {SPOT}
        await press(pilot, "m")
        assert {venue for venue, _ in keys(app)} == {PERP}
        await press(pilot, "m", "u")
        assert keys(app) == [(SPOT, "BTCEUR")]
        await press(pilot, "u", "u")
        assert len(keys(app)) == 52
        await press(pilot, "v")
        assert isinstance(app.screen, Choice)
        await press(pilot, "space", "enter")
        assert {venue for venue, _ in keys(app)} == {PERP}
        await press(pilot, "v", "a", "enter")
        assert len(keys(app)) == 52


async def test_c_chooses_columns_and_leaves_them_when_given_up(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        before = app.choices.columns
        await press(pilot, "c", "n", "escape")
        assert app.choices.columns == before
        await press(pilot, "c", "n", "down", "down", "space", "down", "down", "space", "enter")
        assert [column.id for column in app.choices.columns] == ["symbol", "bid"]
        assert app.panes.grid.shown == ["symbol", "bid"]


async def test_a_choice_can_be_clicked_and_says_what_is_chosen_without_colour(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "v")
        assert f"[x] {SPOT}" in screen(app)
        await pilot.click(OptionList, offset=(5, 1))
        assert f"[ ] {SPOT}" in screen(app)


async def test_f_goes_through_sets_of_columns(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(80, 24)) as pilot:
        assert "funding" not in app.panes.grid.shown
        await press(pilot, "f")
        assert {"funding", "funding_year", "countdown_s", "interval_h", "state"} <= set(app.panes.grid.shown)
        await press(pilot, "f")
        assert {"age_s", "unconfirmed_s", "tick_bps", "state"} <= set(app.panes.grid.shown)
        await press(pilot, "f")
        assert "quote_volume" in app.panes.grid.shown


async def test_space_freezes_rows_while_the_head_goes_on(board: Make) -> None:
    stage = Stage()
    app = board(stage)
    async with app.run_test(size=(140, 30)) as pilot:
        await press(pilot, "space")
        before = lines(app)[3:20]
        stage.move(200, after=14_000_000_000)
        await again(app, pilot)
        assert "FROZEN since 10:00:00 (14 s)" in lines(app)[0]
        assert lines(app)[3:20] == before
        await press(pilot, "space")
        assert "FROZEN" not in screen(app)
        assert lines(app)[3:20] != before


async def test_plus_and_minus_change_the_pace(board: Make) -> None:
    app = board(Stage(), refresh_ms=250)
    async with app.run_test(size=(120, 30)) as pilot:
        assert "every 250 ms" in lines(app)[0]
        await press(pilot, "plus")
        assert "every 100 ms" in lines(app)[0]
        await press(pilot, "minus", "minus", "minus")
        assert "every 1 s" in lines(app)[0]
        await press(pilot, *["minus"] * 9)
        assert "every 5 s" in lines(app)[0]


async def test_e_writes_the_rows_in_sight_of_the_filter_to_a_new_file_each_time(board: Make, tmp_path: Path) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "slash", "e", "t", "h", "enter", "e", "e")
        await pilot.pause()
        assert "rows written to" in " ".join(notice.message for notice in app._notifications)
    files = sorted((tmp_path / "out").glob("arbwatch-board-20261121-100000*.csv"))
    assert len(files) == 2
    with files[0].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["symbol"] for row in rows] == ["ETHUSDT", "ETHUSDT"]
    assert set(rows[0]) == {"taken", *BY_ID}


async def test_a_file_that_cannot_be_written_is_said_in_words(board: Make, tmp_path: Path) -> None:
    (tmp_path / "wall").write_text("")
    app = board(Stage(), export_dir=tmp_path / "wall")
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "e")
        await pilot.pause()
        assert any("Could not write to" in notice.message for notice in app._notifications)


async def test_o_opens_the_page_and_names_it(board: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    class Window(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            opened.append(url)
            return True

    monkeypatch.setattr(webbrowser, "get", Window)
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "m", "o")
        for _ in range(200):
            if opened:
                break
            await asyncio.sleep(0.005)
        assert opened == ["https://trade.example/spot/BTCUSDT"]
        assert any(opened[0] in notice.message for notice in app._notifications)


async def test_a_browser_that_would_draw_over_the_board_is_not_used(
    board: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("lynx"))
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "m", "o")
        assert any("No browser to open https://trade" in notice.message for notice in app._notifications)


async def test_enter_shows_all_of_a_row_and_keeps_it_fresh(board: Make) -> None:
    stage = Stage()
    app = board(stage)
    async with app.run_test(size=(120, 60)) as pilot:
        await press(pilot, "m", "enter")
        assert "BTCUSDT on alpha_spot" in screen(app)
        assert "As a leg" in screen(app)
        stage.set(0, 0, bid=90000.1)
        await again(app, pilot)
        assert "90000.1" in screen(app)
        await press(pilot, "escape")
        assert not isinstance(app.screen, Words)


async def test_enter_on_a_spread_shows_both_legs(board: Make) -> None:
    app = board(Stage().every_state())
    async with app.run_test(size=(120, 120)) as pilot:
        await press(pilot, "2", "x", "enter")
        assert "ARBUSDT on alpha_perp" in screen(app) and "ARBUSDT on alpha_spot" in screen(app)
        assert "perhaps two different" in screen(app)


async def test_x_shows_only_what_does_not_count(board: Make) -> None:
    app = board(Stage().every_state())
    async with app.run_test(size=(160, 40)) as pilot:
        await press(pilot, "x")
        assert "identity? prices" in screen(app)
        assert not [line for line in lines(app)[2:] if line.rstrip().endswith(" ok")]
        await press(pilot, "x")
        assert [line for line in lines(app)[2:] if line.rstrip().endswith(" ok")]


@pytest.mark.parametrize("key", ["h", "question_mark"])
async def test_help_explains_keys_columns_and_states(board: Make, key: str) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 120)) as pilot:
        await press(pilot, key)
        text = screen(app)
        for part in ("freeze the rows", "Basis points".lower(), "The venue refused", "went up, went down", "assumed"):
            assert part in text, part
        await press(pilot, "escape")
        assert "freeze the rows" not in screen(app)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_q_quits(board: Make, key: str) -> None:
    app = board(Stage())
    async with app.run_test() as pilot:
        await press(pilot, key)
    assert not app.is_running


@pytest.mark.parametrize("width", [80, 100, 200])
async def test_the_reason_has_the_room_where_only_excluded_spreads_are_shown(board: Make, width: int) -> None:
    app = board(Stage().every_state())
    async with app.run_test(size=(width, 30)) as pilot:
        await press(pilot, "2", "x")
        source = app.panes.spread_grid.source
        assert isinstance(source, SpreadSource) and len(source)
        text = "\n".join(lines(app))
        assert all((line.reason or "?")[:33] in text for line in source.lines[:10])
