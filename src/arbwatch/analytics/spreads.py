"""Spreads over all venues: what buying at one and selling at another leaves, before costs."""

from collections.abc import Sequence
from math import isnan

import msgspec
import numpy as np

from arbwatch.analytics.best import Best, look
from arbwatch.analytics.excluded import left_out
from arbwatch.analytics.legs import Legs, legs, mask
from arbwatch.analytics.plan import Plan, plan
from arbwatch.analytics.reasons import WORDS, Reason
from arbwatch.analytics.rules import Rules
from arbwatch.analytics.words import Words
from arbwatch.market.columns import Flags, Floats, Places
from arbwatch.market.snapshot import Snapshot

__all__ = ["WORDS", "Excluded", "Leg", "Reason", "Rules", "Spread", "Spreads", "scan"]

_MS = 1e6


class Leg(msgspec.Struct, frozen=True, gc=False):
    """One side of a spread: price per asset unit, size in asset units."""

    venue: str
    symbol: str
    price: float
    size: float | None
    age_ms: float | None
    """Since the quote changed."""


class Spread(msgspec.Struct, frozen=True, gc=False):
    """Buy at one ask, sell at the other bid. `gross` and `exit` are fractions, before any cost."""

    asset: str
    market_pair: str
    """spot-spot, spot-perp or perp-perp, whichever of the two is bought."""
    quote_currency: str
    buy: Leg
    sell: Leg
    gross: float
    exit: float | None
    """What undoing it at once yields: the bid of what was bought over the ask of what was sold, less one."""
    age_diff_ms: float | None
    needs_short_spot: bool


class Excluded(msgspec.Struct, frozen=True, gc=False):
    """A spread that would be positive, and why it does not count."""

    spread: Spread
    reason: str


class Spreads(msgspec.Struct, frozen=True):
    """What one look at the table found.

    A group is all markets of one asset in one quote currency. Compared are any two of them: spot with spot, spot
    with perpetual, perpetual with perpetual, of one exchange or two.
    """

    found: tuple[Spread, ...]
    """The best pair of each group that nothing speaks against, and every perpetual against its own exchange's spot
    in both directions, gain or not; each pair once, best first."""
    excluded: tuple[Excluded, ...]
    """Of each group the pair that would gain most but for a reason; highest gross first."""
    reasons: dict[str, int]
    """How many more pairs do not count, each under its first reason."""


def scan(snapshot: Snapshot, rules: Rules) -> Spreads:
    """Find the best admissible pair of every group; what speaks against a row keeps it out of every choice."""
    prepared = plan(snapshot.layout)
    rows = legs(snapshot, prepared, rules)
    looked, masked = Best.empty(prepared), Legs.blank(rows.bid.shape)
    mask(rows, masked)
    look(looked, masked, prepared, rules.identity_gap)
    buy, sell, gross, beyond = _ranked(looked, prepared, rules.most)
    left = left_out(snapshot, prepared, rules, rows, looked)
    writer = _Writer(snapshot, rows)
    words = Words(snapshot, rows, rules, np.concatenate((left.buy, left.sell)))
    would = writer.spreads(left.buy, left.sell, left.gross)
    pairs = zip(left.buy.tolist(), left.sell.tolist(), strict=True)
    counts = {WORDS[reason]: number for reason, number in left.counts.items()}
    return Spreads(
        found=tuple(writer.spreads(buy, sell, gross)),
        excluded=tuple(Excluded(one, words.pair(*pair)) for one, pair in zip(would, pairs, strict=True)),
        reasons={**counts, f"not among the best {rules.most:,}": beyond} if beyond else counts,
    )


def _ranked(looked: Best, prepared: Plan, most: int) -> tuple[Places, Places, Floats, int]:
    """Return every pair found, best first, each once, and how many there are beyond `most`."""
    group, one, other = prepared.own_odd
    parts = [
        (looked.buy, looked.sell, looked.gross),
        (prepared.odd[group, one], prepared.odd[group, other], looked.own_odd),
    ]
    columns = np.arange(prepared.width)
    for number, (spot, perp) in enumerate(prepared.own):
        rows = spot * prepared.width + columns, perp * prepared.width + columns
        parts += [(*rows, looked.own[0, number]), (*rows[::-1], looked.own[1, number])]
    buy, sell, gross = (np.concatenate(part) for part in zip(*parts, strict=True))
    there = np.flatnonzero(~np.isnan(gross))
    ordered = there[np.argsort(-gross[there], kind="stable")]
    # The best of a group may be one of its own pairs; equals stand side by side, in the order of the parts.
    _, once = np.unique(buy[ordered] * prepared.listed.size + sell[ordered], return_index=True)
    ordered = ordered[np.sort(once)]
    return buy[ordered[:most]], sell[ordered[:most]], gross[ordered[:most]], max(0, len(ordered) - most)


def known(value: float) -> float | None:
    """Return a number, None where it is NaN."""
    return None if isnan(value) else value


class _Writer:
    """Turns places back into words."""

    def __init__(self, snapshot: Snapshot, rows: Legs) -> None:
        self._snapshot = snapshot
        self._bid, self._ask = rows.bid.reshape(-1), rows.ask.reshape(-1)
        self._width = len(snapshot.keys)
        self._venues = [lane.venue for lane in snapshot.lanes]
        self._spot = np.array([lane.market == "spot" for lane in snapshot.lanes])

    def spreads(self, buy: Places, sell: Places, gross: Floats) -> list[Spread]:
        keys = self._snapshot.keys
        bought = self._sides(buy, self._ask, self._snapshot.ask_size)
        sold = self._sides(sell, self._bid, self._snapshot.bid_size)
        undone = (self._bid[buy] / self._ask[sell] - 1.0).tolist()
        spot_bought, spot_sold = self._spot[buy // self._width], self._spot[sell // self._width]
        columns = (buy % self._width).tolist()
        rows = zip(
            columns, bought, sold, gross.tolist(), undone, _kinds(spot_bought, spot_sold), spot_sold.tolist(),
            strict=True,
        )  # fmt: skip
        return [
            Spread(
                asset=keys[column].asset,
                market_pair=kind,
                quote_currency=keys[column].quote_currency,
                buy=one,
                sell=other,
                gross=gain,
                exit=known(back),
                age_diff_ms=None if one.age_ms is None or other.age_ms is None else abs(one.age_ms - other.age_ms),
                needs_short_spot=short,
            )
            for column, one, other, gain, back, kind, short in rows
        ]

    def _sides(self, flat: Places, prices: Floats, sizes: Floats) -> list[Leg]:
        snapshot = self._snapshot
        size = (sizes.reshape(-1)[flat] * snapshot.contract_size.reshape(-1)[flat]).tolist()
        changed = snapshot.changed.reshape(-1)[flat]
        age = np.where(changed > 0, (snapshot.now - changed) / _MS, np.nan).tolist()
        lanes, places = (flat // self._width).tolist(), (flat % self._width).tolist()
        return [
            Leg(self._venues[lane], self._symbol(lane, place), price, known(amount), known(old))
            for lane, place, price, amount, old in zip(lanes, places, prices[flat].tolist(), size, age, strict=True)
        ]

    def _symbol(self, lane: int, place: int) -> str:
        instrument = self._snapshot.instruments[lane][place]
        return instrument.symbol if instrument else ""


_KINDS = ("perp-perp", "spot-perp", "spot-spot")


def _kinds(one: Flags, other: Flags) -> Sequence[str]:
    return [_KINDS[number] for number in (one.astype(np.intp) + other).tolist()]
