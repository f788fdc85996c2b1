"""What a new listing changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from arbwatch.market.codes import Proof, RowState
from arbwatch.market.columns import Columns
from arbwatch.market.layout import Key
from arbwatch.model import Instrument

Listed = dict[str, Instrument]
"""The instruments of one venue by symbol, as the venue tells them."""


class Changes(NamedTuple):
    """What a listing changed, by instrument."""

    added: tuple[Instrument, ...]
    ended: tuple[Instrument, ...]
    changed: tuple[Instrument, ...]


def compare(known: Mapping[str, Instrument], told: Iterable[Instrument]) -> tuple[Listed, Changes]:
    """Return what stands after a listing, and what that changes.

    Whatever is no longer told stays once more, as ended, and is gone after the next listing.
    """
    now: Listed = {instrument.symbol: instrument for instrument in told}
    added: list[Instrument] = []
    ended: list[Instrument] = []
    changed: list[Instrument] = []
    for symbol, instrument in now.items():
        before = known.get(symbol)
        if before is None or (before.status == "ended" != instrument.status):
            added.append(instrument)
        elif instrument.status == "ended" != before.status:
            ended.append(instrument)
        elif before != instrument:
            changed.append(instrument)
    for symbol, instrument in known.items():
        if symbol not in now and instrument.status != "ended":
            now[symbol] = replace(instrument, status="ended")
            ended.append(now[symbol])
    return now, Changes(tuple(added), tuple(ended), tuple(changed))


def move(columns: Columns, lane: int, old: Mapping[str, int], new: Mapping[str, int]) -> None:
    """Carry the rows of one lane to their new places and forget those that are gone."""
    moved = [symbol for symbol, place in old.items() if new.get(symbol, place) != place]
    gone = [place for symbol, place in old.items() if symbol not in new]
    from_places = [old[symbol] for symbol in moved]
    rows = columns.take(lane, from_places)
    columns.forget(lane, from_places + gone)
    columns.put(lane, [new[symbol] for symbol in moved], rows)


def doubt(
    columns: Columns,
    lane: int,
    known: Iterable[Instrument | None],
    instruments: Sequence[Instrument],
    places: Mapping[str, int],
) -> None:
    """Begin the proof of those rows anew whose prices or sizes no longer mean what they meant."""
    before = {instrument.symbol: instrument for instrument in known if instrument is not None}
    other = [i.symbol for i in instruments if i.symbol in before and not same_units(i, before[i.symbol])]
    columns.proof[lane, [places[symbol] for symbol in other]] = Proof.UNPROVEN


def same_units(one: Instrument, other: Instrument) -> bool:
    """Tell whether prices and sizes of an instrument still mean what they meant."""
    return (one.multiplier, one.contract_size, one.base, one.quote_currency) == (
        other.multiplier,
        other.contract_size,
        other.base,
        other.quote_currency,
    )


def describe(
    columns: Columns, lane: int, instruments: Sequence[Instrument], keys: Mapping[str, Key], places: Mapping[str, int]
) -> None:
    """Write what the instruments of one lane say of themselves, and let their status show in the state."""
    where = [places[instrument.symbol] for instrument in instruments]
    for name in ("multiplier", "contract_size", "tick_size", "lot_size"):
        getattr(columns, name)[lane, where] = np.array([getattr(i, name) for i in instruments], np.float64)
    shared = {key[:2] for key in keys.values() if key.ordinal}
    columns.clash[lane, where] = [keys[instrument.symbol][:2] in shared for instrument in instruments]
    states = columns.state
    for instrument, place in zip(instruments, where, strict=True):
        closed = _CLOSED.get(instrument.status)
        if closed is not None:
            states[lane, place] = closed
        elif states[lane, place] in (RowState.HALTED, RowState.ENDED):
            states[lane, place] = RowState.EMPTY


_CLOSED = {
    "halted": RowState.HALTED,
    "pre": RowState.HALTED,
    "closing": RowState.HALTED,
    "ended": RowState.ENDED,
}
