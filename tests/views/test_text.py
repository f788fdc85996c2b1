import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.views.text import plain

HOSTILE = (
    "\x1b[31mBTC\x1b[0m", "A\nB", "A\tB", "A\rB", "\u202eCTB", "B\u200bTC", "\u2066X\u2069", "A\x00B", "\x9b31m",
    "A\u0301\u0302\u0303", "\u061cX", "A\u2028B", "\ufeffBTC", "\x07", "\x7f", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_command_a_terminal_is_shown_instead(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Mn", "Me", "Zl", "Zp") for char in shown)


@given(st.text())
def test_nothing_harmful_ever_passes_and_nothing_is_lost(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    assert plain(shown) == shown


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("BTCUSDT", "1000PEPE-USDT", "币安人生USDT", "[red]X[/]", "A&B"):
        assert plain(name) == name


def test_an_escape_stays_readable() -> None:
    assert plain("\x1b[31mBTC") == "\u241b[31mBTC"


def test_long_texts_are_cut_with_a_mark() -> None:
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcd", 4) == "abcd"
