"""Partial statistics and funding, merged field by field, each field with its own time."""

import numpy as np

from arbwatch.market.codes import FUNDING_STATUSES, INTERVAL_SOURCES
from arbwatch.market.columns import FUNDING, TICKER, Columns
from arbwatch.market.intake import REORDER_NS
from arbwatch.model import Funding, Ticker

_STATUS = {status: code for code, status in enumerate(FUNDING_STATUSES)}
_SOURCE = {source: code for code, source in enumerate(INTERVAL_SOURCES)}


def ticker(columns: Columns, lane: int, place: int, event: Ticker, offset: int) -> None:
    """Write what a ticker knows; None never overwrites, older never overwrites newer.

    What is far older says that the venue's clock was set back: what was known before counts as known now.
    `offset` (the venue's clock less ours, ns) turns our stamp into the venue's time where the venue gave none.
    """
    values = (event.last, event.change_24h, event.high, event.low, event.base_volume, event.quote_volume)
    time = event.received + offset if event.time is None else event.time
    times = columns.ticker_times[lane, place]
    if columns.ticker_time[lane, place] - time > REORDER_NS:
        np.minimum(times, time, out=times)
    for field, value in enumerate(values):
        if value is not None and time >= times[field]:
            times[field] = time
            getattr(columns, TICKER[field])[lane, place] = value
    columns.ticker_time[lane, place] = times.max()


def funding(columns: Columns, lane: int, place: int, event: Funding, offset: int) -> None:
    """Write what an event knows of funding; None never overwrites, older never overwrites newer."""
    values = (
        event.rate,
        None if event.status is None else _STATUS[event.status],
        event.interval_h,
        None if event.interval_source is None else _SOURCE[event.interval_source],
        event.next_time,
        event.cap,
        event.floor,
        event.mark,
        event.index,
    )
    time = event.received + offset if event.time is None else event.time
    times = columns.funding_times[lane, place]
    if columns.funding_time[lane, place] - time > REORDER_NS:
        np.minimum(times, time, out=times)
    for field, value in enumerate(values):
        if value is not None and time >= times[field]:
            times[field] = time
            getattr(columns, FUNDING[field])[lane, place] = value
    columns.funding_time[lane, place] = times.max()
