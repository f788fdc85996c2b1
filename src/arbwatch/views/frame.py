"""The market as columns of equal length: one row per instrument, ready for a table of any library."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.codes import Proof, RowState
from arbwatch.views.listing import Listing
from arbwatch.views.picture import Picture

Frame = dict[str, NDArray[Any]]

_WORDS = ("market", "base", "quote_currency")
_NUMBERS = (
    "bid", "bid_size", "ask", "ask_size", "multiplier", "contract_size", "tick_size", "lot_size", "last",
    "change_24h", "high", "low", "base_volume", "quote_volume", "rate", "interval_h", "cap", "floor", "mark", "index",
)  # fmt: skip
_TIMES = ("time", "received", "changed", "confirmed", "ticker_time", "next_time", "funding_time")
_STATES = np.array([state.name.lower() for state in RowState])
_PROOFS = np.array([proof.name.lower() for proof in Proof])
_MS = 1e6


def frame(picture: Picture, listing: Listing) -> Frame:
    """Return the columns of a picture by name, in order of asset, venue and symbol.

    Words are strings, numbers float64 with NaN for unknown, times datetime64[ns] in UTC with NaT for unknown. Prices
    and sizes are in the venue's own units: `price / multiplier` is per coin, `size * contract_size` in coins.
    `listing` is of the same picture (`Listing.renew`).
    """
    snapshot, flat = picture.snapshot, listing.flat
    instruments = listing.instruments
    found: Frame = {
        "venue": _words([i.venue for i in instruments]),
        "symbol": _words([i.symbol for i in instruments]),
        "asset": _words([snapshot.keys[place % listing.width].asset for place in flat]),
        **{name: _words([getattr(i, name) for i in instruments]) for name in _WORDS},
        "state": _STATES[snapshot.shown.reshape(-1)[flat]],
        "proof": _PROOFS[snapshot.proof.reshape(-1)[flat]],
        "doubt": _words([picture.doubts.get(key) or picture.doubts.get((key[0], ""), "") for key in listing.keys]),
    }
    found |= {name: getattr(snapshot, name).reshape(-1)[flat] for name in _NUMBERS}
    found |= {name: _moments(getattr(snapshot, name).reshape(-1)[flat]) for name in _TIMES}
    for name, since in (("age_ms", "changed"), ("unconfirmed_ms", "confirmed")):
        then = getattr(snapshot, since).reshape(-1)[flat]
        found[name] = np.where(then > 0, (snapshot.now - then) / _MS, np.nan)
    return found


def _words(values: list[str]) -> NDArray[np.str_]:
    return np.array(values, dtype=np.str_)


def _moments(times: NDArray[np.int64]) -> NDArray[np.datetime64]:
    moments = times.astype("datetime64[ns]")
    moments[times == 0] = np.datetime64("NaT")
    return moments
