"""Say why a row is no leg and why a pair is no spread, with the figures."""

from math import log, log10
from typing import Literal

import numpy as np

from arbwatch.analytics.legs import Legs
from arbwatch.analytics.odd import Odd
from arbwatch.analytics.reasons import WORDS, Reason, against, allowed
from arbwatch.analytics.rules import Rules
from arbwatch.market.columns import Places
from arbwatch.market.snapshot import Snapshot

_S = 1e9
_NEAR_POWER = 0.02
"""How far the logarithm of a ratio may be from a power of ten's to be taken for one."""
DISPUTED = "others of this name stand at other prices, and which of them is this coin is not known"


class Words:
    """Turn what speaks against some rows (flat places) into sentences."""

    def __init__(self, snapshot: Snapshot, legs: Legs, rules: Rules, rows: Places) -> None:
        self._snapshot = snapshot
        rows = np.unique(rows)
        flags, may = against(snapshot, rules, rows), allowed(snapshot, rules, rows)
        self._known = dict(zip(rows.tolist(), zip(flags.tolist(), may.tolist(), strict=True), strict=True))
        self._bid, self._ask = legs.bid.reshape(-1), legs.ask.reshape(-1)
        self.gap = rules.identity_gap
        self._width = len(snapshot.keys)

    def row(self, flat: int) -> list[str]:
        """Say what speaks against a row by itself, each reason once."""
        flags, may = self._known[flat]
        return [WORDS[one] + self._detail(one, flat, may) for one in Reason(flags)] if flags else []

    def pair(self, buy: int, sell: int) -> str:
        """Say all that speaks against a pair, the rows' own reasons first, each with its venue."""
        each = {flat: self.row(flat) for flat in (buy, sell)}
        told = [f"{self.venue(flat)}: {words}" for flat, some in each.items() for words in some]
        one, other = self.class_of(buy), self.class_of(sell)
        if one != other:
            told.append(f"{WORDS[Reason.CLASS]}: {one} and {other}")
        elif apart := apart_words(self.mid(sell) / self.mid(buy), self.gap):
            told.append(f"{WORDS[Reason.IDENTITY]} {apart}")
        return "; ".join(told) or f"{WORDS[Reason.IDENTITY]} {DISPUTED}"

    def mid(self, flat: int) -> float:
        """Return a row's mid per asset unit; NaN where a side is missing."""
        return float(self._bid[flat] + self._ask[flat]) / 2.0

    def venue(self, flat: int) -> str:
        """Name the venue of a row."""
        return self._snapshot.lanes[flat // self._width].venue

    def class_of(self, flat: int) -> str:
        """Name the class of a row's instrument."""
        lane, place = divmod(flat, self._width)
        instrument = self._snapshot.instruments[lane][place]
        return instrument.class_ if instrument else "unknown"

    def _detail(self, reason: Reason, flat: int, may: float) -> str:
        snapshot, at = self._snapshot, divmod(flat, self._width)
        if reason == Reason.STALE:
            silent = (snapshot.now - int(snapshot.confirmed[at])) / _S
            return f", nothing confirmed it for {silent:,.1f} s (may be {may / _S:,.1f} s)"
        if reason == Reason.LATE:
            return f", {snapshot.lag[at] / _S:,.1f} s on its way"
        return ""


class Standing:
    """Say how the rows of one group stand among each other, whatever speaks against each by itself."""

    def __init__(self, pairs: Odd, group: int, words: Words) -> None:
        self._places = pairs.places[group].tolist()
        self._there = np.flatnonzero(pairs.there[group]).tolist()
        self._same = pairs.same[group]
        self._standing = pairs.standing[group].tolist()
        self._paired = pairs.admitted[group].any(1).tolist()
        self._words = words

    def words(self, number: int) -> str:
        """Say why the row is not compared with the others; empty where it is."""
        if self.kind(number) == "class":
            others = {self._words.class_of(self._places[other]) for other in self._there if other != number}
            own = self._words.class_of(self._places[number])
            return f"{WORDS[Reason.CLASS]}: {own} and {', '.join(sorted(others))}"
        if self._standing[number]:
            return ""
        only = "; compared with its own exchange's markets only" if self._paired[number] else ""
        return f"{WORDS[Reason.IDENTITY]} {self._apart(number) or DISPUTED}{only}"

    def kind(self, number: int) -> Literal["price", "multiplier", "class"]:
        """Tell in a word what sets a row apart, where something does."""
        if len(self._there) > 1 and not any(self._same[number, other] for other in self._there if other != number):
            return "class"
        middle = self.middle(number)
        return "multiplier" if middle and power_of_ten(self._words.mid(self._places[number]) / middle) else "price"

    def middle(self, number: int) -> float | None:
        """Return the median of the other legs' mids, of those that stand for the name if any do; None without any."""
        others = [
            other
            for other in self._there
            if other != number and self._same[number, other] and not self._words.row(self._places[other])
        ]
        standing = [other for other in others if self._standing[other]]
        mids = [self._words.mid(self._places[other]) for other in standing or others]
        return float(np.median(mids)) if mids else None

    def _apart(self, number: int) -> str:
        middle = self.middle(number)
        return apart_words(self._words.mid(self._places[number]) / middle, self._words.gap) if middle else ""


def apart_words(ratio: float, gap: float) -> str:
    """Say what a ratio of two prices suggests where it is more than `gap` away from one; empty where it is not."""
    larger = max(ratio, 1.0 / ratio) if ratio > 0.0 else float("nan")
    if not larger > 1.0 + gap:
        return ""
    if power := power_of_ten(larger):
        return f"prices are a factor of {10**power:,} apart: perhaps another multiplier"
    return f"prices differ by {(larger - 1.0) * 100.0:,.0f} %: perhaps two different coins"


def power_of_ten(ratio: float) -> int:
    """Return the power of ten that a ratio is close to; 0 where it is close to none."""
    power = round(log10(ratio)) if ratio > 0.0 else 0
    return power if power and abs(log(ratio) - power * log(10.0)) <= _NEAR_POWER else 0
