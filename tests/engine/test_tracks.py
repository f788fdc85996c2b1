"""Recordings side by side: one sequence in time, whatever order the files come in."""

import json
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from arbwatch.connector.recording import read
from arbwatch.engine.tracks import Recording, UntimedError, merged


def file(name: str, *lines: dict[str, Any]) -> Recording:
    return Recording(name, read(json.dumps(line).encode() for line in lines))


def header(part: int = 1, series: str = "", venue: str = "tulip") -> dict[str, Any]:
    return {"t": "header", "venue": venue, "product": "spot", "series": series, "part": part}


def recv(at: float | None, data: str, **more: Any) -> dict[str, Any]:
    return {"t": "recv", "conn": "c", "data": data, **({} if at is None else {"ts": at}), **more}


def told(played: Iterator[Any]) -> list[tuple[float, str]]:
    return [(each.time / 1e9, each.item.payload.decode()) for each in played if each.item.part == "recv"]


def test_files_are_merged_by_time_in_whatever_order_they_are_named() -> None:
    def files() -> list[Recording]:
        return [
            file("b", header(venue="b"), recv(1, "b1"), recv(4, "b4")),
            file("a", header(venue="a"), recv(1, "a1"), recv(2, "a2"), recv(5, "a5")),
            file("c", header(venue="c"), recv(3, "c3")),
        ]

    for order in permutations(range(3)):
        named = files()
        found = told(merged([named[place] for place in order], print))
        assert [data for _, data in found] == ["a1", "b1", "a2", "c3", "b4", "a5"]


def test_time_never_goes_back_and_lines_without_one_take_that_of_the_line_before() -> None:
    played = told(merged([file("a", header(), recv(None, "x"), recv(5, "y"), recv(4, "z"), recv(None, "w"))], print))
    assert played == [(5, "x"), (5, "y"), (5, "z"), (5, "w")]


def test_parts_of_a_series_are_one_recording_without_what_is_repeated() -> None:
    again = {"t": "connect", "conn": "c", "ts": 1, "addr": "wss://x", "repeated": True}
    parts = [
        file("p1", header(1, "s"), recv(1, "one"), recv(2, "two")),
        file("p2", header(2, "s"), again, recv(3, "three")),
    ]
    said: list[str] = []
    played = list(merged(reversed(parts), said.append))
    assert [each.item.payload.decode() for each in played if each.item.part == "recv"] == ["one", "two", "three"]
    assert not any(each.item.part == "connect" for each in played) and not said
    assert {each.track for each in played} == {0}


def test_a_part_alone_keeps_what_is_repeated_for_it_at_the_time_it_begins() -> None:
    again = {"t": "connect", "conn": "c", "ts": 1, "addr": "wss://x", "repeated": True}
    played = list(merged([file("p2", header(2, "s"), again, recv(3600, "late"))], print))
    assert [(each.item.part, each.time / 1e9) for each in played] == [
        ("header", 3600),
        ("connect", 3600),
        ("recv", 3600),
    ]


def test_a_part_that_is_not_there_is_named() -> None:
    again = {"t": "connect", "conn": "c", "ts": 1, "addr": "wss://x", "repeated": True}
    said: list[str] = []
    parts = [file("p1", header(1, "s"), recv(1, "a")), file("p3", header(3, "s"), again, recv(3, "b"))]
    played = list(merged(parts, said.append))
    assert said == ["p3: part 2 of the same recording is not among the files"]
    assert any(each.item.part == "connect" for each in played)


def test_what_the_recorder_could_not_keep_is_said() -> None:
    said: list[str] = []
    list(merged([file("a", header(), recv(1, "x"), recv(2, "y", missing=1200))], said.append))
    assert said == ["a: 1,200 lines before line 3 were not kept when it was recorded"]


def test_a_file_without_any_time_is_refused_in_words() -> None:
    with pytest.raises(UntimedError, match="a does not tell when its messages came"):
        list(merged([file("a", header(), recv(None, "x"))], print))
