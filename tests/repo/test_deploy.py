"""The image, the compose file and the unit run commands that exist, as nobody in particular."""

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # it ships no types

from arbwatch.config.load import FILE_NAME
from arbwatch.config.settings import leaves
from tests.repo.commandline import complaint, problems, written

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
UNIT = ROOT / "packaging" / "arbwatch.service"
VARIABLES = {"ARBWATCH_DATA_DIR", "ARBWATCH_CONFIG", *(leaf.variable for leaf in leaves())}


def unit() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found[name].append(value)
    return found


def dockerfile() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def instructions(name: str) -> list[str]:
    return [rest for word, rest in dockerfile() if word == name]


def environment() -> dict[str, str]:
    return dict(word.split("=", 1) for line in instructions("ENV") for word in shlex.split(line))


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return read


def test_wrong_command_lines_are_found() -> None:
    lines = ["arbwatch run --headles", "/opt/x/bin/arbwatch rum", "$ python -m arbwatch config shw", "A=1 arbwatch --x"]
    assert len(list(problems([*lines, "arbwatch scan --demo --for 5s | head", "arbwatch assets conflicts"]))) == len(
        lines
    )


def test_the_unit_runs_a_command_that_exists() -> None:
    [command] = unit()["ExecStart"]
    args = written(command.split())
    assert args is not None and "--headless" in args
    assert complaint(args) is None


def test_the_unit_runs_as_nobody_and_writes_where_it_is_told() -> None:
    told = unit()
    assert told["DynamicUser"] == told["NoNewPrivileges"] == told["MemoryDenyWriteExecute"] == ["yes"]
    assert told["ProtectSystem"] == ["strict"]
    assert told["CapabilityBoundingSet"] == [""]
    assert told["Environment"] == [f"ARBWATCH_DATA_DIR=%S/{told['StateDirectory'][0]}"]
    assert told["WorkingDirectory"] == [f"%E/{told['ConfigurationDirectory'][0]}"]
    assert f"/etc/arbwatch/{FILE_NAME}" in UNIT.read_text(encoding="utf-8")


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    text = UNIT.read_text(encoding="utf-8").replace(unit()["ExecStart"][0].split()[0], "/bin/true")
    (tmp_path / UNIT.name).write_text(text, encoding="utf-8")
    done = subprocess.run([analyze, "verify", str(tmp_path / UNIT.name)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_image_runs_and_checks_commands_that_exist() -> None:
    [program] = json.loads(instructions("ENTRYPOINT")[0])
    assert program == "arbwatch"
    arguments = json.loads(instructions("CMD")[0])
    assert "--headless" in arguments
    assert complaint(arguments) is None
    [check] = instructions("HEALTHCHECK")
    args = written(shlex.split(check.partition(" CMD ")[2]))
    assert args == ["healthcheck"]
    assert complaint(args) is None


def test_the_image_runs_as_nobody_from_locked_packages_on_a_python_that_is_tested() -> None:
    last = dockerfile()[max(i for i, (word, _) in enumerate(dockerfile()) if word == "FROM") :]
    [user] = [rest for word, rest in last if word == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert any("--require-hashes -r requirements.lock" in line for line in instructions("RUN"))
    [python] = [line.partition("=")[2] for line in instructions("ARG")]
    assert any(line.endswith(f":: {python}") for line in PROJECT["project"]["classifiers"])


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    kept = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    for line in instructions("COPY"):
        if line.startswith("--from"):
            continue
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(fnmatch.fnmatch(source, pattern) for pattern in kept), source
    needed = {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    assert needed <= set(kept)


def test_the_compose_file_runs_a_command_that_exists_and_keeps_the_data() -> None:
    [service] = compose()["services"].values()
    assert complaint(service["command"]) is None
    data = environment()["ARBWATCH_DATA_DIR"]
    named = dict(volume.split(":")[:2] for volume in service["volumes"])
    assert {volume for volume, path in named.items() if path == data} == set(compose()["volumes"])
    assert data in instructions("VOLUME")
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert f"{instructions('WORKDIR')[-1]}/{FILE_NAME}:" in text
    assert set(re.findall(r"\bARBWATCH_\w+", text)) <= VARIABLES
