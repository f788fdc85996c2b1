"""Turn instruments-info into instruments."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Raw

from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import multiplier, ns
from arbwatch.connector.wire import Reject
from arbwatch.model import Class, Instrument, Status
from arbwatch.venues.bybit import wire

# V5/enum#status.
STATUS: dict[str, Status] = {"PreLaunch": "pre", "Trading": "trading", "Delivering": "closing", "Closed": "ended"}
# V5/enum#symboltype; `innovation` and `adventure` are coins of higher risk. One that is new here is of unknown class.
CLASS: dict[str, Class] = {
    "": "crypto",
    "innovation": "crypto",
    "adventure": "crypto",
    "stock": "stock",
    "xstocks": "stock",
    "commodity": "commodity",
    "forex": "fx",
}
_LEVERAGED = re.compile(r"(?P<stem>.+)[2-9][LS]")


def rows(raws: Iterable[Raw]) -> Iterator[wire.InstrumentRow | Reject]:
    """Read listed rows one by one; a bad one is a Reject."""
    for raw in raws:
        try:
            yield _row(raw)
        except UNREADABLE as problem:
            yield reject(str(problem), bytes(raw))


def reject(reason: str, raw: bytes) -> Reject:
    """Refuse one row of the listing."""
    return Reject(what="instruments-info", reason=reason, raw=excerpt(raw))


def perpetual(row: wire.InstrumentRow) -> bool:
    """Tell a linear perpetual from the dated contracts listed with it."""
    return row.contractType == "LinearPerpetual"


def instruments(venue: str, market: Literal["spot", "perp"], raws: Iterable[Raw]) -> Iterator[Instrument | Reject]:
    """Read the rows of one page; a bad row is a Reject, other products are left out."""
    good: list[wire.InstrumentRow] = []
    for row in rows(raws):
        if isinstance(row, Reject):
            yield row
        else:
            good.append(row)
    if market == "perp":
        yield from (_perp(venue, row) for row in good if perpetual(row))
    else:
        bases = {row.baseCoin for row in good}
        yield from (_spot(venue, row) for row in good if not _leveraged(row.baseCoin, bases))


def _leveraged(base: str, bases: set[str]) -> bool:
    # BTC3L stands beside BTC; a coin of its own may end alike.
    found = _LEVERAGED.fullmatch(base)
    return found is not None and found["stem"] in bases


def _spot(venue: str, row: wire.InstrumentRow) -> Instrument:
    lot = row.lotSizeFilter
    return Instrument(
        venue=venue,
        symbol=row.symbol,
        market="spot",
        base=row.baseCoin,
        quote_currency=row.quoteCoin,
        settle_currency=None,
        # A token of a share is its own asset: `xstockMultiplier`, which grows with dividends, is no whole number.
        asset=row.baseCoin,
        multiplier=1,
        contract_size=1.0,
        tick_size=row.priceFilter.tickSize or None,
        # A step, whatever its name says.
        lot_size=lot.basePrecision or None,
        min_notional=lot.minOrderAmt or None,
        class_=CLASS.get(row.symbolType, "unknown"),
        status=STATUS.get(row.status, "unknown"),
        listed=None,
    )


def _perp(venue: str, row: wire.InstrumentRow) -> Instrument:
    kind = CLASS.get(row.symbolType, "unknown")
    # Names only of coins carry one; linear alone writes it behind as well (SHIB1000).
    per_unit = multiplier(row.baseCoin, behind=True) if kind == "crypto" else 1
    lot = row.lotSizeFilter
    return Instrument(
        venue=venue,
        symbol=row.symbol,
        market="perp",
        base=row.baseCoin,
        quote_currency=row.quoteCoin,
        settle_currency=row.settleCoin,
        asset=row.baseCoin if per_unit == 1 else None,
        multiplier=per_unit,
        contract_size=float(per_unit),
        tick_size=row.priceFilter.tickSize or None,
        lot_size=lot.qtyStep or None,
        min_notional=lot.minNotionalValue or None,
        class_=kind,
        status=_status(row),
        listed=ns(row.launchTime or None),
    )


def _status(row: wire.InstrumentRow) -> Status:
    status = STATUS.get(row.status, "unknown")
    if status != "trading":
        return status
    if row.isPreListing:
        return "pre"
    # Of a perpetual it is when it will be delisted; "0" where nothing is announced.
    return "closing" if row.deliveryTime else "trading"


_row = decoder(wire.InstrumentRow)
