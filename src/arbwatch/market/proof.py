"""Whether a venue's live data agrees with itself, before its rows count: what many checks found, weighed over time."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.codes import Proof
from arbwatch.market.columns import Codes, Flags, Places
from arbwatch.market.proofs.day import day
from arbwatch.market.proofs.evidence import NS, Evidence, Reading, carried
from arbwatch.market.proofs.funding import funding
from arbwatch.market.proofs.quotes import against_list, by_themselves
from arbwatch.market.proofs.rows import OK, UNKNOWN, WRONG, Judged, Kind, Rows
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument

__all__ = ["Evidence", "Finding", "Proving", "judge"]

STRIKES, STRIKES_PROVEN = 2, 3
"""So many looks in a row must find a row wrong: before it is proven, and afterwards."""
CALM = 3
"""So many looks in a row must find it right again."""
MANY, SHARE = 3, 3
"""So many wrong rows, and one in so many of those judged, are the venue's mistake and not theirs."""
ENOUGH = 5
"""A check that found so many rows right has looked at the venue."""
PATIENCE_NS = 10 * NS
"""What a check needs was there for so long and said nothing on any row: it has nothing to say here."""
UNREADABLE = 5
ROWS_WORDED = 200
PARTS = 2

_WAITS: dict[Kind, str] = {
    "quotes": "its quotes to move",
    "answers": "its REST list of quotes",
    "tickers": "its 24 h statistics",
    "funding": "its funding, marks and indices",
    "clock": "its clock",
}
_MARKS = np.dtype([("strikes", "u1"), ("calm", "u1"), ("last", "u1"), ("held", "?")])


class Finding(NamedTuple):
    """What is known of a venue and its rows after a look."""

    proof: Codes
    """A `Proof` per place."""
    venue: str
    """Why the whole venue is doubtful, in words; "" where it is not."""
    waits: str
    """What the venue waits for before its first row is proven, in words; "" where it waits for nothing."""
    rows: Mapping[str, str]
    """Why single rows are doubtful, by symbol."""

    @property
    def uneasy(self) -> bool:
        """Tell whether anything is doubtful or not proven yet."""
        return bool(self.venue or self.waits or self.rows)


class _Check:
    """One check's memory of every row."""

    def __init__(self, judged: Judged) -> None:
        self.check, self.kind, self.alone, self.needed = judged.check, judged.kind, judged.alone, judged.needed
        self.marks: NDArray[Any] = np.zeros(0, _MARKS)
        self.instruments: tuple[Instrument | None, ...] = ()
        self.words: dict[str, str] = {}
        self.whole = ""

    def carry(self, rows: Rows) -> None:
        """Follow the rows to where they stand now."""
        if self.instruments is not rows.instruments:
            empty = np.zeros(rows.width, _MARKS)
            self.marks, self.instruments = carried(self.marks, self.instruments, rows, empty)

    def learn(self, judged: Judged, rows: Rows) -> None:
        """Count what was found this time."""
        marks, codes = self.marks, judged.codes
        known, wrong = codes != UNKNOWN, codes == WRONG
        marks["strikes"] = np.where(wrong, np.minimum(marks["strikes"] + 1, 250), np.where(known, 0, marks["strikes"]))
        marks["calm"] = np.where(known & ~wrong, np.minimum(marks["calm"] + 1, 250), np.where(wrong, 0, marks["calm"]))
        marks["last"] = np.where(known, codes, marks["last"])
        needed = np.where(rows.proof == Proof.PROVEN, STRIKES_PROVEN, STRIKES)
        marks["held"] = (marks["strikes"] >= needed) | (marks["held"] & (marks["calm"] < CALM))
        self._word(judged, rows, np.flatnonzero(wrong))

    def _word(self, judged: Judged, rows: Rows, wrong: Places) -> None:
        self.words = {s: words for s, words in self.words.items() if s in rows.places and self._wrong(rows.places[s])}
        if not len(wrong):
            return
        if self.alone:
            for place in wrong[:ROWS_WORDED].tolist():
                instrument = rows.instruments[place]
                if instrument is not None:
                    self.words[instrument.symbol] = judged.row(place)
        self.whole = judged.whole(wrong)

    def _wrong(self, place: int) -> bool:
        return bool(self.marks["held"][place] or self.marks["strikes"][place])

    def counts(self, there: Flags) -> tuple[int, int, int]:
        """Count rows among `there`: right, suspected, held to be wrong."""
        held = there & self.marks["held"]
        suspected = there & ~self.marks["held"] & (self.marks["strikes"] > 0)
        right = there & ~self.marks["held"] & (self.marks["last"] == OK)
        return int(right.sum()), int(suspected.sum()), int(held.sum())


class Proving:
    """Weigh what checks find on one venue. `offers` tells what the venue can be known from."""

    def __init__(self, offers: frozenset[Kind]) -> None:
        self.offers = offers
        self._checks: dict[str, _Check] = {}
        self._since: dict[Kind, int] = {}

    def weigh(self, rows: Rows, judged: Sequence[Judged], readings: Sequence[Reading] = ()) -> Finding:
        """Take what was found at this look and say what it comes to."""
        self._checks |= {one.check: _Check(one) for one in judged if one.check not in self._checks}
        for check in self._checks.values():
            check.carry(rows)
        for one in judged:
            self._checks[one.check].learn(one, rows)
        there = np.array([i is not None and i.status == "trading" for i in rows.instruments], np.bool_)
        for kind in self.offers:
            if kind not in self._since and _arrived(kind, rows, self._checks):
                self._since[kind] = rows.now
        return self._finding(rows, there, readings)

    def _finding(self, rows: Rows, there: Flags, readings: Sequence[Reading]) -> Finding:
        least = max(1, min(MANY, int(there.sum())))
        doubts = [_unreadable(reading) for reading in readings if _many(reading.read, reading.rejected, UNREADABLE)]
        pending = ""
        held, suspected = np.zeros(rows.width, np.bool_), np.zeros(rows.width, np.bool_)
        for check in self._checks.values():
            right, maybe, wrong = check.counts(there)
            if _many(right, wrong, least):
                doubts.append(f"{check.whole}, on {maybe + wrong:,} of {right + maybe + wrong:,} markets")
            elif _many(right, maybe + wrong, least):
                pending = pending or f"a second look at its {check.check}"
            if check.alone:
                held |= check.marks["held"]
                suspected |= check.marks["strikes"] > 0
        waits = pending or self._waits(rows, there)
        may = rows.streaming & ~suspected & self._priced(rows)
        proof = np.where(held, Proof.DOUBTFUL, np.where(rows.proof == Proof.PROVEN, Proof.PROVEN, Proof.UNPROVEN))
        if doubts:
            proof[there] = Proof.DOUBTFUL
        elif not waits:
            proof[may & ~held] = Proof.PROVEN
        alone = {} if doubts else self._rows(rows, held & there)
        return Finding(proof.astype(np.uint8), "; ".join(doubts[:PARTS]), "" if doubts else waits, alone)

    def _waits(self, rows: Rows, there: Flags) -> str:
        enough = min(ENOUGH, int((rows.streaming & there).sum()))
        if not enough:
            return "" if np.any(rows.proof == Proof.PROVEN) else "its first quotes"
        missing = [_WAITS[kind] for kind in _WAITS if kind in self.offers and kind not in self._since]
        for check in self._checks.values():
            since = self._since.get(check.kind)
            if not check.needed or since is None or rows.now - since > PATIENCE_NS:
                continue
            if check.counts(there)[0] < enough:
                missing.append(_WAITS[check.kind])
        return " and ".join(dict.fromkeys(missing))

    def _priced(self, rows: Rows) -> Flags:
        if "answers" not in self.offers or "prices" not in self._checks:
            return np.full(rows.width, "answers" not in self.offers)
        right: Flags = self._checks["prices"].marks["last"] == OK
        return right

    def _rows(self, rows: Rows, held: Flags) -> dict[str, str]:
        found: dict[str, str] = {}
        for place in np.flatnonzero(held).tolist():
            instrument = rows.instruments[place]
            if instrument is None:
                continue
            said = [c.words.get(instrument.symbol, "") for c in self._checks.values() if c.marks["held"][place]]
            found[instrument.symbol] = "; ".join([words for words in said if words][:PARTS])
        return found


def judge(rows: Rows, evidence: Evidence) -> list[Judged]:
    """Make every check that can be made at this look."""
    found = by_themselves(rows, evidence.kept) + day(rows, evidence.kept)
    if np.any(~np.isnan(rows.rate) | ~np.isnan(rows.mark)):
        found += funding(rows)
    if evidence.answer is not None:
        found += against_list(rows, evidence.answer, evidence.kept)
    return found


def look(snapshot: Snapshot, venue: str, evidence: Evidence) -> Rows:
    """Bring the evidence about one venue up to date and return the rows it was held against."""
    rows = Rows(snapshot, venue)
    evidence.look(rows)
    return rows


def _many(right: int, wrong: int, least: int) -> bool:
    return wrong >= least and wrong * SHARE >= right + wrong


def _unreadable(reading: Reading) -> str:
    both = reading.read + reading.rejected
    return f"{reading.rejected:,} of {both:,} rows of its REST list of {reading.poll} cannot be read: {reading.reason}"


def _arrived(kind: Kind, rows: Rows, checks: Mapping[str, _Check]) -> bool:
    match kind:
        case "quotes":
            return bool(rows.streaming.any())
        case "answers":
            return "prices" in checks
        case "tickers":
            return bool((rows.ticker_time > 0).any())
        case "funding":
            return bool((rows.funding_time > 0).any())
        case "clock":
            return not np.isnan(rows.offset)
