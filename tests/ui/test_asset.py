"""The pane of one asset, by keys."""

from collections.abc import Callable, Collection

from arbwatch.ui.terminal import Board
from arbwatch.views.listing import Key
from tests.ui.looks import press, screen
from tests.views.stage import PERP, SPOT, Stage

Make = Callable[..., Board]


async def test_a_shows_the_asset_of_the_row_and_its_books_are_asked_for_until_the_pane_is_left(board: Make) -> None:
    looked: list[Collection[Key]] = []
    app = board(Stage(), look=looked.append)
    async with app.run_test(size=(140, 40)) as pilot:
        await press(pilot, "/", "p", "e", "p", "e", "enter", "a")
        shown = screen(app)
        assert "PEPE in USDT on 2 markets" in shown
        assert "1000PEPEUSDT" in shown
        assert "buy ▸ sell ▾" in shown
        assert looked == [frozenset({(SPOT, "PEPEUSDT"), (PERP, "1000PEPEUSDT")})]
        await press(pilot, "1")
        assert looked[-1] == frozenset()


async def test_without_a_choice_the_best_spread_is_looked_at_and_sorting_works(board: Make) -> None:
    stage = Stage()
    stage.set(0, 3, bid=2.0, ask=2.0001)
    stage.set(1, 3, bid=2.1, ask=2.1001)
    app = board(stage)
    async with app.run_test(size=(140, 40)) as pilot:
        await press(pilot, "3")
        assert "XRP in USDT" in screen(app)
        app.choices.markets.choose("bid")
        app.paint()
        await press(pilot)
        assert app.panes.grid_in_sight.source.key(0) == (PERP, "XRPUSDT")


async def test_details_of_a_market_open_from_the_pane(board: Make) -> None:
    app = board(Stage())
    async with app.run_test(size=(140, 40)) as pilot:
        await press(pilot, "a", "enter")
        assert "Units" in screen(app)
