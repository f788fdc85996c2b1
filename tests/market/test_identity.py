from typing import Any

import pytest

from arbwatch.config.names import shipped_names
from arbwatch.connector import registry
from arbwatch.market.identity import decide, stripped
from tests.market.conftest import instrument


def names(*bases: tuple[str, str, int]) -> dict[str, str]:
    """Decide over (venue, base, multiplier); keyed by venue and base."""
    listed = [instrument(f"{base}USDT", venue, base=base, multiplier=times) for venue, base, times in bases]
    decided = decide(listed)
    return {f"{one.venue} {one.base}": decided[one.venue, one.symbol] for one in listed}


@pytest.mark.parametrize(
    ("base", "multiplier", "remainder"),
    [
        ("1000PEPE", 1000, "PEPE"),
        ("10000SATS", 10000, "SATS"),
        ("1000000MOG", 1_000_000, "MOG"),
        ("1MBABYDOGE", 1_000_000, "BABYDOGE"),
        ("kPEPE", 1000, "PEPE"),
        ("SHIB1000", 1000, "SHIB"),
        ("1000币", 1000, "币"),
        ("KAVA", 1000, None),
        ("1INCH", 1, None),
        ("1000", 1000, None),
        ("PEPE", 1000, None),
    ],
)
def test_only_the_notation_of_its_own_multiplier_is_taken_off(base: str, multiplier: int, remainder: Any) -> None:
    assert stripped(base, multiplier) == remainder


def test_a_multiplied_base_is_the_asset_that_another_market_names() -> None:
    assert names(("here_spot", "PEPE", 1), ("here_perp", "1000PEPE", 1000)) == {
        "here_spot PEPE": "PEPE",
        "here_perp 1000PEPE": "PEPE",
    }


def test_notations_of_one_coin_meet_though_nobody_lists_it_plain() -> None:
    found = names(("here_perp", "1MBABYDOGE", 1_000_000), ("there_spot", "1000000BABYDOGE", 1_000_000))
    assert set(found.values()) == {"BABYDOGE"}


def test_names_that_begin_with_a_figure_stay_as_they_are() -> None:
    bases = ["1INCH", "0G", "2Z", "4", "B2", "1000", "INCH", "G", "Z"]
    assert set(names(*(("here_spot", base, 1) for base in bases)).values()) == set(bases)


def test_a_remainder_too_short_to_be_sure_of_stays_apart_unless_it_is_listed() -> None:
    assert names(("here_perp", "1000X", 1000)) == {"here_perp 1000X": "1000X"}
    assert names(("here_perp", "1000X", 1000), ("here_spot", "X", 1))["here_perp 1000X"] == "X"


def test_what_a_venue_is_sure_of_stands() -> None:
    sure = instrument("RAYSOLUSDT", base="RAYSOL", asset="RAY")
    assert decide([sure]) == {("here_spot", "RAYSOLUSDT"): "RAY"}


NAMES = {("here_perp", "PUMPFUN"): "PUMP", ("here_perp", "NEIROCTO"): "NEIRO", ("here_perp", "NEIRO"): "NEIRO@here"}


@pytest.mark.parametrize(
    ("base", "multiplier", "asset"),
    [
        ("PUMPFUN", 1, "PUMP"),
        ("1000NEIROCTO", 1000, "NEIRO"),
        ("NEIROCTO1000", 1000, "NEIRO"),
        ("NEIRO", 1, "NEIRO@here"),
        ("1000NEIRO", 1000, "NEIRO@here"),
        ("PUMP", 1, "PUMP"),
    ],
)
def test_a_known_name_stands_before_the_venue_s_own_word(base: str, multiplier: int, asset: str) -> None:
    listed = [instrument("XUSDT", "here_perp", base=base, multiplier=multiplier)]
    assert decide(listed, NAMES) == {("here_perp", "XUSDT"): asset}


def test_a_name_is_known_for_one_venue_only() -> None:
    assert decide([instrument("PUMPFUNUSDT", base="PUMPFUN")], NAMES) == {("here_spot", "PUMPFUNUSDT"): "PUMPFUN"}


def test_the_shipped_names_are_of_venues_there_are_and_lead_to_no_other_name() -> None:
    names = shipped_names()
    assert {venue for venue, _ in names} <= set(registry.venues())
    # LIT must not become LIT@x, and that something else again.
    assert not {(venue, asset) for (venue, _), asset in names.items() if "@" in asset} & set(names)
    assert all(base != asset for (_, base), asset in names.items())


@pytest.mark.parametrize("word", ["RAYSOL", "RAYDIUM"])
def test_the_documented_renames_meet(word: str) -> None:
    listed = [instrument("PERP", venue, base=base) for (venue, base), asset in shipped_names().items() if base == word]
    assert set(decide(listed, shipped_names()).values()) == {"RAY"}


def test_no_shipped_name_of_one_exchange_means_two_coins() -> None:
    venues = registry.venues()
    told: dict[tuple[str, str], set[str]] = {}
    for (venue, base), asset in shipped_names().items():
        told.setdefault((venues[venue].exchange, base), set()).add(asset)
    assert all(len(assets) == 1 for assets in told.values()), told
