"""Pushes of MEXC spot, written byte by byte: field numbers as in https://github.com/mexcdevelop/websocket-proto."""

NAMES = "spot@public.{}.v3.api.pb@{}"
TOP, DEPTH, DEALS, DAY, PART = 315, 313, 314, 310, 303


def varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def text(number: int, value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def whole(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def texts(*values: str) -> bytes:
    """Write fields from 1 on; empty ones are left out, as the venue leaves them out."""
    return b"".join(text(number, value) for number, value in enumerate(values, 1) if value)


def push(channel: str, symbol: str, body: bytes, number: int, sent: int | None) -> bytes:
    head = text(1, channel) + (text(3, symbol) if symbol else b"")
    return head + (whole(6, sent) if sent is not None else b"") + (text(number, body) if number else b"")


def top(symbol: str, *values: str, sent: int | None) -> bytes:
    """Write a push of best bid, its size, best ask, its size."""
    more = text(5, "81999275445") + whole(6, 1_795_176_004_990)
    return push(NAMES.format("aggre.bookTicker", f"100ms@{symbol}"), symbol, texts(*values) + more, TOP, sent)


def depth(symbol: str, first: str, last: str, *levels: tuple[int, str, str], sent: int | None) -> bytes:
    """Write a push of changes: 1 asks, 2 bids, with price and size."""
    sides = b"".join(text(side, texts(price, size)) for side, price, size in levels)
    body = sides + text(3, "spot@public.aggre.depth.v3.api.pb@100ms") + text(4, first) + text(5, last)
    return push(NAMES.format("aggre.depth", f"100ms@{symbol}"), symbol, body, DEPTH, sent)


def deals(symbol: str, *rows: tuple[str, str, int, int, str], sent: int | None) -> bytes:
    """Write a push of trades: price, size, 1 bought or 2 sold, time, id."""
    body = b"".join(
        text(1, texts(price, size) + whole(3, side) + whole(4, time) + text(5, name))
        for price, size, side, time, name in rows
    )
    return push(NAMES.format("aggre.deals", f"100ms@{symbol}"), symbol, body, DEALS, sent)


def day(*rows: tuple[str, ...], span: str = "24H", sent: int | None) -> bytes:
    """Write a push of statistics: symbol, price, change UTC+8, change, high, low, turnover, volume."""
    body = b"".join(text(1, texts(*row)) for row in rows)
    return push(NAMES.format("miniTickers", span), "", body, DAY, sent)
