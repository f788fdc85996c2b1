"""Groups compared pair by pair: several markets of one venue, several classes, or prices too far apart."""

from typing import NamedTuple

import numpy as np

from arbwatch.analytics.legs import Legs
from arbwatch.analytics.plan import NONE, Plan
from arbwatch.market.columns import Codes, Flags, Floats, Places


class Odd(NamedTuple):
    """Groups as rows of places, filled up with NONE, and every pair in them: [group, buy at, sell at]."""

    places: Places
    there: Flags
    """Shape (groups, most rows): not filled up."""
    gross: Floats
    """NaN where a side is missing."""
    admitted: Flags
    """Nothing speaks against the pair."""
    same: Flags
    """Two rows of one class."""
    standing: Flags
    """Shape (groups, most rows): legs that stand with the most of their class."""


def odd(places: Places, legs: Legs, plan: Plan, gap: float) -> Odd:
    """Compare every row of each group with every other.

    Two legs agree where their mids differ by no more than `gap` (a fraction). Where not all legs of a class agree,
    the set around one of them that the most exchanges share stands for the name; where two such sets are equally
    large, none does.
    A pair is admitted where both agree and both stand, or both are of one exchange: whatever coin it is there, its
    own markets mean the same one.
    """
    there = places != NONE
    at = np.where(there, places, 0)
    bid, ask = legs.bid.reshape(-1)[at], legs.ask.reshape(-1)[at]
    fit = legs.fit.reshape(-1)[at] & there
    bid[~there] = ask[~there] = np.nan
    classes, exchanges = plan.classes.reshape(-1)[at], plan.exchanges[at // plan.width]
    both = there[:, :, None] & there[:, None, :] & ~np.eye(places.shape[1], dtype=np.bool_)
    same = classes[:, :, None] == classes[:, None, :]
    mid = bid + ask
    near = mid[:, :, None] <= mid[:, None, :] * (1.0 + gap)
    agree: Flags = near & near.transpose(0, 2, 1) & same & fit[:, :, None] & fit[:, None, :]
    standing = fit.copy()
    # Hardly ever does a leg disagree with another of its class.
    split = np.flatnonzero((same & ~agree & fit[:, :, None] & fit[:, None, :]).any((1, 2)))
    if len(split):
        standing[split] = _standing(agree[split], same[split], fit[split], exchanges[split])
    own = exchanges[:, :, None] == exchanges[:, None, :]
    admitted: Flags = agree & both & (own | (standing[:, :, None] & standing[:, None, :]))
    with np.errstate(divide="ignore", invalid="ignore"):
        gross = np.where(both, bid[:, None, :] / ask[:, :, None] - 1.0, np.nan)
    return Odd(places, there, gross, admitted, same, standing)


def _standing(agree: Flags, same: Flags, fit: Flags, exchanges: Codes) -> Flags:
    """Mark the legs of each class that agree with the one most exchanges agree with; none where that is not clear."""
    # Exchanges are counted, not rows: the spot market and the perpetual of one are one witness to what a name means.
    of = (exchanges[:, :, None] == np.unique(exchanges)).astype(np.float32)
    friends = (np.matmul(agree.astype(np.float32), of) > 0.0).sum(2)
    most = np.where(same, friends[:, None, :], 0).max(2, initial=0)
    core = fit & (friends == most)
    disputed = core & (core[:, None, :] & same & ~agree).any(2)
    unclear = (same & disputed[:, None, :]).any(2)
    standing: Flags = fit & ~unclear & (agree & core[:, None, :]).any(2)
    return standing


def best_of(found: Odd, among: Flags) -> tuple[Places, Places, Floats]:
    """Return of each group the places to buy and to sell at and what that leaves; NaN where no pair is among."""
    groups, most = found.places.shape
    if not found.places.size:
        none = np.zeros(groups, np.intp)
        return none, none, np.full(groups, np.nan)
    gross = np.where(among & ~np.isnan(found.gross), found.gross, -np.inf).reshape(groups, -1)
    chosen = gross.argmax(1)
    each = np.arange(groups)
    best = gross[each, chosen]
    best[np.isinf(best)] = np.nan
    # Where no pair is among, the first place is not one to be read.
    buy, sell = found.places[each, chosen // most], found.places[each, chosen % most]
    return np.maximum(buy, 0), np.maximum(sell, 0), best


def joined(one: Places, other: Places) -> Places:
    """Put groups below groups, filled up to the same length."""
    places = np.full((len(one) + len(other), max(one.shape[1], other.shape[1])), NONE, np.intp)
    places[: len(one), : one.shape[1]] = one
    places[len(one) :, : other.shape[1]] = other
    return places
