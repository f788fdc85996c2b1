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


@given(st.integers(3, 9), st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1))
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
