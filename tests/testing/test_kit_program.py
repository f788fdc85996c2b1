"""`python -m arbwatch.testing`: golden events and shipped evidence."""

from pathlib import Path
from shutil import copy

import msgspec
import pytest

from arbwatch.connector.evidence import Cell, cells
from arbwatch.testing import __main__ as program
from tests.testing.tiny.venue import TinySpot

TINY = Path(__file__).parent / "tiny"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("frames.jsonl", "SOURCE.md"):
        copy(TINY / name, tmp_path)
    monkeypatch.setattr(program, "venues", lambda: {"tiny_spot": TinySpot})
    return tmp_path


def test_golden_events_are_written_beside_the_samples(folder: Path) -> None:
    assert program.main(["tiny_spot", str(folder)]) == 0
    assert (folder / "events.jsonl").read_bytes() == (TINY / "events.jsonl").read_bytes()


def test_evidence_is_shipped_and_other_venues_of_the_package_keep_theirs(folder: Path) -> None:
    shipped = folder / "evidence.json"
    other = Cell("tiny_perp", "quote", "recorded", "a session", "2026-11-20")
    shipped.write_bytes(msgspec.json.encode([other, Cell("tiny_spot", "gone", "agreed", "a client", "2026-11-20")]))
    for _ in range(2):
        assert program.main(["tiny_spot", str(folder), str(shipped)]) == 0
    told = msgspec.json.decode(shipped.read_bytes(), type=list[Cell])
    assert told[0] == other
    assert [cell.channel for cell in told[1:]] == ["quote", "book", "ack", "listing", "rest:clock"]
    assert {cell.basis for cell in cells(TinySpot, shipped.read_bytes())} == {"documented"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["tiny_spot"], 2, "usage: "),
        (["huge_spot", "{}"], 2, "usage: "),
        (["tiny_spot", "{}/nowhere"], 1, "there are no samples"),
        (["tiny_spot", "{}", "{}/SOURCE.md"], 1, "JSON is malformed"),
    ],
)
def test_what_goes_wrong_is_said_in_words(
    words: list[str], code: int, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([word.format(folder) for word in words]) == code
    assert said in capsys.readouterr().err
