"""Any number of venues, with a market in a line each."""

from typing import Any

from arbwatch.analytics.spreads import Rules, Spreads, scan
from arbwatch.market.snapshot import Snapshot
from arbwatch.market.table import Lane, Table
from arbwatch.model import Instrument
from tests.market.conftest import NOW, instrument, quote


class Venues:
    """Markets of venues `<exchange>_spot` and `<exchange>_perp`, each with its quote."""

    def __init__(self, *exchanges: str) -> None:
        lanes = [Lane(f"{name}_{market}", name, market) for name in exchanges for market in ("spot", "perp")]
        self.table = Table(lanes, width=4)
        self._listed: dict[str, list[Instrument]] = {lane.venue: [] for lane in lanes}

    def put(self, venue: str, base: str, bid: float | None, ask: float | None, **facts: Any) -> "Venues":
        """List a market and quote it; what is no fact of an instrument is one of its quote."""
        told = {name: facts.pop(name) for name in ("bid_size", "ask_size", "time", "received") if name in facts}
        one = instrument(f"{base}USDT", venue, base=base, **facts)
        self._listed[venue].append(one)
        self.table.relist(venue, self._listed[venue], NOW)
        self.table.door(venue)[one.symbol] = quote(one.symbol, bid, ask, venue=venue, **told)
        self.table.drain(NOW)
        return self

    def snapshot(self, at: int = NOW) -> Snapshot:
        return self.table.snapshot(at)

    def scan(self, at: int = NOW, **rules: Any) -> Spreads:
        return scan(self.snapshot(at), Rules(**rules))


def legs(spreads: Spreads) -> list[tuple[str, str]]:
    """Name the venues of every spread found, buy side first."""
    return [(one.buy.venue, one.sell.venue) for one in spreads.found]
