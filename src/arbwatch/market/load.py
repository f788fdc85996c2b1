"""How busy the program is, when that is too much, and which markets are given up first. Pure: who calls it acts."""

from collections import deque
from typing import Literal

import msgspec
import numpy as np

from arbwatch.market.columns import Floats
from arbwatch.market.snapshot import Snapshot

DOLLARS = frozenset(["USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI", "USDE", "USDD", "PYUSD", "USD1", "RLUSD"])
"""Currencies that are near enough to one another to compare how much is traded."""


class Load(msgspec.Struct, frozen=True):
    """How the loop that reads every venue does; None is unknown."""

    busy: float | None = None
    """Share of the last second in which it was at work."""
    late_ms: float | None = None
    """The longest that anything due had to wait within the last second."""
    behind: bool = False
    """It does not keep up."""
    markets: int = 0
    """That would be followed."""
    dropped: int = 0
    """Of these, not followed for now."""


class Limits(msgspec.Struct, frozen=True):
    """When it is too much, and how fast markets are given up and taken back. Times are seconds."""

    busy: float = 0.95
    late_s: float = 0.25
    window_s: float = 1.0
    after_s: float = 3.0
    """Behind for so long, markets are dropped."""
    settle_s: float = 3.0
    """Nothing more is dropped so soon after: it takes a moment to work."""
    share: float = 0.2
    """Of those followed, dropped at once."""
    least: float = 0.05
    """Share of all that is followed whatever happens."""
    well_busy: float = 0.7
    well_late_s: float = 0.1
    well_s: float = 15.0
    """Well for so long, some are taken back; twice as long after each time that it was too early."""
    back: float = 0.1
    """Share of all that is taken back at once."""
    longest_s: float = 600.0


class Gauge:
    """Tell the load of the last second out of readings made several times a second. Times are the loop's, seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._readings: deque[tuple[float, float, float]] = deque()

    def read(self, now: float, late_s: float, idle_s: float) -> Load:
        """Take one reading: how late it came, and how long the loop was idle since it began."""
        readings, limits = self._readings, self._limits
        readings.append((now, late_s, idle_s))
        while len(readings) > 2 and now - readings[1][0] >= limits.window_s:
            readings.popleft()
        began, _, idle = readings[0]
        late = max(late for _, late, _ in readings)
        if now - began < limits.window_s / 2:
            return Load(late_ms=late * 1e3, behind=late >= limits.late_s)
        busy = min(1.0, max(0.0, 1.0 - (idle_s - idle) / (now - began)))
        return Load(busy, late * 1e3, busy >= limits.busy or late >= limits.late_s)


Act = Literal["none", "drop", "back"]


class Governor:
    """Decide when markets are dropped and taken back: quickly, and slowly."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._behind_since: float | None = None
        self._well_since: float | None = None
        self._patience_s = limits.well_s
        self._changed = float("-inf")
        self._took_back = False

    def decide(self, now: float, load: Load, dropped: int, *, calm: bool) -> Act:
        """Say what to do at `now`; `calm` is False while something that is over soon keeps the program busy."""
        limits = self._limits
        self._behind_since = (self._behind_since or now) if load.behind and calm else None
        well = (
            load.busy is not None and load.busy <= limits.well_busy and (load.late_ms or 0) <= limits.well_late_s * 1e3
        )
        self._well_since = (self._well_since or now) if well else None
        if self._behind_since is not None:
            long = now - self._behind_since >= limits.after_s
            return "drop" if long and now - self._changed >= limits.settle_s else "none"
        if not dropped:
            self._patience_s = limits.well_s
        elif self._well_since is not None and now - max(self._well_since, self._changed) >= self._patience_s:
            return "back"
        return "none"

    def acted(self, now: float, act: Act) -> None:
        """Take note that it was done."""
        if act == "drop" and self._took_back:
            self._patience_s = min(self._limits.longest_s, 2 * self._patience_s)
        self._changed, self._took_back = now, act == "back"


def turnover(view: Snapshot) -> Floats:
    """Return what each row trades in 24 h, roughly in dollars, shape (lanes, width); NaN where unknown."""
    mid = (view.bid + view.ask) / 2 / view.multiplier
    worth = np.full(len(view.keys), np.nan)
    rates = _rates(view, mid)
    for column, key in enumerate(view.keys):
        worth[column] = rates.get(key.quote_currency, np.nan)
    traded = np.where(np.isnan(view.quote_volume), view.base_volume * view.contract_size * mid, view.quote_volume)
    found: Floats = traded * worth
    return found


def _rates(view: Snapshot, mid: Floats) -> dict[str, float]:
    rates = dict.fromkeys(DOLLARS, 1.0)
    wanted = {key.quote_currency for key in view.keys} - DOLLARS
    with np.errstate(all="ignore"):
        middle = np.fmax.reduce(mid, 0)
    for column, key in enumerate(view.keys):
        price = float(middle[column])
        if not price > 0:
            continue
        if key.asset in wanted and key.quote_currency in DOLLARS:
            rates.setdefault(key.asset, price)
        elif key.asset in DOLLARS and key.quote_currency in wanted:
            rates.setdefault(key.quote_currency, 1.0 / price)
    return rates
