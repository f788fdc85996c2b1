import os
import signal
from collections.abc import Callable

import pytest
from textual.widgets import Static

from arbwatch.ui.terminal import Board
from arbwatch.ui.terminal.dialogs import Words
from arbwatch.ui.terminal.grid import Grid
from arbwatch.views.picture import Picture
from tests.ui.looks import again, keys, lines, press, screen
from tests.views.stage import PERP, SPOT, Stage, instrument

Make = Callable[..., Board]


async def test_keys_pressed_at_once_after_the_start_are_keys_and_not_typed_text(board: Make) -> None:
    stages = [Stage(0)]

    def read() -> Picture:
        return stages[-1].picture()

    app = Board(read, refresh_ms=3_600_000)
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "space", "s", "space")
        stages.append(Stage())
        await again(app, pilot)
        await press(pilot, "space", "4", "1", "end")
        assert app.choices.text == ""
        assert app.viewer.frozen is not None
        assert app.panes.grid.cursor == keys(app)[-1]


async def test_the_cursor_stays_on_its_row_when_the_order_changes(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "down", "down", "down")
        chosen = app.panes.grid.cursor
        await press(pilot, "r")
        assert app.panes.grid.cursor == chosen
        await press(pilot, "end")
        assert app.panes.grid.cursor == keys(app)[-1]
        assert app.panes.grid.scroll_offset.y > 0
        await press(pilot, "home", "pagedown", "pageup")
        assert app.panes.grid.cursor == keys(app)[0]


async def test_a_cursor_that_nobody_moved_stays_on_top(board: Make) -> None:
    stage = Stage()
    app = board(stage)
    async with app.run_test(size=(120, 30)) as pilot:
        stage.set(0, 20, quote_volume=1e12)
        await again(app, pilot)
        assert app.panes.grid.cursor == keys(app)[0] == (SPOT, "0GUSDT")


async def test_the_wheel_scrolls_and_a_second_click_opens_the_row(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        app.panes.grid._wheel(_Still(), 3)  # type: ignore[arg-type] # only stops itself
        await pilot.pause()
        assert app.panes.grid.scroll_offset.y == 3
        await pilot.click("#board", offset=(5, 2))
        assert app.panes.grid.cursor == keys(app)[4]
        await pilot.click("#board", offset=(5, 2), times=2)
        assert isinstance(app.screen, Words)


class _Still:
    def stop(self) -> None: ...

    def prevent_default(self) -> None: ...


async def test_the_board_looks_again_by_itself(board: Make) -> None:
    stage = Stage()
    app = board(stage, refresh_ms=20)
    async with app.run_test(size=(120, 30)) as pilot:
        stage.set(0, 0, bid=12345.6)
        for _ in range(400):
            await pilot.pause(0.005)
            if "12345.6" in screen(app):
                break
        assert "12345.6" in screen(app)


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
                place = app.viewer.sheet.listing.rows[key]
                cells = app.panes.grid.source.cells(row, [spot.at for spot in app.panes.grid._places])
                for spot, cell in zip(app.panes.grid._places, cells, strict=True):
                    if app.panes.grid.columns[spot.at].most is None:
                        assert len(cell.text) <= spot.width, (width, app.panes.grid.columns[spot.at].id, place)


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
        assert app.panes.grid.shown == ["symbol", "ask", "age_s"]
        assert {venue for venue, _ in keys(app)} == {PERP}
        assert "http://127.0.0.1:8787" in lines(app)[-1]
        assert app.query_one("#address", Static).size.width > 20


async def test_a_grid_without_rows_ignores_its_keys(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "slash", "~", "enter", "down", "end", "enter", "o", "pagedown")
        assert app.query_one("#board", Grid).source.find(None) is None
        assert app.is_running
