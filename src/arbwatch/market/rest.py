"""What an answer by REST says about streamed quotes."""

from collections.abc import Sequence

import numpy as np

from arbwatch.market.codes import RowState, Source
from arbwatch.market.columns import QUOTE, Columns, Flags, Floats
from arbwatch.model import Quote


def check(columns: Columns, lane: int, places: Sequence[int], quotes: Sequence[Quote], sent: int) -> Flags:
    """Hold quotes fetched by a request sent at `sent` (UTC ns) against the rows at `places`.

    Equal rows are confirmed. Rows without a live stream take the quote, frozen ones among them. Marked in the
    result: rows whose stream was silent since before `sent` although the quote differs. A price without a size is
    held against the price alone.
    """
    where = np.array(places, np.intp)
    told = _told(quotes)
    same = np.ones(len(quotes), np.bool_)
    for field, name in enumerate(QUOTE):
        known = getattr(columns, name)[lane, where]
        equal = (known == told[:, field]) | (np.isnan(known) & np.isnan(told[:, field]))
        same &= equal | np.isnan(told[:, field]) & ~np.isnan(told[:, field - 1]) if field % 2 else equal
    state = columns.state[lane, where]
    silent = columns.received[lane, where] < sent
    streamed = (state == RowState.LIVE) | (state == RowState.SUSPECT)
    asked = columns.confirmed[lane, where] < sent
    _fill(columns, lane, where, told, quotes, same, ~streamed & silent & asked, sent)
    agree = same & streamed & asked
    columns.confirmed[lane, where[agree]] = sent
    cleared = where[agree & (state == RowState.SUSPECT)]
    spoke = columns.received[lane, cleared] >= columns.since[lane, cleared]
    spoke &= columns.source[lane, cleared] == Source.STREAM
    columns.state[lane, cleared] = np.where(spoke, RowState.LIVE, RowState.WAITING)
    wrong: Flags = ~same & (streamed | (state == RowState.FROZEN)) & silent
    return wrong


def _fill(
    columns: Columns,
    lane: int,
    where: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
    told: Floats,
    quotes: Sequence[Quote],
    same: Flags,
    take: Flags,
    sent: int,
) -> None:
    state = columns.state[lane, where]
    since, confirmed = columns.since[lane, where], columns.confirmed[lane, where]
    # Known after the subscription and different now: the stream should have told.
    unheard = take & ~same & (state == RowState.WAITING) & (confirmed >= since)
    columns.moved[lane, where[unheard]] = 1
    new = take & ~same
    stamps = np.array([(quote.time or 0, quote.received) for quote in quotes], np.int64).reshape(-1, 2)
    for field, name in enumerate(QUOTE):
        getattr(columns, name)[lane, where[new]] = told[new, field]
    columns.changed[lane, where[new]] = stamps[new, 1]
    columns.time[lane, where[take]] = stamps[take, 0]
    columns.received[lane, where[take]] = stamps[take, 1]
    columns.confirmed[lane, where[take]] = sent
    columns.source[lane, where[take]] = Source.REST


def _told(quotes: Sequence[Quote]) -> Floats:
    told = np.array([(quote.bid, quote.bid_size, quote.ask, quote.ask_size) for quote in quotes], np.float64).reshape(
        -1, 4
    )
    for price in (0, 2):
        empty = ~(told[:, price] > 0) | (told[:, price + 1] <= 0)
        told[empty, price : price + 2] = np.nan
    return told
