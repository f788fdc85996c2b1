"""The example files and the page of settings are what the settings say, and every line of them works."""

import re
from pathlib import Path

import pytest

from arbwatch.config.examples import env_example, files, toml_example
from arbwatch.config.load import load
from arbwatch.config.settings import leaves

ROOT = Path(__file__).parents[2]
FILES = dict(files())


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_the_generated_one(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name], "run `make examples`"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files that the examples name."""
    (tmp_path / "ca.pem").touch()
    (tmp_path / "logging.ini").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_changes_nothing_as_it_stands(folder: Path) -> None:
    (folder / "arbwatch.toml").write_text(toml_example())
    (folder / ".env").write_text(env_example())
    assert load(variables={}, folder=folder).settings == load(variables={}, folder=folder / "none").settings


def _general(path: tuple[str, ...]) -> str:
    key = re.sub(r"^venues\.\w+", "venues.<id>", ".".join(path))
    return re.sub(r"symbols\.\w+", "symbols.<symbol>", key)


def test_every_line_of_the_settings_file_can_be_taken_as_it_is(folder: Path) -> None:
    (folder / "arbwatch.toml").write_text(re.sub(r"(?m)^#(?! )", "", toml_example()))
    origins = load(variables={}, folder=folder).origins
    set_there = {_general(path) for path in origins}
    assert set_there == {leaf.key for leaf in leaves()}


def test_every_line_of_the_variables_can_be_taken_as_it_is(folder: Path) -> None:
    text = re.sub(r"(?m)^#(?! )", "", env_example()).replace("ARBWATCH_CONFIG=arbwatch.toml\n", "")
    (folder / ".env").write_text(text)
    origins = load(variables={}, folder=folder).origins
    set_there = {_general(path) for path in origins}
    assert set_there == {leaf.key for leaf in leaves()}
