"""The simulated Bitget writes JSON as the recorded and the documented one: the same fields, types, order, numbers."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from arbwatch.simulator.bitget_rows import checksum
from tests.evidence.shape import differences, skeleton
from tests.simulator.bitget_world import PERP, PUBLIC, SPOT, TYPES, arg, pushes, request, world
from tests.simulator.conftest import Outside, Peer, wait_until

FILES = (
    "snippets/tardis-bitget.jsonl", "snippets/tardis-bitget-futures.jsonl", "samples/jkorf-rest.jsonl",
    "samples/jkorf-ws.jsonl", "samples/xchange.jsonl",
)  # fmt: skip
"""What was kept of the second version of the API; the first file names are of frames from live sockets."""
OLD = "recordings/cryptofeed-v1-spot-mix-OLDAPI-2022-04-07.jsonl"
"""A session of the first version, whose books have the same changes and checksums."""
CHANNELS = ("books1", "books5", "books15", "books", "ticker", "trade")
PATHS = {
    SPOT: ("spot/public/symbols", "spot/market/tickers", "public/time"),
    PERP: (
        "mix/market/contracts", "mix/market/ticker", "mix/market/current-fund-rate", "mix/market/funding-time",
        "mix/market/merge-depth",
    ),
}  # fmt: skip
DOCS = "https://www.bitget.com/api-doc/"

Key = tuple[str, str]

SEQUENCE = ("seq",)
NEWER: dict[Key, tuple[tuple[str, ...], str]] = {
    (SPOT, "books1"): (SEQUENCE, f"{DOCS}spot/websocket/public/Depth-Channel"),
    (SPOT, "books5"): (SEQUENCE, f"{DOCS}spot/websocket/public/Depth-Channel"),
    (SPOT, "books15"): (SEQUENCE, f"{DOCS}spot/websocket/public/Depth-Channel"),
    (SPOT, "books update"): (
        ("seq", "pseq", "asks[]"),
        f"the one kept changes bids alone. {DOCS}spot/websocket/public/Depth-Channel",
    ),
    (PERP, "books1"): (SEQUENCE, f"{DOCS}contract/websocket/public/Order-Book-Channel"),
    (PERP, "books15"): (SEQUENCE, f"{DOCS}contract/websocket/public/Order-Book-Channel"),
    (PERP, "books snapshot"): (("seq", "pseq"), f"{DOCS}contract/websocket/public/Order-Book-Channel"),
    (SPOT, "spot/public/symbols"): (("orderQuantity", "openTime", "offTime"), f"{DOCS}spot/market/Get-Symbols"),
    (PERP, "mix/market/contracts"): (
        ("deliveryPeriod", "isRwa", "maxMarketOrderQty", "maxOrderQty", "openTime"),
        f"{DOCS}contract/market/Get-All-Symbols-Contracts",
    ),
    (PERP, "mix/market/ticker"): (("markPrice",), f"{DOCS}contract/market/Get-Ticker"),
    (PERP, "mix/market/current-fund-rate"): (
        ("fundingRateInterval", "nextUpdate", "minFundingRate", "maxFundingRate"),
        f"{DOCS}contract/market/Get-Current-Funding-Rate",
    ),
}
"""Fields that are written today and were not in what was kept."""
NOT_KEPT = {
    (SPOT, "books snapshot"), (PERP, "books update"), (PERP, "books5"), (SPOT, "spot/public/coins"),
    (SPOT, "spot/market/orderbook"),
}  # fmt: skip
"""Kinds of messages of which nothing was kept."""
NO_DATE = ("recorded as number in a string, simulated as null", "the one kept is of a contract that is delivered")
ALLOWED: dict[tuple[str, ...], tuple[str, str]] = {
    (PERP, "mix/market/contracts", "maintainTime"): (
        "recorded as number in a string, simulated as text",
        f"empty where no maintenance is announced. {DOCS}contract/market/Get-All-Symbols-Contracts",
    ),
    (PERP, "mix/market/ticker", "deliveryStartTime"): NO_DATE,
    (PERP, "mix/market/ticker", "deliveryTime"): NO_DATE,
}
IN_ORDER = ("books1", "books15", "ticker", "trade update", "books update", "books snapshot", "event subscribe")
"""Kinds whose fields are looked at one after the other; what is newer comes where the documentation has it."""


class Frame(NamedTuple):
    """One recorded or documented message."""

    key: Key
    live: bool
    message: Any


def _recorded(folder: Path) -> Iterator[Frame]:
    for name in FILES:
        for text in (folder / "bitget" / name).read_text().splitlines():
            line = json.loads(text)
            context = str(line.get("ctx", ""))
            if line["t"] == "send" or "Unified" in context:
                continue
            message = json.loads(line["data"])
            key = _key(line, message)
            if key is not None:
                yield Frame(key, "tardis" in name, message)


def _key(line: dict[str, Any], message: dict[str, Any]) -> Key | None:
    about = message.get("arg", {})
    if "event" in message:
        return ("", f"event {message['event']}") if message["event"] in ("subscribe", "error") else None
    if "action" in message:
        venue = SPOT if about["instType"] == "SPOT" else PERP
        split = about["channel"] in ("books", "trade")
        kind = f"{about['channel']} {message['action']}" if split else about["channel"]
        return (venue, kind) if about["channel"] in CHANNELS else None
    path = str(line.get("url", "")).partition("/api/v2/")[2]
    path = path or str(line.get("ctx", "")).replace("api_v2_spot_public_symbols", "spot/public/symbols")
    return next(((venue, path) for venue, paths in PATHS.items() if path in paths), None)


async def _simulated(bitget: Outside) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = {}
    for venue in (SPOT, PERP):
        for path in (*PATHS[venue], *(kept for of, kept in NOT_KEPT if of == venue and "/" in kept)):
            one = {"productType": TYPES[venue]}
            if path not in ("mix/market/contracts", "spot/public/symbols", "spot/market/tickers"):
                one |= {"symbol": "BTCUSDT"}
            body = await bitget.get(venue, f"/api/v2/{path}", **one)
            assert body["code"] == "00000", body
            found[venue, path] = [body]
        peer = await bitget.connect(venue, PUBLIC)
        names = [bitget.symbol(venue, rank) for rank in range(3)]
        args = [arg(venue, channel, name) for channel in CHANNELS for name in names]
        await request(peer, "subscribe", *args)
        await wait_until(partial(_all_spoke, peer, names), "every channel spoke", 10)
        for message in peer.frames:
            key = _key({}, message)
            assert key is not None, message
            found.setdefault(key, []).append(message)
    return found


def _all_spoke(peer: Peer, names: list[str]) -> bool:
    return all(len(pushes(peer, channel, name)) > 1 for channel in CHANNELS for name in names)


def _ordinary(message: Any) -> Any:
    """Leave out rows of contracts that end one day, and of coins whose name is a number."""
    rows = message.get("data")
    if not isinstance(rows, list):
        return message
    kept = [
        row for row in rows
        if not isinstance(row, dict)
        or (row.get("symbolType") != "delivery" and not str(row.get("baseCoin", "")).isdigit())
    ]  # fmt: skip
    return message | {"data": kept}


async def test_the_shape_is_the_recorded_one(recordings: Path) -> None:
    theirs: dict[Key, list[Any]] = {}
    for frame in _recorded(recordings):
        theirs.setdefault(frame.key, []).append(frame.message)
    async with world() as bitget:
        ours = await _simulated(bitget)
    assert ours.keys() - theirs.keys() == NOT_KEPT
    assert theirs.keys() <= ours.keys()
    newer: dict[Key, set[str]] = {}
    found: dict[tuple[str, ...], str] = {}
    for key in ours.keys() & theirs.keys():
        one, two = (skeleton(map(_ordinary, messages)) for messages in (theirs[key], ours[key]))
        # Decimals differ by instrument: a test of its own looks at how numbers are written.
        bare = {path: field._replace(decimals=frozenset()) for path, field in one.items()}
        for path, what in differences(bare, two).items():
            if what == "only simulated":
                newer.setdefault(key, set()).add(path.removeprefix("data[]."))
            else:
                found[*key, path.removeprefix("data[].")] = what
    assert found == {place: what for place, (what, _) in ALLOWED.items()}
    assert newer == {key: set(fields) for key, (fields, _) in NEWER.items()}


def _order(value: Any) -> list[Any]:
    """Return the names of fields in the order in which they are written, inside objects too."""
    if isinstance(value, list):
        return _order(value[0]) if value else []
    if not isinstance(value, dict):
        return []
    return [(key, _order(inner)) if isinstance(inner, dict | list) else key for key, inner in value.items()]


def _without(names: tuple[str, ...], value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(names, inner) for key, inner in value.items() if key not in names}
    return [_without(names, inner) for inner in value] if isinstance(value, list) else value


async def test_fields_come_in_the_recorded_order(recordings: Path) -> None:
    theirs = {frame.key: frame.message for frame in _recorded(recordings) if frame.live}
    async with world() as bitget:
        ours = await _simulated(bitget)
    looked_at = [key for key in theirs if key[1] in IN_ORDER]
    assert len(looked_at) > 8
    for key in looked_at:
        # Live tickers of 2024 tell no delivery price.
        mine = _without(("seq", "pseq", "deliveryPrice"), ours[key][-1])
        assert _order(mine) == _order(theirs[key]), key
    contracts = next(frame.message for frame in _recorded(recordings) if frame.key == (PERP, "mix/market/contracts"))
    old = list(contracts["data"][0])
    new = list(ours[PERP, "mix/market/contracts"][0]["data"][0])
    assert [name for name in new if name in old] == old


async def test_books_have_all_decimals_of_their_instrument(recordings: Path) -> None:
    old = [message for message in _old_books(recordings) if message["arg"]["instId"] in ("DASHUSDT", "CULTUSDT")]
    async with world() as bitget:
        new = [message for key, found in (await _simulated(bitget)).items() if "books" in key[1] for message in found]
    for messages in (old, new):
        decimals: dict[tuple[str, int], set[int]] = {}
        for message in messages:
            (row,) = message["data"]
            for level in (*row["bids"], *row["asks"]):
                for place, text in enumerate(level):
                    if text != "0":
                        name = (message["arg"]["instType"] + message["arg"]["instId"], place)
                        decimals.setdefault(name, set()).add(len(text.partition(".")[2]))
        assert decimals
        assert all(len(found) == 1 for found in decimals.values())


def _old_books(folder: Path) -> Iterator[Any]:
    for text in (folder / "bitget" / OLD).read_text().splitlines():
        line = json.loads(text)
        if line["t"] == "recv" and '"books"' in line["data"]:
            message = json.loads(line["data"])
            if "data" in message:
                yield message


def test_checksums_are_those_of_the_recorded_books(recordings: Path) -> None:
    books: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    agreed = 0
    for message in _old_books(recordings):
        (row,) = message["data"]
        name = message["arg"]["instType"] + message["arg"]["instId"]
        if message["action"] == "snapshot":
            books[name] = ({}, {})
        for side, levels in zip(books[name], (row["bids"], row["asks"]), strict=True):
            side |= dict(levels)
            for price in [price for price, size in levels if float(size) == 0]:
                side.pop(price, None)
        bids, asks = ([list(level) for level in side.items()] for side in books[name])
        bids.sort(key=lambda level: -float(level[0]))
        asks.sort(key=lambda level: float(level[0]))
        assert checksum(bids, asks) == row["checksum"], name
        agreed += 1
    assert agreed > 600
