from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.views import formats

positive = st.floats(min_value=1e-12, max_value=1e14, allow_nan=False)
FACTORS = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


def read(text: str) -> float:
    suffix = text[-1] if text[-1] in "kMBT" else ""
    return float(text.removesuffix(suffix)) * FACTORS[suffix]


@pytest.mark.parametrize(
    ("value", "tick", "text"),
    [
        (97123.4, 0.1, "97123.4"),
        (97123.0, 0.1, "97123.0"),
        (0.00002113, 1e-8, "0.00002113"),
        (5.0, 10.0, "5"),
        (0.5, 0.5, "0.5"),
        (97123.45, 0.1, "97123.45"),
        (1e-10, None, "0.0000000001"),
        (None, 0.1, "-"),
        (float("nan"), 0.1, "-"),
        (0.0, 0.01, "0.00"),
    ],
)
def test_a_price_has_the_decimals_of_its_tick_and_never_loses_a_digit(
    value: float | None, tick: float | None, text: str
) -> None:
    assert formats.price(value, tick) == text


@given(steps=st.integers(1, 10**9), decimals=st.integers(0, 10), step=st.sampled_from((1, 2, 5)))
def test_every_price_on_tick_reads_back_exactly(steps: int, decimals: int, step: int) -> None:
    tick = float(Decimal(step).scaleb(-decimals))
    exact = Decimal(step).scaleb(-decimals) * steps
    text = formats.price(float(exact), tick)
    assert Decimal(text) == exact
    assert len(text.partition(".")[2]) == formats.decimals(tick)


@given(steps=st.integers(1, 10**9), tick=st.integers(1, 7), zeros=st.sampled_from((3, 4, 6)))
def test_a_price_per_asset_unit_shows_no_trace_of_the_division(steps: int, tick: int, zeros: int) -> None:
    exact = Decimal(steps).scaleb(-tick - zeros)
    one = float(Decimal(1).scaleb(-tick)) / 10**zeros
    price = float(Decimal(steps).scaleb(-tick)) / 10**zeros
    assert Decimal(formats.price(price, one)) == Decimal(formats.price(price, None)) == exact
    assert len(formats.price(price, one).partition(".")[2]) == tick + zeros


@given(positive)
def test_a_size_stays_short_and_close_to_what_it_says(value: float) -> None:
    text = formats.size(value)
    assert len(text) <= 7
    tolerance = 0.051 if value < 0.001 else 0.0006 + 0.00006 / value if value < 1 else 0.0051
    assert read(text) == pytest.approx(value, rel=tolerance)


@given(positive, positive)
def test_a_larger_size_never_reads_smaller(one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert read(formats.size(small)) <= read(formats.size(large))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.0123, "0.0123"), (12.34, "12.34"), (1234.4, "1234"), (9999.7, "10.0k"), (999_999.0, "1.00M")],
)
def test_sizes_as_people_write_them(value: float, text: str) -> None:
    assert formats.size(value) == text


def test_fractions_become_basis_points_and_percent() -> None:
    assert formats.bps(0.00012) == "1.2"
    assert formats.bps(-1e-9) == "0.0"
    assert formats.percent(0.0123) == "+1.23"
    assert formats.percent(-0.0001, 4) == "-0.0100"
    assert formats.percent(-1e-9) == "0.00"
    assert formats.bps(None) == formats.percent(None) == "-"


def test_a_year_of_funding_uses_the_interval_and_says_when_it_is_assumed() -> None:
    assert formats.annual(0.0001, 8) == "+10.95"
    assert formats.annual(0.0001, 4) == "+21.90"
    assert formats.annual(0.0001, 8, assumed=True) == "+10.95*"
    assert formats.annual(0.0001, None) == formats.annual(None, 8) == formats.annual(0.0001, 0) == "-"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (1.23, "1.2 s"), (12.4, "12 s"), (119, "119 s"), (180, "3 min"), (7200, "2 h"), (5 * 86400, "5 d"),
     (-3, "0.0 s")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert formats.duration(seconds * 1e9) == text


@given(st.integers(1, 10**6))
def test_a_countdown_adds_up(seconds: int) -> None:
    hours, minutes, rest = map(int, formats.countdown(seconds * formats.SECOND).split(":"))
    assert hours * 3600 + minutes * 60 + rest == seconds
    assert minutes < 60 and rest < 60


def test_a_countdown_that_is_over_is_due() -> None:
    assert formats.countdown(0) == formats.countdown(-5) == "due"
    assert formats.countdown(None) == "-"


def test_milliseconds_keep_their_sign() -> None:
    assert formats.milliseconds(-3.0) == "-3.0 ms"
    assert formats.milliseconds(-0.01) == "0.0 ms"
    assert formats.milliseconds(1200) == "1.2 s"


@given(st.one_of(st.none(), st.just(float("nan")), st.just(float("inf"))))
def test_unknown_is_never_a_number(value: float | None) -> None:
    for show in (formats.size, formats.bps, formats.percent, formats.duration, formats.milliseconds, formats.countdown,
                 formats.hours, formats.count, formats.number):  # fmt: skip
        assert show(value) == "-"
