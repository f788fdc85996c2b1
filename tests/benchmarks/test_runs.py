"""Every client runs against the real server, with few messages: the figures are nothing, the results are checked."""

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import pytest

from benchmarks.job import Play
from benchmarks.runner import BenchmarkError, Runner

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
