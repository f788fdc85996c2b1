"""`arbwatch simulate` serves until it is told to stop, and refuses in words what it cannot serve."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from arbwatch.cli.main import main
from arbwatch.simulator import PROTOCOLS

STOP_S = 5.0
VENUE = next(iter(PROTOCOLS))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start the servers and give the process and what it printed when ready."""
    command = [sys.executable, "-m", "arbwatch", "simulate", "--instruments", "20", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_it_tells_where_every_venue_is_and_serves_the_truth() -> None:
    with serving() as (_, ready):
        assert list(ready["venues"]) == list(PROTOCOLS)
        for where in ready["venues"].values():
            with urllib.request.urlopen(where["rest_url"] + "/truth", timeout=10) as answer:
                assert json.load(answer)
            assert where["ws_url"].startswith("ws://127.0.0.1:")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_stops_it_in_time(number: int, code: int) -> None:
    with serving("--venues", VENUE) as (process, _):
        process.send_signal(number)
        assert process.wait(STOP_S) == code


def test_it_ends_with_the_process_that_started_it() -> None:
    with serving("--venues", VENUE, "--exit-with-parent") as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(STOP_S) == 0


def test_the_port_is_the_one_asked_for() -> None:
    port = free_port()
    with serving("--venues", VENUE, "--port", str(port)) as (_, ready):
        assert ready["venues"] == {VENUE: {"rest_url": f"http://127.0.0.1:{port}", "ws_url": f"ws://127.0.0.1:{port}"}}


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert main(["simulate", "--venues", VENUE, "--port", str(port)]) == 1
    assert str(port) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--faults", "gpa"], "There is no fault 'gpa'; did you mean gap? See --list-faults"),
        (["--faults", "no"], "There is no fault 'no'; see --list-faults"),
        (["--wrong", "gap"], "--wrong is 'gap'; write VENUE:MISTAKE"),
        (["--wrong", "nowhere:sides"], "is for nowhere, which is not simulated"),
        (["--wrong", f"{VENUE}:side"], "There is no mistake 'side'; did you mean sides? See --list-wrong"),
        (["--faults", "nowhere:gap"], "is for nowhere, which is not simulated"),
        (["--faults", "garbage,count"], "'count' is not key=value"),
        (["--faults", "gap"], "gap needs"),
        (["--venues", "nowhere"], "cannot simulate nowhere"),
        (["--venues", ","], "The list of names is empty"),
        (["--port", "70000"], "--port 70000 is no port"),
        (["--cert", "c.pem"], "TLS needs both --cert and --key"),
    ],
)
def test_what_cannot_be_served_is_said(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *options]) == 2
    assert words in capsys.readouterr().err


def test_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list-faults"]) == 0
    text = capsys.readouterr().out
    for fault in ("drop_socket", "half_open", "stall_symbol", "garbage", "truncated", "gap", "lying_ack", "slow_rest"):
        assert fault in text
    assert "  gap               depth pushes are swallowed (symbol, count)" in text.splitlines()


def test_mistakes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list-wrong"]) == 0
    assert "sides         bids and asks are swapped on the stream" in capsys.readouterr().out.splitlines()
