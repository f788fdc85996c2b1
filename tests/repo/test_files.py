"""The repository keeps the promises of its own pages: locks, floors, commands, names."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from arbwatch import __version__
from arbwatch.cli.lazy import COMMANDS
from arbwatch.config.errors import ArbwatchError
from arbwatch.connector import registry

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = {"arbwatch", "benchmarks", "tests"}
PARTS = {
    "pydantic_core": ["pydantic"],  # It comes with pydantic, in the one version that fits.
    "binance_common": ["binance-sdk-spot"],  # As above.
    "yaml": ["pre-commit"],  # As above.
}
LOCKS = ("requirements.lock", "requirements-dev.lock")
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs/settings.md",
    "docs/python.md",
    "examples/venue_plugin/README.md",
)


def locked(name: str) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for package, pinned in re.findall(r"(?m)^([\w.-]+)==([^\s;\\]+)", (ROOT / name).read_text(encoding="utf-8")):
        found.setdefault(package.lower().replace("_", "-"), []).append(Version(pinned))
    return found


def foreign(folder: Path) -> dict[str, set[str]]:
    """Name the packages imported below a folder, each with its files; the standard library and ours left out."""
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            for top in {name.partition(".")[0] for name in names} - OURS - sys.stdlib_module_names:
                found.setdefault(top, set()).add(path.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks"])
def test_what_is_imported_is_asked_for(folder: str) -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    asked = PROJECT["project"]["dependencies"] + extras["testing"]
    if folder != "src":
        asked += extras["dev"] + extras["bench"]
    names = {Requirement(line).name for line in asked}
    homes = packages_distributions()
    for package, files in foreign(ROOT / folder).items():
        assert names & {*homes[package], *PARTS.get(package, ())}, f"{package} in {', '.join(sorted(files))}"


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", [*LOCKS, "requirements-docs.lock"])
def test_every_locked_package_has_its_hash_and_no_host_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[\w.-]+==)", text)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|^-|--(?:extra-)?index|--find-links", text, re.MULTILINE)


def test_the_locks_satisfy_what_the_project_asks_for() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = {
        "requirements.lock": [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]],
        "requirements-dev.lock": [*PROJECT["project"]["dependencies"], *extras["dev"], *extras["bench"]],
        "requirements-docs.lock": PROJECT["dependency-groups"]["docs"],
    }
    for name, requirements in wanted.items():
        pins = locked(name)
        for requirement in map(Requirement, requirements):
            assert all(pin in requirement.specifier for pin in pins[requirement.name.lower()]), requirement
    runtime, everything = (locked(name) for name in LOCKS)
    assert all(everything[package] == pins for package, pins in runtime.items())


def test_running_needs_no_test_tools() -> None:
    assert not {"pytest", "mypy", "ruff", "ccxt", "cryptofeed", "hypothesis"} & set(locked("requirements.lock"))


def test_the_coverage_floor_only_rose() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")

    def run(*args: str) -> str:
        return subprocess.run([git, *args], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    commits = run("log", "-100", "--format=%H", "--", "pyproject.toml").split()
    texts = [run("show", f"{commit}:pyproject.toml") for commit in reversed(commits)]
    floors = [float(found[1]) for text in texts if (found := re.search(r"(?m)^fail_under = ([\d.]+)", text))]
    floors.append(float(PROJECT["tool"]["coverage"]["report"]["fail_under"]))
    assert floors == sorted(floors)


def test_classifiers_the_workflow_and_the_tools_name_the_same_pythons() -> None:
    named = [line.rpartition(" ")[2] for line in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", line)]
    workflow = (ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8")
    matrix = re.search(r"python: (\[.*\])", workflow)
    assert matrix is not None
    assert json.loads(matrix[1]) == named
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"
    assert PROJECT["tool"]["mypy"]["python_version"] == named[0]
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + named[0].replace(".", "")


def test_the_version_is_written_once_and_has_its_entry() -> None:
    assert version("arbwatch") == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_built_in_venues_are_entry_points_that_load() -> None:
    named = PROJECT["project"]["entry-points"]["arbwatch.venues"]
    assert {
        plugin.name: plugin.error for plugin in registry.plugins() if plugin.package == "arbwatch"
    } == dict.fromkeys(named)


def targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8")))


def test_the_makefile_has_the_promised_targets() -> None:
    assert {"run", "demo", "test", "check", "bench", "chaos"} <= targets()


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_only_what_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z]+)", code)) <= targets()
    assert set(re.findall(r"(?m)(?:^|`|\$ )arbwatch ([a-z]+)", code)) <= set(COMMANDS)
    here = (ROOT / page).parent
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in link or (here / link).exists(), link
    for path in re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./-]+)`", text):
        assert (ROOT / path).exists() or (here / path).exists(), path


def test_the_readme_tells_every_command_and_every_exit_code() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`arbwatch {name}" in text for name, entry in COMMANDS.items() if not entry.hidden)
    kinds: list[type[ArbwatchError]] = [ArbwatchError, *ArbwatchError.__subclasses__()]
    codes = {0, 130} | {kind.exit_code for kind in kinds}
    table = text.partition("## Exit codes")[2]
    assert codes <= {int(code) for code in re.findall(r"\b(\d+) ", table.partition("\n## ")[0])}


ONE_MACHINE = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|(?<![\w.])/(?:root|work|home/\w+)/", re.IGNORECASE)


def test_no_file_names_a_machine_or_a_package_host() -> None:
    found = []
    for path in tracked():
        if path.suffix in (".lock", ".svg", ".png", ".jsonl") or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if ONE_MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found
