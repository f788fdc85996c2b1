"""The running program against the exchange."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest

import arbwatch

EXCHANGE = Path(__file__).parents[1] / "exchange.py"
EVERY = 44


@pytest.fixture(scope="module")
def hosts() -> Iterator[Mapping[str, str]]:
    """The exchange in a process of its own; its tides come and go ten times as fast as usual."""
    with subprocess.Popen([sys.executable, str(EXCHANGE), "--tide", "0.5"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(scope="module")
def watch(hosts: Mapping[str, str]) -> Iterator[arbwatch.Watch]:
    """arbwatch, looking at the exchange until its data was seen to agree with itself."""
    with arbwatch.Watch(["tidepool_spot"], hosts={"tidepool_spot": hosts}) as running:
        running.wait(60)
        until(lambda: running.venues()[0].live == EVERY)
        yield running


def until(met: Callable[[], object], limit_s: float = 30.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + limit_s
    while not met():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def rows(watch: arbwatch.Watch) -> dict[str, dict[str, Any]]:
    """Give the market row by row."""
    market = watch.snapshot()
    return {
        str(symbol): {name: column[row] for name, column in market.items()}
        for row, symbol in enumerate(market["symbol"])
    }


def test_every_market_is_live_and_the_venue_is_proven(watch: arbwatch.Watch) -> None:
    (venue,) = watch.venues()
    assert (venue.state, venue.instruments, venue.live, venue.rejected) == ("up", EVERY, EVERY, 0)
    market = rows(watch)
    assert {row["proof"] for row in market.values()} >= {"proven"}
    assert not [row["doubt"] for row in market.values() if row["doubt"]]
    assert all(row["base_volume"] > 0 for row in market.values())


def test_tides_are_sent_back(watch: arbwatch.Watch) -> None:
    # A socket that lets tides go by is cut after three of them, long before anything is proven.
    assert watch.venues()[0].reconnects == 0


def test_quotes_are_what_the_exchange_says(watch: arbwatch.Watch, hosts: Mapping[str, str]) -> None:
    with urlopen(hosts["rest_url"] + "/api/tops", timeout=10) as answer:
        tops = {top["market"]: top for top in json.load(answer)["tops"]}
    still, told = rows(watch)["LTC/EUR"], tops["LTC/EUR"]
    assert [still["bid"], still["bid_size"]] == [float(number) for number in told["bid"]]
    assert [still["ask"], still["ask_size"]] == [float(number) for number in told["ask"]]
    assert still["time"] == np.datetime64(told["at"], "us")


def test_a_side_without_anybody_is_unknown_and_a_thousand_coins_are_a_thousand(watch: arbwatch.Watch) -> None:
    market = rows(watch)
    assert np.isnan(market["FIL/EUR"]["bid"]) and market["FIL/EUR"]["ask"] > 0
    assert (market["1000PEPE/EUR"]["asset"], market["1000PEPE/EUR"]["multiplier"]) == ("PEPE", 1000)
