"""The running program against the exchange."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

EXCHANGE = Path(__file__).parents[1] / "exchange.py"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Mapping[str, str]]:
    """The exchange in a process of its own; its tides come and go ten times as fast as usual."""
    with subprocess.Popen([sys.executable, str(EXCHANGE), "--tide", "0.5"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(scope="module")
def scanned(hosts: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `arbwatch scan` says of the exchange."""
    moved = {f"ARBWATCH_VENUES__TIDEPOOL_SPOT__{name.upper()}": url for name, url in hosts.items()}
    result = subprocess.run(
        [sys.executable, "-m", "arbwatch", "scan", "--venues", "tidepool_spot", "--for", "10s", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **moved, "ARBWATCH_DATA_DIR": str(tmp_path_factory.mktemp("data"))},
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_every_market_is_live_and_the_venue_is_proven(scanned: dict[str, Any]) -> None:
    (venue,) = scanned["venues"]
    assert (venue["state"], venue["live"], venue["rejected"], venue["note"]) == ("up", 44, 0, "")
    assert len(scanned["tickers"]) == 44


def test_tides_are_sent_back(scanned: dict[str, Any]) -> None:
    assert scanned["venues"][0]["reconnects"] == 0


def test_quotes_are_what_the_exchange_says(scanned: dict[str, Any], hosts: Mapping[str, str]) -> None:
    quotes = {quote["symbol"]: quote for quote in scanned["quotes"]}
    assert len(quotes) == 44
    with urlopen(hosts["rest_url"] + "/api/tops", timeout=10) as answer:
        tops = {top["market"]: top for top in json.load(answer)["tops"]}
    still, told = quotes["LTC/EUR"], tops["LTC/EUR"]
    assert [still["bid"], still["bid_size"]] == [float(number) for number in told["bid"]]
    assert [still["ask"], still["ask_size"]] == [float(number) for number in told["ask"]]
    assert still["time"] == told["at"] * 1000


def test_a_side_without_anybody_is_null_and_a_thousand_coins_are_a_thousand(scanned: dict[str, Any]) -> None:
    quotes = {quote["symbol"]: quote for quote in scanned["quotes"]}
    assert quotes["FIL/EUR"]["bid"] is None and quotes["FIL/EUR"]["ask"] > 0
    assert (quotes["1000PEPE/EUR"]["asset"], quotes["1000PEPE/EUR"]["multiplier"]) == ("PEPE", 1000)
