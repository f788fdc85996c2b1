"""The board in a real terminal."""

import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from arbwatch.connector.registry import venues


class Screen:
    """A program in a terminal of its own."""

    def __init__(self, tmux: str, command: str, columns: int, rows: int) -> None:
        self._tmux = [tmux, "-L", f"arbwatch-{uuid.uuid4().hex[:8]}"]
        self._run("new-session", "-d", "-s", "t", "-x", str(columns), "-y", str(rows), command)

    def keys(self, *keys: str) -> None:
        self._run("send-keys", "-t", "t", *keys)

    def text(self) -> str:
        return self._run("capture-pane", "-t", "t", "-p")

    def until(self, condition: Callable[[str], bool], limit_s: float = 15.0) -> str:
        deadline = time.monotonic() + limit_s
        while not condition(text := self.text()):
            assert time.monotonic() < deadline, text
            time.sleep(0.05)
        return text

    def ended(self) -> bool:
        return subprocess.run([*self._tmux, "has-session", "-t", "t"], capture_output=True, check=False).returncode != 0

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _run(self, *arguments: str) -> str:
        # A size in the environment would count for more than the terminal's own.
        plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        result = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=False, env=plain)
        return result.stdout


@pytest.fixture
def demo(terminal: str, request: pytest.FixtureRequest) -> Iterator[Screen]:
    columns, rows = request.param
    screen = Screen(terminal, f"{sys.executable} -m arbwatch demo", columns, rows)
    yield screen
    screen.close()


@pytest.mark.parametrize("demo", [(80, 24), (200, 50)], indirect=True, ids=["80x24", "200x50"])
def test_the_demo_shows_a_living_board_filters_it_and_quits(demo: Screen) -> None:
    demo.until(lambda text: f"{len(venues())} of {len(venues())} venues up" in text and "BTCUSDT" in text, 30.0)
    first = demo.text()
    demo.until(lambda text: text != first)
    demo.keys("/")
    demo.keys("p", "e", "p", "e")
    demo.keys("Enter")
    text = demo.until(lambda text: "PEPE" in text and "BTCUSDT" not in text)
    assert "1000PEPEUSDT" in text
    demo.keys("Escape")
    demo.until(lambda text: "BTCUSDT" in text)
    demo.keys("2")
    demo.until(lambda text: "gross" in text)
    demo.keys("4")
    demo.until(lambda text: "binance_perp is up" in text)
    demo.keys("q")
    deadline = time.monotonic() + 5
    while not demo.ended():
        assert time.monotonic() < deadline, demo.text()
        time.sleep(0.05)


def test_without_a_network_the_board_says_in_words_what_failed(terminal: str) -> None:
    environment = "".join(
        f"ARBWATCH_VENUES__{venue.upper()}__{kind}_URL={scheme}://127.0.0.1:9 "
        for venue in venues()
        for kind, scheme in (("REST", "http"), ("WS", "ws"))
    )
    screen = Screen(terminal, f"env {environment} {sys.executable} -m arbwatch watch", 80, 24)
    try:
        text = screen.until(lambda text: all(re.search(rf"{name} +down: .*refuse", text) for name in venues()), 10.0)
        assert "Check the address and the network. It is tried again by itself." in text
    finally:
        screen.close()
