"""The pages: generated ones are current, links lead somewhere, and every command shown is one that exists."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # it ships no types

from arbwatch.cli.reference import files
from tests.repo.commandline import problems

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = dict(files())
PAGES = sorted(DOCS.rglob("*.md"))
COMMANDED = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
FENCE = re.compile(r"^ *```([\w.-]*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", GENERATED)
def test_the_page_is_the_generated_one(page: str) -> None:
    assert text(ROOT / page) == GENERATED[page], "run `make reference`"


def anchors(path: Path) -> set[str]:
    """Name the headings of a page as a link does."""
    prose = FENCE.sub("", text(path))
    headings = (re.sub(r"[`*]|\]\(.*?\)|\[", "", line).strip().lower() for line in re.findall(r"(?m)^#+ (.+)$", prose))
    return {re.sub(r"[^\w\s-]", "", heading).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_page_of_the_site(page: Path) -> None:
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text(page))):
        if "://" in link:
            continue
        where, _, part = link.partition("#")
        target = (page.parent / where).resolve() if where else page
        if not target.is_file() or not target.is_relative_to(DOCS):
            wrong.append(f"{link} leads nowhere on the site")
        elif part and part not in anchors(target):
            wrong.append(f"{link} names no heading")
    assert not wrong


def navigation(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for inner in entry.values() if isinstance(entry, dict) else entry:
            yield from navigation(inner)


def test_the_navigation_names_every_page_once() -> None:
    site = yaml.safe_load(text(ROOT / "mkdocs.yml"))
    named = list(navigation(site["nav"]))
    assert sorted(named) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


def shown(path: Path) -> Iterator[str]:
    """Give the command lines of a page's blocks; in a console block they begin with a `$`."""
    for kind, block in FENCE.findall(text(path)):
        if kind in ("", "sh", "bash", "console"):
            lines = [line.strip() for line in block.splitlines()]
            yield from (line for line in lines if kind != "console" or line.startswith("$ "))


@pytest.mark.parametrize("page", COMMANDED, ids=name)
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    assert not list(problems(list(shown(page))))


def test_commands_are_found_in_pages() -> None:
    assert sum("arbwatch" in line for page in PAGES for line in shown(page)) > 20


def test_the_toml_shown_can_be_read() -> None:
    blocks = [block for page in PAGES for kind, block in FENCE.findall(text(page)) if kind == "toml"]
    assert blocks
    assert all(tomllib.loads(block) for block in blocks)


def test_the_site_is_built(tmp_path: Path) -> None:
    zensical = shutil.which("zensical", path=str(ROOT / ".venv" / "bin"))
    if zensical is None:
        pytest.skip("zensical is not installed; `make docs` does it")
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    done = subprocess.run([zensical, "build", "--strict"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "tutorial.html").is_file()
