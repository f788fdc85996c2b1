"""The bytes every client reads: best bid and ask of made-up spot symbols in Binance's combined-stream frames.

Source of the shapes: developers.binance.com, Spot, WebSocket Streams (individual symbol book ticker streams) and
General endpoints (exchange information).
"""

import random
import struct
from collections.abc import Callable, Iterator
from time import monotonic_ns
from typing import NamedTuple

import msgspec

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
QUOTE_CURRENCY = "USDT"
STAMP_BASE = 10**15
SEED = 20240817


class Top(NamedTuple):
    """The top of one book."""

    bid: float
    bid_size: float
    ask: float
    ask_size: float


def bases(count: int) -> list[str]:
    """Return `count` distinct made-up coins of four letters."""
    return [f"X{LETTERS[i // 676 % 26]}{LETTERS[i // 26 % 26]}{LETTERS[i % 26]}" for i in range(count)]


def symbols(count: int) -> list[str]:
    """Return `count` distinct symbols as the venue spells them."""
    return [base + QUOTE_CURRENCY for base in bases(count)]


def stream(symbol: str) -> str:
    """Name the stream of a symbol's best bid and ask."""
    return f"{symbol.lower()}@bookTicker"


def message(symbol: str, update: int, top: Top) -> bytes:
    """Write one combined-stream message."""
    return (
        f'{{"stream":"{stream(symbol)}","data":{{"u":{update},"s":"{symbol}","b":"{top.bid:.8f}",'
        f'"B":"{top.bid_size:.8f}","a":"{top.ask:.8f}","A":"{top.ask_size:.8f}"}}}}'
    ).encode()


def framed(payload: bytes) -> bytes:
    """Put a message into an unmasked WebSocket text frame."""
    size = len(payload)
    head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + struct.pack(">H", size)
    return head + payload


def flow(count: int, length: int) -> Iterator[tuple[str, bytes]]:
    """Yield `length` messages of `count` evenly busy symbols, the same ones on every call."""
    rng = random.Random(SEED)
    names = symbols(count)
    for update in range(length):
        symbol = names[rng.randrange(count)]
        bid = rng.uniform(0.5, 50_000)
        top = Top(bid, rng.uniform(0.001, 900), bid * 1.0002, rng.uniform(0.001, 900))
        yield symbol, message(symbol, 7_000_000_000 + update, top)


def last_top(index: int) -> Top:
    """Return what the symbol at `index` ends on; nothing in `flow` is like it."""
    return Top(100_000.0 + index, 1_000.0 + index, 100_000.5 + index, 2_000.0 + index)


def closing(count: int) -> list[tuple[str, bytes]]:
    """Return the last message of every symbol."""
    return [(s, message(s, 9_000_000_000 + i, last_top(i))) for i, s in enumerate(symbols(count))]


STATISTICS = "!miniTicker@arr"
"""The stream of every symbol's 24 h statistics."""


def statistics(names: list[str], now_ms: int) -> bytes:
    """Write one message of that stream."""
    rows = [
        {"e": "24hrMiniTicker", "E": now_ms, "s": name, "c": "25000.0", "o": "24000.0", "h": "50000.0", "l": "0.5"}
        | {"v": "1000.0", "q": f"{now_ms % 1000}.5"}
        for name in names
    ]
    return msgspec.json.encode({"stream": STATISTICS, "data": rows})


def wrong_symbols(count: int, read: Callable[[str], Top | None]) -> Iterator[str]:
    """Yield the symbols whose last state, as `read` tells it, is not what was sent last."""
    for index, symbol in reversed(list(enumerate(symbols(count)))):
        if read(symbol) != last_top(index):
            yield symbol


class Stamped(NamedTuple):
    """A message with room for the time it is sent at, in place of its bid size."""

    head: bytes
    tail: bytes

    def write(self) -> bytes:
        """Return the frame, stamped now."""
        return b"%b%d%b" % (self.head, monotonic_ns() % STAMP_BASE + STAMP_BASE, self.tail)


def stamped(payload: bytes) -> Stamped:
    """Make room for a stamp in a message; the stamp has always sixteen digits."""
    before, rest = payload.split(b'"B":"', 1)
    after = rest.split(b'"', 1)[1]
    whole = before + b'"B":"' + b"0" * 16 + b'"' + after
    frame = framed(whole)
    cut = frame.index(b'"B":"') + 5
    return Stamped(frame[:cut], frame[cut + 16 :])


def delay_ns(bid_size: float) -> int | None:
    """Tell how long ago a stamped message was sent; None for a bid size that is no stamp."""
    if bid_size < STAMP_BASE:
        return None
    return (monotonic_ns() - (int(bid_size) - STAMP_BASE)) % STAMP_BASE


def listing(count: int) -> bytes:
    """Write the venue's exchange information for `count` instruments."""
    rows = [_instrument(base) for base in bases(count)]
    return msgspec.json.encode(
        {"timezone": "UTC", "serverTime": 0, "rateLimits": [], "exchangeFilters": [], "symbols": rows}
    )


def _instrument(base: str) -> dict[str, object]:
    return {
        "symbol": base + QUOTE_CURRENCY,
        "status": "TRADING",
        "baseAsset": base,
        "baseAssetPrecision": 8,
        "quoteAsset": QUOTE_CURRENCY,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "MARKET"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.00000001", "maxPrice": "9999999.0", "tickSize": "0.00000001"},
            {"filterType": "LOT_SIZE", "minQty": "0.00000001", "maxQty": "9000000.0", "stepSize": "0.00000001"},
            {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True},
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
    }
