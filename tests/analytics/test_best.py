"""The numbers that come from columns are those that plain loops over rows give, for any table."""

from itertools import permutations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbwatch.analytics.best import Best, look
from arbwatch.analytics.legs import Legs, legs, mask, some_legs
from arbwatch.analytics.plan import NONE, plan
from arbwatch.analytics.reasons import against
from arbwatch.analytics.rules import Rules
from arbwatch.analytics.scanner import WHOLE_NS, Scanner
from arbwatch.analytics.spreads import scan
from arbwatch.market.codes import Proof, RowState, Source
from arbwatch.market.columns import Columns
from arbwatch.market.layout import Key, Lane, Layout
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument
from tests.market.conftest import NOW, S, instrument

LANES = tuple(Lane(f"{e}_{m}", e, m) for e in ("one", "two", "three") for m in ("spot", "perp"))
KEYS = (*(Key(asset, "USDT", 0) for asset in "ABCD"), Key("A", "USDT", 1), Key("B", "USDC", 0))
GAP = 0.2


class Cell(NamedTuple):
    """One row of a made-up table."""

    mid: float
    bid: float | None
    ask: float | None
    state: RowState
    source: Source
    proof: Proof
    silent_s: float
    lag_s: float
    multiplier: int
    class_: str
    listed: bool
    gaps: int
    unsized: bool = False


mids = st.sampled_from([1.0, 1.01, 1.02, 1.15, 1.3, 3.0, 3.1, 3.2, 10.0]) | st.floats(0.9, 1.1)
widths = st.sampled_from([0.0005, 0.001, 0.001, 0.01, 0.01, 0.1, 0.0, -0.001, None])
cells = st.builds(
    lambda mid, low, high, *more: Cell(
        mid, None if low is None else mid * (1 - low), None if high is None else mid * (1 + high), *more
    ),
    mids,
    widths,
    widths,
    st.sampled_from([RowState.LIVE] * 40 + [s for s in RowState if s != RowState.POLLED]),
    st.sampled_from([Source.STREAM] * 20 + list(Source)),
    st.sampled_from([Proof.PROVEN] * 12 + list(Proof)),
    st.sampled_from([0.0] * 20 + [3.0, 11.0, 30.0, 61.0]),
    st.sampled_from([0.1] * 20 + [2.5, -1.0]),
    st.sampled_from([1, 1, 1000, 10]),
    st.sampled_from(["crypto"] * 12 + ["stock"]),
    st.sampled_from([True] * 5 + [False]),
    st.sampled_from([0, 8]),
    st.sampled_from([False, False, False, True]),
)
tables = st.lists(cells, min_size=len(LANES) * len(KEYS), max_size=len(LANES) * len(KEYS))


def snapshot(table: list[Cell]) -> Snapshot:
    columns = Columns(len(LANES), len(KEYS))
    grid: list[list[Instrument | None]] = [[None] * len(KEYS) for _ in LANES]
    for number, cell in enumerate(table):
        lane, place = divmod(number, len(KEYS))
        if not cell.listed:
            continue
        venue = LANES[lane].venue
        grid[lane][place] = instrument(
            f"{place}", venue, multiplier=cell.multiplier, class_=cell.class_, market=LANES[lane].market
        )
        fill(columns, lane, place, cell)
    return Snapshot(NOW, columns, Layout(LANES, KEYS, tuple(map(tuple, grid))), np.zeros(len(LANES)))


def fill(columns: Columns, lane: int, place: int, cell: Cell) -> None:
    confirmed = NOW - int(cell.silent_s * S)
    values = {
        "bid": np.nan if cell.bid is None else cell.bid * cell.multiplier,
        "ask": np.nan if cell.ask is None else cell.ask * cell.multiplier,
        "bid_size": np.nan if cell.unsized else 1.0, "ask_size": 1.0,
        "state": cell.state, "source": cell.source, "proof": cell.proof, "confirmed": confirmed,
        "received": confirmed, "time": confirmed - int(cell.lag_s * S), "changed": confirmed,
        "multiplier": cell.multiplier, "contract_size": cell.multiplier,
        "gap": 5.0 * S, "pause": 6.0 * S, "gaps": cell.gaps,
    }  # fmt: skip
    for name, value in values.items():
        getattr(columns, name)[lane, place] = value


class Row(NamedTuple):
    """A leg as the plain loops know it."""

    place: int
    exchange: str
    market: str
    bid: float
    ask: float

    def near(self, other: "Row") -> bool:
        one, two = self.bid + self.ask, other.bid + other.ask
        return one <= two * (1.0 + GAP) and two <= one * (1.0 + GAP)


def rows_of(moment: Snapshot, rules: Rules) -> dict[tuple[str, str, str], list[Row]]:
    """Group the rows nothing speaks against, one at a time."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for lane, instruments in enumerate(moment.instruments):
        for column, one in enumerate(instruments):
            place = lane * len(KEYS) + column
            if one is None or against(moment, rules, np.array([place]))[0]:
                continue
            bid, ask = (float(price[lane, column]) / one.multiplier for price in (moment.bid, moment.ask))
            row = Row(place, LANES[lane].exchange, LANES[lane].market, bid, ask)
            groups.setdefault((KEYS[column].asset, KEYS[column].quote_currency, one.class_), []).append(row)
    return groups


def admitted(group: list[Row]) -> list[tuple[Row, Row]]:
    """Return the pairs that count: near each other, and both believed or of one exchange."""
    witnesses = {row: len({other.exchange for other in group if row.near(other)}) for row in group}
    most = max(witnesses.values())
    core = [row for row in group if witnesses[row] == most]
    clear = all(one.near(other) for one in core for other in core)
    believed = {row for row in group if clear and any(row.near(other) for other in core)}
    return [
        (one, other)
        for one, other in permutations(group, 2)
        if one.near(other) and ({one, other} <= believed or one.exchange == other.exchange)
    ]


def numbers(found: Best, moment: Snapshot) -> tuple[dict[tuple[str, str], float], dict[tuple[int, int], float]]:
    """Lay out what was found: the best by asset and currency, and each perpetual against its own spot."""
    prepared = plan(moment.layout)
    best = {KEYS[c][:2]: float(g) for c, g in enumerate(found.gross) if not np.isnan(g)}
    own = {}
    for number, (spot, perp) in enumerate(prepared.own):
        for column in range(len(KEYS)):
            one, other = spot * len(KEYS) + column, perp * len(KEYS) + column
            own[one, other], own[other, one] = found.own[:, number, column].tolist()
    for (group, buy, sell), gross in zip(prepared.own_odd.T.tolist(), found.own_odd.tolist(), strict=True):
        own[int(prepared.odd[group, buy]), int(prepared.odd[group, sell])] = gross
    return best, {pair: gross for pair, gross in own.items() if not np.isnan(gross)}


def expected(moment: Snapshot, rules: Rules) -> tuple[dict[tuple[str, str], float], dict[tuple[int, int], float]]:
    best: dict[tuple[str, str], float] = {}
    own: dict[tuple[int, int], float] = {}
    for (asset, currency, _), group in rows_of(moment, rules).items():
        for buy, sell in admitted(group):
            gross = sell.bid / buy.ask - 1.0
            best[asset, currency] = max(gross, best.get((asset, currency), -1.0))
            if buy.exchange == sell.exchange and buy.market != sell.market:
                own[buy.place, sell.place] = gross
    return best, own


def whole(moment: Snapshot, rules: Rules) -> Best:
    prepared = plan(moment.layout)
    rows = legs(moment, prepared, rules)
    mask(rows, rows)
    found = Best.empty(prepared)
    look(found, rows, prepared, GAP)
    return found


@settings(max_examples=150, deadline=None)
@given(tables, st.booleans())
def test_the_best_of_columns_is_the_best_of_loops(table: list[Cell], proven_only: bool) -> None:
    moment, rules = snapshot(table), Rules(proven_only=proven_only)
    found = whole(moment, rules)
    best, own = numbers(found, moment)
    should, should_own = expected(moment, rules)
    assert best == pytest.approx(should)
    assert own == pytest.approx(should_own)
    bid, ask = (price.reshape(-1) / moment.multiplier.reshape(-1) for price in (moment.bid, moment.ask))
    for column, gross in enumerate(found.gross):
        if not np.isnan(gross):
            assert bid[found.sell[column]] / ask[found.buy[column]] - 1.0 == pytest.approx(gross)


@settings(max_examples=100, deadline=None)
@given(tables, st.booleans(), st.booleans())
def test_a_row_is_fit_exactly_where_nothing_speaks_against_it(
    table: list[Cell], proven_only: bool, polled: bool
) -> None:
    moment, rules = snapshot(table), Rules(proven_only=proven_only, polled=polled)
    prepared = plan(moment.layout)
    rows = legs(moment, prepared, rules)
    places = np.flatnonzero(prepared.listed)
    assert rows.fit.reshape(-1)[places].tolist() == (against(moment, rules, places) == 0).tolist()
    some = some_legs(moment, prepared, rules, places[::2])
    for one, other in zip(some, rows, strict=True):
        np.testing.assert_array_equal(one, other.reshape(-1)[places[::2]])


@settings(max_examples=100, deadline=None)
@given(tables, st.lists(st.tuples(st.integers(0, len(LANES) * len(KEYS) - 1), cells), max_size=12), st.booleans())
def test_looking_at_what_changed_finds_what_looking_at_all_finds(
    table: list[Cell], changes: list[tuple[int, Cell]], told: bool
) -> None:
    moment, rules = snapshot(table), Rules()
    scanner = Scanner(rules)
    scanner.look(moment)
    quoted = []
    for place, cell in changes:
        lane, column = divmod(place, len(KEYS))
        before = table[place]
        if before.listed:
            fill(moment, lane, column, cell._replace(multiplier=before.multiplier))
            moment.messages[lane, column] += 1
            quoted.append(place)
    moment.__dict__.pop("lag", None)
    found = numbers(scanner.look(moment, np.array(quoted, np.intp) if told else None), moment)
    again = numbers(whole(moment, rules), moment)
    assert found == again


def test_what_only_time_changes_is_seen_by_the_next_whole_look() -> None:
    live = Cell(1.0, 0.99, 1.01, RowState.LIVE, Source.STREAM, Proof.PROVEN, 9.95, 0.1, 1, "crypto", True, 0)
    moment = snapshot([live] * len(LANES) * len(KEYS))
    scanner = Scanner(Rules())
    assert not np.isnan(scanner.look(moment).gross[1])
    moment.now = NOW + WHOLE_NS - 1
    assert not np.isnan(scanner.look(moment).gross[1])
    moment.state[0, 1] = RowState.DOWN
    moment.now += 1
    assert np.isnan(scanner.look(moment).gross[1])


def test_a_row_that_goes_down_is_seen_at_the_next_look() -> None:
    live = Cell(1.0, 0.99, 1.01, RowState.LIVE, Source.STREAM, Proof.PROVEN, 0.0, 0.1, 1, "crypto", True, 0)
    moment = snapshot([live] * len(LANES) * len(KEYS))
    moment.ask[0, 1], moment.bid[0, 1] = 0.95, 0.94
    scanner = Scanner(Rules())
    assert scanner.look(moment).buy[1] == 1
    moment.state[0, 1] = RowState.DOWN
    assert scanner.look(moment).buy[1] != 1
    moment.state[0, 1] = RowState.LIVE
    moment.proof[0, 1] = Proof.DOUBTFUL
    assert scanner.look(moment).buy[1] != 1


@settings(max_examples=60, deadline=None)
@given(tables)
def test_what_is_listed_is_what_was_found_and_each_pair_once(table: list[Cell]) -> None:
    moment, rules = snapshot(table), Rules(identity_gap=GAP)
    result = scan(moment, rules)
    should, own = expected(moment, rules)
    pairs = [(one.buy.venue, one.buy.symbol, one.sell.venue, one.sell.symbol) for one in result.found]
    assert len(pairs) == len(set(pairs))
    assert [one.gross for one in result.found] == sorted((one.gross for one in result.found), reverse=True)
    first: dict[tuple[str, str], float] = {}
    for one in result.found:
        first.setdefault((one.asset, one.quote_currency), one.gross)
    assert first == pytest.approx(should)
    assert len(pairs) <= len(own) + len(should)
    assert {(e.spread.asset, e.spread.quote_currency) for e in result.excluded} <= {key[:2] for key in KEYS}
    assert all(entry.reason and entry.spread.gross > 0 for entry in result.excluded)
    assert len({(e.spread.asset, e.spread.quote_currency) for e in result.excluded}) == len(result.excluded)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_every_pair_is_admitted_told_or_counted(table: list[Cell]) -> None:
    moment, rules = snapshot(table), Rules(identity_gap=GAP)
    result = scan(moment, rules)
    prepared = plan(moment.layout)
    rows: dict[tuple[str, str], int] = {}
    for column, key in enumerate(KEYS):
        rows[key[:2]] = rows.get(key[:2], 0) + int(prepared.listed[:, column].sum())
    pairs = sum(number * (number - 1) // 2 for number in rows.values())
    counted = sum(len(admitted(group)) // 2 for group in rows_of(moment, rules).values())
    assert pairs == counted + len(result.excluded) + sum(result.reasons.values())


def test_odd_groups_are_those_of_several_columns_or_classes() -> None:
    live = Cell(1.0, 0.99, 1.01, RowState.LIVE, Source.STREAM, Proof.PROVEN, 0.0, 0.1, 1, "crypto", True, 0)
    table = [live] * len(LANES) * len(KEYS)
    table[2] = live._replace(class_="stock")
    prepared = plan(snapshot(table).layout)
    assert [KEYS[column].asset for column in prepared.odd_lead] == ["A", "C"]
    assert (prepared.odd_of != NONE).tolist() == [True, False, True, False, True, False]


def test_masked_rows_have_no_price() -> None:
    rows = Legs(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([True, False]))
    mask(rows, rows)
    assert rows.bid[0] == 1.0 and np.isnan(rows.bid[1]) and np.isnan(rows.ask[1])
