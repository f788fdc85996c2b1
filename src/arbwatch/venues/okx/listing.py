"""Turn instruments into ours."""

from collections.abc import Iterator
from typing import Literal

from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import multiplier, positive
from arbwatch.connector.wire import Reject
from arbwatch.model import Class, Instrument, Status
from arbwatch.venues.okx import rest, rows, wire
from arbwatch.venues.okx.rows import Twin

PATH = "/api/v5/public/instruments"
# PUBLIC-rest-api-get-instruments, `state`. During a rebase a contract's size changes and nobody trades.
STATUS: dict[str, Status] = {
    "live": "trading",
    "suspend": "halted",
    "rebase": "halted",
    "post_only": "halted",
    "test": "halted",
    "preopen": "pre",
}
# The same page, `instCategory`; bonds (6) and what is new are of unknown class. Before the field all were crypto.
CLASS: dict[str, Class] = {"": "crypto", "1": "crypto", "3": "stock", "4": "commodity", "5": "fx"}
# The same page, `ruleType`: what trades as usual, and what is left out.
_USUAL = ("", "normal", "rebase_contract")
_XPERP = "xperp"


class _UnfitError(Exception):
    """A row cannot become an instrument; says why."""


def instruments(twin: Twin, market: Literal["spot", "perp"], body: bytes) -> Iterator[Instrument | Reject]:
    """Read a listing; a bad row is a Reject. Raises VenueError where it is refused, DecodeError where unreadable."""
    seen: set[str] = set()
    for raw in rest.data(body, PATH):
        try:
            row: wire.InstrumentRow = _row(raw)
            if row.instType != twin.product:
                continue
            found = _read(twin, market, row, seen)
        except (*UNREADABLE, _UnfitError) as problem:
            yield Reject(what=PATH, reason=str(problem), raw=excerpt(raw))
        else:
            if found is not None:
                yield found


def _read(twin: Twin, market: Literal["spot", "perp"], row: wire.InstrumentRow, seen: set[str]) -> Instrument | None:
    if row.instId in seen:
        raise _UnfitError(f"{row.instId} is listed twice; the first row stands")
    seen.add(row.instId)
    return _spot(twin, row) if market == "spot" else _perp(twin, row)


def _spot(twin: Twin, row: wire.InstrumentRow) -> Instrument:
    return _instrument(twin, "spot", row, row.baseCcy, row.quoteCcy, 1.0)


def _perp(twin: Twin, row: wire.InstrumentRow) -> Instrument | None:
    size, times = rows.number(row.ctVal), rows.number(row.ctMult)
    if row.ctType == "inverse" or row.ruleType == _XPERP or (row.state == "preopen" and not (size and times)):
        # What opens later is listed before its numbers are.
        return None
    if row.ctType != "linear":
        raise _UnfitError(f"{row.instId} is of contract type {row.ctType!r}, not linear")
    if not (size and times):
        raise _UnfitError(f"{row.instId} tells no contract size (ctVal {row.ctVal!r}, ctMult {row.ctMult!r})")
    base, _, currency = (row.uly or row.instFamily).partition("-")
    if row.ctValCcy != base:
        raise _UnfitError(f"the contract size of {row.instId} is in {row.ctValCcy!r}, not in {base!r}")
    return _instrument(twin, "perp", row, base, currency, size * times)


def _instrument(
    twin: Twin, market: Literal["spot", "perp"], row: wire.InstrumentRow, base: str, currency: str, size: float
) -> Instrument:
    if not (base and currency):
        raise _UnfitError(f"{row.instId} does not name both of its currencies")
    if not twin.owns(row.instId):
        raise _UnfitError(f"{row.instId} is spelt unlike any {twin.product} instrument")
    per_unit = multiplier(base)
    return Instrument(
        venue=twin.venue,
        symbol=row.instId,
        market=market,
        base=base,
        quote_currency=currency,
        settle_currency=row.settleCcy or None,
        asset=base if per_unit == 1 else None,
        multiplier=per_unit,
        contract_size=size * per_unit,
        tick_size=positive(rows.number(row.tickSz)),
        lot_size=positive(rows.number(row.lotSz)),
        min_notional=None,
        class_=CLASS.get(row.instCategory, "unknown"),
        status=_status(row),
        listed=rows.time(row.listTime),
    )


def _status(row: wire.InstrumentRow) -> Status:
    status = STATUS.get(row.state, "unknown")
    if row.ruleType in _USUAL or status != "trading":
        return status
    return "pre" if row.ruleType == "pre_market" else "unknown"


_row = decoder(wire.InstrumentRow)
