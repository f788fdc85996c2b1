"""The simulated Bybit writes JSON as the recorded one: the same fields in the same order, types, nesting, numbers."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.evidence.shape import differences, skeleton
from tests.simulator.bybit_world import CATEGORY, PERP, SOCKET, SPOT, pushes, request, result, world
from tests.simulator.conftest import Outside, Peer, wait_until

RECORDING = "bybit/recordings/cryptofeed-v5-linear+spot-head67pct-2026-08-09.jsonl"
OLDER = "bybit/rest/gct-http-2023-08.jsonl"
SNIPPETS = ("bybit/snippets/tardis-bybit-spot.jsonl", "bybit/snippets/tardis-bybit.jsonl")
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT")
DOCS = "https://bybit-exchange.github.io/docs/v5"
Key = tuple[str, str]

NUMERIC = f"a coin may be called 4, and a listing is short here. {DOCS}/market/instrument"
NEWER_TICKERS = (
    "curPreListingPhase", "fundingCap", "fundingIntervalHour", "preOpenPrice", "preQty", "singleOpenInterest",
    "singleOpenInterestValue",
)  # fmt: skip
SINCE_2023 = f"newer than the recording of 2023; pushes of 2026 carry them. {DOCS}/market/tickers"
CTS = f"matching time, newer than what was kept of this depth. {DOCS}/websocket/public/orderbook"
ALLOWED: dict[tuple[str, str, str], tuple[str, str]] = {
    ("spot", "instruments-info", "baseCoin"): ("recorded as text, simulated as number in a string, text", NUMERIC),
    ("spot", "orderbook.1", "cts"): ("only simulated", CTS),
    ("linear", "orderbook.1", "cts"): ("only simulated", CTS),
} | {("linear", "rest tickers", name): ("only simulated", SINCE_2023) for name in NEWER_TICKERS}
IN_ORDER = ("orderbook.1", "orderbook.200", "publicTrade", "tickers snapshot", "instruments-info", "ack")


def _recorded(folder: Path) -> Iterator[tuple[Key, Any]]:
    for line in (folder / RECORDING).read_text().splitlines():
        row = json.loads(line)
        if row["t"] == "http":
            body = json.loads(row["data"])["result"]
            yield from (((body["category"], "instruments-info"), each) for each in body["list"])
        elif row["t"] == "recv":
            message = json.loads(row["data"])
            category = "linear" if row["conn"] == "BYBIT.ws.2" else "spot"
            kind = _kind(message)
            if kind is not None:
                yield (category, kind), message
    for line in (folder / OLDER).read_text().splitlines():
        row = json.loads(line)
        if row["t"] == "http":
            body = json.loads(row["data"])["result"]
            category = "spot" if body["category"] == "spot" else "linear"
            yield from (((category, "rest tickers"), each) for each in body["list"])
    for category, file in zip(("spot", "linear"), SNIPPETS, strict=True):
        for line in (folder / file).read_text().splitlines():
            message = json.loads(json.loads(line)["data"])
            # Until 2025-03 this depth had changes too; today it is a snapshot every time.
            if message.get("topic", "").startswith("orderbook.1.") and message["type"] == "snapshot":
                yield (category, "orderbook.1"), message


def _kind(message: Any) -> str | None:
    if "topic" not in message:
        return "ack"
    head = message["topic"].rpartition(".")[0]
    return f"tickers {message['type']}" if head == "tickers" else head if head in IN_ORDER else None


async def _simulated(bybit: Outside) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = {}
    for venue in (SPOT, PERP):
        category = CATEGORY[venue]
        found[category, "instruments-info"] = (await result(bybit, venue, "instruments-info", limit="1000"))["list"]
        found[category, "rest tickers"] = (await result(bybit, venue, "tickers"))["list"]
        peer = await bybit.connect(venue, SOCKET[venue])
        topics = [
            f"{head}.{symbol}" for head in ("tickers", "publicTrade", "orderbook.1", "orderbook.200")
            for symbol in SYMBOLS
        ]  # fmt: skip
        for start in range(0, len(topics), 10):
            await request(peer, "subscribe", *topics[start : start + 10])
        await wait_until(partial(_all_spoke, peer, topics), "every topic", 10)
        for message in peer.frames:
            kind = _kind(message)
            assert kind is not None, message
            found.setdefault((category, kind), []).append(message)
    return found


def _all_spoke(peer: Peer, topics: list[str]) -> bool:
    return all(len(pushes(peer, topic)) > 2 for topic in topics)


def _order(value: Any) -> list[Any]:
    """Return the names of fields in the order in which they are written, inside objects too."""
    if isinstance(value, list):
        return _order(value[0]) if value else []
    if not isinstance(value, dict):
        return []
    return [(key, _order(inner)) if isinstance(inner, dict | list) else key for key, inner in value.items()]


async def test_the_shape_is_the_recorded_one(recordings: Path) -> None:
    theirs: dict[Key, list[Any]] = {}
    for key, message in _recorded(recordings):
        theirs.setdefault(key, []).append(message)
    async with world() as bybit:
        ours = await _simulated(bybit)
    assert ours.keys() == theirs.keys()
    found = {}
    for key in ours:
        # Decimals differ by instrument; a test of its own looks at how numbers are written.
        one, two = skeleton(theirs[key]), skeleton(ours[key])
        bare = {path: field._replace(decimals=frozenset()) for path, field in one.items()}
        for path, what in differences(bare, two).items():
            found[*key, path] = what
    assert found == {place: what for place, (what, _) in ALLOWED.items()}


async def test_fields_come_in_the_recorded_order(recordings: Path) -> None:
    theirs: dict[Key, Any] = {}
    for key, message in _recorded(recordings):
        if key[1] in IN_ORDER and key[1] != "orderbook.1":
            theirs.setdefault(key, message)
    async with world() as bybit:
        ours = await _simulated(bybit)
    for key, message in theirs.items():
        assert _order(ours[key][0]) == _order(message), key


async def test_spot_writes_no_idle_zeros_and_contracts_all_of_their_tick(recordings: Path) -> None:
    recorded = [message for key, message in _recorded(recordings) if key == ("spot", "orderbook.200")]
    async with world() as bybit:
        ours = await _simulated(bybit)
    for messages in (recorded, ours["spot", "orderbook.200"]):
        levels = [text for m in messages for side in "ba" for level in m["data"][side] for text in level]
        assert len(levels) > 1000
        assert not [text for text in levels if "." in text and text.endswith(("0", "."))]
    told = [m for key, m in _recorded(recordings) if key == ("linear", "orderbook.200")]
    for messages in (told, ours["linear", "orderbook.200"]):
        for symbol in SYMBOLS:
            rows = [m["data"] for m in messages if m["data"]["s"] == symbol]
            levels = [level for row in rows for side in "ba" for level in row[side]]
            assert len({len(price.partition(".")[2]) for price, _ in levels}) == 1, symbol
            assert len({len(size.partition(".")[2]) for _, size in levels if size != "0"}) == 1, symbol
