"""What never changes while a layout stands: which rows may be compared with which."""

from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from arbwatch.market.columns import Codes, Flags, Places
from arbwatch.market.layout import Layout
from arbwatch.model import Instrument

NONE = -1
"""Fills up rows of places that are shorter than others."""

_MARKETS = ("spot", "perp")
Sides = tuple[tuple[int, int], ...]


class Plan(NamedTuple):
    """A layout, prepared. Places are those in flat columns (`lane * width + column`) unless said otherwise.

    A group is all rows of one asset and quote currency. It is even where each lane holds at most one row of it,
    in the same column, and all rows are of one class; then the group is that column. The others are odd.
    """

    width: int
    listed: Flags
    """Shape (lanes, width): rows that may be compared at all."""
    classes: Codes
    """Shape (lanes, width): equal where the class is."""
    exchanges: Codes
    """By lane: equal where the exchange is."""
    spot: Flags
    """By lane."""
    own: Sides
    """Lanes of spot and perp of the same exchange."""
    odd: Places
    """Shape (odd groups, most rows of one), filled up with NONE."""
    odd_of: Places
    """By column: which odd group it belongs to; NONE where it is a group of its own."""
    odd_lead: Places
    """By odd group: the column that stands for it."""
    own_odd: Places
    """Shape (3, pairs): odd group, and where in it to buy and to sell, of one exchange's spot and perpetual."""
    scaled: Places
    """Rows whose price is for more than one asset unit."""
    unitless: Places
    """Rows whose unit is not known."""


@lru_cache(maxsize=4)
def plan(layout: Layout) -> Plan:
    """Prepare a layout; done once for each."""
    lanes, width = layout.lanes, len(layout.keys)
    exchanges = {lane.exchange: number for number, lane in enumerate(lanes)}
    rows = _Rows(layout)
    odd = [places for places in rows.groups.values() if rows.is_odd(places, width)]
    odd_of = np.full(width, NONE, np.intp)
    for number, places in enumerate(odd):
        odd_of[[place % width for place in places]] = number
    return Plan(
        width,
        rows.listed.reshape(len(lanes), width),
        rows.classes.reshape(len(lanes), width),
        np.array([exchanges[lane.exchange] for lane in lanes], np.uint8),
        np.array([lane.market == "spot" for lane in lanes], np.bool_),
        tuple(
            (spot, perp)
            for spot, one in enumerate(lanes)
            for perp, other in enumerate(lanes)
            if one.exchange == other.exchange and (one.market, other.market) == _MARKETS
        ),
        filled(odd),
        odd_of,
        np.array([places[0] % width for places in odd], np.intp),
        _own_odd(odd, layout),
        np.array(rows.scaled, np.intp),
        np.array(rows.unitless, np.intp),
    )


class _Rows:
    def __init__(self, layout: Layout) -> None:
        width = len(layout.keys)
        self.groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.listed = np.zeros(width * len(layout.lanes), np.bool_)
        self.classes = np.zeros(width * len(layout.lanes), np.uint8)
        self.scaled: list[int] = []
        self.unitless: list[int] = []
        self._numbers: dict[str, int] = {}
        for row, lane in enumerate(layout.lanes):
            if lane.market not in _MARKETS:
                continue
            for column, instrument in enumerate(layout.instruments[row]):
                if instrument is not None:
                    self.groups[layout.keys[column][:2]].append(row * width + column)
                    self._take(row * width + column, instrument)

    def _take(self, place: int, instrument: Instrument) -> None:
        self.listed[place] = True
        self.classes[place] = self._numbers.setdefault(instrument.class_, len(self._numbers))
        if instrument.multiplier != 1:
            self.scaled.append(place)
        if min(instrument.multiplier, instrument.contract_size) <= 0:
            self.unitless.append(place)

    def is_odd(self, places: list[int], width: int) -> bool:
        columns = {place % width for place in places}
        return len(columns) > 1 or len({int(self.classes[place]) for place in places}) > 1


def _own_odd(odd: list[list[int]], layout: Layout) -> Places:
    width = len(layout.keys)
    found = []
    for number, places in enumerate(odd):
        lanes = [layout.lanes[place // width] for place in places]
        found += [
            (number, buy, sell)
            for buy, one in enumerate(lanes)
            for sell, other in enumerate(lanes)
            if one.exchange == other.exchange and one.market != other.market
        ]
    return np.array(found, np.intp).reshape(-1, 3).T


def filled(rows: list[list[int]]) -> Places:
    """Lay places of different number side by side, shape (rows, the most of one)."""
    places = np.full((len(rows), max(map(len, rows), default=0)), NONE, np.intp)
    for row, some in enumerate(rows):
        places[row, : len(some)] = some
    return places
