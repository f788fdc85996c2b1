"""Each perpetual against its own exchange's spot: what buying one and selling the other leaves, before costs."""

from collections.abc import Mapping
from math import isnan
from typing import NamedTuple

import msgspec
import numpy as np

from arbwatch.analytics.pairs import Pairs, Places, clashed, pairs
from arbwatch.analytics.reasons import WORDS, Flagged, Reason, add, against_legs, allowed
from arbwatch.market.columns import Floats
from arbwatch.market.snapshot import Snapshot

__all__ = ["WORDS", "Excluded", "Leg", "Reason", "Rules", "Spread", "Spreads", "scan"]

_S = 1e9
_MS = 1e6


class Rules(msgspec.Struct, frozen=True):
    """What makes a leg count."""

    unconfirmed_s: float = 10.0
    """A quote is stale when nothing proved it current for so long; four times its own rate where that is slower."""
    longest_s: float = 60.0
    """However slow a market is, it is stale after this."""
    lag_s: float = 2.0
    """A quote is late when it was longer on its way."""
    identity_gap: float = 0.20
    """Two rows whose mids differ by more are taken for two different coins."""
    stale_after: Mapping[str, float] = {}
    """By venue: instead of `unconfirmed_s`."""
    proven_only: bool = False
    """A row is a leg only once its own data was seen to agree with itself."""
    most: int = 5000
    """So many spreads are listed, the best; the rest is counted."""


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
    """What one look at the table found."""

    found: tuple[Spread, ...]
    """Best first."""
    excluded: tuple[Excluded, ...]
    """Highest gross first."""
    reasons: dict[str, int]
    """How many more pairs do not count, each under its first reason."""


class _Legs(NamedTuple):
    """Every row per asset unit, flat, and what is wrong with it."""

    bid: Floats
    ask: Floats
    mid: Floats
    flags: Flagged
    may: Floats


def scan(snapshot: Snapshot, rules: Rules) -> Spreads:
    """Compare every pair in both directions."""
    compared = pairs(snapshot.layout)
    legs = _legs(snapshot, rules)
    flags = _flags(compared, legs, rules)
    buy = np.concatenate((compared.spot, compared.perp))
    sell = np.concatenate((compared.perp, compared.spot))
    with np.errstate(divide="ignore", invalid="ignore"):
        gross = legs.bid[sell] / legs.ask[buy] - 1.0
    both = np.concatenate((flags, flags))
    good = both == 0
    found, beyond = _best(gross, good & ~np.isnan(gross), rules.most)
    listed, _ = _best(gross, ~good & (gross > 0.0), rules.most)
    told = np.zeros(len(flags), np.bool_)
    told[listed % len(flags) if len(flags) else listed] = True
    writer = _Writer(snapshot, legs, rules)
    would = writer.spreads(buy[listed], sell[listed], gross[listed])
    why = [
        writer.why(*at)
        for at in zip(buy[listed].tolist(), sell[listed].tolist(), map(Reason, both[listed].tolist()), strict=True)
    ]
    return Spreads(
        found=tuple(writer.spreads(buy[found], sell[found], gross[found])),
        excluded=tuple(Excluded(spread, reason) for spread, reason in zip(would, why, strict=True)),
        reasons=_counts(flags[(flags != 0) & ~told], beyond, rules.most),
    )


def _legs(snapshot: Snapshot, rules: Rules) -> _Legs:
    venues = [lane.venue for lane in snapshot.lanes]
    after = np.array([rules.stale_after.get(venue, rules.unconfirmed_s) * _S for venue in venues])[:, None]
    may = allowed(snapshot, after, rules.longest_s * _S)
    flags = against_legs(snapshot, may, rules.lag_s * _S, proven_only=rules.proven_only)
    bid, ask = snapshot.bid / snapshot.multiplier, snapshot.ask / snapshot.multiplier
    mid = (bid + ask) / 2.0
    return _Legs(bid.reshape(-1), ask.reshape(-1), mid.reshape(-1), flags.reshape(-1), may.reshape(-1))


def _flags(compared: Pairs, legs: _Legs, rules: Rules) -> Flagged:
    add(legs.flags, clashed(compared.clashing, legs.mid, rules.identity_gap), Reason.IDENTITY)
    flags: Flagged = compared.flags | legs.flags[compared.spot] | legs.flags[compared.perp]
    ratio = legs.mid[compared.perp] / legs.mid[compared.spot]
    most = 1.0 + rules.identity_gap
    add(flags, (ratio > most) | (ratio < 1.0 / most), Reason.IDENTITY)
    return flags


def _best(gross: Floats, among: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], most: int) -> tuple[Places, int]:
    places = np.flatnonzero(among)
    ordered = places[np.argsort(-gross[places], kind="stable")]
    return ordered[:most], max(0, len(ordered) - most)


def _counts(flags: Flagged, beyond: int, most: int) -> dict[str, int]:
    first = flags & (~flags + np.uint32(1))
    counts = {
        WORDS[Reason(int(flag))]: int(count) for flag, count in zip(*np.unique(first, return_counts=True), strict=True)
    }
    return {**counts, f"not among the best {most:,}": beyond} if beyond else counts


def _known(value: float) -> float | None:
    return None if isnan(value) else value


class _Writer:
    """Turns places back into words."""

    def __init__(self, snapshot: Snapshot, legs: _Legs, rules: Rules) -> None:
        self._snapshot = snapshot
        self._legs = legs
        self._rules = rules
        self._width = len(snapshot.keys)

    def spreads(self, buy: Places, sell: Places, gross: Floats) -> list[Spread]:
        snapshot, legs = self._snapshot, self._legs
        bought = self._sides(buy, legs.ask, snapshot.ask_size)
        sold = self._sides(sell, legs.bid, snapshot.bid_size)
        undone = legs.bid[buy] / legs.ask[sell] - 1.0
        places = (buy % self._width).tolist()
        spot = [lane.market == "spot" for lane in snapshot.lanes]
        lanes = (sell // self._width).tolist()
        return [
            Spread(
                asset=snapshot.keys[place].asset,
                market_pair="spot-perp",
                quote_currency=snapshot.keys[place].quote_currency,
                buy=one,
                sell=other,
                gross=gain,
                exit=_known(back),
                age_diff_ms=None if one.age_ms is None or other.age_ms is None else abs(one.age_ms - other.age_ms),
                needs_short_spot=spot[lane],
            )
            for place, one, other, gain, back, lane in zip(
                places, bought, sold, gross.tolist(), undone.tolist(), lanes, strict=True
            )
        ]

    def _sides(self, flat: Places, prices: Floats, sizes: Floats) -> list[Leg]:
        snapshot = self._snapshot
        size = (sizes.reshape(-1)[flat] * snapshot.contract_size.reshape(-1)[flat]).tolist()
        changed = snapshot.changed.reshape(-1)[flat]
        age = np.where(changed > 0, (snapshot.now - changed) / _MS, np.nan).tolist()
        venues = [lane.venue for lane in snapshot.lanes]
        lanes, places = (flat // self._width).tolist(), (flat % self._width).tolist()
        return [
            Leg(venues[lane], self._symbol(lane, place), price, _known(amount), _known(old))
            for lane, place, price, amount, old in zip(lanes, places, prices[flat].tolist(), size, age, strict=True)
        ]

    def _symbol(self, lane: int, place: int) -> str:
        instrument = self._snapshot.instruments[lane][place]
        return instrument.symbol if instrument else ""

    def why(self, buy: int, sell: int, reason: Reason) -> str:
        told = [f"{self._name(flat)}: {words}" for flat in (buy, sell) for words in self._against(flat)]
        if reason & Reason.UNIT:
            told.append(WORDS[Reason.UNIT])
        if reason & Reason.CLASS:
            told.append(f"{WORDS[Reason.CLASS]}: {self._class(buy)} and {self._class(sell)}")
        if reason & Reason.IDENTITY:
            told.append(f"{WORDS[Reason.IDENTITY]} {self._identity(buy, sell)}")
        return "; ".join(told)

    def _against(self, flat: int) -> list[str]:
        flags = Reason(int(self._legs.flags[flat])) & ~Reason.IDENTITY
        return [WORDS[one] + self._detail(one, flat) for one in flags]

    def _detail(self, reason: Reason, flat: int) -> str:
        snapshot, at = self._snapshot, divmod(flat, self._width)
        if reason == Reason.STALE:
            silent = (snapshot.now - int(snapshot.confirmed[at])) / _S
            return f", nothing confirmed it for {silent:,.1f} s (may be {self._legs.may[flat] / _S:,.1f} s)"
        if reason == Reason.LATE:
            return f", {snapshot.lag[at] / _S:,.1f} s on its way"
        return ""

    def _identity(self, buy: int, sell: int) -> str:
        ratio = float(self._legs.mid[sell] / self._legs.mid[buy])
        gap = max(ratio, 1.0 / ratio) - 1.0
        if gap <= self._rules.identity_gap:
            return "more than one market of this name on one venue, and their prices differ"
        return f"prices differ by {gap * 100.0:,.0f} %: perhaps two different coins"

    def _name(self, flat: int) -> str:
        return self._snapshot.lanes[flat // self._width].venue

    def _class(self, flat: int) -> str:
        lane, place = divmod(flat, self._width)
        instrument = self._snapshot.instruments[lane][place]
        return instrument.class_ if instrument else "unknown"
