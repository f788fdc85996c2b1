"""The simulated OKX writes JSON as the recorded and the documented one: the same fields, types, nesting, numbers."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.evidence.shape import differences, skeleton
from tests.simulator.conftest import Outside, Peer, wait_until
from tests.simulator.okx_world import PERP, PUBLIC, SPOT, arg, request, world

LIVE = ("recordings/", "snippets/")
PATHS = (
    "public/instruments", "market/tickers", "market/ticker", "market/books", "public/funding-rate",
    "public/funding-rate-history", "public/mark-price", "market/index-tickers", "public/time",
)  # fmt: skip
SAMPLES = {
    "http_get_instruments_swap": ("perp", "public/instruments"), "http_get_mark_price": ("perp", "public/mark-price"),
    "http_get_index_price": ("perp", "market/index-tickers"), "http_get_order_book": ("spot", "market/books"),
    "http_get_funding_rate_history": ("perp", "public/funding-rate-history"),
    "l2_snapshot/spot": ("spot", "market/books"),
}  # fmt: skip
"""REST bodies kept without their address, by what they are called."""
SAME = {"books-l2-tbt": "books"}
CHANNELS = ("bbo-tbt", "books", "books5", "tickers", "trades")
CONTRACT_CHANNELS = ("mark-price", "funding-rate")
DOCS = "https://www.okx.com/docs-v5/en/"
LOG = "https://www.okx.com/docs-v5/log_en/"

Key = tuple[str, str]

SEQUENCE = f"newer than the recordings of 2022. {DOCS}#order-book-trading-market-data-ws-order-book-channel"
SINCE_SPOT = (
    "auctionEndTime", "contTdSwTime", "futureSettlement", "instFamily", "instIdCode", "maxIcebergSz", "maxLmtAmt",
    "maxLmtSz", "maxMktAmt", "maxMktSz", "maxPlatOILmt", "maxStopSz", "maxTriggerSz", "maxTwapSz", "openType",
    "posLmtAmt", "posLmtPct", "preMktSwTime", "ruleType", "tradeQuoteCcyList",
)  # fmt: skip
"""Fields that instruments got between 2022 and 2025."""
SINCE_SAMPLE = (
    "floatPxLmtPct", "freq", "groupId", "initPxLmtPct", "instCategory", "longPosRemainingQuota", "maxPlatOICoinLmt",
    "maxPxLmtPct", "method", "rpiMinLevel", "rpiMinPxBand", "seriesId", "shortPosRemainingQuota", "upcChg",
)  # fmt: skip
"""Fields that instruments got since 2025."""
SINCE_PUSH = tuple(
    name
    for name in SINCE_SPOT
    if not (name.startswith("max") and name != "maxPlatOILmt") and name not in ("instFamily", "ruleType")
)
LISTED = f"newer than what was kept. {DOCS}#public-data-rest-api-get-instruments and {LOG}"
SETTLED = (
    "formulaType", "impactValue", "interestRate", "maxFundingRate", "method", "minFundingRate", "premium",
    "prevFundingTime", "settFundingRate", "settState",
)  # fmt: skip
NEWER: dict[Key, tuple[tuple[str, ...], str]] = {
    ("perp", "bbo-tbt"): (("seqId",), SEQUENCE),
    ("spot", "bbo-tbt"): (("seqId",), SEQUENCE),
    ("perp", "books5"): (("seqId",), SEQUENCE),
    ("perp", "books snapshot"): (("seqId", "prevSeqId"), SEQUENCE),
    ("perp", "books update"): (("seqId", "prevSeqId"), SEQUENCE),
    ("spot", "market/books"): (("seqId",), f"joins a streamed book to a fetched one. {LOG}"),
    ("perp", "trades"): (("count", "source", "seqId"), f"{DOCS}#order-book-trading-market-data-ws-trades-channel"),
    ("spot", "trades"): (("source", "seqId"), f"{DOCS}#order-book-trading-market-data-ws-trades-channel"),
    ("perp", "funding-rate"): (SETTLED, f"{DOCS}#public-data-websocket-funding-rate-channel"),
    ("perp", "public/funding-rate-history"): (
        ("formulaType",),
        f"{DOCS}#public-data-rest-api-get-funding-rate-history",
    ),
    ("spot", "public/instruments"): (SINCE_SPOT + SINCE_SAMPLE, LISTED),
    ("perp", "public/instruments"): (SINCE_SAMPLE, LISTED),
    ("perp", "instruments"): (SINCE_PUSH + SINCE_SAMPLE, LISTED),
}
"""Fields that are written today and were not, or not in what was kept."""
NOT_RECORDED = {
    ("perp", "public/funding-rate"), ("perp", "market/books"), ("spot", "public/time"), ("spot", "market/ticker"),
    ("spot", "market/tickers"),
}  # fmt: skip
FILLED = ("recorded as text, simulated as number in a string", f"empty in a sample that is cut short. {LISTED}")
EMPTY = (
    "recorded as number in a string, simulated as number in a string, text",
    f"a side without orders is an empty string; recorded so of an option. {DOCS}#order-book-trading-market-data",
)
ALLOWED: dict[tuple[str, ...], tuple[str, str]] = {
    ("perp", "public/instruments", "contTdSwTime"): FILLED,
    ("perp", "public/instruments", "posLmtAmt"): FILLED,
    ("perp", "public/instruments", "posLmtPct"): FILLED,
    ("perp", "market/tickers", "askPx"): EMPTY,
    ("perp", "market/tickers", "askSz"): EMPTY,
    ("perp", "market/tickers", "bidPx"): EMPTY,
    ("perp", "market/tickers", "bidSz"): EMPTY,
}
SIXTEEN = ("fundingRate", "interestRate", "premium", "settFundingRate", "impactValue", "realizedRate")
"""Rates that are padded to sixteen decimals."""


class Frame(NamedTuple):
    """One recorded or documented message."""

    key: Key
    live: bool
    message: Any


def _recorded(folder: Path) -> Iterator[Frame]:
    for file in sorted((folder / "okx").rglob("*.jsonl")):
        name = str(file.relative_to(folder / "okx"))
        if "OLDAPI" in name or "_v3" in name:
            continue
        for text in file.read_text().splitlines():
            line = json.loads(text)
            try:
                message = json.loads(line["data"])
            except (KeyError, ValueError):
                continue
            key = _key(line, message) if isinstance(message, dict) else None
            if key is not None:
                yield Frame(key, name.startswith(LIVE), message)


def _key(line: dict[str, Any], message: dict[str, Any]) -> Key | None:
    if "event" in message:
        return ("", f"event {message['event']}") if message["event"] in ("subscribe", "error") else None
    about = message.get("arg", {})
    if "channel" in about and "data" in message:
        kind = " ".join(filter(None, (SAME.get(about["channel"], about["channel"]), message.get("action"))))
        market = _market(about.get("instId", f"{about.get('instType')}-"))
        return None if market is None else (market, kind)
    if "code" not in message:
        return None
    sample = str(line.get("ctx", "")).removesuffix(".json")
    if sample in SAMPLES:
        return SAMPLES[sample]
    path, _, query = str(line.get("url", "")).partition("?")
    kind = path.partition("/api/v5/")[2]
    wanted = query.partition("instType=")[2].partition("&")[0]
    if kind not in PATHS or (wanted and wanted not in ("SPOT", "SWAP")):
        return None
    return ("spot" if wanted == "SPOT" or kind == "market/books" else "perp", kind)


def _market(name: str) -> str | None:
    if name.endswith("-SWAP") or name == "SWAP-":
        return "perp"
    return "spot" if name.count("-") == 1 else None


async def _simulated(okx: Outside) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = {}
    for market, venue, kind, name in (("spot", SPOT, "SPOT", "BTC-USDT"), ("perp", PERP, "SWAP", "BTC-USDT-SWAP")):
        for path in PATHS:
            query = {"market/index-tickers": {"quoteCcy": "USDT"}, "public/mark-price": {"instType": kind}}.get(path)
            query = query or {"instType": kind, "instId": name, "sz": "20"}
            query = {"instType": kind} if path in ("public/instruments", "market/tickers") else query
            body = await okx.get(venue, f"/api/v5/{path}", **query)
            if body["code"] == "0" and body["data"]:
                found.setdefault((market, path), []).append(body)
        peer = await okx.connect(venue, PUBLIC)
        channels = CHANNELS + (CONTRACT_CHANNELS if venue == PERP else ())
        names = [okx.symbol(venue, rank) for rank in range(8)]
        args = [arg(channel, each) for channel in channels for each in names]
        if venue == PERP:
            args += [{"channel": "instruments", "instType": "SWAP"}, arg("index-tickers", "BTC-USDT")]
        await request(peer, "subscribe", *args, arg("nothing", name))
        await wait_until(partial(_all_spoke, peer, len(args)), "every channel spoke", 10)
        for message in peer.frames:
            key = _key({}, message)
            assert key is not None, message
            found.setdefault(("spot", key[1]) if key[1] == "index-tickers" else key, []).append(message)
    return found


def _all_spoke(peer: Peer, wanted: int) -> bool:
    told = {json.dumps(message["arg"]) for message in peer.frames if "data" in message}
    updates = {message["arg"]["instId"] for message in peer.frames if message.get("action") == "update"}
    return len(told) == wanted and len(updates) > 4


def _ordinary(message: Any) -> Any:
    """Leave out rows that are empty by their nature (not open yet, dead) and coins whose name is a number."""
    rows = message.get("data")
    if not isinstance(rows, list):
        return message
    return message | {"data": [row for row in rows if not isinstance(row, dict) or _is_ordinary(row)]}


def _is_ordinary(row: dict[str, Any]) -> bool:
    named = not str(row.get("instId", "")).partition("-")[0].isdigit()
    return named and row.get("state") != "preopen" and row.get("last") != ""


async def test_the_shape_is_the_recorded_one(recordings: Path) -> None:
    theirs: dict[Key, list[Any]] = {}
    for frame in _recorded(recordings):
        theirs.setdefault(frame.key, []).append(frame.message)
    async with world() as okx:
        ours = await _simulated(okx)
    assert ours.keys() - theirs.keys() == NOT_RECORDED
    newer: dict[Key, set[str]] = {}
    found: dict[tuple[str, ...], str] = {}
    for key in ours.keys() & theirs.keys():
        one, two = (skeleton(map(_ordinary, messages)) for messages in (theirs[key], ours[key]))
        # Numbers have no fixed number of decimals here: a test of its own looks at how they are written.
        bare = {path: field._replace(decimals=frozenset()) for path, field in one.items()}
        for path, what in differences(bare, two).items():
            if what == "only simulated":
                newer.setdefault(key, set()).add(path.removeprefix("data[]."))
            else:
                found[*key, path.removeprefix("data[].")] = what
    assert newer == {key: set(fields) for key, (fields, _) in NEWER.items()}
    assert found == {place: what for place, (what, _) in ALLOWED.items()}


async def test_numbers_are_written_as_the_recorded_ones(recordings: Path) -> None:
    padded = ("maxIcebergSz", "maxTriggerSz", "maxTwapSz", *SIXTEEN)
    live = [frame.message for frame in _recorded(recordings) if frame.live]
    async with world() as okx:
        ours = [message for messages in (await _simulated(okx)).values() for message in messages]
    for messages in (live, ours):
        told = [(field, text) for message in messages for field, text in _numbers("", message)]
        assert len(told) > 10_000
        idle = {field for field, text in told if "." in text and text.endswith("0")}
        assert idle <= {*padded}, "numbers carry no idle zeros"
        assert not any("e" in text.lower() for _, text in told)
    sixteen = {field: {len(text.partition(".")[2]) for f, text in told if f == field} for field in SIXTEEN}
    assert set(map(tuple, sixteen.values())) == {(16,)}


def _numbers(field: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(field, inner)
    elif isinstance(value, str) and value.replace("-", "", 1)[:1].isdigit():
        try:
            float(value)
        except ValueError:
            return
        yield field, value


def _keys(row: Any) -> list[str]:
    return list(row["data"][0])


async def test_keys_come_in_the_order_of_the_venue(recordings: Path) -> None:
    kinds = [("perp", "bbo-tbt"), ("perp", "tickers"), ("spot", "tickers"), ("spot", "trades"), ("perp", "mark-price")]
    kinds += [
        ("perp", "public/instruments"),
        ("spot", "public/instruments"),
        ("perp", "books update"),
        ("perp", "funding-rate"),
    ]
    live = {frame.key: frame.message for frame in _recorded(recordings) if frame.live}
    async with world() as okx:
        ours = await _simulated(okx)
    for key in kinds:
        theirs = [name for name in _keys(live[key]) if name in _keys(ours[key][-1])]
        if "arg" in live[key]:
            mine = [name for name in _keys(ours[key][-1]) if name in theirs]
            assert mine == theirs, key
            assert list(ours[key][-1]) == list(live[key])
        else:
            assert _keys(ours[key][-1]) == sorted(_keys(ours[key][-1])), key
            assert list(ours[key][-1]) == list(live[key])
