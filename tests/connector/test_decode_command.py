"""`arbwatch decode` in pipes and on files."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arbwatch.cli.main import main

FRAMES = Path(__file__).parents[1] / "venues" / "binance" / "spot" / "frames.jsonl"
TOP = '{"stream":"aaabbb@bookTicker","data":{"u":1,"s":"AAABBB","b":"1.0","B":"2.0","a":"1.5","A":"0"}}'


def run(*words: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "arbwatch", "decode", *words], input=data, capture_output=True, check=False, timeout=60
    )


def events(text: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_recording_becomes_one_event_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", str(FRAMES)]) == 0
    out, err = capsys.readouterr()
    found = events(out)
    assert {event["type"] for event in found} == {"instrument", "quote", "ticker", "trade", "book"}
    assert all(next(iter(event)) == "type" for event in found) and not err
    empty = [event for event in found if event["type"] == "quote" and event["ask"] is None]
    assert empty and all(event["ask_size"] is None for event in empty)


def test_bare_messages_come_through_a_pipe() -> None:
    done = run("--venue", "binance_spot", "-", data=f"{TOP}\n{{broken\n{TOP}\n".encode())
    assert done.returncode == 0
    assert [event["bid"] for event in events(done.stdout)] == [1.0, 1.0]
    first, last = done.stderr.decode().splitlines()
    assert first.startswith("line 2: ") and last == "1 rejected"


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(FRAMES.read_bytes())
    (tmp_path / "frames.gz").write_bytes(packed)
    plain = run(str(FRAMES)).stdout
    assert plain and run(str(tmp_path / "frames.gz")).stdout == plain == run("-", data=packed).stdout


def test_a_damaged_file_is_told_after_what_could_be_read(tmp_path: Path) -> None:
    (tmp_path / "half.gz").write_bytes(gzip.compress(FRAMES.read_bytes())[:-2000])
    done = run(str(tmp_path / "half.gz"))
    assert done.returncode == 2 and "cannot be read to its end" in done.stderr.decode()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--venue", "binance_prep", "-"], "did you mean binance_perp?"),
        (["--venue", "nope", "-"], "There is no venue 'nope'; see `arbwatch venues`"),
        (["no-such-file.jsonl"], "no-such-file.jsonl cannot be read"),
        ([], "FILE"),
    ],
)
def test_wrong_use_is_one_sentence(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", *words]) == 2
    err = capsys.readouterr().err
    assert told in err and "Traceback" not in err


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(f"{TOP}\n" * 50_000)
    words = [sys.executable, "-m", "arbwatch", "decode", "--venue", "binance_spot", str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        assert done.stdout is not None and done.stderr is not None
        done.stdout.readline()
        done.stdout.close()
        assert done.stderr.read() == b""
        assert done.wait(60) == 0


def test_what_goes_through_a_pipe_comes_at_once() -> None:
    words = [sys.executable, "-m", "arbwatch", "decode", "--venue", "binance_spot", "-"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=buffered) as done:
        assert done.stdin is not None and done.stdout is not None
        done.stdin.write(f"{TOP}\n".encode())
        done.stdin.flush()
        # Blocks, and fails by the test's time limit, unless the event is handed on before the input ends.
        assert events(done.stdout.readline())[0]["symbol"] == "AAABBB"
        done.stdin.close()
        assert done.wait(60) == 0


def test_strangers_are_told_line_by_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{TOP}\n\n{TOP}\n".encode())))
    assert main(["decode", "-"]) == 1
    out, err = capsys.readouterr()
    assert not out and [line.partition(":")[0] for line in err.splitlines()[:2]] == ["line 1", "line 3"]
    assert err.splitlines()[2:] == ["2 rejected; --venue tells whose messages 2 of them are"]


@pytest.mark.parametrize(
    "text", ["", '{"t": "http", "method": "GET", "url": "https://other.example/ticker", "status": 200, "data": "{}"}\n']
)
def test_a_file_without_any_message_of_ours_is_told(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(text)
    assert main(["decode", str(path)]) == 0
    out, err = capsys.readouterr()
    told = f"{path} holds no message known to be of a venue here; `arbwatch venues` lists them, --venue names one\n"
    assert not out and err == told
