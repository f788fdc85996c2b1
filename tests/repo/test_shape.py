"""The shape of the source: sizes, layers' promises that a linter does not know, exceptions that explain themselves."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbwatch.connector import registry

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "arbwatch"
FILES = sorted(path for path in SOURCE.rglob("*.py"))
ALL_FILES = FILES + sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")])
MAY_NAME_VENUES = ("venues", "p2p", "simulator")
MAX_FILE, MAX_FUNCTION = 400, 60

EXCEPTION = re.compile(r"#\s*(?:type:\s*ignore|noqa|pragma)\b.*")
EXPLAINED = re.compile(
    r"# (?:type: ignore\[[\w, -]+\] # |noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)* (?:# )?|pragma: no cover - )\S+"
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", ALL_FILES, ids=relative)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_FILE
    long = [
        f"{node.name}: {length} lines"
        for node in functions(ast.parse(text))
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize("path", ALL_FILES, ids=relative)
def test_every_exception_to_a_check_says_why(path: Path) -> None:
    bare = [
        f"line {number}: {line.strip()}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := EXCEPTION.search(line)) and not EXPLAINED.search(found[0]) and "re.compile" not in line
    ]
    assert not bare


def outside() -> list[Path]:
    return [path for path in FILES if path.relative_to(SOURCE).parts[0] not in MAY_NAME_VENUES]


@pytest.mark.parametrize("path", outside(), ids=relative)
def test_nothing_else_names_a_venue_or_an_exchange(path: Path) -> None:
    venues = registry.venues().values()
    names = {name.lower() for venue in venues for name in (venue.id, venue.exchange)}
    said = set(re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower()))
    assert not names & said


@pytest.mark.parametrize("path", sorted((SOURCE / "simulator").rglob("*.py")), ids=relative)
def test_the_simulator_knows_only_the_model_and_itself(path: Path) -> None:
    ours = {name for name in imports(ast.parse(path.read_text(encoding="utf-8"))) if name.startswith("arbwatch")}
    assert all(name.startswith(("arbwatch.model", "arbwatch.simulator")) for name in ours), ours


def test_every_layer_of_the_source_stands_in_the_contract() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = contract.partition("layers = [")[2].partition("]")[0]
    written = set(re.findall(r"\w+", layers)) | {"simulator", "__main__", "__init__"}
    there = {path.stem for path in SOURCE.iterdir() if path.name != "__pycache__" and path.suffix in ("", ".py")}
    assert there <= written


PURE = ("model", "connector", "venues", "market", "analytics", "views")
CLOCKS = re.compile(r"\b(time\.(time|monotonic|perf_counter)(_ns)?|datetime\.(now|utcnow|today)|date\.today)\(")


@pytest.mark.parametrize("path", [p for p in FILES if p.relative_to(SOURCE).parts[0] in PURE], ids=relative)
def test_no_clock_where_times_are_passed_in(path: Path) -> None:
    assert not CLOCKS.search(path.read_text(encoding="utf-8"))
