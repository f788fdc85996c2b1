"""What stands on the board's screen, and pressing keys until it has settled."""

from typing import Any

from textual.pilot import Pilot

from arbwatch.ui.terminal import Board


def lines(app: Board) -> list[str]:
    """What stands on the screen, line by line."""
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


def screen(app: Board) -> str:
    return "\n".join(lines(app))


def keys(app: Board) -> list[Any]:
    source = app.panes.grid.source
    return [source.key(index) for index in range(len(source))]


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await pilot.pause()


async def again(app: Board, pilot: Pilot[None]) -> None:
    app.tick()
    await pilot.pause()
