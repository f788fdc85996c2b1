"""A test whose need is missing skips with the reason, and fails where ARBWATCH_REQUIRE names the need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
TEST = """
def test_reads_a_recording(recordings):
    assert (recordings / "MANIFEST.md").exists()
"""


def outcome(folder: Path, **variables: str) -> str:
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "test_it.py").write_text(TEST)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ARBWATCH_", "PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:arbwatch", "--rootdir", str(folder), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(CONFTEST.parents[1]), **variables},
    )
    return done.stdout + done.stderr


def test_a_missing_need_skips_with_the_reason(tmp_path: Path) -> None:
    text = outcome(tmp_path)
    assert "1 skipped" in text
    assert "ARBWATCH_RECORDINGS does not name a folder of recordings" in text


def test_a_missing_need_fails_where_it_is_required(tmp_path: Path) -> None:
    text = outcome(tmp_path, ARBWATCH_REQUIRE="terminal,recordings", ARBWATCH_RECORDINGS=str(tmp_path / "none"))
    assert "ARBWATCH_REQUIRE names recordings, but" in text
    assert "holds no MANIFEST.md" in text
    assert "skipped" not in text


def test_a_need_that_is_met_runs_the_test(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.md").touch()
    assert "1 passed" in outcome(tmp_path, ARBWATCH_REQUIRE="recordings", ARBWATCH_RECORDINGS=str(tmp_path))


@pytest.mark.parametrize("name", ["recording", "tmux"])
def test_a_misspelt_need_is_refused(tmp_path: Path, name: str) -> None:
    assert f"ARBWATCH_REQUIRE names {name}; known are" in outcome(tmp_path, ARBWATCH_REQUIRE=name)
