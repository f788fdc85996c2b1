"""The sign of life of a running program, and what is made of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from arbwatch.cli import healthcheck, pulse
from arbwatch.cli.main import main
from arbwatch.cli.pulse import FILE, Beat, Pulse, last
from arbwatch.config.errors import ArbwatchError
from arbwatch.market.load import Load

UP = {"a_spot": "up", "b_spot": "down"}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ARBWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert healthcheck.SILENT_S == 30.0
    monkeypatch.setattr(pulse, "EVERY_S", 0.01)
    return tmp_path


def written(folder: Path, *, ago_s: float = 1.0, late_ms: float | None = 3.0, **states: str) -> None:
    beat = Beat(time.time_ns() - round(ago_s * 1e9), 4711, late_ms, states)
    (folder / FILE).write_bytes(msgspec.json.encode(beat))


@dataclass
class Program:
    """Stand in for the program: what it can be read as, or the error that ended it."""

    states: dict[str, str] = field(default_factory=lambda: dict(UP))
    error: Exception | None = None

    def read(self) -> Any:
        if self.error is not None:
            raise self.error
        venues = [SimpleNamespace(venue=venue, state=state) for venue, state in self.states.items()]
        return SimpleNamespace(venues=venues, load=Load(late_ms=2.0))


def until(met: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.005)


def test_one_venue_that_is_up_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, a_spot="up", b_spot="down", c_spot="doubtful")
    assert main(["healthcheck"]) == 0
    assert capsys.readouterr().out == "2 of 3 venues up\n"


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ({"a_spot": "down", "b_spot": "blocked"}, 5, "No venue is up: a_spot down, b_spot blocked"),
        ({}, 5, "none has started"),
        ({"a_spot": "up", "ago_s": 31.0}, 1, "no sign of life for 31 s (process 4711"),
        ({"a_spot": "up", "ago_s": -3600.0}, 1, "no sign of life"),
        ({"a_spot": "up", "late_ms": 40e3}, 1, "stuck: what is due waits 40 s"),
    ],
)
def test_what_is_not_well_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], told: dict[str, Any], code: int, words: str
) -> None:
    written(folder, **told)
    assert main(["healthcheck"]) == code
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"", b'{"written": 1}', b"\xff\x00"])
def test_nothing_runs_where_there_is_no_sign_of_life(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    if content is not None:
        (folder / FILE).write_bytes(content)
    assert main(["healthcheck"]) == 1
    assert "Nothing runs here" in capsys.readouterr().err


def test_the_pulse_follows_the_program_and_ends_with_it(folder: Path) -> None:
    program = Program()

    def told() -> dict[str, str] | None:
        beat = last(folder / FILE)
        return beat.venues if beat else None

    with Pulse(program.read, folder):
        until(lambda: told() == UP)
        program.states = {"a_spot": "down"}
        until(lambda: told() == {"a_spot": "down"})
    assert list(folder.iterdir()) == []


def test_a_program_that_cannot_be_read_stops_beating(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    program = Program()
    with Pulse(program.read, folder) as beating:
        until((folder / FILE).exists)
        program.error = ArbwatchError("The engine ended: out of memory")
        until(lambda: not beating._thread.is_alive())
    assert "The engine ended" in caplog.text


def test_a_folder_that_cannot_be_written_costs_only_the_sign_of_life(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "file").touch()
    with Pulse(Program().read, folder / "file") as beating:
        until(lambda: not beating._thread.is_alive())
    assert "no sign of life is given" in caplog.text


def test_another_program_s_sign_of_life_is_left(folder: Path) -> None:
    with Pulse(Program().read, folder) as beating:
        until((folder / FILE).exists)
        beating._stop.set()
        beating._thread.join()
        written(folder, a_spot="up")
    assert (folder / FILE).exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a program without telling it")
def test_the_running_program_is_found_well_and_then_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "arbwatch", "demo", "--headless"],
        env={**os.environ, "ARBWATCH_DATA_DIR": str(folder)},
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            until(lambda: main(["healthcheck"]) == 0, 60.0)
        finally:
            program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
    assert "venues up" in capsys.readouterr().out
    assert main(["healthcheck"]) == 1
