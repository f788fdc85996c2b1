"""A picture as one JSON document: what `scan --format json` prints and scripts read."""

from collections.abc import Iterator
from math import isnan
from typing import Any

import numpy as np

from arbwatch.analytics.spreads import Excluded, Spread
from arbwatch.market.codes import FUNDING_STATUSES, INTERVAL_SOURCES
from arbwatch.market.health import VenueStatus
from arbwatch.market.load import Load
from arbwatch.market.table import Snapshot
from arbwatch.model import Instrument
from arbwatch.views.picture import Picture

MS = 1_000_000

Row = tuple[str, Instrument, int, int]
"""Venue, instrument, lane and column of one row of the table."""


def scan_document(
    picture: Picture, *, asset: str | None = None, market_pair: str | None = None, min_edge_bps: float | None = None
) -> dict[str, Any]:
    """Turn a picture into plain values: unknown is null, times are integer ns, nothing is rounded.

    `asset`, `market_pair` and `min_edge_bps` (gross, in basis points) narrow what is told.
    """
    snapshot = picture.snapshot
    rows = [row for row in _rows(snapshot) if asset is None or _asset(snapshot, row) == asset]
    found = [s for s in picture.spreads.found if wanted(s, asset, market_pair, min_edge_bps)]
    return {
        "time": picture.now,
        "venues": [venue_object(status) for status in picture.venues],
        "clock": picture.clock,
        "load": load_object(picture.load),
        "quotes": [quote for row in rows if (quote := _quote(snapshot, row)) is not None],
        "tickers": [ticker for row in rows if (ticker := _ticker(snapshot, row)) is not None],
        "funding": [funding for row in rows if (funding := _funding(snapshot, row)) is not None],
        "spreads": [spread_object(s) for s in found],
        "excluded": {
            "pairs": [
                excluded_object(e)
                for e in picture.spreads.excluded
                if wanted(e.spread, asset, market_pair, min_edge_bps)
            ],
            "counts": dict(picture.spreads.reasons),
        },
        "opportunities": [],
    }


def wanted(spread: Spread, asset: str | None, market_pair: str | None, min_edge_bps: float | None) -> bool:
    """Tell whether a spread is among those asked for."""
    return (
        (asset is None or spread.asset == asset)
        and (market_pair is None or spread.market_pair == market_pair)
        and (min_edge_bps is None or spread.gross * 1e4 >= min_edge_bps)
    )


def venue_object(status: VenueStatus) -> dict[str, Any]:
    """Turn the health of a venue into plain values."""
    return {
        "venue": status.venue,
        "state": status.state,
        "instruments": status.instruments,
        "live": status.live,
        "polled": status.polled,
        "dropped": status.dropped,
        "messages": status.messages,
        "reconnects": status.reconnects,
        "rejected": status.rejected,
        "age_p50_ms": status.age_p50_ms,
        "lag_p50_ms": status.lag_p50_ms,
        "clock_offset_ms": status.clock_offset_ms,
        "note": status.note,
    }


def load_object(load: Load) -> dict[str, Any]:
    """Turn how the program keeps up into plain values; `busy` is a fraction of the last second."""
    return {
        "busy": load.busy,
        "loop_lag_ms": load.late_ms,
        "behind": load.behind,
        "markets": load.markets,
        "dropped": load.dropped,
    }


def spread_object(spread: Spread) -> dict[str, Any]:
    """Turn a spread into plain values: prices per asset unit, sizes in asset units, fractions."""
    return {
        "asset": spread.asset,
        "market_pair": spread.market_pair,
        "quote_currency": spread.quote_currency,
        "buy": _leg(spread.buy),
        "sell": _leg(spread.sell),
        "gross": spread.gross,
        "exit": spread.exit,
        "age_diff_ms": spread.age_diff_ms,
        "needs_short_spot": spread.needs_short_spot,
    }


def excluded_object(excluded: Excluded) -> dict[str, Any]:
    """Turn a pair that is no opportunity into plain values, with its reason."""
    return {**spread_object(excluded.spread), "reason": excluded.reason}


def funding_rows(picture: Picture) -> list[dict[str, Any]]:
    """Return the funding of every perpetual, largest yearly rate first, those without a rate last."""
    snapshot = picture.snapshot
    rows = [
        {**funding, "asset": _asset(snapshot, row), "rate_per_year": _per_year(funding)}
        for row in _rows(snapshot)
        if (funding := _funding(snapshot, row)) is not None
    ]
    return sorted(rows, key=lambda row: -abs(row["rate_per_year"] or 0.0))


def _per_year(funding: dict[str, Any]) -> float | None:
    if funding["rate"] is None or not funding["interval_h"]:
        return None
    return float(funding["rate"] * 8760.0 / funding["interval_h"])


def _leg(leg: Any) -> dict[str, Any]:
    return {"venue": leg.venue, "symbol": leg.symbol, "price": leg.price, "size": leg.size, "age_ms": leg.age_ms}


def _rows(snapshot: Snapshot) -> Iterator[Row]:
    for lane, instruments in enumerate(snapshot.instruments):
        for column, instrument in enumerate(instruments):
            if instrument is not None:
                yield snapshot.lanes[lane].venue, instrument, lane, column


def _asset(snapshot: Snapshot, row: Row) -> str:
    return snapshot.keys[row[3]][0]


def _number(values: np.ndarray[Any, Any], row: Row) -> float | None:
    value = float(values[row[2], row[3]])
    return None if isnan(value) else value


def _time(values: np.ndarray[Any, Any], row: Row) -> int | None:
    return int(values[row[2], row[3]]) or None


def _since(now: int, values: np.ndarray[Any, Any], row: Row) -> float | None:
    then = _time(values, row)
    return None if then is None else (now - then) / MS


def _quote(snapshot: Snapshot, row: Row) -> dict[str, Any] | None:
    venue, instrument, _, _ = row
    received = _time(snapshot.received, row)
    confirmed = _time(snapshot.confirmed, row)
    if received is None and confirmed is None:
        return None
    return {
        "type": "quote",
        "venue": venue,
        "symbol": instrument.symbol,
        "bid": _number(snapshot.bid, row),
        "bid_size": _number(snapshot.bid_size, row),
        "ask": _number(snapshot.ask, row),
        "ask_size": _number(snapshot.ask_size, row),
        "time": _time(snapshot.time, row),
        "received": received,
        "asset": _asset(snapshot, row),
        "market": instrument.market,
        "quote_currency": instrument.quote_currency,
        "multiplier": instrument.multiplier,
        "contract_size": instrument.contract_size,
        "age_ms": _since(snapshot.now, snapshot.changed, row),
        "unconfirmed_ms": _since(snapshot.now, snapshot.confirmed, row),
        "state": snapshot.state_name(row[2], row[3]),
    }


def _ticker(snapshot: Snapshot, row: Row) -> dict[str, Any] | None:
    numbers = {
        name: _number(getattr(snapshot, name), row)
        for name in ("last", "change_24h", "high", "low", "base_volume", "quote_volume")
    }
    if all(value is None for value in numbers.values()):
        return None
    head = {"type": "ticker", "venue": row[0], "symbol": row[1].symbol}
    return {**head, **numbers, "time": _time(snapshot.ticker_time, row)}


def _funding(snapshot: Snapshot, row: Row) -> dict[str, Any] | None:
    if row[1].market != "perp":
        return None
    rate, interval = _number(snapshot.rate, row), _number(snapshot.interval_h, row)
    if rate is None and interval is None:
        return None
    return {
        "type": "funding",
        "venue": row[0],
        "symbol": row[1].symbol,
        "rate": rate,
        "status": FUNDING_STATUSES[int(snapshot.funding_status[row[2], row[3]])],
        "interval_h": interval,
        "interval_source": INTERVAL_SOURCES[int(snapshot.interval_source[row[2], row[3]])],
        "next_time": _time(snapshot.next_time, row),
        "cap": _number(snapshot.cap, row),
        "floor": _number(snapshot.floor, row),
        "mark": _number(snapshot.mark, row),
        "index": _number(snapshot.index, row),
        "time": _time(snapshot.funding_time, row),
    }
