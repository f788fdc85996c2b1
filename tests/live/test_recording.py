"""What is recorded of running venues gives the same market again: the same quotes, events and spreads."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any, Self

import pytest
from msgspec.structs import replace

from arbwatch.analytics.spreads import Rules
from arbwatch.connector.recording import lines, read
from arbwatch.connector.registry import venues
from arbwatch.engine.engine import Engine
from arbwatch.engine.replay import Replay
from arbwatch.engine.tracks import Recording, merged
from arbwatch.market.codes import Proof
from arbwatch.market.table import Snapshot
from arbwatch.net.recorder import Recorder
from tests.world.world import QUOTE_FIELDS, World

ARBWATCH = [sys.executable, "-m", "arbwatch"]


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*ARBWATCH, *arguments], capture_output=True, timeout=60, check=False)


def until(condition: Callable[[], Any], what: str, limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {limit_s:g} s: {what}"
        time.sleep(0.02)


class Recorded(World):
    """A world whose venues are recorded."""

    def __init__(self, recorder: Recorder, **options: Any) -> None:
        super().__init__(**options)
        self.recorder = recorder

    def __enter__(self) -> Self:
        super().__enter__()
        self.engine.stop()
        specs = [
            replace(each, connect=replace(each.connect, tap=self.recorder.tape(each.venue)))
            for each in self.engine._specs
        ]
        self.engine = Engine(specs, Rules())
        self.engine.start()
        return self


def quotes(snapshot: Snapshot, venue: str) -> dict[str, list[float | None]]:
    lane = snapshot.lane(venue)
    found = {}
    for place, instrument in enumerate(snapshot.instruments[lane]):
        if instrument is not None:
            values = [float(getattr(snapshot, name)[lane, place]) for name in QUOTE_FIELDS]
            found[instrument.symbol] = [None if isnan(value) else value for value in values]
    return found


def proven(snapshot: Snapshot, venue: str) -> int:
    return int((snapshot.proof[snapshot.lane(venue)] == Proof.PROVEN).sum())


def arrived(world: World) -> int:
    return sum(lane.quotes for lane in world.read().snapshot.arrivals)


def test_the_last_quotes_of_a_replay_are_those_that_stood_on_the_board(tmp_path: Path) -> None:
    names = ("binance_spot", "binance_perp")
    with Recorder(tmp_path) as recorder, Recorded(recorder, venues=names, rate=800.0) as world:
        world.ready()
        world.until(lambda: not world.unsettled(names), what="streams and REST agree")
        socket = next(socket.name for socket in world.engine.feeds[names[0]].pool.sockets() if socket.live_topics)
        world.engine._call(lambda: world.engine.feeds[names[0]].pool.cut(socket, "to be opened anew"))
        world.until(lambda: world.status(names[0]).reconnects, what="a reconnect")
        world.ready()
        world.until(lambda: all(proven(world.read().snapshot, name) > 40 for name in names), what="proven rows")
        enough = arrived(world) + 2000
        world.until(lambda: arrived(world) > enough, what="quotes from after the proof")
        for name in names:
            assert not world.differences(name)
        live = world.read().snapshot
    files = [path for tape in recorder.tapes.values() for path in tape.series.files]
    replay = Replay(venues(), Rules())
    recordings = [Recording(path.name, read(lines([path.read_bytes()], print))) for path in files]
    for _ in replay.run(merged(recordings, print)):
        pass
    again = replay.table.view(replay.now)
    for name in names:
        board = quotes(live, name)
        assert len(board) > 60 and sum(values[0] is not None for values in board.values()) > 60
        assert quotes(again, name) == board
        assert proven(again, name) > 10
        assert not replay.venues[name].rejected


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the files of some seconds of simulated venues, several per venue."""
    folder = tmp_path_factory.mktemp("recording")
    demo = ("--venues", "binance_spot,binance_perp", "--demo")
    done = run("record", "--out", str(folder), "--for", "5s", "--rotate", "60k", *demo)
    assert done.returncode == 0 and b"nothing was lost" in done.stderr, done.stderr
    files = done.stdout.decode().split()
    assert sorted(files) == sorted(str(path) for path in folder.iterdir())
    assert max(Counter(Path(file).name.split("-")[0] for file in files).values()) > 1
    return files


def test_a_replay_is_the_same_byte_for_byte_at_any_speed_and_in_any_order(recording: list[str]) -> None:
    fast = run("replay", *recording)
    assert fast.returncode == 0, fast.stderr
    again = run("replay", "--speed", "50", *reversed(recording))
    assert fast.stdout == again.stdout and fast.stderr == again.stderr
    objects = [json.loads(line) for line in fast.stdout.splitlines()]
    kinds = Counter(each["type"] for each in objects)
    assert {"instrument", "quote", "ticker", "funding", "up", "spreads"} <= set(kinds)
    assert all(next(iter(each)) == "type" for each in objects)
    assert kinds["instrument"] > 500 and kinds["quote"] > 1000
    spreads = [each for each in objects if each["type"] == "spreads"]
    assert [each["time"] for each in spreads] == sorted({each["time"] for each in spreads})
    assert any(each["spreads"] for each in spreads)


def test_real_time_takes_as_long_as_it_took(recording: list[str]) -> None:
    started = time.monotonic()
    done = run("replay", "--speed", "4", *recording)
    told = float(done.stderr.split()[0])
    assert time.monotonic() - started > told / 4


def test_decode_reads_the_last_file_of_each_recording(recording: list[str]) -> None:
    for file in {Path(file).name.split("-")[0]: file for file in recording}.values():
        done = run("decode", file)
        assert done.returncode == 0 and not done.stderr, done.stderr
        assert {json.loads(line)["type"] for line in done.stdout.splitlines()} >= {"instrument", "quote"}


def test_what_was_recorded_before_a_kill_is_replayed(tmp_path: Path) -> None:
    words = [*ARBWATCH, "record", "--out", str(tmp_path), "--demo", "--venues", "binance_spot"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: any(path.stat().st_size > 100_000 for path in tmp_path.glob("*.gz")), "a recording")
        finally:
            os.kill(process.pid, signal.SIGKILL)
    (file,) = tmp_path.iterdir()
    done = run("replay", str(file))
    assert done.returncode == 0, done.stderr
    assert f"{file}: it has no proper end: what wrote it was killed, or its disk was full" in done.stderr.decode()
    assert done.stdout.count(b'"type":"quote"') > 100 and b"could not be read" not in done.stderr


def test_what_a_deep_check_kept_until_it_was_told_to_stop_is_whole(tmp_path: Path) -> None:
    words = [*ARBWATCH, "check", "binance_spot", "--demo", "--deep", "--record", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: any(path.stat().st_size > 20_000 for path in tmp_path.rglob("*.gz")), "a recording")
        finally:
            process.terminate()
        assert process.wait(5) == 128 + signal.SIGTERM
    (file,) = tmp_path.rglob("*.gz")
    done = run("replay", str(file))
    assert done.returncode == 0 and b"no proper end" not in done.stderr, done.stderr


def test_a_file_that_is_cut_off_is_replayed_as_far_as_it_goes(recording: list[str], tmp_path: Path) -> None:
    whole = max((Path(file) for file in recording[1:]), key=lambda path: path.stat().st_size).read_bytes()
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) * 2 // 3])
    done = run("replay", str(tmp_path / "cut.gz"))
    assert done.returncode == 0 and done.stdout.count(b'"type":"quote"') > 10
    told = done.stderr.decode()
    assert "cut.gz: it has no proper end" in told and "could not be read" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["replay", "no-such-file.gz"], "no-such-file.gz cannot be read: "),
        (["replay", "--speed", "-1", "x"], "write how many times as fast"),
        (["replay", "--speed", "fast", "x"], "write how many times as fast"),
        (["replay"], "FILE"),
    ],
)
def test_wrong_use_is_one_sentence(words: list[str], told: str) -> None:
    done = run(*words)
    assert done.returncode == 2 and told in done.stderr.decode() and b"Traceback" not in done.stderr
