"""A venue in a package of its own: installed from its folder, found through its entry point, held to the contract."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "venue_plugin"


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


def run(environment: Mapping[str, str], *words: str) -> str:
    """Run a Python program in the example's folder and return what it prints."""
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=environment,
        cwd=EXAMPLE,
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
