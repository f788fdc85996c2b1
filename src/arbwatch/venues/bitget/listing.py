"""Turn listed pairs and contracts into instruments."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import multiplier, positive
from arbwatch.connector.wire import Reject
from arbwatch.model import Class, Instrument, Status
from arbwatch.venues.bitget import rest, rows, wire
from arbwatch.venues.bitget.rows import Twin

# DOCS/spot/market/Get-Symbols, `status`; gray is open to few.
SPOT: dict[str, Status] = {"online": "trading", "halt": "halted", "gray": "pre", "offline": "ended"}
# DOCS/contract/market/Get-All-Symbols-Contracts, `symbolStatus`; in limit_open positions can only be closed, and
# restrictedAPI takes no orders from programs.
PERP: dict[str, Status] = {
    "normal": "trading",
    "listed": "pre",
    "maintain": "halted",
    "restrictedAPI": "halted",
    "limit_open": "closing",
    "off": "ended",
}
# The same page, `isRwa`: a share, an index, a metal or a token of one; which of them it does not say.
CLASS: dict[str, Class] = {"NO": "crypto", "": "crypto"}
CURRENCY = "USDT"
"""What every contract of the product is quoted and settled in."""
_LEVERAGED = re.compile(r"(?P<stem>.+)[2-9][LS]")


class _UnfitError(Exception):
    """A row cannot become an instrument; says why."""


def instruments(twin: Twin, body: bytes) -> Iterator[Instrument | Reject]:
    """Read a listing; a bad row is a Reject. Raises VenueError where it is refused, DecodeError where unreadable."""
    path = rest.LISTINGS[twin.market].path
    read, seen = _readers[twin.market], set[str]()
    raws = rest.data(body, path)
    bases = {row.baseCoin for raw in raws if (row := _name(raw)) is not None}
    for raw in raws:
        try:
            found = read(twin, raw, bases)
        except (*UNREADABLE, _UnfitError) as problem:
            yield Reject(what=path, reason=str(problem), raw=excerpt(raw))
            continue
        if found is None:
            continue
        if found.symbol in seen:
            reason = f"{found.symbol} is listed twice; the first row stands"
            yield Reject(what=path, reason=reason, raw=excerpt(raw))
            continue
        seen.add(found.symbol)
        yield found


def _spot(twin: Twin, raw: Any, bases: set[str]) -> Instrument | None:
    row: wire.SpotRow = _spot_row(raw)
    if _leveraged(row.baseCoin, bases):
        return None
    per_unit = multiplier(row.baseCoin)
    return Instrument(
        venue=twin.venue,
        symbol=row.symbol,
        market="spot",
        base=row.baseCoin,
        quote_currency=row.quoteCoin,
        settle_currency=None,
        asset=row.baseCoin if per_unit == 1 else None,
        multiplier=per_unit,
        contract_size=float(per_unit),
        tick_size=_step(1, row.pricePrecision),
        lot_size=_step(1, row.quantityPrecision),
        # Told in USDT whatever the pair is quoted in.
        min_notional=positive(rows.number(row.minTradeUSDT)) if row.quoteCoin == CURRENCY else None,
        class_="crypto",
        status=_status(SPOT, row.status, row.offTime),
        listed=rows.time(row.openTime),
        maker_fee=rows.number(row.makerFeeRate),
        taker_fee=rows.number(row.takerFeeRate),
    )


def _perp(twin: Twin, raw: Any, _bases: set[str]) -> Instrument | None:
    row: wire.PerpRow = _perp_row(raw)
    if row.quoteCoin != CURRENCY or row.symbolType == "delivery":
        return None
    if row.symbolType != "perpetual":
        raise _UnfitError(f"{row.symbol} is of type {row.symbolType!r}, neither perpetual nor delivery")
    if row.supportMarginCoins and CURRENCY not in row.supportMarginCoins:
        raise _UnfitError(f"{row.symbol} is settled in {', '.join(row.supportMarginCoins)}, not in {CURRENCY}")
    kind = CLASS.get(row.isRwa, "unknown")
    # Names only of coins carry one.
    per_unit = multiplier(row.baseCoin) if kind == "crypto" else 1
    return Instrument(
        venue=twin.venue,
        symbol=row.symbol,
        market="perp",
        base=row.baseCoin,
        quote_currency=row.quoteCoin,
        settle_currency=CURRENCY,
        asset=row.baseCoin if per_unit == 1 else None,
        multiplier=per_unit,
        contract_size=float(per_unit),
        tick_size=_step(row.priceEndStep, row.pricePlace),
        lot_size=positive(rows.number(row.sizeMultiplier)),
        min_notional=positive(rows.number(row.minTradeUSDT)),
        class_=kind,
        status=_status(PERP, row.symbolStatus, row.offTime),
        listed=rows.time(row.launchTime) or rows.time(row.openTime),
        maker_fee=rows.number(row.makerFeeRate),
        taker_fee=rows.number(row.takerFeeRate),
    )


def _status(known: dict[str, Status], word: str, off: int | str | None) -> Status:
    status = known.get(word, "unknown")
    # A symbol trades on until it is taken off.
    return "closing" if status == "trading" and rows.time(off) is not None else status


def _step(times: int | str | None, digits: int | str | None) -> float | None:
    """Return so many units of the last digit."""
    if not isinstance(times, int) or not isinstance(digits, int):
        return None
    return positive(float(f"{times}e-{digits}"))


def _leveraged(base: str, bases: set[str]) -> bool:
    # BTC3L stands beside BTC; a coin of its own may end alike.
    found = _LEVERAGED.fullmatch(base)
    return found is not None and found["stem"] in bases


def _name(raw: Any) -> Any:
    try:
        return _based(raw)
    except UNREADABLE:
        return None


_spot_row = decoder(wire.SpotRow)
_perp_row = decoder(wire.PerpRow)
_based = decoder(wire.Based)
_readers: dict[str, Callable[[Twin, Any, set[str]], Instrument | None]] = {"spot": _spot, "perp": _perp}
