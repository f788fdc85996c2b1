"""Draw `docs/images/board.svg`: the board on the simulated venues, as a terminal shows it. Run by `make picture`."""

import asyncio
import re
import time
from pathlib import Path

from arbwatch.app import App
from arbwatch.config.load import load
from arbwatch.ui.terminal import Board

SIZE = (132, 30)
STEADY_S = 12.0
"""By then every stream has spoken and the spreads have settled."""


async def draw(app: App) -> str:
    """Show the board without a terminal and return it as SVG that fetches nothing."""
    board = Board(app.read)
    async with board.run_test(size=SIZE) as pilot:
        deadline = time.monotonic() + STEADY_S
        while time.monotonic() < deadline:
            await pilot.pause(0.25)
        svg = board.export_screenshot(title="arbwatch demo")
    svg = re.sub(r"<!--.*?-->|@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"\n\s*\n+", "\n", svg)


def main() -> None:
    """Write the picture."""
    folder = Path(__file__).parent
    with App(load(variables={}, folder=folder).settings, demo=True) as app:
        (folder / "board.svg").write_text(asyncio.run(draw(app)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
