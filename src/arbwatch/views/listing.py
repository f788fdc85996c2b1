"""What stands still between two pictures: which rows there are, and their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument
from arbwatch.views.text import plain

Key = tuple[str, str]
"""Venue and symbol: which row it is, whatever its place."""


class Listing:
    """Hold the rows of a snapshot, flat and in order of asset, venue and symbol.

    `flat` tells each row's place in the snapshot's columns read as one line, `texts` its words by column id.
    Building one costs milliseconds, so keep it with `renew` for as long as the instruments stay the same.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.source = snapshot.instruments
        found = [
            (lane, place, instrument)
            for lane, instruments in enumerate(snapshot.instruments)
            for place, instrument in enumerate(instruments)
            if instrument is not None
        ]
        width = max(map(len, snapshot.instruments), default=0)
        self.width = width
        found.sort(key=lambda entry: _order(entry[2]))
        self.lanes = np.array([lane for lane, _, _ in found], dtype=np.intp)
        self.flat = np.array([lane * width + place for lane, place, _ in found], dtype=np.intp)
        self.instruments: tuple[Instrument, ...] = tuple(instrument for _, _, instrument in found)
        self.keys: tuple[Key, ...] = tuple((i.venue, i.symbol) for i in self.instruments)
        self.rows: dict[Key, int] = {key: row for row, key in enumerate(self.keys)}
        self.texts: dict[str, list[str | None]] = {name: list(map(read, self.instruments)) for name, read in _TEXTS}
        self.ranks = {name: _ranks(texts) for name, texts in self.texts.items()}
        parts = (self.texts[name] for name in ("asset", "symbol", "venue"))
        self.search = [" ".join(word or "" for word in words).casefold() for words in zip(*parts, strict=True)]

    def renew(self, snapshot: Snapshot) -> Listing:
        """Return this listing where the instruments are the same, else a new one."""
        same = self.source is snapshot.instruments or self.source == snapshot.instruments
        return self if same else Listing(snapshot)

    def matching(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Mark the rows whose asset, symbol or venue contain every word, in any case."""
        wanted = [word.casefold() for word in words]
        return np.array([all(word in text for word in wanted) for text in self.search], dtype=np.bool_)

    def among(self, name: str, choice: frozenset[str]) -> NDArray[np.bool_]:
        """Mark the rows whose text in column `name` is one of `choice`."""
        return np.array([text in choice for text in self.texts[name]], dtype=np.bool_)

    def choices(self, name: str) -> list[str]:
        """Return every text of column `name`, each once, in order."""
        return sorted({text for text in self.texts[name] if text is not None})


_TEXTS: tuple[tuple[str, Callable[[Instrument], str | None]], ...] = (
    ("asset", lambda instrument: plain(instrument.asset) if instrument.asset is not None else None),
    ("venue", lambda instrument: plain(instrument.venue)),
    ("symbol", lambda instrument: plain(instrument.symbol)),
    ("market", lambda instrument: instrument.market),
    ("quote_currency", lambda instrument: plain(instrument.quote_currency)),
)


def _order(instrument: Instrument) -> tuple[bool, str, str, str, str]:
    asset = instrument.asset
    return (asset is None, (asset or "").casefold(), instrument.venue, instrument.symbol.casefold(), instrument.symbol)


def _ranks(texts: Sequence[str | None]) -> NDArray[np.float64]:
    # A column of words then sorts like one of numbers.
    known = sorted({text for text in texts if text is not None}, key=lambda text: (text.casefold(), text))
    rank = {text: float(place) for place, text in enumerate(known)}
    return np.array([rank[text] if text is not None else np.nan for text in texts], dtype=np.float64)
