"""What was heard is on the disk as it came, whatever happens to the program or the disk."""

import errno
import gzip
import json
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from arbwatch.connector.recording import Item, lines, read
from arbwatch.connector.wire import Request, Response
from arbwatch.net import recorder as module
from arbwatch.net import series
from arbwatch.net.lines import clean
from arbwatch.net.recorder import Recorder, Tape
from tests.net.script import Toy

S = 1_000_000_000


@pytest.fixture
def tape(tmp_path: Path) -> Iterator[Tape]:
    it = Tape(Toy, tmp_path, 1 << 20)
    yield it
    it.series.close()


def spoken(tape: Tape, count: int, start: int = 0) -> None:
    for n in range(start, start + count):
        tape.received("c.1", b'{"n":%d}' % n, True, n * S)


def items(path: Path) -> list[Item]:
    told: list[str] = []
    found = list(read(lines([path.read_bytes()], told.append)))
    assert not told
    return found


def numbers(found: list[Item]) -> list[int]:
    return [json.loads(item.payload)["n"] for item in found if item.part == "recv"]


def test_lines_are_what_was_heard_in_the_order_it_was_heard(tape: Tape) -> None:
    tape.opened("c.1", "wss://user:pw@host.example/path?token=abc&x=1", 1 * S)
    tape.sent("c.1", '{"op":"sub"}', 2 * S)
    tape.fetched(Request("/list", tag="t"), "https://host.example/list?a=b", Response(200, b"[1]", 3 * S, 5 * S))
    tape.received("c.1", '{"a":"币"}'.encode(), True, 4 * S)
    tape.received("c.1", b"\x00\xff", False, 6 * S)
    tape.received("c.1", b"text \xff", True, 7 * S)
    tape.closed("c.1", "gone", 8 * S)
    tape.write()
    tape.series.close()
    header, connect, send, recv, http, binary, odd, lost = items(tape.series.files[0])
    assert (header.part, header.venue, header.product, header.seq) == ("header", "toy", "spot", 1)
    assert (connect.part, connect.address, connect.time) == ("connect", "wss://host.example/path?token=***&x=1", S)
    assert (send.part, send.payload) == ("send", b'{"op":"sub"}')
    assert (recv.conn, recv.payload, recv.time) == ("c.1", '{"a":"币"}'.encode(), 4 * S)
    assert (http.address, http.payload, http.sent, http.time) == ("https://host.example/list?a=b", b"[1]", 3 * S, 5 * S)
    assert (binary.payload, odd.payload) == (b"\x00\xff", b"text \xff")
    assert (lost.part, lost.lost, lost.conn) == ("connect", "gone", "c.1")


def test_any_reader_of_the_container_can_read_it(tape: Tape) -> None:
    tape.opened("c.1", "wss://host.example/path", 1 * S)
    spoken(tape, 2)
    tape.write()
    tape.series.close()
    with gzip.open(tape.series.files[0], "rt") as file:
        found = [json.loads(line) for line in file]
    assert [each["t"] for each in found] == ["header", "recv", "connect", "recv"]
    assert found[0]["format"] == 2
    recv = found[-1]
    assert {name: recv[name] for name in ("conn", "data")} == {"conn": "c.1", "data": '{"n":1}'}
    assert recv["ts"] == recv["ts_ns"] / 1e9


def test_every_line_is_on_the_disk_before_the_file_is_ended(tape: Tape) -> None:
    spoken(tape, 100)
    tape.write()
    told: list[str] = []
    found = list(read(lines([tape.series.files[0].read_bytes()], told.append)))
    assert numbers(found) == list(range(100)) and told == [
        "it has no proper end: what wrote it was killed, or its disk was full"
    ]


def test_each_file_of_a_series_can_be_read_on_its_own(tmp_path: Path) -> None:
    tape = Tape(Toy, tmp_path, 1024)
    tape.fetched(Request("/list"), "https://host.example/list", Response(200, b"[7]", S, S))
    tape.fetched(Request("/other"), "https://host.example/other", Response(200, b"[8]", S, S))
    tape.opened("c.0", "wss://host.example/path", S)
    tape.opened("c.1", "wss://host.example/path", S)
    tape.closed("c.0", "gone", 2 * S)
    for n in range(60):
        tape.received("c.1", b'{"n":%d,"x":"%s"}' % (n, str(hash(n * 7919)).encode() * 9), True, (n + 3) * S)
        tape.write()
    tape.series.close()
    files = [items(path) for path in tape.series.files]
    assert len(files) > 2 and list(chain(*map(numbers, files))) == list(range(60))
    assert len({found[0].series for found in files}) == 1
    assert [found[0].seq for found in files] == list(range(1, len(files) + 1))
    for found in files[1:]:
        listing, connect = found[1:3]
        assert (listing.payload, listing.repeated) == (b"[7]", True)
        assert (connect.conn, connect.repeated, connect.lost) == ("c.1", True, None)
        assert not any(item.repeated for item in found[3:])


def test_no_file_is_ever_written_over(tmp_path: Path) -> None:
    for _ in range(2):
        tape = Tape(Toy, tmp_path, 1 << 20)
        tape.series._stamp = "T"
        spoken(tape, 1)
        tape.write()
        tape.series.close()
    assert [path.name for path in sorted(tmp_path.iterdir())] == [f"toy_spot-T-{n:04}.jsonl.gz" for n in (1, 2)]


class Disk:
    """Let writing fail halfway through while `full`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        write = series._write

        def limited(file: Any, packed: bytes) -> None:
            if self.full:
                write(file, packed[: len(packed) // 2])
                raise OSError(errno.ENOSPC, "No space left on device")
            write(file, packed)

        monkeypatch.setattr(series, "_write", limited)


def test_a_full_disk_is_told_in_words_and_recording_resumes(
    tape: Tape, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk(monkeypatch)
    monkeypatch.setattr(series, "RETRY_S", 0.0)
    tape.opened("c.1", "wss://host.example/path", 0)
    spoken(tape, 3)
    tape.write()
    disk.full = True
    for n in (3, 4):
        spoken(tape, 1, n)
        tape.write()
    assert tape.trouble.startswith("recording of toy_spot stopped: there is no room left in ")
    assert "Watching goes on" in tape.trouble
    assert [record.message for record in caplog.records] == [tape.trouble]
    assert len(tape.series.files) == 1
    told: list[str] = []
    assert numbers(list(read(lines([tape.series.files[0].read_bytes()], told.append)))) == [0, 1, 2]
    assert told == ["it has no proper end: what wrote it was killed, or its disk was full"]
    disk.full = False
    spoken(tape, 2, 5)
    tape.write()
    tape.series.close()
    assert not tape.trouble and tape.missing == 2
    resumed = items(tape.series.files[1])
    assert numbers(resumed) == [5, 6] and resumed[1].conn == "c.1"
    assert [item.missing for item in resumed if item.part == "recv"] == [2, 0]


def test_while_the_disk_is_full_it_is_not_tried_at_every_line(tape: Tape, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    disk.full = True
    spoken(tape, 1)
    tape.write()
    disk.full = False
    spoken(tape, 5, 1)
    tape.write()
    assert tape.trouble and tape.missing == 6 and not tape.series.files


def test_what_a_slow_disk_cannot_take_is_counted_and_said(tmp_path: Path) -> None:
    tape = Tape(Toy, tmp_path, 1 << 20, most=10 * (module.OVERHEAD + 7))
    spoken(tape, 100)
    tape.opened("c.9", "wss://host.example/path", 200 * S)
    tape.write()
    spoken(tape, 1, 300)
    tape.write()
    tape.series.close()
    found = items(tape.series.files[0])
    kept = numbers(found)
    assert len(kept) == 12 and kept[-1] == 300 and tape.missing == 89
    assert sum(item.missing for item in found) == 89
    assert any(item.conn == "c.9" for item in found)
    recorder = Recorder(tmp_path)
    recorder.tapes["toy_spot"] = tape
    assert "89 lines could not be kept" in recorder.summary()


def test_a_recorder_writes_on_a_thread_of_its_own_and_ends_its_files(tmp_path: Path) -> None:
    with Recorder(tmp_path / "new" / "folder") as recorder:
        tape = recorder.tape(Toy)
        assert recorder.tape(Toy) is tape
        spoken(tape, 10)
    assert numbers(items(tape.series.files[0])) == list(range(10))
    assert not any(thread.name == "recorder" for thread in threading.enumerate())
    assert "10 frames and 0 answers by REST in 1 file" in recorder.summary()
    assert recorder.summary().endswith("nothing was lost")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@host.example/x", "https://host.example/x"),
        ("https://host.example/x?a=1&b=c%20d", "https://host.example/x?a=1&b=c%20d"),
        (
            "https://host.example/x?apiKey=k&signature=s&symbol=A%2FB",
            "https://host.example/x?apiKey=***&signature=***&symbol=A%2FB",
        ),
        ("wss://host.example:9443/e?listenKey=k", "wss://host.example:9443/e?listenKey=***"),
    ],
)
def test_secrets_never_get_into_files(url: str, shown: str) -> None:
    assert clean(url) == shown
