"""Turn exchangeInfo into instruments."""

import re
from collections.abc import Iterator

from arbwatch.connector.payload import decoder, excerpt
from arbwatch.connector.units import multiplier, ns
from arbwatch.connector.wire import Reject
from arbwatch.model import Class, Instrument, Status
from arbwatch.venues.mexc import spot_wire as wire
from arbwatch.venues.mexc.values import number, positive, read, rows

PATH = "/api/v3/exchangeInfo"
# SPOT/market-data-endpoints, "Exchange Information": 1 online, 2 paused, 3 offline.
STATUS: dict[str, Status] = {"1": "trading", "2": "halted", "3": "ended"}
BOTH_SIDES = 1
STOCKS = "tokenized stocks"
_LEVERAGED = re.compile(r"(?P<stem>.+)[2-9][LS]")
_SHARE = re.compile(r"\b(?:xstock|tokenized stock)\b", re.IGNORECASE)


def instruments(venue: str, body: bytes, status: int = 200) -> Iterator[Instrument | Reject]:
    """Read a listing; a bad row is a Reject. Raises VenueError where it is refused, DecodeError where unreadable."""
    listed: wire.ExchangeInfo = read(_info, body, PATH, status)
    good: dict[str, wire.SymbolRow] = {}
    for row in rows(_row, listed.symbols, PATH):
        if isinstance(row, Reject):
            yield row
        elif row.symbol in good:
            yield Reject(PATH, f"{row.symbol} is listed twice; the first row stands", excerpt(row.symbol.encode()))
        else:
            good[row.symbol] = row
    bases = {row.baseAsset for row in good.values()}
    yield from (_instrument(venue, row) for row in good.values() if not _leveraged(row.baseAsset, bases))


def _leveraged(base: str, bases: set[str]) -> bool:
    # BTC3L stands beside BTC; a coin of its own may end alike.
    found = _LEVERAGED.fullmatch(base)
    return found is not None and found["stem"] in bases


def _instrument(venue: str, row: wire.SymbolRow) -> Instrument:
    class_ = _class(row)
    per_unit = multiplier(row.baseAsset) if class_ == "crypto" else 1
    return Instrument(
        venue=venue,
        symbol=row.symbol,
        market="spot",
        base=row.baseAsset,
        quote_currency=row.quoteAsset,
        settle_currency=None,
        asset=row.baseAsset if per_unit == 1 else None,
        multiplier=per_unit,
        contract_size=float(per_unit),
        tick_size=_step(row.quoteAssetPrecision),
        lot_size=positive(row.baseSizePrecision) or _step(row.baseAssetPrecision),
        min_notional=positive(row.quoteAmountPrecision),
        class_=class_,
        status=_status(row),
        listed=ns(row.firstOpenTime),
        maker_fee=number(row.makerCommission),
        taker_fee=number(row.takerCommission),
    )


def _step(digits: int | None) -> float | None:
    return None if digits is None else float(f"1e-{digits}")


def _class(row: wire.SymbolRow) -> Class:
    plates = {plate.lower() for plate in row.conceptPlates or ()}
    return "stock" if STOCKS in plates or _SHARE.search(row.fullName or "") else "crypto"


def _status(row: wire.SymbolRow) -> Status:
    # `isSpotTradingAllowed` says whether orders may come by the API; people trade where it is false as well.
    status = STATUS.get(row.status, "unknown")
    return "halted" if status == "trading" and row.tradeSideType != BOTH_SIDES else status


_info = decoder(wire.ExchangeInfo)
_row = decoder(wire.SymbolRow)
