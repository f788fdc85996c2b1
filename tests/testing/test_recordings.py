import json
from pathlib import Path

import pytest

from arbwatch.connector.registry import venues
from arbwatch.testing.recordings import Reading, examine, main, sentence, survey

SESSIONS = "/recordings/"
MESSAGES = ("/samples/", "/snippets/")
REFUSED = (
    "JSON is malformed",
    # A row of a REST answer that somebody kept among the frames.
    "Expected `object`, got `array`",
    # Bybit's level 1 has had no deltas since 2025-03-20; the samples are older.
    "only whole tops are",
    # OKX has numbered its books since 2022; the sample is older.
    "missing required field `seqId`",
    # Bitget's first interface is gone; the samples are of 2021 to 2023.
    "the interface that ended on 2025-11-28",
    # MEXC's pushes of 2021 had other fields.
    "missing required field `p`",
    "Expected `array`, got `object` - at `$.bids[0]`",
)
UNRECORDED = {"bitget", "mexc"}
"""Exchanges of whose present interface only single messages were recorded."""


@pytest.fixture(scope="module")
def readings(recordings: Path) -> dict[str, Reading]:
    return {reading.file: reading for reading in survey(recordings, venues())}


def test_every_current_recording_is_read(readings: dict[str, Reading], recordings: Path) -> None:
    # Bodies of requests that nobody here makes are no fault; lists in another client's words are no recordings.
    exchanges = {venue.exchange for venue in venues().values()}
    sessions = [
        str(path.relative_to(recordings))
        for exchange in exchanges
        for path in (recordings / exchange / "recordings").glob("*.jsonl")
        if "OLDAPI" not in path.name
    ]
    assert set(sessions) <= set(readings)
    assert {file.partition("/")[0] for file in sessions} == exchanges - UNRECORDED


def test_sessions_decode_without_a_reject(readings: dict[str, Reading]) -> None:
    for file, reading in readings.items():
        if not any(part in file for part in MESSAGES):
            assert not reading.rejects, sentence(reading)
        if SESSIONS in file:
            assert reading.kinds.total() > 200, sentence(reading)


def test_single_messages_are_refused_only_where_that_is_right(readings: dict[str, Reading]) -> None:
    for reading in readings.values():
        for reason in reading.rejects:
            assert any(words in reason for words in REFUSED), sentence(reading)


def test_recorded_books_join_without_a_gap_and_never_cross(readings: dict[str, Reading]) -> None:
    for file, reading in readings.items():
        if SESSIONS in file:
            books = reading.books
            assert books.joined == len(books.states) and not books.outcomes["gap"] and not books.crossed, sentence(
                reading
            )


def recorded(tmp_path: Path, *frames: dict[str, object]) -> Path:
    lines: list[dict[str, object]] = [{"t": "header", "venue": "binance", "product": "spot"}]
    lines += [{"t": "recv", "conn": "1", "ts": 1.7e9, "data": json.dumps(frame)} for frame in frames]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    return path


def depth(first: int, last: int, bid: str) -> dict[str, object]:
    data = {
        "e": "depthUpdate",
        "E": 1_700_000_000_000,
        "s": "AAABBB",
        "U": first,
        "u": last,
        "b": [[bid, "1"]],
        "a": [],
    }
    return {"stream": "aaabbb@depth@100ms", "data": data}


def test_a_gap_and_a_reject_are_told(tmp_path: Path) -> None:
    whole: dict[str, object] = {"lastUpdateId": 10, "bids": [["1.0", "1"]], "asks": [["2.0", "1"]]}
    broken: dict[str, object] = {"stream": "aaabbb@bookTicker", "data": {"u": 1, "s": "AAABBB", "b": "x"}}
    path = recorded(tmp_path, depth(9, 11, "1.1"), whole, depth(12, 12, "1.2"), depth(14, 15, "1.3"), broken)
    told = sentence(examine(path, venues(), product="spot"))
    assert "0 of 1 books joined" in told and "1 gap" in told and "1 refused" in told
    assert examine(path, venues(), product="spot").rejects.total() == 1


def test_a_crossed_book_is_told(tmp_path: Path) -> None:
    whole: dict[str, object] = {"lastUpdateId": 10, "bids": [["1.0", "1"]], "asks": [["2.0", "1"]]}
    path = recorded(tmp_path, depth(9, 11, "1.1"), whole, depth(12, 12, "2.5"))
    assert examine(path, venues(), product="spot").books.crossed == 1


def test_the_report_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARBWATCH_RECORDINGS", raising=False)
    assert main([]) == 2
    (tmp_path / "binance").mkdir()
    recorded(tmp_path / "binance", depth(9, 11, "1.1"))
    (tmp_path / "MANIFEST.md").write_text(
        "| file | product |\n|---|---|\n| `binance/own.jsonl` | spot | x |\n| `binance/p2p/ads.jsonl` | p2p |\n"
    )
    assert main([str(tmp_path)]) == 0
    assert "binance/own.jsonl: 2 lines: 1 book; 0 refused" in capsys.readouterr().out
