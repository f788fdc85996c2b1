"""Logs go where the settings say: people read the console, programs read JSON lines, passwords are in neither."""

import io
import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog

from arbwatch.config.errors import ConfigError
from arbwatch.config.logs import set_up
from arbwatch.config.settings import Logging


class Terminal(io.StringIO):
    """What a person reads."""

    def isatty(self) -> bool:
        return True


def speak() -> None:
    log = structlog.get_logger("arbwatch.engine")
    log.debug("a detail")
    log.info("connected", venue="some_spot", proxy="http://user:geheim@host:1")
    logging.getLogger("arbwatch.net").warning("slow by %d ms", 7)
    logging.getLogger("another.library").debug("chatter")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_file_has_everything_as_json_and_the_console_what_matters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = set_up(Logging(), tmp_path)
    assert path == tmp_path / "logs" / "arbwatch.log"
    speak()
    written = lines(path)
    assert [line["event"] for line in written] == ["a detail", "connected", "slow by 7 ms"]
    assert written[1]["venue"] == "some_spot"
    assert written[1]["level"] == "info"
    assert written[1]["timestamp"].endswith("Z")
    out, err = capsys.readouterr()
    assert out == ""
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["connected", "slow by 7 ms"]
    assert "geheim" not in path.read_text() + err


def test_a_person_at_a_terminal_reads_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    set_up(Logging(), tmp_path)
    speak()
    assert "connected" in screen.getvalue()
    assert not screen.getvalue().startswith("{")


def test_while_a_screen_owns_the_terminal_only_the_file_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = set_up(Logging(), tmp_path, console=False)
    speak()
    assert path is not None
    assert lines(path)
    assert capsys.readouterr() == ("", "")


def test_levels_and_json_are_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = set_up(Logging.model_validate({"console_level": "warning", "file_level": "info", "json": False}), tmp_path)
    speak()
    assert path is not None
    text = path.read_text()
    assert "a detail" not in text
    assert "connected" in text
    assert not text.startswith("{")
    err = capsys.readouterr().err
    assert "slow by 7 ms" in err
    assert "connected" not in err


def test_off_is_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up(Logging(console_level="OFF", file_level="OFF"), tmp_path) is None
    speak()
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


def test_the_file_is_rotated_and_old_ones_go(tmp_path: Path) -> None:
    path = tmp_path / "own.log"
    set_up(Logging(file=path, max_bytes=10_000, backups=2), tmp_path, console=False)
    log = structlog.get_logger("arbwatch")
    for number in range(400):
        log.info("a line of some length to fill the file", number=number)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["own.log", "own.log.1", "own.log.2"]
    assert all(file.stat().st_size <= 10_000 for file in tmp_path.iterdir())


def test_a_traceback_is_one_json_line(tmp_path: Path) -> None:
    path = set_up(Logging(), tmp_path, console=False)
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("arbwatch").exception("failed")
    assert path is not None
    assert "ValueError: broken" in lines(path)[0]["exception"]


INI = """
[loggers]
keys = root
[handlers]
keys = out
[formatters]
keys = plain
[logger_root]
level = DEBUG
handlers = out
[handler_out]
class = FileHandler
args = ({file!r}, "w")
formatter = plain
[formatter_plain]
format = %(levelname)s|%(name)s|%(message)s
"""


def test_a_standard_configuration_file_decides_alone(tmp_path: Path) -> None:
    target, config = tmp_path / "custom.log", tmp_path / "logging.ini"
    config.write_text(INI.format(file=str(target)))
    assert set_up(Logging(config=config), tmp_path) is None
    speak()
    structlog.get_logger("arbwatch").info("at 100 %", rate="5%")
    written = target.read_text().splitlines()
    assert "INFO|arbwatch.engine|connected venue=some_spot proxy=http://user:****@host:1" in written
    assert "WARNING|arbwatch.net|slow by 7 ms" in written
    assert "INFO|arbwatch|at 100 % rate=5%" in written


def test_a_dictionary_configuration_works_too(tmp_path: Path) -> None:
    target, config = tmp_path / "custom.log", tmp_path / "logging.json"
    handler = {"class": "logging.FileHandler", "filename": str(target)}
    document = {"version": 1, "handlers": {"file": handler}, "root": {"level": "INFO", "handlers": ["file"]}}
    config.write_text(json.dumps({**document, "disable_existing_loggers": False}))
    set_up(Logging(config=config), tmp_path)
    speak()
    assert target.read_text().splitlines()[0].startswith("connected venue=some_spot")


@pytest.mark.parametrize("name", ["logging.ini", "logging.json", "logging.toml"])
def test_a_broken_configuration_file_is_named(tmp_path: Path, name: str) -> None:
    config = tmp_path / name
    config.write_text("{ nonsense")
    with pytest.raises(ConfigError, match=rf"logging\.config = '.*{name}' cannot be used: "):
        set_up(Logging(config=config), tmp_path)


def test_a_log_file_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match=r"cannot be written .* set logging\.file elsewhere"):
        set_up(Logging(), tmp_path)
