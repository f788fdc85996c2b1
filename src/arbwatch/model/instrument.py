"""What can be watched on a venue: one market of one base in one quote currency."""

from typing import Literal

import msgspec

Market = Literal["spot", "perp", "p2p"]
Class = Literal["crypto", "stock", "commodity", "index", "fx", "unknown"]
Status = Literal["trading", "halted", "pre", "closing", "ended", "unknown"]


class Instrument(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="instrument", rename={"class_": "class"}):
    """Describe one market of a venue as the venue lists it.

    `price per asset unit = price / multiplier`; `size in asset units = size * contract_size`
    (multiplier already inside). `tick_size`, `lot_size` and `min_notional` are in the venue's own units.
    """

    venue: str
    symbol: str
    """The venue's spelling, verbatim."""
    market: Market
    base: str
    """The venue's word for what is traded, verbatim."""
    quote_currency: str
    settle_currency: str | None
    asset: str | None
    """The coin; None where one venue alone cannot tell (a base that carries a multiplier)."""
    multiplier: int
    """How many of the asset one price unit stands for."""
    contract_size: float
    """Asset units that one size unit stands for."""
    tick_size: float | None
    lot_size: float | None
    min_notional: float | None
    class_: Class
    status: Status
    listed: int | None
    """When trading began, UTC ns."""
    maker_fee: float | None = None
    """What this market's own row tells, as a fraction; negative is paid back. None where the listing is silent."""
    taker_fee: float | None = None
