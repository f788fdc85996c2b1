"""A demo runs the venues that have a simulated twin, whatever else is plugged in."""

import pytest

from arbwatch.app import chosen
from arbwatch.cli.main import main
from arbwatch.config.settings import Settings
from arbwatch.connector import registry
from tests.testing.tiny.venue import TinySpot


@pytest.fixture(autouse=True)
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plug in a venue that nobody simulates."""
    ours = registry.venues()
    monkeypatch.setattr(registry, "venues", lambda: {**ours, TinySpot.id: TinySpot})


def test_a_venue_without_a_twin_is_left_out_of_a_demo() -> None:
    everything = chosen(Settings(), None)
    assert TinySpot.id in everything
    assert chosen(Settings(), None, demo=True) == {n: v for n, v in everything.items() if n != TinySpot.id}


def test_a_venue_without_a_twin_cannot_be_demonstrated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--demo", "--venues", TinySpot.id]) == 2
    assert f"{TinySpot.id} has no simulated twin; these have: " in capsys.readouterr().err
