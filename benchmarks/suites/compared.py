"""B4: the best pairs over 15 venues of 5,000 assets, all of them and where 500 changed, beside plain loops."""

import gc
from math import isnan
from statistics import median
from time import perf_counter
from typing import Literal, NamedTuple

import numpy as np
from msgspec.structs import replace

from arbwatch.analytics.best import Best
from arbwatch.analytics.legs import legs, mask
from arbwatch.analytics.plan import NONE
from arbwatch.analytics.rules import Rules
from arbwatch.analytics.scanner import WHOLE_NS, Scanner
from arbwatch.market.codes import Proof
from arbwatch.market.table import Lane, Table
from arbwatch.model import Instrument, Quote
from benchmarks.peers import loops
from benchmarks.report import Line
from benchmarks.runner import BenchmarkError
from benchmarks.suites import Findings, Options

VENUES, ASSETS, DIRTY = 15, 5_000, 500
STRANGE, CLASHES = 60, 30
WHOLE_MS, DIRTY_MS = 1.0, 0.2
REPEATS = 100
NOW = 1_790_000_000_000_000_000
STEP_NS = 10_000_000
RULES = Rules(proven_only=True, unconfirmed_s=50.0)
"""Patient enough that nothing goes stale by the clock while it is measured."""
OLD_NS = 70_000_000_000


class _Market(NamedTuple):
    table: Table
    quotes: list[dict[str, Quote]]
    """By lane and symbol: what is quoted now."""


def measure(options: Options) -> Findings:
    """Look again and again at one table while parts of it change, with and without strange names; medians."""
    repeats = REPEATS if options.scale >= 1 else 10
    plain, strange = _measure(repeats, strange=False), _measure(repeats, strange=True)
    what = f"{STRANGE} coins listed twice and {CLASHES} clashes among them"
    lines = [
        *plain.lines,
        *(replace(line, what=f"{line.what}, {what}", promise="", ok=None) for line in strange.lines[1:]),
    ]
    return Findings(tuple(lines), plain.notes)


def _measure(repeats: int, *, strange: bool) -> Findings:
    rng = np.random.default_rng(1)
    market = _market(rng, strange=strange)
    gc.freeze()
    scanner = Scanner(RULES)
    now = NOW
    whole, dirty, peer = [], [], []
    found = 0
    for number in range(repeats):
        now += WHOLE_NS
        _requote(market, rng, now)
        best, took = _look(scanner, market.table, now)
        whole.append(took)
        if number % 10 == 0:
            seconds, found = _plain(market.table, scanner, best, now)
            peer.append(seconds)
        _requote(market, rng, now + STEP_NS)
        dirty.append(_look(scanner, market.table, now + STEP_NS)[1])
    _agree(scanner, market.table, now + STEP_NS)
    figures = [("all rows", whole, WHOLE_MS), (f"{DIRTY} changed", dirty, DIRTY_MS)]
    loops_ms = median(peer) * 1e3
    lines = [Line("B4", f"plain loops over {VENUES} x {ASSETS:,} rows already masked", loops_ms, "ms", "1.00 x plain")]
    for what, times, promise in figures:
        ms = median(times) * 1e3
        name = f"{VENUES} x {ASSETS:,}, {what}: masks and best pairs"
        ratio = f"{ms / loops_ms:.3f} x plain"
        lines.append(Line("B4", name, ms, "ms", ratio, f"<= {promise:g} ms", ms <= promise))
    note = f"B4 {found:,} best pairs equal those of the plain loops; what changed in parts equals a whole look"
    return Findings(tuple(lines), (note,))


def _look(scanner: Scanner, table: Table, now: int) -> tuple[Best, float]:
    view = table.view(now)
    begun = perf_counter()
    best = scanner.look(view)
    return best, perf_counter() - begun


def _market(rng: np.random.Generator, *, strange: bool) -> _Market:
    lanes = [Lane(f"e{n // 2}_{_kind(n)}", f"e{n // 2}", _kind(n)) for n in range(VENUES)]
    table = Table(lanes, ASSETS + 64)
    mids = np.exp(rng.normal(0, 3, ASSETS))
    quotes: list[dict[str, Quote]] = []
    for row, lane in enumerate(lanes):
        listed = [_instrument(lane, row, at) for at in range(ASSETS) if rng.random() > 0.2]
        # Some list one coin twice, in units of their own: such groups are compared pair by pair.
        listed += [_instrument(lane, row, at, twice=True) for at in range(row, STRANGE * strange, VENUES)]
        table.relist(lane.venue, listed, NOW)
        table.up(lane.venue, [i.symbol for i in listed], NOW)
        quotes.append({i.symbol: _quote(i, mids, rng, NOW - OLD_NS * (rng.random() < 0.05)) for i in listed})
        if strange and row == 3:
            quotes[-1] |= {
                s: _tripled(quotes[-1][s]) for s in [f"A{at}XUSDT" for at in range(CLASHES)] if s in quotes[-1]
            }
        table.door(lane.venue).update(quotes[-1])
    table.drain(NOW)
    for lane, quoted in zip(lanes, quotes, strict=True):
        symbols = list(quoted)
        table.prove(lane.venue, symbols, Proof.PROVEN)
        table.down(lane.venue, [s for s in symbols if rng.random() < 0.1], "gone", NOW)
    return _Market(table, quotes)


def _kind(number: int) -> Literal["spot", "perp"]:
    return "perp" if number % 2 else "spot"


def _instrument(lane: Lane, row: int, at: int, *, twice: bool = False) -> Instrument:
    multiplier = 1000 if twice or (row % 2 and at % 50 == 0) else 1
    base = f"{multiplier if multiplier > 1 else ''}A{at}X"
    asset = f"A{at}X"
    return Instrument(
        lane.venue, f"{base}{'T' if twice else ''}USDT", _kind(row), base, "USDT", None, asset,
        multiplier, float(multiplier), 0.1, 0.1, 5.0, "crypto", "trading", None,
    )  # fmt: skip


def _quote(instrument: Instrument, mids: "np.ndarray[tuple[int], np.dtype[np.float64]]",
           rng: np.random.Generator, now: int) -> Quote:  # fmt: skip
    assert instrument.asset is not None
    at = int(instrument.asset[1:-1])
    mid = float(mids[at]) * instrument.multiplier * (1 + float(rng.normal(0, 5e-4)))
    half = mid * float(rng.uniform(1e-5, 5e-4))
    return Quote(instrument.venue, instrument.symbol, mid - half, 1.0, mid + half, 1.0, now - STEP_NS, now)


def _tripled(quote: Quote) -> Quote:
    """Return the quote of another coin of the same name."""
    assert quote.bid is not None
    assert quote.ask is not None
    return replace(quote, bid=3 * quote.bid, ask=3 * quote.ask)


def _requote(market: _Market, rng: np.random.Generator, now: int) -> None:
    """Have `DIRTY` rows of different assets quoted anew."""
    for at in rng.choice(ASSETS, DIRTY, replace=False).tolist():
        row = int(rng.integers(VENUES))
        multiplier = 1000 if row % 2 and at % 50 == 0 else 1
        symbol = f"{multiplier if multiplier > 1 else ''}A{at}XUSDT"
        known = market.quotes[row].get(symbol)
        if known is None:
            continue
        assert known.bid is not None
        assert known.ask is not None
        by = 1 + float(rng.normal(0, 1e-4))
        told = Quote(known.venue, symbol, known.bid * by, 1.0, known.ask * by, 1.0, now - STEP_NS, now)
        market.quotes[row][symbol] = told
        market.table.door(known.venue)[symbol] = told
    market.table.drain(now)


def _plain(table: Table, scanner: Scanner, best: Best, now: int) -> tuple[float, int]:
    """Look with the plain loops; return the seconds and how many best pairs were the same."""
    plan = scanner.plan
    rows = legs(table.view(now), plan, RULES)
    mask(rows, rows)
    bids, asks = (_listed(side) for side in (rows.bid, rows.ask))
    begun = perf_counter()
    found = loops.look(bids, asks, list(plan.own), RULES.identity_gap)
    took = perf_counter() - begun
    same = 0
    for column in np.flatnonzero((plan.odd_of == NONE) & ~best.apart).tolist():
        ours, theirs = float(best.gross[column]), found.best[column]
        if (theirs is None) != isnan(ours) or (theirs is not None and abs(theirs - ours) > 1e-12):
            raise BenchmarkError(f"column {column}: {ours} where plain loops find {theirs}")
        same += theirs is not None
    return took, same


def _listed(side: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> loops.Prices:
    return [[None if isnan(price) else price for price in lane] for lane in side.tolist()]


def _agree(scanner: Scanner, table: Table, now: int) -> None:
    """Raise where looking in parts came to anything else than looking at all."""
    view = table.view(now)
    fresh = Scanner(RULES).look(view)
    known = scanner.look(view)
    for name in ("gross", "own", "own_odd"):
        if not np.array_equal(getattr(fresh, name), getattr(known, name), equal_nan=True):
            raise BenchmarkError(f"looking in parts and looking at all differ in `{name}`")
