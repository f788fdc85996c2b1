"""Whether 24 h statistics agree with themselves, with the quotes and between stream and REST."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from arbwatch.market.columns import Places
from arbwatch.market.proofs.evidence import DAY_FRESH_NS
from arbwatch.market.proofs.rows import OK, UNKNOWN, WRONG, Judged, Rows, coded, middle, percent, times

VOLUME = 3.0
"""A mean price so many times outside the day's range is no mean price."""
ALIKE = 4.0
"""Factors that differ by less are told as one."""
INSIDE, OUTSIDE = 0.02, 0.10
LAST_NEAR, LAST_FAR = 0.05, 0.5
SMALL = 0.02
"""Changes of 24 h are about half of the day's range; a fiftieth of it, on most markets, is another unit."""
SMALL_LEAST = 20
RANGE_LEAST = 0.005


def day(rows: Rows, kept: NDArray[Any]) -> list[Judged]:
    """Judge the 24 h statistics."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return [_volume(rows), _inside(rows), _small(rows), _last(rows), _lists(rows, kept)]


def _volume(rows: Rows) -> Judged:
    unit = rows.contract_size / rows.multiplier
    mean = rows.quote_volume / (rows.base_volume * unit)
    known = (rows.quote_volume > 0) & (rows.base_volume > 0) & (rows.high > 0) & (rows.low > 0)
    ok = known & (mean >= rows.low / VOLUME) & (mean <= rows.high * VOLUME)
    factor = np.sqrt(rows.low * rows.high) / mean
    other_mean = rows.base_volume / (rows.quote_volume * unit)
    exchanged = (other_mean >= rows.low / VOLUME) & (other_mean <= rows.high * VOLUME)

    def whole(places: Places) -> str:
        found = factor[places]
        if exchanged[places].sum() * 2 > len(places):
            return "the volume of 24 h x contract size x price is not the quote volume: the two seem to be exchanged"
        if float(found.max()) > ALIKE * float(found.min()):
            figure = f"{found.min():.2g} to {times(float(found.max()))}"
        else:
            figure = times(middle(found))
        return f"the volume of 24 h x contract size x price is {figure} the quote volume"

    return Judged(
        "volumes", "tickers", coded(ok, known & ~ok),
        lambda at: f"its volume of 24 h x contract size x price is {times(float(factor[at]))} its quote volume",
        whole,
    )  # fmt: skip


def _inside(rows: Rows) -> Judged:
    opened = rows.last / (1.0 + rows.change_24h)
    beyond = np.fmax(
        np.fmax(rows.last / rows.high, opened / rows.high), np.fmax(rows.low / rows.last, rows.low / opened)
    )
    known = ~np.isnan(rows.last) & (rows.high > 0) & (rows.low > 0)
    wrong = known & ((beyond - 1.0 > OUTSIDE) | (rows.low > rows.high) | (opened <= 0.0))

    def row(at: int) -> str:
        return (
            f"its last price {rows.last[at]:g} and change of {percent(float(rows.change_24h[at]))} within 24 h do not "
            f"fit its high {rows.high[at]:g} and low {rows.low[at]:g}"
        )

    return Judged(
        "change", "tickers", coded(known & ~wrong & (beyond - 1.0 <= INSIDE), wrong), row,
        lambda places: f"changes of 24 h ({percent(middle(np.abs(rows.change_24h[places])))} in the middle) lead "
        f"out of the day's highs and lows ({percent(middle(rows.high[places] / rows.low[places] - 1.0))} apart)",
    )  # fmt: skip


def _small(rows: Rows) -> Judged:
    span = rows.high / rows.low - 1.0
    known = (span > RANGE_LEAST) & ~np.isnan(rows.change_24h)
    share = np.abs(rows.change_24h) / span
    verdict = UNKNOWN
    if int(known.sum()) >= SMALL_LEAST:
        verdict = WRONG if middle(share[known]) < SMALL else OK
    return Judged(
        "size of change", "tickers", np.where(known, verdict, UNKNOWN).astype(np.uint8), lambda _: "",
        lambda places: f"changes of 24 h ({percent(middle(np.abs(rows.change_24h[places])))} in the middle) are tiny "
        f"beside the day's highs and lows ({percent(middle(span[places]))} apart): a fraction taken for percent?",
        alone=False, needed=False,
    )  # fmt: skip


def _last(rows: Rows) -> Judged:
    ratio = rows.mid / rows.last
    apart = np.fmax(ratio, 1.0 / ratio) - 1.0
    known = rows.streaming & ~np.isnan(apart)
    return Judged(
        "last trade", "tickers", coded(known & (apart <= LAST_NEAR), known & (apart > LAST_FAR)), lambda _: "",
        lambda places: f"prices quoted are {times(middle(ratio[places]))} the last trades'", alone=False,
    )  # fmt: skip


def _lists(rows: Rows, kept: NDArray[Any]) -> Judged:
    fresh = (rows.ticker_time > 0) & (kept["rest_day"] > 0) & (rows.now - kept["rest_day"] < DAY_FRESH_NS)
    change, volume = np.abs(rows.change_24h - kept["rest_change"]), rows.base_volume / kept["rest_base"]
    most = np.fmax(np.abs(rows.change_24h), np.abs(kept["rest_change"]))
    changed = fresh & (change > INSIDE) & (change > most / 2)
    volumes = fresh & ((volume > VOLUME) | (volume < 1.0 / VOLUME))

    def row(at: int) -> str:
        if volumes[at]:
            return f"its volume of 24 h streamed is {times(float(volume[at]))} that of the REST list"
        said, listed = percent(float(rows.change_24h[at])), percent(float(kept["rest_change"][at]))
        return f"its change of 24 h is {said} on the stream and {listed} in the REST list"

    def whole(places: Places) -> str:
        if volumes[places].sum() * 2 > len(places):
            return f"volumes of 24 h streamed are {times(middle(volume[places]))} those of the REST list"
        ratio = middle(np.abs(rows.change_24h[places] / kept["rest_change"][places]))
        return f"changes of 24 h streamed are {times(ratio)} those of the REST list"

    return Judged(
        "statistics",
        "tickers",
        coded(fresh & (change <= INSIDE) & ~volumes, changed | volumes),
        row,
        whole,
        needed=False,
    )
