"""What is installed: the wheel holds what it needs and nothing else, and runs where no clone is."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from arbwatch import __version__
from arbwatch.connector import registry

ROOT = Path(__file__).parents[2]
DATA = {".json", ".proto", ".tcss", ".toml", ".typed"}
"""Files beside the code that it reads at run time, and the marker of types."""


def run(*args: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ARBWATCH_", "PYTHON", "COV_"))}
    return subprocess.run(
        [sys.executable, *map(str, args)],
        cwd=cwd,
        env={**kept, "ARBWATCH_DATA_DIR": str(cwd / "data"), **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=90,
    )


def build(kind: str, source: Path, folder: Path) -> Path:
    done = run("-m", "hatchling", "build", "-t", kind, "-d", folder, cwd=source)
    assert done.returncode == 0, done.stderr
    [made] = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone; what it depends on is there already."""
    folder = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--target", folder / "lib")
    done = run("-m", "pip", "install", *options, wheel, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def outside(installed: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program away from the clone."""
    return run(*args, cwd=installed, PYTHONPATH=str(installed / "lib"))


def members(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    strays = {
        name
        for name in members(wheel)
        if not name.startswith(("arbwatch/", f"arbwatch-{__version__}.dist-info/"))
        or (name.startswith("arbwatch/") and Path(name).suffix not in {*DATA, ".py", ".pyi"})
    }
    assert not strays


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run([git, "ls-files", "src"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    there = {name.removeprefix("src/") for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    assert there <= members(wheel)
    assert {Path(name).suffix for name in there} >= DATA - {".proto"}


def test_the_sdist_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    [source] = (tmp_path / "unpacked").iterdir()
    again = build("wheel", source, tmp_path / "again")
    assert again.name == wheel.name
    assert members(again) == members(wheel)


def test_the_sdist_holds_what_a_packager_needs(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    wanted = {"LICENSE", "Makefile", "README.md", "requirements.lock", "docs/settings.md", "tests/conftest.py"}
    wanted |= {
        "packaging/arbwatch.service",
        "Dockerfile",
        "compose.yaml",
        "mkdocs.yml",
        "examples/venue_plugin/pyproject.toml",
    }
    assert wanted <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/", "site/"))]


def test_the_installed_program_is_not_the_clone(installed: Path) -> None:
    done = outside(installed, "-c", "import arbwatch; print(arbwatch.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(installed / "lib")


def test_help_and_the_console_script_run_outside_the_clone(installed: Path) -> None:
    done = outside(installed, "-m", "arbwatch", "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage: arbwatch" in done.stdout
    [script] = [path for path in (installed / "lib" / "bin").iterdir() if path.stem == "arbwatch"]
    if script.suffix != ".exe":
        assert outside(installed, str(script), "--version").stdout == f"arbwatch {__version__}\n"


def test_plugins_and_their_evidence_are_found_outside_the_clone(installed: Path) -> None:
    plugins = json.loads(outside(installed, "-m", "arbwatch", "plugins", "--format", "json").stdout)
    built_in = {plugin.name for plugin in registry.plugins() if plugin.package == "arbwatch"}
    assert {plugin["name"] for plugin in plugins if plugin["error"] is None} >= built_in
    done = outside(installed, "-m", "arbwatch", "venues", "--evidence", "--format", "json")
    cells = json.loads(done.stdout)
    assert {cell["venue"] for cell in cells if cell["basis"] != "unconfirmed"} >= built_in


def test_scan_demo_looks_around_outside_the_clone(installed: Path) -> None:
    done = outside(installed, "-m", "arbwatch", "scan", "--demo", "--for", "5s", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "up" in {venue["state"] for venue in found["venues"]}
    assert found["quotes"]


@pytest.mark.timeout(60)
def test_demo_logs_outside_the_clone(installed: Path) -> None:
    command = [sys.executable, "-m", "arbwatch", "demo", "--headless"]
    environment = {**os.environ, "PYTHONPATH": str(installed / "lib"), "ARBWATCH_DATA_DIR": str(installed / "data")}
    with subprocess.Popen(
        command, cwd=installed, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8"
    ) as program:
        assert program.stderr is not None
        try:
            assert any(" up: " in line for line in program.stderr), "no venue came up"
        finally:
            program.terminate()
            program.stderr.read()
        assert program.wait(10) == 0 or os.name == "nt"  # There a program is ended without being told.


def test_only_the_conformance_kit_needs_pytest(installed: Path) -> None:
    code = """
import sys, pkgutil, importlib
sys.modules["pytest"] = None
import arbwatch
names = [module.name for module in pkgutil.walk_packages(arbwatch.__path__, "arbwatch.", onerror=lambda name: None)]
for name in names:
    if not name.endswith("__main__") and not name.startswith("arbwatch.testing"):
        importlib.import_module(name)
try:
    import arbwatch.testing
except ModuleNotFoundError as error:
    print(error)
"""
    done = outside(installed, "-c", code)
    assert done.returncode == 0, done.stderr
    assert "arbwatch[testing]" in done.stdout
