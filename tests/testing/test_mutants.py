from pathlib import Path

import pytest

from arbwatch.connector.venue import Venue
from arbwatch.testing import CHECKS, ConformanceError, Samples
from arbwatch.testing.checks import facts, frames
from arbwatch.venues.binance import BinancePerp, BinanceSpot
from tests.testing.mutants import BINANCE, MORE, TINY, TWELVE, Mutant
from tests.testing.tiny.venue import TinySpot

TRUE: tuple[tuple[type[Venue], Path], ...] = (
    (BinanceSpot, BINANCE / "spot"),
    (BinancePerp, BINANCE / "perp"),
    (TinySpot, TINY),
)

BY_NAME = {check.__name__: check for check in CHECKS}


def failures(venue: type[Venue], folder: Path) -> dict[str, str]:
    found = {}
    for check in CHECKS:
        try:
            check(Samples(venue, folder))
        except ConformanceError as failure:
            found[check.__name__] = str(failure)
    return found


@pytest.mark.parametrize("mutant", [*TWELVE, *MORE], ids=lambda mutant: mutant.name)
def test_the_kit_catches(mutant: Mutant) -> None:
    with pytest.raises(ConformanceError) as failure:
        BY_NAME[mutant.check](Samples(mutant.venue, mutant.folder))
    sentence = str(failure.value)
    assert sentence.startswith(f"{mutant.venue.id}, ") and "; " in sentence and sentence.endswith("."), sentence


@pytest.mark.parametrize(("venue", "folder"), TRUE, ids=lambda value: getattr(value, "id", ""))
def test_the_kit_lets_true_venues_pass(venue: type[Venue], folder: Path) -> None:
    assert not failures(venue, folder)


def test_there_are_the_twelve() -> None:
    assert len(TWELVE) == 12


@pytest.mark.parametrize(
    "line", ["import asyncio", "import time", "from urllib.request import urlopen", "import os.path"]
)
def test_the_kit_sees_io(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "leaky.py"
    module.write_text(f"{line}\nfrom arbwatch.venues.binance import BinanceSpot\nclass Leaky(BinanceSpot): pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "leaky", raising=False)
    leaky = __import__("leaky").Leaky
    with pytest.raises(ConformanceError, match="leave I/O and clocks to the caller"):
        facts.imports_no_io(Samples(leaky, BINANCE / "spot"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rest_url", "https://api.binance.com/api/v3"),
        ("ws_hosts", ("elsewhere.example",)),
        ("id", "binance"),
        ("docs", ""),
    ],
)
def test_the_kit_sees_facts_that_do_not_fit(name: str, value: object) -> None:
    wrong = type("Wrong", (BinanceSpot,), {name: value})
    with pytest.raises(ConformanceError):
        facts.facts_are_whole(Samples(wrong, BINANCE / "spot"))


@pytest.mark.parametrize("kept", ["spot", "nothing"])
def test_evidence_must_be_told_for_every_channel(kept: str, tmp_path: Path) -> None:
    (tmp_path / "frames.jsonl").write_bytes((BINANCE / "perp" / "frames.jsonl").read_bytes())
    if kept == "spot":
        (tmp_path / "SOURCE.md").write_bytes((BINANCE / "spot" / "SOURCE.md").read_bytes())
    with pytest.raises(ConformanceError, match=r"SOURCE\.md"):
        facts.evidence_is_told(Samples(BinancePerp, tmp_path))


@pytest.mark.parametrize(
    "row", ["| quote | heard of | a friend | 2026-01-01 |", "| quote | recorded |  | soon |", "| quote |"]
)
def test_evidence_that_says_nothing_is_refused(row: str, tmp_path: Path) -> None:
    (tmp_path / "frames.jsonl").write_bytes((BINANCE / "spot" / "frames.jsonl").read_bytes())
    (tmp_path / "SOURCE.md").write_text(f"| channel | basis | source | date |\n| --- | --- | --- | --- |\n{row}\n")
    with pytest.raises(ConformanceError, match="line 3"):
        facts.evidence_is_told(Samples(BinanceSpot, tmp_path))


def test_a_rate_is_measured() -> None:
    assert frames.decode_rate(Samples(BinanceSpot, BINANCE / "spot")) > 0
