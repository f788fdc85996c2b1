"""The commands as a user types them, on simulated venues."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest

ARBWATCH = [sys.executable, "-m", "arbwatch"]


def _run(*arguments: str, limit_s: float = 60.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ARBWATCH, *arguments], capture_output=True, text=True, timeout=limit_s, check=False)


def test_scan_prints_one_json_document_that_tells_everything() -> None:
    result = _run("scan", "--demo", "--for", "12s", "--format", "json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert {venue["state"] for venue in document["venues"]} == {"up"}
    assert len(document["quotes"]) > 800
    assert document["funding"] and document["tickers"] and document["spreads"]
    best = document["spreads"][0]
    assert best["gross"] == max(spread["gross"] for spread in document["spreads"])
    assert best["buy"]["price"] * (1 + best["gross"]) == pytest.approx(best["sell"]["price"])
    for quote in document["quotes"]:
        assert quote["bid"] is None or quote["bid"] > 0


def test_scan_prints_csv_and_a_table() -> None:
    rows = list(csv.DictReader(io.StringIO(_run("scan", "--demo", "--for", "10s", "--format", "csv").stdout)))
    assert rows
    assert float(rows[0]["gross"]) >= float(rows[-1]["gross"])
    table = _run("scan", "--demo", "--for", "10s", "--explain")
    assert table.returncode == 0
    assert "gross bps" in table.stdout
    assert "pairs left out" in table.stdout


def test_book_prints_a_joined_book() -> None:
    result = _run("book", "binance_perp", "BTCUSDT", "--demo", "--format", "json", "--trades", "1s", "--levels", "5")
    assert result.returncode == 0, result.stderr
    book = json.loads(result.stdout)
    assert len(book["bids"]) == len(book["asks"]) == 5
    assert book["bids"][0][0] < book["asks"][0][0]
    assert book["trades"]


def test_book_of_a_symbol_that_is_not_listed_names_the_nearest() -> None:
    result = _run("book", "binance_perp", "BTCUSD", "--demo")
    assert result.returncode == 2
    assert "BTCUSDT" in result.stderr
    assert "Traceback" not in result.stderr


def test_funding_prints_rates_with_their_interval() -> None:
    result = _run("funding", "--demo", "--format", "json")
    assert result.returncode == 0, result.stderr
    rows = json.loads(result.stdout)
    assert {row["interval_h"] for row in rows} >= {1.0, 4.0, 8.0}
    assert {row["interval_source"] for row in rows} >= {"metadata", "default"}


def test_check_finds_nothing_on_healthy_venues() -> None:
    result = _run("check", "--demo")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "BAD" not in result.stdout


def test_without_a_network_every_command_says_what_failed_and_ends_with_5() -> None:
    nowhere = {
        "ARBWATCH_VENUES__BINANCE_SPOT__REST_URL": "http://127.0.0.1:9",
        "ARBWATCH_VENUES__BINANCE_SPOT__WS_URL": "ws://127.0.0.1:9",
    }
    for command in (["scan", "--for", "2s"], ["check", "--for", "2s"], ["funding", "--for", "2s"]):
        arguments = [*command, "--venues", "binance_spot"] if command[0] != "check" else [*command, "binance_spot"]
        result = subprocess.run(
            [*ARBWATCH, *arguments], capture_output=True, text=True, timeout=30, env=os.environ | nowhere, check=False
        )
        assert result.returncode == 5, result.stderr
        assert "refuse" in (result.stdout + result.stderr).lower()
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_ends_a_headless_run_within_five_seconds(number: signal.Signals, code: int) -> None:
    with subprocess.Popen([*ARBWATCH, "demo", "--headless"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "open" in line:
                break
        process.send_signal(number)
        started = time.monotonic()
        process.stderr.read()
        assert process.wait(10) == code
        assert time.monotonic() - started < 5


def test_scan_names_what_is_near_an_asset_or_a_pair_that_does_not_exist() -> None:
    asset = _run("scan", "--demo", "--for", "2s", "--asset", "btcc")
    assert asset.returncode == 2 and not asset.stdout
    assert asset.stderr == "arbwatch: No venue lists the asset 'BTCC'; did you mean BTC?\n"
    pair = _run("scan", "--demo", "--kind", "spot-prep")
    assert pair.returncode == 2 and "did you mean spot-perp?" in pair.stderr


def test_check_prints_csv_that_says_the_same_as_its_table() -> None:
    result = _run("check", "binance_spot", "--demo", "--format", "csv")
    assert result.returncode == 0, result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["venue"] for row in rows} == {"binance_spot"} and {row["ok"] for row in rows} == {"True"}
    assert {"listing", "clock", "quote streams", "messages"} <= {row["what"] for row in rows}


def test_assets_and_what_only_shares_a_name() -> None:
    listed = _run("assets", "--demo", "--format", "json")
    assert listed.returncode == 0, listed.stderr
    rows = {row["asset"]: row for row in json.loads(listed.stdout)}
    assert len(rows["BTC"]["venues"]) == max(len(row["venues"]) for row in rows.values())
    apart = _run("assets", "conflicts", "--demo", "--for", "3s", "--format", "csv")
    assert apart.returncode == 0, apart.stderr
    assert apart.stdout.startswith("asset,quote_currency,venue,symbol,market,kind,")
    assert "not compared with others of the same name" in _run("assets", "conflicts", "--demo", "--for", "3s").stdout
