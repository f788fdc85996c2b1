"""Turn exchangeInfo into instruments."""

from collections.abc import Iterator
from typing import Literal

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import multiplier, ns, positive
from arbwatch.connector.wire import Reject
from arbwatch.model import Class, Instrument, Status
from arbwatch.venues.binance import wire

# SPOT/api/rest-api/~ "Symbol status (status)", USDM/api "Contract Status (contractStatus, status)".
STATUS: dict[str, Status] = {
    "TRADING": "trading",
    "PRE_TRADING": "pre",
    "PENDING_TRADING": "pre",
    "HALT": "halted",
    "BREAK": "halted",
    "AUCTION_MATCH": "halted",
    "CANCEL_ONLY": "halted",
    "END_OF_DAY": "halted",
    "POST_TRADING": "halted",
    "TRADING_HALT": "halted",
    "DOWN": "halted",
    "PRE_DELISTING": "closing",
    "DELISTING": "closing",
    "PRE_DELIVERING": "closing",
    "DELIVERING": "closing",
    "PRE_SETTLE": "closing",
    "SETTLING": "closing",
    "DELIVERED": "ended",
    "CLOSE": "ended",
}
# What `underlyingType` says of a perpetual; one that is new here is of unknown class.
CLASS: dict[str, Class] = {
    "": "crypto",
    "COIN": "crypto",
    "INDEX": "index",
    "EQUITY": "stock",
    "HK_EQUITY": "stock",
    "KR_EQUITY": "stock",
    "COMMODITY": "commodity",
    "FX": "fx",
    "FOREX": "fx",
}
# Shares as tokens trade in the spot namespace, and without a key nothing in the listing marks them (the list of
# tokenized assets, .../advanced-trading-stocks-trading/api/rest-api/tokenized, asks for one). Ticker plus B.
_TOKENS = """
AAOIB AAPLB AGPUB ALABB AMATB AMDB AMZNB ARMB AVGOB AXTIB BABAB BMNRB BNCB CBRSB COINB CRCLB CRDOB CYPHB DRAMB EWYB
FLNCB GOOGLB HOODB INTCB INTWB IRENB KORUB LITEB METAB MSFTB MSTRB MUB NBISB NVDAB ORCLB PLTRB QQQB RKLBB SKHYB
SNDKB SNXXB SOXLB SOXSB SPCXB SPYB TQQQB TSLAB
"""
STOCK_TOKENS = frozenset(_TOKENS.split())
# A dated contract is told by its type, or by the date in its symbol while it has none.
PERPETUAL = ("PERPETUAL", "TRADIFI_PERPETUAL")


def instruments(venue: str, market: Literal["spot", "perp"], body: bytes) -> Iterator[Instrument | Reject]:
    """Read a listing; a bad row is a Reject. Raises DecodeError where the body is no listing."""
    try:
        rows = _info(body).symbols
    except UNREADABLE as problem:
        raise DecodeError(f"exchangeInfo: {problem}") from None
    good: list[wire.SymbolRow] = []
    seen: set[str] = set()
    for raw in rows:
        try:
            row: wire.SymbolRow = _row(raw)
        except UNREADABLE as problem:
            yield _reject(str(problem), bytes(raw))
            continue
        if row.symbol in seen:
            yield _reject(f"{row.symbol} is listed twice; the first row stands", bytes(raw))
            continue
        seen.add(row.symbol)
        good.append(row)
    if market == "perp":
        yield from (_perp(venue, row) for row in good if _perpetual(row))
    else:
        bases = {row.baseAsset for row in good}
        wanted = (row for row in good if row.baseAsset not in STOCK_TOKENS and not _leveraged(row, bases))
        yield from (_spot(venue, row) for row in wanted)


def _reject(reason: str, raw: bytes) -> Reject:
    return Reject(what="exchangeInfo", reason=reason, raw=excerpt(raw))


def _perpetual(row: wire.SymbolRow) -> bool:
    return row.contractType in PERPETUAL or (not row.contractType and "_" not in row.symbol)


def _leveraged(row: wire.SymbolRow, bases: set[str]) -> bool:
    # BTCUP and BTCDOWN come as a pair beside BTC; JUP, SUPER or SYRUP have no such twin.
    if row.permissions == ["LEVERAGED"]:
        return True
    for ending, other in (("UP", "DOWN"), ("DOWN", "UP")):
        stem = row.baseAsset.removesuffix(ending)
        if stem != row.baseAsset and stem in bases and stem + other in bases:
            return True
    return False


def _spot(venue: str, row: wire.SymbolRow) -> Instrument:
    status = STATUS.get(row.status, "unknown")
    if status == "trading" and not row.isSpotTradingAllowed:
        status = "halted"
    return _instrument(venue, "spot", row, status, "crypto")


def _perp(venue: str, row: wire.SymbolRow) -> Instrument:
    kind = CLASS.get(row.underlyingType, "unknown")
    if row.underlyingType == "PREMARKET":
        # Not yet listed anywhere: a company where the contract is a TradFi one, else a coin.
        kind = "stock" if row.contractType == "TRADIFI_PERPETUAL" else "crypto"
    elif row.contractType == "TRADIFI_PERPETUAL" and kind == "crypto":
        kind = "unknown"
    return _instrument(venue, "perp", row, STATUS.get(row.status, "unknown"), kind)


def _instrument(
    venue: str, market: Literal["spot", "perp"], row: wire.SymbolRow, status: Status, kind: Class
) -> Instrument:
    rules = {rule.filterType: rule for rule in row.filters}
    price, lot = rules.get("PRICE_FILTER"), rules.get("LOT_SIZE")
    least = rules.get("NOTIONAL") or rules.get("MIN_NOTIONAL")
    per_unit = multiplier(row.baseAsset)
    return Instrument(
        venue=venue,
        symbol=row.symbol,
        market=market,
        base=row.baseAsset,
        quote_currency=row.quoteAsset,
        settle_currency=row.marginAsset,
        asset=row.baseAsset if per_unit == 1 else None,
        multiplier=per_unit,
        contract_size=float(per_unit),
        tick_size=positive(price.tickSize) if price else None,
        lot_size=positive(lot.stepSize) if lot else None,
        # Spot calls it minNotional, USD-M notional.
        min_notional=positive(least.minNotional or least.notional) if least else None,
        class_=kind,
        status=status,
        listed=ns(row.onboardDate),
    )


_info = decoder(wire.ExchangeInfo)
_row = decoder(wire.SymbolRow)
