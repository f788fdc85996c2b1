"""The command line as a whole: what --help costs, how errors read, which code the program ends with."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from arbwatch import __version__
from arbwatch.cli import lazy
from arbwatch.cli.lazy import COMMANDS, with_command
from arbwatch.cli.main import main
from arbwatch.cli.options import begin, given
from arbwatch.config import errors

CONTRACT = ["run", "demo", "watch", "scan", "book", "funding", "record", "replay", "assets", "decode"]
CONTRACT += ["venues", "check", "healthcheck", "config", "simulate", "plugins"]
HEAVY = {"pydantic", "numpy", "aiohttp", "picows", "textual", "msgspec", "structlog", "asyncio", "rich"}
Install = Callable[[Callable[..., object]], None]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own arbwatch.toml and .env out."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def as_venues(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a function in the place of the command `venues`."""

    def install(function: Callable[..., object]) -> None:
        module = SimpleNamespace(venues=function)
        monkeypatch.setattr(lazy, "import_module", lambda _name: module)

    return install


def python(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload] # options go through as they are


def test_help_lists_every_command_and_loads_none_of_their_code() -> None:
    code = "import sys; from arbwatch.cli import main; main(['--help']); print('|', *sys.modules)"
    done = python("-c", code)
    text, _, modules = done.stdout.partition("|")
    assert [line.split()[0] for line in text.partition("Commands:")[2].splitlines() if line.strip()] == CONTRACT
    assert not HEAVY & set(modules.split())
    assert "..." not in text.partition("Commands:")[2]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"Usage: arbwatch {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"arbwatch {__version__}\n"


def test_module_and_script_are_the_same_program() -> None:
    done = python("-m", "arbwatch", "--version")
    assert (done.returncode, done.stdout) == (0, f"arbwatch {__version__}\n")


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["venuse"], 2, "No such command 'venuse'. Did you mean 'venues'?"),
        (["venues", "--formt", "json"], 2, "No such option: --formt"),
        (["venues", "--format", "yaml"], 2, "yaml"),
        (["--config"], 2, "--config"),
        (["--config", "gone.toml", "venues"], 3, "--config names gone.toml, which is not a file"),
        (["--log-level", "LOUD", "venues"], 3, "expected one of DEBUG"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(
    args: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.startswith("arbwatch: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ArbwatchError("Something is off"), 1),
        (errors.WrongUseError("Something is off"), 2),
        (errors.ConfigError("Something is off"), 3),
        (errors.NoVenueError("Something is off"), 5),
        (errors.CheckFoundError("Something is off"), 6),
        (KeyError("Something is off"), 1),
        (PermissionError(13, "Something is off"), 1),
    ],
)
def test_an_error_is_one_sentence_and_a_traceback_only_with_v(
    as_venues: Install, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    def fail() -> None:
        raise error

    as_venues(fail)
    assert main(["venues"]) == code
    brief = capsys.readouterr().err
    assert brief.count("\n") == 1
    assert "Something is off" in brief
    assert main(["venues", "-v"]) == code
    long = capsys.readouterr().err
    assert "Traceback" in long
    assert "in fail" in long


def test_ctrl_c_ends_with_130_and_says_nothing(as_venues: Install, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    as_venues(interrupted)
    assert main(["venues"]) == 130
    assert capsys.readouterr().err.strip() == ""


def test_what_a_command_returns_is_the_exit_code(as_venues: Install) -> None:
    as_venues(lambda: 6)
    assert main(["venues"]) == 6
    as_venues(lambda: None)
    assert main(["venues"]) == 0


@pytest.mark.skipif(os.name == "nt", reason="pipes end differently on Windows")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "arbwatch", "venues", "--format", "json"],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_global_options_stand_before_or_after_the_command(as_venues: Install, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("")
    seen: list[tuple[bool, Path | None, str | None]] = []
    as_venues(lambda: seen.append((given.verbose, given.config, given.log_level)))
    options = ["-v", "--config", "own.toml", "--log-level=ERROR"]
    assert main([*options, "venues"]) == main(["venues", *options]) == main(["venues"]) == 0
    assert seen == [(True, Path("own.toml"), "ERROR")] * 2 + [(False, None, None)]


@pytest.mark.parametrize(
    ("args", "meant"),
    [
        ([], ["run"]),
        (["-v"], ["-v", "run"]),
        (["--demo", "--headless"], ["run", "--demo", "--headless"]),
        (["--venues", "a", "--config", "f"], ["--config", "f", "run", "--venues", "a"]),
        (["scan", "-v"], ["-v", "scan"]),
        (["--help"], ["--help"]),
        (["decode", "--", "-v"], ["decode", "--", "-v"]),
    ],
)
def test_run_is_the_command_where_none_is_named(args: list[str], meant: list[str]) -> None:
    assert with_command(args) == meant


@pytest.mark.parametrize(("option", "shown"), [([], "INFO"), (["-v"], "DEBUG"), (["--log-level", "error"], "ERROR")])
def test_options_set_the_console_level(as_venues: Install, option: list[str], shown: str) -> None:
    seen: list[str] = []
    as_venues(lambda: seen.append(begin(console=False).settings.logging.console_level))
    assert main([*option, "venues"]) == 0
    assert seen == [shown]


def test_the_help_tells_the_exit_codes_that_errors_carry(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    told = set(re.findall(r"(\d+) [a-z]", capsys.readouterr().out.partition("Exit codes:")[2].partition("Options")[0]))
    carried = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ArbwatchError)
    }
    assert {str(code) for code in carried} <= told


def test_a_board_without_a_terminal_is_refused_in_words() -> None:
    done = python("-m", "arbwatch", "watch", "--demo", stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and not done.stdout
    assert "needs a terminal" in done.stderr and "arbwatch run" in done.stderr and done.stderr.count("\n") == 1
