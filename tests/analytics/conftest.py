"""Two venues of one exchange and one elsewhere, with quotes set in a line each."""

from collections.abc import Callable
from typing import Any

import pytest

from arbwatch.market.table import Table
from tests.market.conftest import LANES, NOW, instrument, quote


class Pair:
    """One asset on spot and perp of the same exchange."""

    def __init__(self, spot: dict[str, Any] | None = None, perp: dict[str, Any] | None = None) -> None:
        self.table = Table(LANES, width=4)
        self.table.relist("here_spot", [instrument("AUSDT", **(spot or {}))], NOW)
        self.table.relist("here_perp", [instrument("AUSDT", "here_perp", **(perp or {}))], NOW)

    def put(self, venue: str, bid: float | None, ask: float | None, **more: Any) -> "Pair":
        self.table.door(venue)["AUSDT"] = quote("AUSDT", bid, ask, venue=venue, **more)
        self.table.drain(NOW)
        return self


MakePair = Callable[..., Pair]


@pytest.fixture
def make_pair() -> MakePair:
    return Pair
