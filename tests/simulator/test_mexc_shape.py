"""The simulated MEXC writes what was recorded and documented: the same bytes, fields, types, nesting and order."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from arbwatch.simulator import mexc_wire
from tests.evidence.shape import differences, skeleton
from tests.simulator import mexc_pb
from tests.simulator.conftest import Outside, wait_until
from tests.simulator.mexc_world import BEST, DEALS, DEPTH, LIMITED, PERP, SPOT, channel, topics, world

SPOT_PATHS = ("exchangeInfo", "defaultSymbols", "depth", "ticker/24hr", "ticker/bookTicker", "ticker/price", "time")
CONTRACT_PATHS = (
    "ping", "detail", "ticker", "funding_rate", "funding_rate/history", "index_price", "fair_price", "depth",
    "depth_commits",
)  # fmt: skip
DOCS = "https://www.mexc.com/api-docs/spot-v3/market-data-endpoints"
CONTRACT_DOCS = "https://www.mexc.com/api-docs/futures"
NOT_RECORDED = {
    "perp ticker all", "rs.sub.contract", "rs.sub.deal", "rs.sub.depth",
    "rs.sub.fair.price", "rs.sub.funding.rate", "rs.sub.index.price", "rs.sub.ticker", "rs.sub.tickers",
    "spot ticker/price one",
}  # fmt: skip
LISTS = ("conceptPlate", "depthStepList", "indexOrigin")
"""Lists of words, which may have two elements; the skeleton tells such by their places."""
NEWER = {
    "publicAggreDepths": ({"publicAggreDepths.lastOrderCreateTime"}, "since 2026-06, after what was kept decoded"),
    "perp depth_commits all": ({"data[].asks[]"}, "none of the recorded changes is on that side"),
    "push.tickers": (
        {
            f"data[].{name}"
            for name in (
                "amount24",
                "high24Price",
                "indexPrice",
                "lower24Price",
                "maxBidPrice",
                "minAskPrice",
                "timestamp",
            )
        },
        f"cut short in what was kept. {CONTRACT_DOCS}/websocket-api/tickers",
    ),
}
"""Fields that are written today and were not, or not in what was kept."""
EMPTY = f"a side without orders and a pair that is dead. {DOCS}/symbol-order-book-ticker"
SAMPLE = f"empty in the documented sample, as recorded in the list. {DOCS}/24hr-ticker-price-change-statistics"
DIGITS = "coins whose name is a number"
ALLOWED: dict[tuple[str, str], str] = {
    ("spot exchangeInfo one", "symbols[].baseAsset"): DIGITS, ("spot exchangeInfo one", "symbols[].fullName"): DIGITS,
    ("perp detail all", "data[].baseCoin"): DIGITS, ("perp detail all", "data[].baseCoinName"): DIGITS,
    ("spot ticker/24hr one", "askQty"): SAMPLE, ("spot ticker/24hr one", "bidQty"): SAMPLE,
    ("spot ticker/24hr one", "quoteVolume"): SAMPLE, ("spot ticker/24hr all", "[].quoteVolume"): EMPTY,
} | {
    (f"spot ticker/{path} all", f"[].{key}"): EMPTY
    for path in ("24hr", "bookTicker") for key in ("bidPrice", "bidQty", "askPrice", "askQty")
}  # fmt: skip
CHANNELS = ("depth", "depth.full", "ticker", "deal", "funding.rate", "fair.price", "index.price")


class Kept(NamedTuple):
    """One recorded or documented message."""

    key: str
    live: bool
    message: Any


def _lines(folder: Path, *names: str) -> Iterator[dict[str, Any]]:
    for name in names:
        for text in (folder / "mexc" / name).read_text().splitlines():
            yield json.loads(text) | {"file": name}


def _frames(folder: Path) -> list[bytes]:
    return [base64.b64decode(line["b64"]) for line in _lines(folder, "snippets/spot-protobuf-frames.jsonl")]


def _recorded(folder: Path) -> Iterator[Kept]:
    for frame in _frames(folder):
        message = mexc_pb.fields(frame)
        if "publicSpotKline" not in message:
            yield Kept(_pushed(message), True, message)
    names = ("snippets/tardis-mexc-live-captured.jsonl", "snippets/tardis-mexc-omitted-side.jsonl",
             "snippets/tardis-mexc-futures.jsonl", "snippets/acks-and-contract-2026-09-23.jsonl",
             "snippets/crypto-msg-parser-mexc.jsonl", "rest/gct-http-2025-12.jsonl", "samples/jkorf-rest.jsonl",
             "samples/jkorf-ws.jsonl")  # fmt: skip
    for line in _lines(folder, *names):
        try:
            message = json.loads(line["data"])
        except ValueError:
            continue
        key = _key(line, message)
        if key is not None:
            live = line["file"].startswith(("rest", "snippets/acks"))
            yield Kept(key, live, _integers(message))


def _integers(message: Any) -> Any:
    """Write 64-bit integers as numbers, which decoders of protobuf show as texts."""
    if isinstance(message, dict) and "sendTime" in message:
        told = message | {"sendTime": int(message["sendTime"])}
        for deal in told.get("publicAggreDeals", {}).get("deals", ()):
            deal["time"] = int(deal["time"])
        return told
    return message


def _key(line: dict[str, Any], message: Any) -> str | None:
    if line.get("t") == "http":
        path = line["url"].partition("?")[0]
        one = "one" if isinstance(message, dict) and isinstance(message.get("data"), dict) else "all"
        if "/api/v3/" in path:
            name = path.partition("/api/v3/")[2]
            return f"spot {name} {'one' if isinstance(message, dict) else 'all'}" if name in SPOT_PATHS else None
        rest = path.partition("/api/v1/contract/")[2].split("/")
        name = "/".join(rest[:2]) if rest[1:] == ["history"] else rest[0]
        return f"perp {name} {one}" if name in CONTRACT_PATHS else None
    if not isinstance(message, dict) or message.get("generated"):
        return None
    told = str(message.get("channel", ""))
    if told.startswith("spot@"):
        return _pushed(message)
    if "msg" in message:
        return "ack" if line["t"] == "recv" else None
    if told.startswith("push."):
        old = str(line.get("ctx")).startswith("trade/") or str(line.get("ctx")).endswith("/spot")
        return None if line["t"] != "recv" or old else told
    return told if told == "pong" or (told.startswith("rs.") and "data" in message) else None


def _pushed(message: Any) -> str:
    return next((key for key in message if key.startswith("public")), "empty")


async def _simulated(mexc: Outside) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for frame in await _spoken(mexc):
        key = _key({"t": "recv"}, frame)
        if key is not None:
            found.setdefault(key, []).append(frame)
    for venue, path, query in _questions():
        body = await mexc.get(venue, path, **query)
        if body != [] and (not isinstance(body, dict) or body.get("success", True)):
            found.setdefault(str(_key({"t": "http", "url": path}, body)), []).append(body)
    return found


async def _spoken(mexc: Outside) -> list[Any]:
    """Return what is pushed and answered on both sockets."""
    peer, other = await mexc.connect(SPOT, "/ws"), await mexc.connect(PERP, "/edge")
    names = [mexc.symbol(SPOT, rank) for rank in range(5)]
    await topics(peer, *(topic.format(name) for topic in (BEST, DEPTH, DEALS, LIMITED) for name in names))
    for name in CHANNELS:
        await channel(other, f"sub.{name}", "BTC_USDT")
    await channel(other, "sub.contract")
    await channel(other, "sub.tickers")
    for each in (peer, other):
        await each.ws.send_json({"method": "PING" if each is peer else "ping"})
    await mexc.fault(PERP, "tick_change", symbol="BTC_USDT")

    def spoke() -> bool:
        kinds = {_pushed(frame) for frame in peer.frames} | {frame.get("channel") for frame in other.frames}
        return len(kinds) >= 5 + 2 * len(CHANNELS) + 5

    await wait_until(spoke, "every channel spoke", 10)
    return [*peer.frames, *other.frames]


def _questions() -> Iterator[tuple[str, str, dict[str, str]]]:
    for path in SPOT_PATHS:
        if path != "depth":
            yield SPOT, f"/api/v3/{path}", {}
        yield SPOT, f"/api/v3/{path}", {"symbol": "BTCUSDT"}
    for path in CONTRACT_PATHS:
        if path in ("depth", "depth_commits", "index_price", "fair_price", "funding_rate"):
            yield PERP, f"/api/v1/contract/{path}/BTC_USDT" + ("/10" if path == "depth_commits" else ""), {}
        if path in ("detail", "ticker", "funding_rate", "ping"):
            yield PERP, f"/api/v1/contract/{path}", {}
        if path in ("detail", "ticker", "funding_rate/history"):
            yield PERP, f"/api/v1/contract/{path}", {"symbol": "BTC_USDT"}


async def test_what_is_written_by_hand_is_what_was_recorded(recordings: Path) -> None:
    frames = _frames(recordings)
    assert len(frames) > 4
    for frame in frames:
        assert not mexc_pb.has_unknown(frame)
        assert mexc_wire.message(mexc_pb.fields(frame)) == frame


def test_varints_and_omitted_fields_are_those_of_the_format() -> None:
    assert mexc_wire.varint(300) == b"\xac\x02"
    assert mexc_wire.varint(-1) == b"\xff" * 9 + b"\x01"
    assert mexc_wire.tag(315, mexc_wire.LENGTH) == b"\xda\x13"
    message = {
        "channel": "c",
        "sendTime": 0,
        "publicAggreDepths": {"asks": [], "bids": [{"price": "1", "quantity": ""}]},
    }
    assert mexc_wire.message(message) == b"\x0a\x01c\xca\x13\x05\x12\x03\x0a\x011"


async def test_the_shape_is_the_recorded_one(recordings: Path) -> None:
    theirs: dict[str, list[Any]] = {}
    for kept in _recorded(recordings):
        theirs.setdefault(kept.key, []).append(kept.message)
    async with world() as mexc:
        ours = await _simulated(mexc)
    assert ours.keys() - theirs.keys() <= NOT_RECORDED
    assert {key.partition(" ")[0] for key in ours.keys() & theirs.keys()} >= {
        "spot", "perp", "ack", "pong", *(f"push.{name}" for name in CHANNELS), "publicAggreBookTicker",
        "publicAggreDepths", "publicAggreDeals", "publicLimitDepths",
    }  # fmt: skip
    newer: dict[str, set[str]] = {}
    found = set()
    for key in ours.keys() & theirs.keys() - {"perp detail one", "push.contract"}:
        # Numbers have no fixed number of decimals: the bytes of pushes are looked at by a test of their own.
        bare = {path: field._replace(decimals=frozenset()) for path, field in skeleton(theirs[key]).items()}
        for path, what in differences(bare, skeleton(ours[key])).items():
            if path.partition("[")[0] in LISTS or path.rpartition(".")[2].partition("[")[0] in LISTS:
                continue
            if what == "only simulated":
                newer.setdefault(key, set()).add(path)
            else:
                found.add((key, path))
    assert newer == {key: fields for key, (fields, _) in NEWER.items()}
    assert found == ALLOWED.keys()


async def test_one_contract_is_a_row_of_the_list(recordings: Path) -> None:
    async with world() as mexc:
        ours = await _simulated(mexc)
    (one,), (every,) = ours["perp detail one"], ours["perp detail all"]
    assert one["data"] in every["data"]
    (pushed,) = [push["data"] for push in ours["push.contract"]]
    theirs = [kept.message["data"] for kept in _recorded(recordings) if kept.key == "push.contract"]
    assert {*theirs[0]} <= {*pushed}


async def test_keys_come_in_the_order_of_the_venue(recordings: Path) -> None:
    verbatim = ("ack", "pong", "push.depth.full", "rs.sub.depth.full", "perp ping all", "spot time one")
    live = {kept.key: kept.message for kept in _recorded(recordings) if kept.key in verbatim and kept.live}
    assert live.keys() == {*verbatim}
    async with world() as mexc:
        ours = await _simulated(mexc)
    for key, message in live.items():
        assert list(ours[key][-1]) == list(message), key
    assert list(ours["push.depth.full"][-1]["data"]) == list(live["push.depth.full"]["data"])
