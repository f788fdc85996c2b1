"""Which rows are compared: every perpetual with its own exchange's spot of the same asset and quote currency."""

from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbwatch.analytics.reasons import Flagged, Reason
from arbwatch.market.columns import Floats
from arbwatch.market.layout import Layout
from arbwatch.model import Instrument

Places = NDArray[np.intp]


class Pairs(NamedTuple):
    """Pairs of rows, as places in flat columns; `flags` holds what never changes."""

    spot: Places
    perp: Places
    flags: Flagged
    clashing: tuple[Places, ...]
    """Rows of one venue that share asset and quote currency, a group each."""


@lru_cache(maxsize=8)
def pairs(layout: Layout) -> Pairs:
    """Return the pairs of a layout; computed once for each."""
    spots: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    perps: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    groups: defaultdict[tuple[int, str, str], list[int]] = defaultdict(list)
    listed: dict[int, Instrument] = {}
    width = len(layout.keys)
    for row, lane in enumerate(layout.lanes):
        side = {"spot": spots, "perp": perps}.get(lane.market)
        for place, instrument in enumerate(layout.instruments[row]):
            if instrument is None or side is None:
                continue
            key, flat = layout.keys[place], row * width + place
            listed[flat] = instrument
            side[lane.exchange, key.asset, key.quote_currency].append(flat)
            groups[row, key.asset, key.quote_currency].append(flat)
    both = [(spot, perp) for key, found in perps.items() for perp in found for spot in spots.get(key, ())]
    return Pairs(
        np.array([spot for spot, _ in both], np.intp),
        np.array([perp for _, perp in both], np.intp),
        np.array([_against(listed[spot], listed[perp]) for spot, perp in both], np.uint32),
        tuple(np.array(group, np.intp) for group in groups.values() if len(group) > 1),
    )


def _against(spot: Instrument, perp: Instrument) -> Reason:
    found = Reason(0)
    if spot.class_ != perp.class_:
        found |= Reason.CLASS
    if min(spot.multiplier, perp.multiplier, spot.contract_size, perp.contract_size) <= 0:
        found |= Reason.UNIT
    return found


def clashed(clashing: tuple[Places, ...], mid: Floats, most: float) -> Places:
    """Return the rows of groups whose mids (per asset unit, flat) differ by more than `most`, or are unknown."""
    found = []
    for group in clashing:
        mids = mid[group]
        if not mids.max() / mids.min() <= 1.0 + most:
            found.append(group)
    return np.concatenate(found) if found else np.array([], np.intp)
