"""What every test may ask for.

A need that is not met skips the test with the reason, or fails it where ARBWATCH_REQUIRE names the need.
"""

import logging
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

pytest_plugins = ["arbwatch.testing.plugin", "tests.tables"]

Need = Callable[[str, bool, str], None]

REQUIRED = frozenset(name.strip() for name in os.environ.get("ARBWATCH_REQUIRE", "").split(",") if name.strip())
NEEDS = frozenset({"recordings", "terminal", "clients"})
"""recordings: real traffic · terminal: tmux · clients: ccxt and the exchanges' own SDKs."""
KEPT = frozenset({"ARBWATCH_RECORDINGS", "ARBWATCH_REQUIRE"})


def pytest_configure() -> None:
    """Refuse a need nobody asks about: a misspelt one would quietly let its tests skip."""
    unknown = sorted(REQUIRED - NEEDS)
    if unknown:
        raise pytest.UsageError(f"ARBWATCH_REQUIRE names {', '.join(unknown)}; known are {', '.join(sorted(NEEDS))}")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # A shell that starts us in the background ignores Ctrl-C for us, and so for every program a test stops with it.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's settings and data folder out of the test, and the test out of them."""
    for name in list(os.environ):
        if name.startswith("ARBWATCH_") and name not in KEPT:
            monkeypatch.delenv(name)
    for name in ("HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARBWATCH_DATA_DIR", str(tmp_path_factory.mktemp("data")))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Undo what a command did to the process's logging."""
    ours, root = logging.getLogger("arbwatch"), logging.getLogger()
    before = root.handlers[:], root.level, ours.level
    yield
    for handler in set(root.handlers) - set(before[0]):
        handler.close()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def need() -> Need:
    """Give `need(name, met, reason)`: goes on where `met`, else skips, or fails where the need is required."""

    def check(name: str, met: bool, reason: str) -> None:
        assert name in NEEDS, f"{name} is not among the needs listed in tests/conftest.py"
        if met:
            return
        if name in REQUIRED:
            pytest.fail(f"ARBWATCH_REQUIRE names {name}, but {reason}")
        pytest.skip(reason)

    return check


@pytest.fixture(scope="session")
def recordings(need: Need) -> Path:
    """Give the folder of recorded real traffic, named by ARBWATCH_RECORDINGS."""
    named = os.environ.get("ARBWATCH_RECORDINGS", "")
    folder = Path(named)
    need("recordings", bool(named), "ARBWATCH_RECORDINGS does not name a folder of recordings")
    need("recordings", (folder / "MANIFEST.md").is_file(), f"{folder} holds no MANIFEST.md")
    return folder


@pytest.fixture(scope="session")
def terminal(need: Need) -> str:
    """Give the path of tmux, a real terminal for whole-program tests."""
    path = shutil.which("tmux")
    need("terminal", path is not None, "tmux is not installed")
    assert path is not None
    return path
