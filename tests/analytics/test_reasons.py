from collections.abc import Callable
from typing import Any

import pytest

from arbwatch.analytics.reasons import WORDS, Reason
from arbwatch.analytics.spreads import Rules, Spreads, scan
from arbwatch.market.codes import Proof
from arbwatch.market.table import RowState, Table
from tests.analytics.conftest import MakePair, Pair
from tests.market.conftest import LANES, NOW, S, instrument, quote

SPOT, PERP = "here_spot", "here_perp"


def look(pair: Pair, at: int = NOW, **more: Any) -> Spreads:
    return scan(pair.table.snapshot(at), Rules(), **more)


def good(make: MakePair, **perp: Any) -> Pair:
    return make(None, perp).put(SPOT, 1.9, 2.0).put(PERP, 2.1, 2.2)


def end(pair: Pair) -> None:
    pair.table.relist(PERP, [], NOW)


def halt(pair: Pair) -> None:
    pair.table.relist(PERP, [instrument("AUSDT", PERP, status="halted")], NOW)


def drop(pair: Pair) -> None:
    pair.table.down(PERP, ["AUSDT"], "socket closed", NOW)


def mark(state: RowState) -> Callable[[Pair], None]:
    return lambda pair: pair.table.mark(PERP, "AUSDT", state, NOW)


def wait(pair: Pair) -> None:
    drop(pair)
    pair.table.up(PERP, ["AUSDT"], NOW)


def from_rest(pair: Pair) -> None:
    wait(pair)
    pair.table.check(PERP, [quote("AUSDT", 2.1, 2.2, NOW + 1, venue=PERP)], NOW + 1)


def without_ask(pair: Pair) -> None:
    pair.put(PERP, 2.1, None, ask_size=None)


def crossed(pair: Pair) -> None:
    pair.put(PERP, 2.2, 2.2)


def late(pair: Pair) -> None:
    pair.put(PERP, 2.1, 2.2, time=NOW - 3 * S)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (end, "not listed any more"),
        (halt, "trading is halted"),
        (drop, "the stream is down"),
        (mark(RowState.FROZEN), "the stream is being checked"),
        (mark(RowState.REFUSED), "stale"),
        (wait, "stale"),
        (from_rest, "known from REST only"),
        (without_ask, "one-sided book"),
        (crossed, "crossed book"),
        (late, "late, 3.0 s on its way"),
    ],
)
def test_a_leg_that_cannot_be_trusted_excludes_the_pair_and_says_why(
    make_pair: MakePair, spoil: Callable[[Pair], None], words: str
) -> None:
    pair = good(make_pair)
    assert look(pair).found[0].gross == pytest.approx(0.05)
    spoil(pair)
    result = look(pair)
    assert result.found == ()
    (excluded,) = result.excluded
    assert excluded.spread.gross >= 0.05 - 1e-9
    assert excluded.reason.startswith(f"{PERP}: {words}")
    assert result.reasons == {}


def test_a_suspect_is_a_leg_until_a_check_should_have_cleared_it(make_pair: MakePair) -> None:
    pair = good(make_pair)
    mark(RowState.SUSPECT)(pair)
    assert look(pair, NOW + int(1.9 * S)).found
    result = look(pair, NOW + int(2.1 * S))
    assert result.found == ()
    assert result.excluded[0].reason == f"{PERP}: the stream is being checked"


def test_both_legs_and_all_reasons_are_told(make_pair: MakePair) -> None:
    pair = good(make_pair, class_="stock").put(SPOT, 2.0, 2.0)
    drop(pair)
    (excluded,) = look(pair).excluded
    assert excluded.reason == f"{SPOT}: crossed book; {PERP}: the stream is down; class differs: crypto and stock"


def test_what_is_excluded_without_being_positive_is_counted_under_its_first_reason(make_pair: MakePair) -> None:
    pair = make_pair().put(SPOT, 1.0, 2.0)
    assert look(pair).reasons == {"no quote yet": 1}
    pair.put(PERP, 1.0, 2.0)
    drop(pair)
    assert look(pair, NOW + 100 * S).reasons == {"the stream is down": 1}
    assert look(pair).excluded == ()


@pytest.mark.parametrize(
    ("gap_s", "silent_s", "stale"),
    [
        (0.1, 9.9, False),
        (0.1, 10.1, True),
        (5.0, 19.0, False),
        (5.0, 21.0, True),
        (50.0, 59.0, False),
        (50.0, 61.0, True),
    ],
)
def test_a_quiet_market_may_be_unconfirmed_for_four_times_its_own_rate(
    make_pair: MakePair, gap_s: float, silent_s: float, stale: bool
) -> None:
    pair = good(make_pair)
    pair.table.columns.gap[:] = pair.table.columns.pause[:] = gap_s * S
    pair.table.columns.gaps[:] = 8
    result = look(pair, NOW + int(silent_s * S))
    assert bool(result.excluded) is stale
    if stale:
        assert f"nothing confirmed it for {silent_s:.1f} s" in result.excluded[0].reason
    pair.table.columns.gaps[:] = 7
    assert bool(look(pair, NOW + int(silent_s * S)).excluded) is (silent_s > 10)


def test_an_old_price_that_was_just_confirmed_is_good(make_pair: MakePair) -> None:
    pair = good(make_pair)
    later = NOW + 3600 * S
    for venue, bid, ask in ((SPOT, 1.9, 2.0), (PERP, 2.1, 2.2)):
        pair.table.check(venue, [quote("AUSDT", bid, ask, later, venue=venue)], later)
    (best, _) = look(pair, later + S).found
    assert best.buy.age_ms == 3_601_000
    assert best.age_diff_ms == 0


def test_a_venue_has_its_own_patience_and_its_rows_may_be_doubtful(make_pair: MakePair) -> None:
    pair = good(make_pair)
    snapshot = pair.table.snapshot(NOW + 5 * S)
    assert scan(snapshot, Rules(stale_after={"there_spot": 1.0})).found
    assert "stale" in scan(snapshot, Rules(stale_after={PERP: 1.0})).excluded[0].reason
    assert scan(snapshot, Rules(proven_only=True)).excluded[0].reason.startswith(f"{SPOT}: not proven yet")
    pair.table.prove(SPOT, ["AUSDT"], Proof.DOUBTFUL)
    (doubted,) = scan(pair.table.snapshot(NOW + 5 * S), Rules()).excluded
    assert doubted.reason == f"{SPOT}: the venue's data disagrees with itself"


def test_prices_far_apart_are_perhaps_two_coins(make_pair: MakePair) -> None:
    pair = make_pair().put(SPOT, 0.99, 1.01).put(PERP, 1.24, 1.26)
    (excluded,) = look(pair).excluded
    assert excluded.reason == "identity? prices differ by 25 %: perhaps two different coins"
    assert look(pair.put(PERP, 1.18, 1.2)).found
    assert not look(pair.put(PERP, 0.81, 0.82)).found


def test_a_unit_that_is_not_known_excludes_the_pair(make_pair: MakePair) -> None:
    (excluded,) = look(good(make_pair, contract_size=0.0)).excluded
    assert excluded.reason == f"{PERP}: unit unknown"


def namesakes(bid: float) -> Spreads:
    table = Table(LANES, width=2)
    many = instrument("1000AAUSDT", base="1000AA", multiplier=1000)
    plain = instrument("AAUSDT", base="AA")
    table.relist(SPOT, [plain, many], NOW)
    table.relist(PERP, [instrument("AAUSDT", PERP, base="AA")], NOW)
    table.door(SPOT)["AAUSDT"] = quote("AAUSDT", 1.0, 1.01)
    table.door(SPOT)["1000AAUSDT"] = quote("1000AAUSDT", bid, bid * 1.01)
    table.door(PERP)["AAUSDT"] = quote("AAUSDT", 1.02, 1.03, venue=PERP)
    table.drain(NOW)
    return scan(table.snapshot(NOW), Rules())


def test_two_of_one_name_on_one_venue_count_only_where_their_prices_agree() -> None:
    agreed = namesakes(1001.0)
    assert {one.buy.symbol for one in agreed.found if one.buy.venue == SPOT} == {"AAUSDT", "1000AAUSDT"}
    apart = namesakes(5.0)
    assert {(one.buy.symbol, one.sell.symbol) for one in apart.found} == {("AAUSDT", "AAUSDT")}
    (excluded,) = apart.excluded
    assert excluded.spread.buy.symbol == "1000AAUSDT"
    assert "perhaps two different coins" in excluded.reason


def test_every_reason_has_its_own_words() -> None:
    assert set(WORDS) == set(Reason)
    assert len(set(WORDS.values())) == len(WORDS)
