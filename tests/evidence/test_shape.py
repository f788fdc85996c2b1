"""The simulated venues write JSON as the real ones do: the same fields, types, nesting and style of numbers."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from arbwatch.simulator.simulator import Simulator, running
from tests.evidence.judgements import SPOT, USDM
from tests.evidence.material import Market, pieces
from tests.evidence.shape import differences, skeleton
from tests.evidence.simulated import SEED, until

Key = tuple[Market, str]
Messages = dict[Key, list[Any]]

PATHS = {
    "listing": "exchangeInfo",
    "snapshot": "depth?symbol=BTCUSDT&limit=1000",
    "tickers": "ticker/24hr",
    "quotes": "ticker/bookTicker",
    "premium": "premiumIndex",
    "intervals": "fundingInfo",
    "clock": "time",
}
PREFIX = {"spot": "/api/v3", "perp": "/fapi/v1"}
STREAMS = {
    "quote": "btcusdt@bookTicker",
    "delta": "btcusdt@depth@100ms",
    "partial": "btcusdt@depth5@100ms",
    "trade": "btcusdt@trade",
    "aggTrade": "btcusdt@aggTrade",
    "ticker": "btcusdt@ticker",
    "miniTicker": "!miniTicker@arr",
    "funding": "!markPrice@arr@1s",
    "notice": "!contractInfo",
}
ROUTES: dict[Market, dict[str, tuple[str, ...]]] = {
    "spot": {"": ("quote", "delta", "partial", "trade", "aggTrade", "ticker", "miniTicker")},
    "perp": {
        "/public": ("quote", "delta", "partial", "trade"),
        "/market": ("aggTrade", "ticker", "miniTicker", "funding", "notice"),
    },
}
NOT_RECORDED = {("perp", "quotes"), ("perp", "miniTicker")}
NEWEST = "rest/gct-http-2026.jsonl"

MERGED = f"newer than the recording: streams tell USD-M (1) from COIN-M (2) since 2026-06-30. {USDM}/ws-streams/public"
DATED = f"a dated future has no funding and writes an empty string. {USDM}/rest-api/market-data#mark-price"
ALLOWED = {
    ("perp", "quote", "st"): ("only simulated", MERGED),
    ("perp", "quote", "ps"): ("only simulated", MERGED),
    ("perp", "partial", "st"): ("only simulated", MERGED),
    ("perp", "partial", "ps"): ("only simulated", MERGED),
    ("perp", "trade", "st"): ("only simulated", MERGED),
    ("perp", "ticker", "ps"): ("only simulated", MERGED),
    ("perp", "notice", "st"): ("only simulated", MERGED),
    ("perp", "notice", "bks"): (
        "only recorded",
        f"brackets come only where they changed. {USDM}/ws-streams/market#contract-info-stream",
    ),
    ("perp", "aggTrade", "nq"): (
        "only simulated",
        f"newer than the recordings of 2021; REST had it in 2026. {USDM}/ws-streams/market#aggregate-trade-streams",
    ),
    ("perp", "funding", "ap"): (
        "only simulated",
        f"newer than the recording (2026-03). {USDM}/ws-streams/market#mark-price-stream-for-all-market",
    ),
    ("perp", "funding", "r"): ("recorded as number in a string, simulated as number in a string, text", DATED),
    ("perp", "premium", "lastFundingRate"): (
        "recorded as number in a string, simulated as number in a string, text",
        DATED,
    ),
    ("perp", "premium", "interestRate"): (
        "recorded as number in a string, simulated as number in a string, text",
        DATED,
    ),
    ("spot", "listing", "symbols[].baseAsset"): (
        "recorded as text, simulated as number in a string, text",
        f"a coin may be called 4; the recorded listing is short. {SPOT}/rest-api/general#exchange-info",
    ),
    ("perp", "listing", "symbols[].baseAsset"): (
        "recorded as text, simulated as number in a string, text",
        f"a coin may be called 4; the recorded listing is short. {USDM}/rest-api/market-data#exchange-information",
    ),
}


def _rows(message: Any) -> list[Any]:
    data = message.get("data", message) if isinstance(message, dict) else message
    return data if isinstance(data, list) else [data]


def _recorded(folder: Path) -> tuple[Messages, set[Key]]:
    """Return what was recorded, the newest where there are several, and the kinds recorded from live traffic."""
    found: Messages = {}
    newest: Messages = {}
    live = set()
    for piece in pieces(folder):
        key = (piece.market, piece.kind)
        (newest if piece.file == NEWEST else found).setdefault(key, []).extend(_rows(json.loads(piece.raw)))
        if piece.file.startswith(("recordings/", "rest/")):
            live.add(key)
    return found | newest, live


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running(**SEED) as found:
        yield found


async def _simulated(simulator: Simulator) -> tuple[Messages, list[str]]:
    """Return what the simulated venues answer and push, by kind, and the frames verbatim."""
    found: Messages = {}
    frames: list[str] = []
    async with aiohttp.ClientSession() as session:
        for market, prefix in PREFIX.items():
            for kind, path in PATHS.items():
                async with session.get(f"{simulator.urls[f'binance_{market}']}{prefix}/{path}") as answer:
                    if answer.status == 200:
                        found[market, kind] = _rows(await answer.json())  # type: ignore[index] # a Market
        reading = [
            asyncio.create_task(_listen(session, simulator, market, route, found, frames))
            for market, routes in ROUTES.items()
            for route in routes
        ]
        wanted = [(market, kind) for market, routes in ROUTES.items() for kinds in routes.values() for kind in kinds]
        await until(lambda: len(_sockets(simulator)) == len(reading), "every socket is open")
        await simulator.fault("binance_perp", "new_listing", base="NEWCOIN")
        await until(lambda: all(key in found for key in wanted), "every stream spoke")
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    return found, frames


def _sockets(simulator: Simulator) -> list[str]:
    return [name for server in simulator.servers.values() for name in server.clients]


async def _listen(
    session: aiohttp.ClientSession, simulator: Simulator, market: Market, route: str, found: Messages, frames: list[str]
) -> None:
    kinds = {STREAMS[kind]: kind for kind in ROUTES[market][route]}
    address = simulator.urls[f"binance_{market}"].replace("http", "ws", 1)
    async with session.ws_connect(f"{address}{route}/stream?streams={'/'.join(kinds)}") as socket:
        async for message in socket:
            frames.append(str(message.data))
            said = json.loads(frames[-1])
            found.setdefault((market, kinds[said["stream"]]), []).extend(_rows(said))


async def test_the_shape_is_the_recorded_one(recordings: Path, simulator: Simulator) -> None:
    recorded, live = _recorded(recordings)
    simulated, _ = await _simulated(simulator)
    assert simulated.keys() - recorded.keys() == NOT_RECORDED
    found = {}
    for key in simulated.keys() & recorded.keys():
        # How many decimals a made-up sample writes says nothing.
        theirs = skeleton(recorded[key])
        if key not in live:
            theirs = {path: field._replace(decimals=frozenset()) for path, field in theirs.items()}
        for path, what in differences(theirs, skeleton(simulated[key])).items():
            found[*key, path] = what
    assert found == {place: what for place, (what, _) in ALLOWED.items()}


async def test_frames_are_written_without_spaces_and_in_the_recorded_envelope(simulator: Simulator) -> None:
    _, frames = await _simulated(simulator)
    assert all(frame.startswith('{"stream":"') and ',"data":' in frame and " " not in frame for frame in frames)


def test_a_field_that_is_missing_new_or_of_another_kind_is_told() -> None:
    recorded = skeleton([{"p": "1.50", "t": 1, "f": [{"filterType": "LOT", "s": "0.1"}]}, {"p": "2.50", "t": 2}])
    simulated = skeleton([{"p": "1.5", "n": 1, "f": [{"filterType": "LOT", "s": 0.1}]}])
    assert differences(recorded, simulated) == {
        "f[LOT].s": "recorded as number in a string, simulated as number",
        "n": "only simulated",
        "p": "recorded with {2} decimals, simulated with {1}",
        "t": "only recorded",
    }
