"""Venues that are wrong in one way each, and the running program that says so before anything of them counts."""

import pytest

from tests.proof.wrongs import TABLE, WRONGS, Wrong, catch

CHEAP = ("contracts", "multiplier")


@pytest.mark.parametrize("wrong", [w for w in WRONGS if w.mistake in CHEAP], ids=lambda w: f"{w.venue}-{w.mistake}")
def test_a_wrong_venue_is_told_in_words_and_never_counts(wrong: Wrong) -> None:
    _holds(wrong)


@pytest.mark.chaos
@pytest.mark.parametrize("wrong", [w for w in WRONGS if w.mistake not in CHEAP], ids=lambda w: f"{w.venue}-{w.mistake}")
def test_every_other_wrong_venue_too(wrong: Wrong) -> None:
    _holds(wrong)


def _holds(wrong: Wrong) -> None:
    found = catch(wrong)
    TABLE.append((wrong.mistake, wrong.venue, f"{found.seconds:.1f}", found.sentence))
    assert wrong.words in found.sentence
