"""One asset over all venues: how each stands, and what every ordered pair would leave."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from arbwatch.analytics.legs import legs
from arbwatch.analytics.odd import Odd, odd
from arbwatch.analytics.plan import Places, plan
from arbwatch.analytics.reasons import WORDS, Reason
from arbwatch.analytics.rules import Rules
from arbwatch.analytics.spreads import known
from arbwatch.analytics.words import DISPUTED, Words, apart_words
from arbwatch.market.codes import Proof
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument

_MS = 1e6


class Stand(msgspec.Struct, frozen=True):
    """How one market of the asset stands: prices per asset unit, sizes in asset units; unknown is None."""

    venue: str
    symbol: str
    market: str
    bid: float | None
    ask: float | None
    bid_size: float | None
    ask_size: float | None
    age_ms: float | None
    """Since the quote changed."""
    proof: Proof
    reason: str
    """Why it is no leg, or one within its own exchange only, in words; empty where it is one."""
    rate: float | None
    """Funding: a fraction per interval, positive: longs pay shorts."""
    interval_h: float | None
    next_time: int | None
    """UTC ns."""


class Matrix(msgspec.Struct, frozen=True):
    """Every market of one asset in one quote currency, in the order of the venues."""

    asset: str
    quote_currency: str
    stands: tuple[Stand, ...]
    gross: tuple[tuple[float | None, ...], ...]
    """[buy at i][sell at j], fractions before costs; None on the diagonal or where a side is missing. Whatever
    speaks against the two does not change the number: `admitted` tells whether it counts."""
    admitted: tuple[tuple[bool, ...], ...]
    """[buy at i][sell at j]: nothing speaks against the pair."""


def matrix(snapshot: Snapshot, rules: Rules, asset: str, quote_currency: str) -> Matrix:
    """Compare every market of an asset with every other; a name nobody lists gives an empty matrix."""
    prepared = plan(snapshot.layout)
    columns = np.array([c for c, key in enumerate(snapshot.keys) if key[:2] == (asset, quote_currency)], np.intp)
    lane, at = np.nonzero(prepared.listed[:, columns])
    places = lane * prepared.width + columns[at]
    rows = legs(snapshot, prepared, rules)
    pairs = odd(places[None, :], rows, prepared, rules.identity_gap)
    words = Words(snapshot, rows, rules, places)
    reasons = _reasons(pairs, words, rules)
    facts = _Facts(snapshot, places, rows.bid.reshape(-1)[places], rows.ask.reshape(-1)[places])
    return Matrix(
        asset,
        quote_currency,
        tuple(facts.stand(number, reason) for number, reason in enumerate(reasons)),
        tuple(tuple(known(value) for value in row) for row in pairs.gross[0].tolist()),
        tuple(tuple(row) for row in pairs.admitted[0].tolist()),
    )


def _reasons(pairs: Odd, words: Words, rules: Rules) -> Iterator[str]:
    """Say of each row why it is no leg: what speaks against it alone, else how it stands among the others."""
    places = pairs.places[0].tolist()
    standing, paired = pairs.standing[0].tolist(), pairs.admitted[0].any(1).tolist()
    alone = (pairs.same[0].sum(1) == 1).tolist()
    for number, place in enumerate(places):
        if told := words.row(place):
            yield "; ".join(told)
        elif alone[number] and len(places) > 1:
            others = sorted({words.class_of(other) for other in places if other != place})
            yield f"{WORDS[Reason.CLASS]}: {words.class_of(place)} and {', '.join(others)}"
        elif not standing[number]:
            those = [other for other, stands in zip(places, standing, strict=True) if stands]
            only = "; compared with its own exchange's markets only" if paired[number] else ""
            yield f"{WORDS[Reason.IDENTITY]} {_apart(place, those, words, rules)}{only}"
        else:
            yield ""


def _apart(place: int, others: list[int], words: Words, rules: Rules) -> str:
    if not others:
        return DISPUTED
    middle = float(np.median([words.mid(other) for other in others]))
    return apart_words(words.mid(place) / middle, rules.identity_gap) or DISPUTED


class _Facts:
    def __init__(self, snapshot: Snapshot, places: Places, bid: Any, ask: Any) -> None:
        self._snapshot = snapshot
        self._places = [divmod(place, len(snapshot.keys)) for place in places.tolist()]
        self._bid, self._ask = bid.tolist(), ask.tolist()

    def stand(self, number: int, reason: str) -> Stand:
        snapshot, (lane, column) = self._snapshot, self._places[number]
        instrument = snapshot.instruments[lane][column]
        changed = int(snapshot.changed[lane, column])
        perp = snapshot.lanes[lane].market == "perp"
        return Stand(
            venue=snapshot.lanes[lane].venue,
            symbol=instrument.symbol if instrument else "",
            market=snapshot.lanes[lane].market,
            bid=known(self._bid[number]),
            ask=known(self._ask[number]),
            bid_size=self._size("bid_size", lane, column, instrument),
            ask_size=self._size("ask_size", lane, column, instrument),
            age_ms=(snapshot.now - changed) / _MS if changed else None,
            proof=Proof(int(snapshot.proof[lane, column])),
            reason=reason,
            rate=known(float(snapshot.rate[lane, column])) if perp else None,
            interval_h=known(float(snapshot.interval_h[lane, column])) if perp else None,
            next_time=int(snapshot.next_time[lane, column]) or None if perp else None,
        )

    def _size(self, name: str, lane: int, column: int, instrument: Instrument | None) -> float | None:
        size = float(getattr(self._snapshot, name)[lane, column])
        return known(size * instrument.contract_size) if instrument and instrument.contract_size > 0 else None
