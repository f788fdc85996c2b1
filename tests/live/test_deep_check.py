"""The deep check on simulated venues: nothing is found where nothing is wrong, and each fault is named in words."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from arbwatch.app import SimulatorProcess
from arbwatch.config.settings import Settings, Simulator

VENUE = "binance_spot"
ARBWATCH = [sys.executable, "-m", "arbwatch"]
Lines = list[dict[str, Any]]


def post(url: str, body: Mapping[str, Any]) -> None:
    urlopen(Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"}), timeout=10).close()


def sockets(url: str) -> list[dict[str, Any]]:
    with urlopen(f"{url}/control/sockets", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return [socket for socket in found if socket["sent"] > 100]


def check(
    *, first: Mapping[str, Any] | None = None, later: Mapping[str, Any] | None = None, arguments: tuple[str, ...] = ()
) -> tuple[int, Lines, str]:
    """Run a deep check against one venue with a fault from the start, or once its streams speak."""
    simulator = SimulatorProcess([VENUE], Settings(simulator=Simulator(rate=400.0, instruments=60)))
    hosts = simulator.start()[VENUE]
    try:
        if first:
            post(f"{hosts['rest_url']}/control/fault", first)
        variables = {f"ARBWATCH_VENUES__{VENUE.upper()}__{key.upper()}": url for key, url in hosts.items()}
        words = [*ARBWATCH, "check", VENUE, "--deep", "--for", "9s", "--format", "json", *arguments]
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | variables
        ) as process:
            if later:
                deadline = time.monotonic() + 20
                while not sockets(hosts["rest_url"]):
                    assert time.monotonic() < deadline, "no stream spoke"
                    time.sleep(0.05)
                post(f"{hosts['rest_url']}/control/fault", later)
            out, err = process.communicate(timeout=60)
        return process.returncode, json.loads(out)[VENUE], err
    finally:
        simulator.stop()


def bad(lines: Lines) -> dict[str, str]:
    return {line["what"]: line["words"] for line in lines if line["ok"] is False}


def test_nothing_is_found_where_nothing_is_wrong_and_the_frames_are_kept(tmp_path: Path) -> None:
    code, lines, err = check(arguments=("--record", str(tmp_path)))
    assert (code, bad(lines)) == (0, {}), err
    told = {line["what"]: line for line in lines}
    for what in ("listing", "clock", "acknowledged", "quotes", "heartbeat", "reconnect", "book", "trades", "proof"):
        assert told[what]["ok"] is True, told[what]
    for what in ("REST clock", "REST quotes", "REST tickers"):
        assert told[what]["ok"] is True and " ms" in told[what]["words"]
    assert "acknowledged again after " in told["reconnect"]["words"]
    assert any(what.startswith("open: ") for what in told)
    (file,) = tmp_path.iterdir()
    assert told["frames kept"]["words"] == str(file)
    done = subprocess.run([*ARBWATCH, "replay", str(file)], capture_output=True, timeout=60, check=True)
    assert done.stdout.count(b'"type":"quote"') > 100 and done.stdout.count(b'"type":"down"') > 0


FAULTS: list[tuple[str, dict[str, dict[str, Any]], Callable[[dict[str, str]], bool], int]] = [
    (
        "garbage",
        {"later": {"fault": "garbage", "count": 3}},
        lambda found: "<html>" in found["rejected"] or "{" in found["rejected"] or "pong" in found["rejected"],
        6,
    ),
    (
        "an acknowledgement that lies",
        {"first": {"fault": "lying_ack", "count": 1}},
        lambda found: "acknowledged and stayed silent while REST saw" in found["silent streams"],
        6,
    ),
    (
        "no answer to pings",
        {"later": {"fault": "half_open"}},
        lambda found: "sockets replaced" in found or "half-open" in found["socket lost"],
        6,
    ),
    (
        "a clock that is ahead",
        {"first": {"fault": "clock_skew", "ms": 5000}},
        lambda found: "5.0 s ahead of ours" in found["clock"],
        6,
    ),
    (
        "a connection that is torn",
        {"later": {"fault": "drop_socket"}},
        lambda found: "lost" in found["socket lost"],
        6,
    ),
    (
        "a refused place",
        {"first": {"fault": "rest_status", "status": 451}},
        lambda found: "HTTP 451" in found["listing"] and "HTTP 451" in found["REST refused"],
        5,
    ),
]


@pytest.mark.chaos
@pytest.mark.parametrize(("fault", "told", "code"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_a_fault_is_named_in_words(
    fault: dict[str, dict[str, Any]], told: Callable[[dict[str, str]], bool], code: int
) -> None:
    ended, lines, err = check(first=fault.get("first"), later=fault.get("later"))
    found = bad(lines)
    assert ended == code, (lines, err)
    assert told(found), found
    assert "Traceback" not in err
