"""One line of what a venue lists, before it becomes a listing with a book."""

import datetime as dt
from typing import NamedTuple

from arbwatch.simulator.listing import Kind


class Entry(NamedTuple):
    """What is listed under which name. Entries of one asset follow one price, whatever they are called."""

    venue: str
    base: str
    quote: str
    asset: str
    multiplier: int = 1
    kind: Kind = "spot"
    contract_type: str = ""
    underlying: str = ""
    status: str = ""
    """The venue's word; empty trades."""
    symbol: str = ""
    """Empty is spelled as usual."""
    delivery: int = 0
    """UTC ms; 0 never."""
    settle: str = ""
    """Currency of margin; empty is the quote's."""
    contract: str = "1"
    """How many of what the price is for one size unit stands for."""


def quarter_end(now_ms: int, following: bool = False) -> dt.datetime:
    """Return the next (or next but one) quarterly delivery: 08:00 UTC on a last Friday."""
    now = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    found: list[dt.datetime] = []
    for year in (now.year, now.year + 1):
        for month in (3, 6, 9, 12):
            last = dt.datetime(year + month // 12, month % 12 + 1, 1, 8, tzinfo=dt.UTC) - dt.timedelta(days=1)
            found.append(last - dt.timedelta(days=(last.weekday() - 4) % 7))
    return [day for day in found if day > now + dt.timedelta(days=2)][1 if following else 0]
