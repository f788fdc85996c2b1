"""What is gathered about one venue's rows between two looks at the table: how sides move, what REST lists say."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.columns import QUOTE, Flags, Floats
from arbwatch.market.listing import same_units
from arbwatch.market.proofs.rows import Rows
from arbwatch.model import Instrument, Quote, Ticker

NS = 1_000_000_000
SETTLE_NS = NS // 2
"""A REST answer is held against streams this long after it came: what was under way has arrived by then."""
DAY_FRESH_NS = 60 * NS
"""Statistics told by REST are held against streamed ones for so long."""

_FLOATS = ("bid", "bid_size", "ask", "ask_size", "rest_bid", "rest_bid_size", "rest_ask", "rest_ask_size")
_DAY = ("rest_change", "rest_base", "rest_quote")
_COUNTS = ("bid_moves", "ask_moves", "bid_unfollowed", "ask_unfollowed", "bid_then", "ask_then")
_TIMES = ("rest_day", "on_tick")
KEPT = np.dtype(
    [(name, "f8") for name in (*_FLOATS, *_DAY)]
    + [(name, "i4") for name in _COUNTS]
    + [(name, "i8") for name in _TIMES]
)
"""What is kept of a row. `*_moves`: how often a streamed side was seen to change; `*_unfollowed`: how often it changed
by REST while the streamed one stood still; `*_then`: the moves at the last answer; `on_tick`: the last quote judged."""


class Answer(NamedTuple):
    """A REST list of quotes, by place."""

    bid: Floats
    bid_size: Floats
    ask: Floats
    ask_size: Floats
    listed: Flags
    steady: Flags
    """Whose stream said nothing new from shortly before the question until now."""


class Reading(NamedTuple):
    """How well a REST list could be read."""

    poll: str
    read: int
    rejected: int
    reason: str


class Evidence:
    """Gather what the checks of one venue need beyond the table. Pure: times are passed in."""

    def __init__(self) -> None:
        self.kept: NDArray[Any] = blank(0)
        self.readings: dict[str, Reading] = {}
        """The last one by poll."""
        self.answer: Answer | None = None
        """The list that came due with the last look, and only with that."""
        self._instruments: tuple[Instrument | None, ...] = ()
        self._pending: tuple[Sequence[Quote], int, int] | None = None
        self._tickers: list[Ticker] = []
        self._asked = 0
        """When the last answer that came due was asked for, UTC ns."""

    def quoted(self, quotes: Sequence[Quote], sent: int, received: int) -> None:
        """Take a REST list of quotes, asked for at `sent` and here at `received` (UTC ns)."""
        if self._pending is None:
            self._pending = (quotes, sent, received)

    def counted(self, tickers: Sequence[Ticker]) -> None:
        """Take a REST list of 24 h statistics."""
        self._tickers.extend(tickers)

    def read(self, poll: str, read: int, rejects: Sequence[str]) -> None:
        """Take note how many rows of a REST list could be read, and why the others could not."""
        self.readings[poll] = Reading(poll, read, len(rejects), rejects[0] if rejects else "")

    def begin_anew(self) -> None:
        """Forget how sides moved, so that they are seen to move again."""
        for name in _COUNTS:
            self.kept[name] = 0

    def look(self, rows: Rows) -> None:
        """Bring everything up to date with the rows as they are."""
        self.kept, self._instruments = carried(self.kept, self._instruments, rows)
        self._count_moves(rows)
        self._keep_tickers(rows)
        self.answer = None
        if self._pending is not None and rows.now - self._pending[2] >= SETTLE_NS:
            quotes, sent, _ = self._pending
            self._pending = None
            self.answer = self._spread(rows, quotes, sent)
            self._hold(self.answer, rows.streaming & (rows.since < self._asked))
            self._asked = sent

    def _count_moves(self, rows: Rows) -> None:
        kept = self.kept
        for side in ("bid", "ask"):
            price, size = getattr(rows, side), getattr(rows, f"{side}_size")
            there = ~np.isnan(kept[side]) & ~np.isnan(price) & rows.streaming
            kept[f"{side}_moves"] += there & ((kept[side] != price) | (kept[f"{side}_size"] != size))
        for name in QUOTE:
            kept[name] = np.where(rows.streaming, getattr(rows, name), np.nan)

    def _keep_tickers(self, rows: Rows) -> None:
        for ticker in self._tickers:
            place = rows.places.get(ticker.symbol)
            if place is None:
                continue
            values = (ticker.change_24h, ticker.base_volume, ticker.quote_volume)
            for name, value in zip(_DAY, values, strict=True):
                self.kept[name][place] = np.nan if value is None else value
            self.kept["rest_day"][place] = ticker.received
        self._tickers.clear()

    def _spread(self, rows: Rows, quotes: Sequence[Quote], sent: int) -> Answer:
        known = [(rows.places[q.symbol], q) for q in quotes if q.symbol in rows.places]
        where = np.array([place for place, _ in known], np.intp)
        told = np.array([(q.bid, q.bid_size, q.ask, q.ask_size) for _, q in known], np.float64).reshape(-1, 4)
        spread = np.full((4, rows.width), np.nan)
        spread[:, where] = told.T
        listed = np.zeros(rows.width, np.bool_)
        listed[where] = True
        steady = rows.streaming & (rows.changed < sent - SETTLE_NS) & (rows.since < sent - SETTLE_NS)
        return Answer(spread[0], spread[1], spread[2], spread[3], listed, steady)

    def _hold(self, answer: Answer, streamed: Flags) -> None:
        """Compare with the answer before; only what was `streamed` all the while can have failed to follow."""
        kept = self.kept
        for side in ("bid", "ask"):
            price, size = getattr(answer, side), getattr(answer, f"{side}_size")
            before, before_size = kept[f"rest_{side}"], kept[f"rest_{side}_size"]
            resized = ~np.isnan(before_size) & ~np.isnan(size) & (before_size != size)
            moved = ~np.isnan(before) & ~np.isnan(price) & ((before != price) | resized)
            stood = kept[f"{side}_moves"] == kept[f"{side}_then"]
            kept[f"{side}_unfollowed"] = np.where(stood & streamed, kept[f"{side}_unfollowed"] + moved, 0)
            kept[f"{side}_then"] = kept[f"{side}_moves"]
            kept[f"rest_{side}"], kept[f"rest_{side}_size"] = price, size


def blank(width: int) -> NDArray[Any]:
    """Return what is kept of rows of which nothing is known."""
    made = np.zeros(width, KEPT)
    for name in (*_FLOATS, *_DAY):
        made[name] = np.nan
    return made


def carried(
    kept: NDArray[Any], before: tuple[Instrument | None, ...], rows: Rows, empty: NDArray[Any] | None = None
) -> tuple[NDArray[Any], tuple[Instrument | None, ...]]:
    """Carry what is kept to where the rows stand now; what changed its units begins anew. Return it and where."""
    if before is rows.instruments:
        return kept, before
    made = blank(rows.width) if empty is None else empty
    for place, instrument in enumerate(before):
        if instrument is None or (now := rows.places.get(instrument.symbol)) is None:
            continue
        there = rows.instruments[now]
        if there is not None and same_units(there, instrument):
            made[now] = kept[place]
    return made, rows.instruments
