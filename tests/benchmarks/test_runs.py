"""Every client runs against the real server, with few messages: the figures are nothing, the results are checked."""

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import pytest

from benchmarks.job import Play
from benchmarks.runner import BenchmarkError, Runner
from benchmarks.suites import Options, compared

OTHERS = ("cryptofeed", "ccxt.pro")
PEERS = ("frames", "decode", "bare", "door", "net", "arbwatch", "aiohttp", *OTHERS)
Need = Callable[[str, bool, str], None]
COUNT, MESSAGES = 40, 400

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the server paces its frames on Unix sockets' terms")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner(print) as started:
        yield started


def installed(peer: str, need: Need) -> None:
    if peer in OTHERS:
        package = peer.partition(".")[0]
        need("clients", find_spec(package) is not None, f"{package} is not installed")


@pytest.mark.parametrize("peer", PEERS)
def test_a_flood_ends_in_the_last_state_of_every_symbol(runner: Runner, peer: str, need: Need) -> None:
    installed(peer, need)
    outcome = runner.run(Play("play", COUNT, MESSAGES), peer, timeout_s=40)
    assert outcome.messages == MESSAGES + COUNT
    assert outcome.cpu_s > 0


@pytest.mark.parametrize("peer", ["bare", "arbwatch", "cryptofeed"])
def test_a_paced_run_tells_the_delay_of_its_messages(runner: Runner, peer: str, need: Need) -> None:
    installed(peer, need)
    outcome = runner.run(Play("play", COUNT, MESSAGES, rate=1_000.0), peer, sockets=4, probe=True, timeout_s=40)
    p50, p99, count = outcome.delays_ms["decoded"]
    assert count == MESSAGES
    assert 0 < p50 <= p99
    assert outcome.sockets >= 4


def test_a_client_that_cannot_start_is_an_error_in_words(runner: Runner) -> None:
    with pytest.raises(BenchmarkError, match="nobody to be ready"):
        runner.run(Play("play", COUNT, MESSAGES), "nobody")


def test_no_process_outlives_the_runner() -> None:
    with Runner(print) as started:
        server = started.server
        assert server.poll() is None
    assert server.poll() is not None


def test_a_scan_is_timed_over_the_messages_it_contains(runner: Runner) -> None:
    outcome = runner.run(Play("play", COUNT, 2_000, rate=2_000.0), "seen", sockets=2, venues=2, timeout_s=40)
    for stage in ("seen from socket read", "seen from sent"):
        p50, p99, count = outcome.delays_ms[stage]
        assert count > 1_000
        assert 0 < p50 <= p99


def test_a_long_run_samples_the_memory_while_messages_come(runner: Runner) -> None:
    play = Play("play", COUNT, 40_000, 8_000.0, bulk=True)
    outcome = runner.run(play, "long", sockets=2, venues=3, look_every_s=1.0, timeout_s=60)
    assert (outcome.messages or 0) >= 40_000
    seconds, counts, memory = zip(*outcome.samples, strict=True)
    assert sorted(seconds) == list(seconds)
    assert counts[0] < counts[-1]
    assert min(memory) > 10


def test_the_best_pairs_of_columns_are_those_of_plain_loops() -> None:
    found = compared.measure(Options(rounds=1, scale=0.1, profile=False, minutes=1.0, say=print))
    assert len(found.lines) == 5
    assert "best pairs equal those of the plain loops" in found.notes[0]
