from hypothesis import given
from hypothesis import strategies as st

from arbwatch.ui.terminal.fit import Head, fit, needed
from arbwatch.views import spreads
from arbwatch.views.columns import BY_ID, COLUMNS

lengths = st.dictionaries(st.sampled_from(sorted(BY_ID)), st.integers(1, 30))
tables = st.sampled_from((COLUMNS, spreads.COLUMNS))


@given(heads=tables, longest=lengths, width=st.integers(20, 300))
def test_columns_fit_without_touching_and_numbers_are_never_cut(
    heads: tuple[Head, ...], longest: dict[str, int], width: int
) -> None:
    places, gap = fit(heads, longest, width)
    assert places and gap >= 1
    end = 0
    for place in places:
        head = heads[place.at]
        assert place.start >= end + 1
        end = place.start + place.width
        if head.most is None:
            assert place.width >= longest.get(head.id, 0) and place.width >= head.width
        else:
            assert place.width >= min(head.width, needed(head, 0))
    assert len(places) == 1 or end <= width
    assert [place.at for place in places] == sorted(place.at for place in places)


@given(heads=tables, width=st.integers(20, 300))
def test_a_wider_terminal_never_shows_fewer_columns(heads: tuple[Head, ...], width: int) -> None:
    narrow, wide = (fit(heads, {}, size)[0] for size in (width, width + 40))
    assert len(wide) >= len(narrow)


def test_the_most_needed_columns_stay_at_80_and_all_that_were_asked_for_fit_at_200() -> None:
    shown = {COLUMNS[place.at].id for place in fit(COLUMNS, {"venue": 12, "symbol": 12, "bid": 10, "ask": 10}, 79)[0]}
    assert shown >= {"symbol", "venue", "bid", "ask", "spread_bps", "state"}
    wide = {COLUMNS[place.at].id for place in fit(COLUMNS, {"venue": 12, "symbol": 13, "bid": 10, "ask": 10}, 199)[0]}
    assert set(BY_ID) - wide <= {"high", "low", "quote_currency"}
