import asyncio
import csv
import os
import signal
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from arbwatch.ui.terminal import Board
from arbwatch.ui.terminal.dialogs import Choice, Words
from arbwatch.ui.terminal.grid import Grid
from arbwatch.views.columns import BY_ID
from arbwatch.views.picture import Picture
from tests.views.stage import PERP, SPOT, Stage, instrument

Make = Callable[..., Board]


def lines(app: Board) -> list[str]:
    """What stands on the screen, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips() if hasattr(app.screen._compositor, "render_strips") else []
    return ["".join(segment.text for segment in strip)[:width] for strip in strips][:height]


def screen(app: Board) -> str:
    return "\n".join(lines(app))


def keys(app: Board) -> list[Any]:
    source = app.grid.source
    return [source.key(index) for index in range(len(source))]


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await pilot.pause()


async def again(app: Board, pilot: Pilot[None]) -> None:
    app.tick()
    await pilot.pause()


async def test_the_panes_answer_to_1_2_3_and_to_clicks(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        assert "mk-idx" in screen(app) or "symbol" in screen(app)
        await press(pilot, "2")
        assert "buy on" in screen(app)
        await press(pilot, "3")
        assert "This machine's clock agrees" in screen(app)
        await press(pilot, "1")
        assert "spr bp" in screen(app)
        await pilot.click("#tab-spreads")
        assert "buy on" in screen(app)


async def test_keys_pressed_at_once_after_the_start_are_keys_and_not_typed_text(board: Make) -> None:
    stages = [Stage(0)]

    def read() -> Picture:
        return stages[-1].picture()

    app = Board(read, refresh_ms=3_600_000)
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "space", "s", "space")
        stages.append(Stage())
        await again(app, pilot)
        await press(pilot, "space", "3", "1", "end")
        assert app.choices.text == ""
        assert app.frozen is not None
        assert app.grid.cursor == keys(app)[-1]


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
        assert app.choices.rows.sort == app.grid.shown[app.grid.shown.index("quote_volume") + 1]
        await press(pilot, "S", "left")
        assert app.choices.rows.sort == app.grid.shown[app.grid.shown.index("quote_volume") - 1]
        app.choices.rows.choose("bid")
        await again(app, pilot)
        first = keys(app)
        await press(pilot, "r")
        values = {key: app.sheet.column("bid")[app.sheet.listing.rows[key]] for key in first}
        assert [values[key] for key in keys(app)] == sorted(values.values())
        assert "▲" in lines(app)[2] or "▲" in lines(app)[3]


async def test_a_click_on_a_heading_sorts_and_another_turns_around(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        place = next(place for place in app.grid._places if app.grid.columns[place.at].id == "ask")
        await pilot.click("#board", offset=(place.start + 1, 0))
        assert (app.choices.rows.sort, app.choices.rows.descending) == ("ask", True)
        await pilot.click("#board", offset=(place.start + 1, 0))
        assert (app.choices.rows.sort, app.choices.rows.descending) == ("ask", False)


async def test_the_cursor_stays_on_its_row_when_the_order_changes(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "down", "down", "down")
        chosen = app.grid.cursor
        await press(pilot, "r")
        assert app.grid.cursor == chosen
        await press(pilot, "end")
        assert app.grid.cursor == keys(app)[-1]
        assert app.grid.scroll_offset.y > 0
        await press(pilot, "home", "pagedown", "pageup")
        assert app.grid.cursor == keys(app)[0]


async def test_a_cursor_that_nobody_moved_stays_on_top(board: Make) -> None:
    stage = Stage()
    app = board(stage)
    async with app.run_test(size=(120, 30)) as pilot:
        stage.set(0, 20, quote_volume=1e12)
        await again(app, pilot)
        assert app.grid.cursor == keys(app)[0] == (SPOT, "0GUSDT")


async def test_the_wheel_scrolls_and_a_second_click_opens_the_row(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        app.grid._wheel(_Still(), 3)  # type: ignore[arg-type] # only stops itself
        await pilot.pause()
        assert app.grid.scroll_offset.y == 3
        await pilot.click("#board", offset=(5, 2))
        assert app.grid.cursor == keys(app)[4]
        await pilot.click("#board", offset=(5, 2), times=2)
        assert isinstance(app.screen, Words)


class _Still:
    def stop(self) -> None: ...

    def prevent_default(self) -> None: ...


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
        assert app.grid.shown == ["symbol", "bid"]


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
        assert "funding" not in app.grid.shown
        await press(pilot, "f")
        assert {"funding", "funding_year", "countdown_s", "interval_h"} <= set(app.grid.shown)
        await press(pilot, "f")
        assert {"age_s", "unconfirmed_s", "tick_bps"} <= set(app.grid.shown)
        await press(pilot, "f")
        assert "quote_volume" in app.grid.shown


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


async def test_the_board_looks_again_by_itself(board: Make) -> None:
    stage = Stage()
    app = board(stage, refresh_ms=20)
    async with app.run_test(size=(120, 30)) as pilot:
        stage.set(0, 0, bid=12345.6)
        for _ in range(400):
            await pilot.pause(0.005)
            if "12345.6" in screen(app):
                return
        pytest.fail("the new price never came")


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


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a program without telling it")
async def test_a_termination_leaves_the_board_in_order(board: Make) -> None:
    app = board(Stage())
    async with app.run_test() as pilot:
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(400):
            if app._exit:
                break
            await pilot.pause(0.005)
        assert app._exit


async def test_changed_prices_are_marked_up_or_down_for_one_refresh(board: Make) -> None:
    stage = Stage()
    app = board(stage)
    async with app.run_test(size=(120, 30)) as pilot:
        await again(app, pilot)
        assert not any(mark in screen(app) for mark in "▴▾")
        stage.set(0, 0, bid=stage.columns.bid[0, 0] + 1)
        stage.set(1, 0, ask=stage.columns.ask[1, 0] - 1)
        await again(app, pilot)
        assert screen(app).count("▴") == 1 and screen(app).count("▾") == 1
        await again(app, pilot)
        assert not any(mark in screen(app) for mark in "▴▾")


async def test_resizing_keeps_every_number_whole(board: Make) -> None:
    stage = Stage()
    app = board(stage)
    async with app.run_test(size=(200, 50)) as pilot:
        for width, height in ((80, 24), (60, 10), (30, 6), (120, 40), (200, 50), (81, 24)):
            await pilot.resize_terminal(width, height)
            await again(app, pilot)
            for row, key in enumerate(keys(app)[: height - 5]):
                place = app.sheet.listing.rows[key]
                cells = app.grid.source.cells(row, [spot.at for spot in app.grid._places])
                for spot, cell in zip(app.grid._places, cells, strict=True):
                    if app.grid.columns[spot.at].most is None:
                        assert len(cell.text) <= spot.width, (width, app.grid.columns[spot.at].id, place)


async def test_hostile_names_reach_the_screen_as_text(board: Make) -> None:
    stage = Stage()
    stage.instruments[0][0] = instrument(SPOT, "X", 0.1, symbol="[red]B[/]\x1b[2J\u202e", asset="[bold]")
    app = board(stage)
    async with app.run_test(size=(120, 30)) as pilot:
        assert "[red]B[/]\u241b[2J" in screen(app)
        await press(pilot, "slash", *"[red]", "enter", "enter")
        assert "[red]B[/]\u241b[2J\ufffd on alpha_spot" in screen(app)
        assert not any(char in screen(app) for char in "\x1b\u202e")


async def test_wide_characters_keep_the_columns_in_line(board: Make) -> None:
    stage = Stage(4)
    stage.instruments[0][0] = instrument(SPOT, "币安人生", 0.1, asset="币安人生")
    app = board(stage)
    async with app.run_test(size=(120, 30)):
        strips = app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {120}
        assert "币安人生USDT" in screen(app)


async def test_wrong_columns_are_refused_before_anything_is_shown(board: Make) -> None:
    with pytest.raises(ValueError, match="did you mean 'spread_bps'"):
        board(Stage(), columns=["spread_bp"])


async def test_columns_venues_and_address_come_from_outside(board: Make) -> None:
    app = board(Stage(), columns=["symbol", "ask", "age_s"], venues=[PERP], address="http://127.0.0.1:8787")
    async with app.run_test(size=(120, 30)):
        assert app.grid.shown == ["symbol", "ask", "age_s"]
        assert {venue for venue, _ in keys(app)} == {PERP}
        assert "http://127.0.0.1:8787" in lines(app)[-1]
        assert app.query_one("#address", Static).size.width > 20


async def test_a_grid_without_rows_ignores_its_keys(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "slash", "~", "enter", "down", "end", "enter", "o", "pagedown")
        assert app.query_one("#board", Grid).source.find(None) is None
        assert app.is_running
