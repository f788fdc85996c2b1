"""Which instrument stands where: one column per asset, quote currency and ordinal, the same in every lane."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from arbwatch.model import Instrument


class Lane(NamedTuple):
    """One venue's row of columns."""

    venue: str
    exchange: str
    market: str


class Key(NamedTuple):
    """What a column stands for. Instruments of one venue that share asset and quote differ by `ordinal`."""

    asset: str
    quote_currency: str
    ordinal: int


FREE = Key("", "", -1)
"""The key of a column that stands for nothing."""


class Layout:
    """Hold the places of all instruments; a new listing makes a new one, so identity tells whether it changed."""

    __slots__ = ("__weakref__", "instruments", "keys", "lanes", "rows")

    def __init__(
        self,
        lanes: tuple[Lane, ...],
        keys: tuple[Key, ...],
        instruments: tuple[tuple[Instrument | None, ...], ...],
    ) -> None:
        self.lanes = lanes
        self.keys = keys
        """By column."""
        self.instruments = instruments
        """By lane, then column; None where nothing stands."""
        self.rows: tuple[dict[str, int], ...] = tuple(
            {instrument.symbol: place for place, instrument in enumerate(lane) if instrument is not None}
            for lane in instruments
        )
        """By lane: the column of each symbol."""


def keyed(instruments: Iterable[Instrument]) -> dict[str, Key]:
    """Give each instrument of one venue its key by symbol: the unmultiplied one first, then by multiplier, symbol."""
    groups: defaultdict[tuple[str, str], list[Instrument]] = defaultdict(list)
    for instrument in instruments:
        groups[instrument.asset or instrument.base, instrument.quote_currency].append(instrument)
    return {
        instrument.symbol: Key(asset, quote, ordinal)
        for (asset, quote), group in groups.items()
        for ordinal, instrument in enumerate(sorted(group, key=_first))
    }


def _first(instrument: Instrument) -> tuple[bool, int, str]:
    return instrument.status == "ended", instrument.multiplier, instrument.symbol


def placed(old: Sequence[Key], wanted: Sequence[Mapping[str, Key]], width: int) -> tuple[dict[Key, int], int]:
    """Give every wanted key a column, old ones where they were; return the columns and the width they need."""
    needed = dict.fromkeys(key for lane in wanted for key in lane.values())
    places = {key: place for place, key in enumerate(old) if key in needed}
    taken = set(places.values())
    free = (place for place in range(len(needed) + len(taken) + width) if place not in taken)
    for key in needed:
        if key not in places:
            places[key] = next(free)
    least = max(places.values(), default=-1) + 1
    while width < least:
        width *= 2
    return places, width
