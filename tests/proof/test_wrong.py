"""Venues that are wrong in one way each, and the running program that says so before anything of them counts."""

import pytest

from tests.proof.wrongs import WRONGS, Wrong, catch
from tests.tables import Record

CHEAP = ("contracts", "multiplier")


@pytest.mark.parametrize("wrong", [w for w in WRONGS if w.mistake in CHEAP], ids=lambda w: f"{w.venue}-{w.mistake}")
def test_a_wrong_venue_is_told_in_words_and_never_counts(wrong: Wrong, record_property: Record) -> None:
    _holds(wrong, record_property)


@pytest.mark.chaos
@pytest.mark.parametrize("wrong", WRONGS, ids=lambda w: f"{w.venue}-{w.mistake}")
def test_each_of_the_wrong_venues_is_told(wrong: Wrong, record_property: Record) -> None:
    _holds(wrong, record_property)


def _holds(wrong: Wrong, record: Record) -> None:
    found = catch(wrong)
    record("wrong", (wrong.mistake, wrong.venue, f"{found.seconds:.1f}", found.sentence))
    assert wrong.words in found.sentence
