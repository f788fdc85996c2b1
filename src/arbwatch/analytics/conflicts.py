"""What bears one name and is not one thing: prices too far apart, another class, a ticker known to be shared."""

from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np
from msgspec.structs import replace

from arbwatch.analytics.best import Best, closely, look
from arbwatch.analytics.legs import Legs, legs, mask
from arbwatch.analytics.odd import Odd
from arbwatch.analytics.plan import Plan, plan
from arbwatch.analytics.rules import Rules
from arbwatch.analytics.words import Standing, Words
from arbwatch.market.snapshot import Snapshot

Kind = Literal["price", "multiplier", "class", "known"]


class Conflict(msgspec.Struct, frozen=True):
    """One market that is not compared with the others of its name."""

    asset: str
    quote_currency: str
    venue: str
    symbol: str
    market: str
    kind: Kind
    price: float | None
    """Its mid, per asset unit; None where its book does not tell."""
    others_price: float | None
    """The middle of the mids of those that stand for the name, or of all others where it is not known which do."""
    words: str


def conflicts(snapshot: Snapshot, rules: Rules) -> tuple[Conflict, ...]:
    """Return what stands apart, by asset; what speaks against a row by itself keeps it out, but being unproven."""
    rules = replace(rules, proven_only=False)
    prepared = plan(snapshot.layout)
    rows = legs(snapshot, prepared, rules)
    looked, masked = Best.empty(prepared), Legs.blank(rows.bid.shape)
    mask(rows, masked)
    look(looked, masked, prepared, rules.identity_gap)
    pairs = closely(looked, rows, prepared, rules.identity_gap)
    words = Words(snapshot, rows, rules, pairs.places[pairs.there])
    found = [*_apart(snapshot, prepared, pairs, words), *_known(snapshot)]
    return tuple(sorted(found, key=lambda one: (one.asset, one.quote_currency, one.venue, one.symbol)))


def _apart(snapshot: Snapshot, prepared: Plan, pairs: Odd, words: Words) -> Iterator[Conflict]:
    for group in range(len(pairs.places)):
        standing = Standing(pairs, group, words)
        for number in np.flatnonzero(pairs.there[group]).tolist():
            place = int(pairs.places[group, number])
            told = "" if words.row(place) else standing.words(number)
            if told:
                lane, column = divmod(place, prepared.width)
                instrument, key = snapshot.instruments[lane][column], snapshot.keys[column]
                yield Conflict(
                    asset=key.asset,
                    quote_currency=key.quote_currency,
                    venue=snapshot.lanes[lane].venue,
                    symbol=instrument.symbol if instrument else "",
                    market=snapshot.lanes[lane].market,
                    kind=standing.kind(number),
                    price=words.mid(place),
                    others_price=standing.middle(number),
                    words=told,
                )


def _known(snapshot: Snapshot) -> Iterator[Conflict]:
    """Tell which coins are known to share only a ticker: `NEIRO@there` where somebody else lists NEIRO."""
    shared = {key.asset for key in snapshot.keys}
    for lane, instruments in zip(snapshot.lanes, snapshot.instruments, strict=True):
        for column, instrument in enumerate(instruments):
            asset = snapshot.keys[column].asset
            name, mark, _ = asset.partition("@")
            if instrument is not None and mark and name in shared:
                yield Conflict(
                    asset=asset,
                    quote_currency=instrument.quote_currency,
                    venue=lane.venue,
                    symbol=instrument.symbol,
                    market=lane.market,
                    kind="known",
                    price=None,
                    others_price=None,
                    words=f"known to be another coin than what others list as {name}",
                )
