"""Running medians of the time between messages, without keeping the messages."""

import numpy as np

from arbwatch.market.columns import Floats, Times

STEP = 0.03
"""How far one gap moves a median that has settled, as a fraction of it."""
_SETTLES = 128
_STEPS: Floats = np.maximum(STEP, 1.5 / np.arange(1, _SETTLES + 1))
_MOST = 4.0
_LEAP = 6.0
_LEAST_NS = 1000.0


def median(known: Floats, gaps: Times, gap: Floats) -> Floats:
    """Move running medians towards the newest gaps (ns); `gaps` tells how many each has seen.

    A median goes up or down by a fixed ratio, whatever the distance: an outlier counts like any other gap.
    """
    ratio = 1.0 + _STEPS[np.minimum(gaps, _SETTLES - 1)]
    return np.where(np.isnan(known), np.maximum(gap, _LEAST_NS), np.where(gap > known, known * ratio, known / ratio))


def pause(known: Floats, gaps: Times, gap: Floats) -> Floats:
    """Move running medians in which a gap counts as much as it lasts: the gap that any moment falls into.

    For even traffic it is about the median; for bursts it is the silence between them, whatever a burst holds.
    """
    times = np.maximum(gap, _LEAST_NS) / known
    ratio = 1.0 + _STEPS[np.minimum(gaps, _SETTLES - 1)] * np.minimum(times, _MOST)
    moved = known * np.where(times > 1.0, np.where(times > _LEAP, np.sqrt(times), ratio), 1.0 / ratio)
    return np.where(np.isnan(known), np.maximum(gap, _LEAST_NS), moved)
