"""Instruments and quotes in a line each."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from arbwatch.market.table import Lane, Table
from arbwatch.model import Instrument, Quote

S = 1_000_000_000
NOW = 1_790_000_000 * S
LANES = (Lane("here_spot", "here", "spot"), Lane("here_perp", "here", "perp"), Lane("there_spot", "there", "spot"))


def instrument(symbol: str, venue: str = "here_spot", **facts: Any) -> Instrument:
    base = facts.pop("base", symbol.removesuffix("USDT"))
    multiplier = facts.get("multiplier", 1)
    plain = Instrument(
        venue=venue,
        symbol=symbol,
        market="perp" if venue.endswith("perp") else "spot",
        base=base,
        quote_currency="USDT",
        settle_currency=None,
        asset=base if multiplier == 1 else None,
        multiplier=multiplier,
        contract_size=float(multiplier),
        tick_size=0.01,
        lot_size=0.001,
        min_notional=5.0,
        class_="crypto",
        status="trading",
        listed=None,
    )
    return replace(plain, **facts)


def quote(symbol: str, bid: float | None = 1.0, ask: float | None = 2.0, received: int = NOW, **more: Any) -> Quote:
    plain = Quote("here_spot", symbol, bid, 10.0, ask, 20.0, None, received)
    return replace(plain, **more)


@pytest.fixture
def table() -> Table:
    made = Table(LANES, width=4)
    made.relist("here_spot", [instrument("AUSDT"), instrument("BUSDT"), instrument("CUSDT")], NOW)
    return made


Cell = Callable[..., Any]


@pytest.fixture
def cell() -> Cell:
    """Read one cell of a table or snapshot by venue and symbol."""

    def read(source: Any, symbol: str, name: str, venue: str = "here_spot") -> Any:
        snapshot = source.snapshot(NOW) if isinstance(source, Table) else source
        lane = snapshot.lane(venue)
        return getattr(snapshot, name)[lane, snapshot.layout.rows[lane][symbol]].item()

    return read
