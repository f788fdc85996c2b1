"""`venues`, `plugins` and `config` print what is there, for people and for programs."""

import csv
import io
import json
from pathlib import Path

import pytest

from arbwatch.cli.main import main
from arbwatch.cli.venues import row
from arbwatch.config.load import load
from arbwatch.config.settings import FeeRates, VenueSettings
from arbwatch.connector import registry

VENUE = min(registry.venues())


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_venues_are_told_with_what_is_read_and_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["venues"]) == 0
    text = capsys.readouterr().out
    assert main(["venues", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(registry.venues())
    for entry in rows:
        for said in (entry["id"], entry["name"], entry["rest_url"], entry["ws_url"], entry["docs"], *entry["channels"]):
            assert said in text
    assert main(["venues", "--format", "csv"]) == 0
    assert [line["id"] for line in csv.DictReader(io.StringIO(capsys.readouterr().out))] == list(registry.venues())


def test_venues_show_the_settings_in_force(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_folder / "arbwatch.toml").write_text(
        f"[venues.{VENUE}]\nenabled = false\nws_url = 'ws://127.0.0.1:9001'\nbatch_size = 7\nfees.taker = 0.00042\n"
    )
    main(["venues"])
    text = capsys.readouterr().out
    assert "(not enabled)" in text
    assert "ws://127.0.0.1:9001" in text
    assert "7 a message" in text
    assert "taker 0.042%" in text


def test_a_fee_of_nothing_is_a_fee() -> None:
    assert row(registry.venues()[VENUE], VenueSettings(fees=FeeRates(maker=0.0)))["maker"] == 0.0


def test_plugins_are_listed_with_their_errors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = registry.Plugin("arbwatch.venues", "nowhere_spot", "nowhere:Spot", "a-package", "ImportError: no nowhere")
    found = (*registry.plugins(), broken)
    monkeypatch.setattr(registry, "plugins", lambda: found)
    assert main(["plugins", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["name"]: row["error"] for row in rows} == {plugin.name: plugin.error for plugin in found}
    assert main(["plugins"]) == 0
    text = capsys.readouterr().out
    assert "nowhere_spot" in text
    assert VENUE in text


def test_config_tells_values_and_origins_and_hides_passwords(
    own_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_folder / "arbwatch.toml").write_text("[network]\nproxy = 'http://user:geheim@host:1'\n")
    monkeypatch.setenv("ARBWATCH_BOARD__REFRESH_MS", "500")
    assert main(["config", "show", "--format", "json"]) == 0
    text = capsys.readouterr().out
    assert "geheim" not in text
    document = json.loads(text)
    assert {entry["key"]: entry["value"] for entry in document["settings"]} == {
        "network.proxy": "http://user:****@host:1",
        "board.refresh_ms": 500,
    }
    origins = {entry["key"]: entry["from"] for entry in document["settings"]}
    assert origins["network.proxy"].endswith("arbwatch.toml")
    assert origins["board.refresh_ms"] == "environment variable ARBWATCH_BOARD__REFRESH_MS"
    assert main(["config"]) == 0
    assert "http://user:****@host:1" in capsys.readouterr().out


def test_config_shows_every_setting_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show"]) == 0
    assert "Every setting is at its default" in capsys.readouterr().out
    assert main(["config", "show", "--all", "--format", "csv"]) == 0
    rows = {line["key"]: line for line in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert rows["board.refresh_ms"] == {"key": "board.refresh_ms", "value": "250", "from": "default"}


def test_config_init_writes_a_file_that_loads_and_replaces_none(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "init"]) == 0
    written = own_folder / "arbwatch.toml"
    assert load(variables={}, folder=own_folder).file == written
    written.write_text("# mine")
    assert main(["config", "init"]) == 1
    assert "is there already; --force replaces it" in capsys.readouterr().err
    assert written.read_text() == "# mine"
    assert main(["config", "init", "--force"]) == 0
    assert "refresh_ms" in written.read_text()


def test_listings_leave_no_trace(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARBWATCH_DATA_DIR", str(own_folder / "data"))
    for command in (["venues"], ["plugins"], ["config", "show"]):
        assert main(command) == 0
    assert list(own_folder.iterdir()) == []
