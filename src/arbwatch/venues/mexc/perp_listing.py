"""Turn contract details into instruments."""

from collections.abc import Iterator

from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import multiplier, ns, positive
from arbwatch.connector.wire import Reject
from arbwatch.model import Class, Instrument, Status
from arbwatch.venues.mexc import perp_wire as wire
from arbwatch.venues.mexc.perp_rest import payload
from arbwatch.venues.mexc.perp_rows import owns
from arbwatch.venues.mexc.values import several

PATH = "/api/v1/contract/detail"
# FUTURES/market-endpoints, "Get Contract Info"; after 2 nothing trades any longer.
STATUS: dict[int, Status] = {0: "trading", 1: "closing", 2: "ended", 3: "ended", 4: "halted"}
PERPETUAL = 1
TRADITIONAL = 2
"""`type` of most contracts on what is no coin."""
_PLATE = "mc-trade-zone-"
# Contracts carry many words; the first that fits decides. All but coins have `tradfi` as well, today's at least.
CLASSES: tuple[tuple[frozenset[str], Class], ...] = (
    (frozenset({"forex"}), "fx"),
    (frozenset({"commodities", "metals", "metalsfutures", "oil", "energyfutures", "agriculturefutures"}), "commodity"),
    (frozenset({"stock", "japanstock", "preipo"}), "stock"),
    (frozenset({"stockindex"}), "index"),
    (frozenset({"tradfi"}), "unknown"),
)
_SHARE = "STOCK"


def instruments(venue: str, body: bytes, status: int = 200) -> Iterator[Instrument | Reject]:
    """Read a listing; a bad row is a Reject. Raises VenueError where it is refused, DecodeError where unreadable."""
    seen: set[str] = set()
    for raw in payload(several, body, PATH, status):
        try:
            row: wire.ContractRow = _row(raw)
            if row.futureType != PERPETUAL or row.isHidden or row.settleCoin != row.quoteCoin:
                continue
            found = _instrument(venue, row, seen)
        except UNREADABLE as problem:
            yield Reject(what=PATH, reason=str(problem), raw=excerpt(raw))
        else:
            yield found


def _instrument(venue: str, row: wire.ContractRow, seen: set[str]) -> Instrument:
    if row.symbol in seen:
        raise ValueError(f"{row.symbol} is listed twice; the first row stands")
    if not row.contractSize:
        raise ValueError(f"{row.symbol} tells no contract size")
    if not owns(row.symbol):
        raise ValueError(f"{row.symbol} is spelt unlike any linear perpetual")
    seen.add(row.symbol)
    class_ = _class(row)
    per_unit = multiplier(row.baseCoin) if class_ == "crypto" else 1
    return Instrument(
        venue=venue,
        symbol=row.symbol,
        market="perp",
        base=row.baseCoin,
        quote_currency=row.quoteCoin,
        settle_currency=row.settleCoin,
        asset=row.baseCoin if per_unit == 1 else None,
        multiplier=per_unit,
        contract_size=row.contractSize * per_unit,
        tick_size=positive(row.priceUnit),
        lot_size=positive(row.volUnit),
        min_notional=None,
        class_=class_,
        status=_status(row),
        listed=ns(row.openingTime or row.createTime),
        maker_fee=row.makerFeeRate,
        taker_fee=row.takerFeeRate,
    )


def _class(row: wire.ContractRow) -> Class:
    words = {plate.lower().removeprefix(_PLATE) for plate in row.conceptPlate or ()}
    found = next((class_ for those, class_ in CLASSES if words & those), None)
    if found == "stock" and "stockindex" in words and not row.baseCoin.endswith(_SHARE):
        return "index"
    if found in {None, "unknown"} and row.baseCoin.endswith(_SHARE) and row.baseCoin != _SHARE:
        return "stock"
    return found or ("unknown" if row.type == TRADITIONAL else "crypto")


def _status(row: wire.ContractRow) -> Status:
    status = STATUS.get(row.state, "unknown")
    return "pre" if status == "trading" and row.preMarket else status


_row = decoder(wire.ContractRow)
