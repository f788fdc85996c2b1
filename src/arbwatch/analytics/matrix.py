"""One asset over all venues: how each stands, and what every ordered pair would leave."""

from typing import Any

import msgspec
import numpy as np

from arbwatch.analytics.legs import legs
from arbwatch.analytics.odd import odd
from arbwatch.analytics.plan import plan
from arbwatch.analytics.rules import Rules
from arbwatch.analytics.spreads import known
from arbwatch.analytics.words import Standing, Words
from arbwatch.market.codes import Proof
from arbwatch.market.columns import Places
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
    standing = Standing(pairs, 0, words)
    facts = _Facts(snapshot, places, rows.bid.reshape(-1)[places], rows.ask.reshape(-1)[places])
    return Matrix(
        asset,
        quote_currency,
        tuple(
            facts.stand(number, "; ".join(words.row(place)) or standing.words(number))
            for number, place in enumerate(places.tolist())
        ),
        tuple(tuple(known(value) for value in row) for row in pairs.gross[0].tolist()),
        tuple(tuple(row) for row in pairs.admitted[0].tolist()),
    )


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
