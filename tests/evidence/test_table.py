"""What is shipped and shown of the evidence is what the samples, recordings and second clients say."""

import json
from pathlib import Path

import pytest

from arbwatch.connector import registry
from arbwatch.connector.evidence import NOTHING, cells, unconfirmed
from tests.evidence.table import PAGE, encoded, exchanges, made, page, target


def test_what_is_shipped_is_what_a_new_run_says(recordings: Path) -> None:
    every = []
    for exchange in exchanges():
        found = made(exchange, recordings)
        assert target(exchange).read_bytes() == encoded(found), "`make evidence` writes it again"
        every += found
    assert PAGE.read_text("utf-8") == page(every), "`make evidence` writes it again"


def test_a_channel_that_nothing_is_said_of_is_unconfirmed() -> None:
    venue = registry.venues()["binance_spot"]
    told = cells(venue, b'[{"venue": "binance_spot", "channel": "quote", "basis": "recorded", "source": "x"}]')
    assert [cell.channel for cell in told if cell.source == NOTHING] == [
        "ticker",
        "book",
        "trade",
        "listing",
        "rest:clock",
        "rest:quotes",
        "rest:tickers",
    ]
    assert "binance_spot ticker" in unconfirmed(told)
    assert "binance_spot quote" not in unconfirmed(told)


def test_every_cell_is_printed_and_every_unconfirmed_one_named(capsys: pytest.CaptureFixture[str]) -> None:
    from arbwatch.cli import main

    assert main(["venues", "--evidence", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {cell["venue"] for cell in told} == set(registry.venues())
    assert main(["venues", "--evidence"]) == 0
    text = capsys.readouterr().out
    for cell in told:
        if not cell["confirmed"]:
            assert f"  {cell['venue']} {cell['channel']}\n" in text
