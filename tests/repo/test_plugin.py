"""A venue in a package of its own: installed from its folder, found through its entry point, held to the contract."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "venue_plugin"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add a venue")[2].partition("\n## ")[0]
BLOCKS = [(kind, dedent(body)) for kind, body in re.findall(r"(?s) *```(\w*)\n(.*?) *```", GUIDE)]
COMMANDS = [line for kind, body in BLOCKS if not kind for line in body.splitlines()]
ENDLESS = "arbwatch run "


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An environment in which the package is installed; nothing is fetched for it."""
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--target", str(target), str(EXAMPLE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": str(target), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def served(installed: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The same, with the venue moved to its exchange, which runs on this machine."""
    with subprocess.Popen([sys.executable, str(EXAMPLE / "exchange.py")], stdout=subprocess.PIPE) as exchange:
        assert exchange.stdout is not None
        hosts = json.loads(exchange.stdout.readline())
        moved = {f"ARBWATCH_VENUES__TIDEPOOL_SPOT__{name.upper()}": url for name, url in hosts.items()}
        yield {**installed, **moved}
        exchange.terminate()


def run(environment: Mapping[str, str], *words: str, folder: Path = EXAMPLE) -> str:
    """Run a Python program in the example's folder and return what it prints."""
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=environment,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_venue_is_found_through_its_entry_point(installed: Mapping[str, str]) -> None:
    rows = run(installed, "-m", "arbwatch", "plugins").splitlines()
    assert ["arbwatch.venues", "tidepool_spot", "arbwatch-tidepool", "arbwatch_tidepool:TidepoolSpot", "ok"] in [
        row.split() for row in rows
    ]
    venues = {
        venue["id"]: venue for venue in json.loads(run(installed, "-m", "arbwatch", "venues", "--format", "json"))
    }
    assert venues["tidepool_spot"]["rest_url"] == "https://api.tidepool.example"
    assert set(venues["tidepool_spot"]["channels"]) == {"quote", "ticker"}


def test_its_own_tests_pass_its_exchange_scanned_among_them(installed: Mapping[str, str]) -> None:
    said = run(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:arbwatch", "tests")
    assert " passed" in said and "skipped" not in said, said


def test_what_the_guide_writes_stands_in_the_example_word_for_word() -> None:
    written = [body for kind, body in BLOCKS if kind]
    assert len(written) == 2
    files = [path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*") if path.suffix in (".py", ".toml")]
    for body in written:
        assert any(body in text for text in files), body


def test_the_test_file_of_the_guide_is_the_whole_of_it() -> None:
    (written,) = (body for kind, body in BLOCKS if kind == "python")
    assert (EXAMPLE / "tests" / "test_tidepool_spot.py").read_text(encoding="utf-8") == written


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith(ENDLESS)])
def test_the_commands_of_the_guide_do_what_they_say(command: str, served: Mapping[str, str], tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "venue_plugin")
    program, *words = shlex.split(command)
    said = run(served, *(["-m", "arbwatch"] if program == "arbwatch" else []), *words, folder=folder)
    match words[0], words[1]:
        case "-m", "arbwatch.testing":
            for name in ("tests/spot/events.jsonl", "src/arbwatch_tidepool/evidence.json"):
                assert (folder / name).read_bytes() == (EXAMPLE / name).read_bytes()
        case "decode", _:
            assert {json.loads(line)["type"] for line in said.splitlines()} == {"instrument", "quote", "ticker"}
        case "check", _:
            assert "44 instruments, 44 trading" in said and "BAD" not in said
        case "scan", _:
            assert {quote["venue"] for quote in json.loads(said)["quotes"]} == {"tidepool_spot"}


def test_the_guide_ends_with_the_board() -> None:
    assert COMMANDS[-1] == f"{ENDLESS}--venues tidepool_spot"


def test_a_demo_says_that_it_has_no_twin_of_a_venue_from_elsewhere(installed: Mapping[str, str]) -> None:
    words = [sys.executable, "-m", "arbwatch", "scan", "--demo", "--for", "1s", "--venues", "tidepool_spot"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, env=installed)
    assert done.returncode == 2
    assert "tidepool_spot has no simulated twin" in done.stderr
