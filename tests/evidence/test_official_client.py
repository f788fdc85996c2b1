"""Binance's own client, pointed at the simulated venues, knows every field and reads what is true there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from arbwatch.simulator.simulator import Simulator, running
from tests.evidence.compare import same
from tests.evidence.material import Market
from tests.evidence.senders import sdk_client
from tests.evidence.simulated import SEED, until

REQUESTS: dict[Market, dict[str, Callable[[Any], Any]]] = {
    "spot": {
        "listing": lambda rest: rest.exchange_info(),
        "quotes": lambda rest: rest.ticker_book_ticker(),
        "tickers": lambda rest: rest.ticker24hr(),
        "snapshot": lambda rest: rest.depth("BTCUSDT", 1000),
        "clock": lambda rest: rest.time(),
    },
    "perp": {
        "listing": lambda rest: rest.exchange_information(),
        "quotes": lambda rest: rest.symbol_order_book_ticker(),
        "tickers": lambda rest: rest.ticker24hr_price_change_statistics(),
        "snapshot": lambda rest: rest.order_book("BTCUSDT", 1000),
        "premium": lambda rest: rest.mark_price(),
        "intervals": lambda rest: rest.get_funding_rate_info(),
        "clock": lambda rest: rest.check_server_time(),
    },
}
STREAMS: dict[Market, dict[str, Callable[[Any], Any]]] = {
    "spot": {
        "quote": lambda streams: streams.book_ticker("BTCUSDT"),
        "delta": lambda streams: streams.diff_book_depth("BTCUSDT", update_speed="100ms"),
        "trade": lambda streams: streams.trade("BTCUSDT"),
        "miniTicker": lambda streams: streams.all_mini_ticker(),
    },
    "perp": {
        "quote": lambda streams: streams.individual_symbol_book_ticker_streams("BTCUSDT"),
        "delta": lambda streams: streams.diff_book_depth_streams("BTCUSDT", update_speed="100ms"),
        "ticker": lambda streams: streams.all_market_tickers_streams(),
        "funding": lambda streams: streams.mark_price_stream_for_all_market(update_speed="1s"),
    },
}
UNDESCRIBED = {
    "futuresType": "recorded in every exchangeInfo from 2021 to 2026; the client's model leaves it out",
    "maxMoveOrderLimit": "recorded in 2026; the client's model leaves it out",
    "permissionSets": "recorded in 2026; the client's model leaves it out",
}
"""Fields the real venue sends although its own client does not know them."""


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running(**SEED) as found:
        yield found


def _client(simulator: Simulator, market: Market) -> Any:
    from binance_common.configuration import ConfigurationRestAPI, ConfigurationWebSocketStreams

    url = simulator.urls[f"binance_{market}"]
    rest = ConfigurationRestAPI(base_path=url, timeout=5000, retries=0)
    streams = ConfigurationWebSocketStreams(stream_url=url.replace("http", "ws", 1))
    return sdk_client(market, config_rest_api=rest, config_ws_streams=streams)


def _rows(data: Any) -> list[Any]:
    data = getattr(data, "actual_instance", data)
    return data if isinstance(data, list) else [data]


def _unknown(row: Any) -> dict[str, Any]:
    """Return what the client's model has no name for: what its documentation does not describe."""
    found = dict(getattr(row, "additional_properties", None) or {})
    for inner in getattr(row, "symbols", None) or ():
        found |= _unknown(inner)
    return found


@pytest.mark.parametrize("market", MARKETS := ("spot", "perp"))
async def test_its_requests_are_answered_in_documented_fields_with_what_is_true(
    simulator: Simulator, market: Market
) -> None:
    await simulator.pause()
    rest = _client(simulator, market).rest_api
    bodies = {}
    try:
        for name, call in REQUESTS[market].items():
            answer = await asyncio.to_thread(call, rest)
            bodies[name] = _rows(answer.data())
    finally:
        rest._session.close()
    unknown = {name: found for name, rows in bodies.items() for row in rows if (found := _unknown(row).keys())}
    assert unknown == ({"listing": UNDESCRIBED.keys()} if market == "perp" else {})
    truth = simulator.truth(f"binance_{market}")
    for row in bodies["quotes"]:
        true = truth["quotes"][row.symbol]
        read = [float(text) or None for text in (row.bid_price, row.bid_qty, row.ask_price, row.ask_qty)]
        assert read == [true[field] for field in ("bid", "bid_size", "ask", "ask_size")], row.symbol
    for row in bodies["tickers"]:
        true = truth["tickers"][row.symbol]
        assert (float(row.last_price), float(row.volume)) == (true["last"], true["base_volume"]), row.symbol
    (book,) = bodies["snapshot"]
    true = simulator.truth(f"binance_{market}", "BTCUSDT")["book"]
    assert book.last_update_id == true["update_id"]
    assert same([[float(x) for x in level] for level in book.bids], [list(level) for level in true["bids"]])
    for row in bodies.get("premium", ()):
        if row.last_funding_rate:
            true = truth["funding"][row.symbol]
            assert float(row.last_funding_rate) == pytest.approx(true["rate"], abs=5.1e-9), row.symbol
            assert row.next_funding_time == true["next_time"] // 10**6, row.symbol


@pytest.mark.parametrize("market", MARKETS)
async def test_its_streams_carry_documented_fields_with_what_is_true(
    simulator: Simulator, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    import binance_common.websocket as rim

    monkeypatch.setattr(rim, "SUBSCRIBE_MESSAGE_DELAY_SECONDS", 0)
    before = asyncio.all_tasks()
    streams = _client(simulator, market).websocket_streams
    await streams.create_connection()
    heard: dict[str, list[Any]] = {}
    try:
        for name, call in STREAMS[market].items():
            rows = heard[name] = []
            (await call(streams)).on("message", lambda data, rows=rows: rows.extend(_rows(data)))
        await until(lambda: all(heard.values()), "every stream spoke")
        await simulator.pause()
        true = simulator.truth(f"binance_{market}")["quotes"]["BTCUSDT"]
        await until(lambda: heard["quote"][-1].u == true["update_id"], "the last quote came")
    finally:
        await streams.close_connection(close_session=True)
        left = asyncio.all_tasks() - before
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    assert {name: found for name, rows in heard.items() for row in rows if (found := _unknown(row))} == {}
    last = heard["quote"][-1]
    assert [float(text) for text in (last.b, last.B, last.a, last.A)] == [
        true[field] for field in ("bid", "bid_size", "ask", "ask_size")
    ]
