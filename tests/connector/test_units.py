import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.units import fraction, multiplier, ns, positive


@pytest.mark.parametrize(
    ("base", "count"),
    [
        ("1000PEPE", 1000),
        ("10000SATS", 10_000),
        ("100000AIDOGE", 100_000),
        ("1000000MOG", 1_000_000),
        ("1MBABYDOGE", 1_000_000),
        ("1000X", 1000),
        ("1000\u5e01\u5b89", 1000),
        ("1INCH", 1),
        ("0G", 1),
        ("2Z", 1),
        ("4", 1),
        ("B2", 1),
        ("X", 1),
        ("100X", 1),
        ("1000", 1),
        ("1000000", 1),
        ("1MX", 1),
        ("1M", 1),
        ("10000_", 1),
        ("SHIB1000", 1),
        ("", 1),
    ],
)
def test_a_multiplier_stands_before_a_name(base: str, count: int) -> None:
    assert multiplier(base) == count


@pytest.mark.parametrize(
    ("base", "count"),
    [
        ("SHIB1000", 1000),
        ("X10000", 10_000),
        ("\u5e01\u5b891000", 1000),
        ("1000PEPE", 1000),
        ("1MBABYDOGE", 1_000_000),
        *((base, 1) for base in ("0G", "1INCH", "2Z", "4", "B2", "B3", "C98", "API3", "LUNA2", "L3", "A8", "USD1")),
        *((base, 1) for base in ("BANANAS31", "SKYAI1", "BABY1", "X100", "X2000", "X21000", "1000", "11000", "")),
    ],
)
def test_where_a_venue_writes_it_so_a_multiplier_stands_behind_a_name(base: str, count: int) -> None:
    assert multiplier(base, behind=True) == count


LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1)


@given(st.integers(3, 9), LETTERS)
def test_what_was_put_behind_a_name_is_read_back_only_where_venues_do_so(zeros: int, name: str) -> None:
    assert multiplier(f"{name}1{'0' * zeros}", behind=True) == 10**zeros
    assert multiplier(f"{name}1{'0' * zeros}") == 1


@given(LETTERS, st.integers(0, 999))
def test_a_short_figure_belongs_to_the_name(name: str, figure: int) -> None:
    assert multiplier(f"{name}{figure}", behind=True) == 1


@given(st.integers(3, 9), LETTERS)
def test_what_was_put_before_a_name_is_read_back(zeros: int, name: str) -> None:
    assert multiplier(f"1{'0' * zeros}{name}") == 10**zeros


@given(st.text(min_size=1).filter(lambda name: not name.startswith("1")))
def test_other_names_stand_for_one(name: str) -> None:
    assert multiplier(name) == 1


def test_none_and_zero_say_that_there_is_none() -> None:
    assert ns(0) is None and ns(None) is None and ns(1_700_000_000_123) == 1_700_000_000_123_000_000
    assert positive(0.0) is None and positive(None) is None and positive(0.1) == 0.1


@given(st.integers(-(10**9), 10**9))
def test_percent_becomes_the_nearest_fraction(thousandths: int) -> None:
    assert fraction(float(f"{thousandths}e-3")) == pytest.approx(thousandths / 1e5, abs=1e-10)
    assert fraction(2.041) == 0.02041
