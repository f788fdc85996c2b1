"""What the board does outside the terminal: write a file, open a page."""

from __future__ import annotations

import asyncio
import signal
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from arbwatch.views.formats import SECOND


def write(folder: Path, name: str, now: int, text: str) -> Path:
    """Write `text` to a new CSV file in `folder`, named after the moment; return its full path. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.fromtimestamp(now / SECOND, UTC).strftime("%Y%m%d-%H%M%S")
    for number in range(1, 1000):
        path = folder / f"{name}-{stamp}{f'-{number}' if number > 1 else ''}.csv"
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path.resolve()
    raise FileExistsError(f"{folder} is full of exports of this second")


def on_termination(leave: Callable[[], None]) -> None:
    """Have `leave` called when the program is told to end or its terminal is gone, so that the screen is put right."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP"):
        # Windows has no handlers on loops, and no SIGHUP; a loop in another thread may not have them either.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            if number := getattr(signal, name, None):
                loop.add_signal_handler(number, leave)


def browse(page: str) -> bool:
    """Open a web page in a browser with a window; False where there is none or it is no web page.

    A browser that draws in the terminal would draw over the board, so it is not used.
    """
    if not page.startswith(("https://", "http://")):
        return False
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if isinstance(browser, webbrowser.GenericBrowser) and not isinstance(browser, webbrowser.BackgroundBrowser):
        return False
    Thread(target=browser.open, args=(page,), name="page", daemon=True).start()
    return True
