import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.recording import Item, read


def items(*lines: object) -> list[Item]:
    return list(read(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))


def test_a_session_is_read_line_by_line() -> None:
    header, connect, http, recv = items(
        {"t": "header", "venue": "binance", "product": "perp", "config": None},
        {"t": "connect", "conn": "a", "ts": 1.5, "addr": "wss://host.example/path?x=1"},
        {"t": "http", "conn": "a", "ts": 2.25, "url": "https://host.example/v1/x?y=z", "data": "[1]", "status": 418},
        {"t": "recv", "conn": "a", "ts": 3, "ts_ns": 3_000_000_007, "data": '{"a":"\u5e01"}'},
    )
    assert (header.part, header.venue, header.product) == ("header", "binance", "perp")
    assert (connect.part, connect.conn, connect.address) == ("connect", "a", "wss://host.example/path?x=1")
    assert (http.part, http.address, http.payload, http.status) == (
        "http",
        "https://host.example/v1/x?y=z",
        b"[1]",
        418,
    )
    assert http.time == 2_250_000_000
    assert (recv.payload, recv.time, recv.line) == ('{"a":"\u5e01"}'.encode(), 3_000_000_007, 4)


def test_binary_frames_come_as_base64() -> None:
    (item,) = items({"t": "recv", "b64": base64.b64encode(b"\x00\xff").decode()})
    assert item.payload == b"\x00\xff" and item.time is None


def test_any_other_line_is_a_frame() -> None:
    raw = [
        b'{"e":"trade","t":12345}',
        b"pong",
        b"\xff\xfe",
        b'{"t":"recv","b64":"?"}',
        b'{"t":"weather","data":"x"}',
        b"[",
    ]
    found = items(*raw)
    assert [item.payload for item in found] == raw
    assert all(item.bare and item.part == "recv" for item in found)


def test_empty_lines_keep_their_number() -> None:
    assert [item.line for item in items(b"a", b"  ", b"", b"b")] == [1, 4]


def test_an_acknowledgement_is_a_received_frame() -> None:
    (item,) = items({"t": "ack", "ctx": "x", "data": "{}"})
    assert (item.part, item.payload) == ("recv", b"{}")


@given(st.lists(st.binary()))
def test_no_line_is_refused(lines: list[bytes]) -> None:
    assert len(list(read(lines))) == sum(bool(line.strip()) for line in lines)


@given(st.integers(0, 4_000_000_000_000_000))
def test_seconds_keep_their_microseconds(micros: int) -> None:
    (item,) = items({"t": "recv", "ts": micros / 1e6, "data": "x"})
    assert item.time is not None and abs(item.time - micros * 1000) <= 1000
