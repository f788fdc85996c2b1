"""What was recorded gives the same again, by its own clock."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from arbwatch.analytics.spreads import Rules
from arbwatch.connector.decoding import Decoding
from arbwatch.connector.recording import lines, read
from arbwatch.connector.registry import venues
from arbwatch.engine.replay import Output, Replay, Scan
from arbwatch.engine.tracks import Recording, merged
from arbwatch.market.codes import RowState
from arbwatch.model import Book, Down, Funding, Instrument, Quote, Ticker, Trade, Up

VENUE = "binance_spot"
S = 1_000_000_000
DATA = Quote | Trade | Ticker | Funding | Book
TRADING = {"status": "TRADING", "quoteAsset": "USDT", "isSpotTradingAllowed": True}
LISTING = {"symbols": [{"symbol": f"{base}USDT", "baseAsset": base, **TRADING} for base in ("AAA", "BBB")]}
HEADER = {"t": "header", "venue": "binance", "product": "spot"}


def listing(at: float) -> dict[str, Any]:
    return http(at, "exchangeInfo?showPermissionSets=false", LISTING)


def http(at: float, address: str, body: Any, status: int = 200) -> dict[str, Any]:
    url = f"http://127.0.0.1:1/api/v3/{address}"
    sent = int(at * S) - S // 10
    return {"t": "http", "ts": at, "sent_ns": sent, "url": url, "data": json.dumps(body), "status": status}


def connect(at: float, conn: str = "c.1") -> dict[str, Any]:
    return {"t": "connect", "conn": conn, "ts": at, "addr": "ws://127.0.0.1:1/stream"}


def lost(at: float, conn: str = "c.1") -> dict[str, Any]:
    return {"t": "connect", "conn": conn, "ts": at, "addr": "", "lost": "gone"}


def top(at: float, symbol: str, bid: float, conn: str = "c.1") -> dict[str, Any]:
    row = {"u": 1, "s": symbol, "b": str(bid), "B": "1", "a": str(bid + 1), "A": "1"}
    data = json.dumps({"stream": f"{symbol.lower()}@bookTicker", "data": row})
    return {"t": "recv", "conn": conn, "ts": at, "data": data}


def play(*recorded: dict[str, Any], rules: Rules | None = None) -> tuple[Replay, list[Output]]:
    replay = Replay(venues(), rules or Rules())
    items = read(json.dumps(line).encode() for line in (HEADER, *recorded))
    return replay, list(replay.run(merged([Recording("a", items)], print)))


def of(outputs: Iterable[Output], *kinds: type) -> list[Any]:
    return [output.what for output in outputs if isinstance(output.what, kinds)]


def row(replay: Replay, symbol: str) -> tuple[float, RowState]:
    snapshot = replay.table.view(replay.now)
    lane = snapshot.lane(VENUE)
    place = snapshot.layout.rows[lane][symbol]
    return float(snapshot.bid[lane, place]), RowState(int(snapshot.state[lane, place]))


def test_frames_become_events_and_rows() -> None:
    replay, found = play(listing(1), connect(2), top(3, "AAAUSDT", 10), top(4, "AAAUSDT", 11))
    assert [i.symbol for i in of(found, Instrument)] == ["AAAUSDT", "BBBUSDT"]
    assert [(q.bid, q.received) for q in of(found, Quote)] == [(10, 3 * S), (11, 4 * S)]
    assert row(replay, "AAAUSDT") == (11, RowState.LIVE)
    assert [output.time for output in found if isinstance(output.what, Scan)] == [2 * S, 3 * S, 4 * S, 4 * S]


def test_a_socket_that_is_gone_takes_its_rows_down_and_another_brings_them_back() -> None:
    up = (listing(1), connect(2), top(3, "AAAUSDT", 10), top(3, "BBBUSDT", 20), lost(4))
    replay, found = play(*up)
    assert row(replay, "AAAUSDT") == (10, RowState.DOWN)
    assert [(type(e), e.reason) for e in of(found, Up, Down)] == [(Up, "c.1: open"), (Down, "c.1: gone")]
    replay, _ = play(*up, connect(5, "c.2"), top(6, "AAAUSDT", 12, "c.2"))
    assert row(replay, "AAAUSDT") == (12, RowState.LIVE) and row(replay, "BBBUSDT")[1] is RowState.DOWN


def test_a_connection_opened_anew_under_its_name_is_another() -> None:
    replay, _ = play(listing(1), connect(2), top(3, "AAAUSDT", 10), connect(4))
    assert row(replay, "AAAUSDT")[1] is RowState.DOWN


def test_of_two_sockets_the_newer_one_speaks_and_the_older_again_when_that_is_gone() -> None:
    both = (listing(1), connect(2), top(3, "AAAUSDT", 10), connect(4, "c.2"), top(5, "AAAUSDT", 11, "c.2"))
    replay, found = play(*both, top(6, "AAAUSDT", 9))
    assert row(replay, "AAAUSDT")[0] == 11 and [q.bid for q in of(found, Quote)] == [10, 11]
    replay, _ = play(*both, lost(6, "c.2"), top(7, "AAAUSDT", 12))
    assert row(replay, "AAAUSDT") == (12, RowState.LIVE)
    replay, _ = play(*both, lost(6), top(7, "AAAUSDT", 12, "c.2"))
    assert row(replay, "AAAUSDT") == (12, RowState.LIVE)


def test_answers_by_rest_go_where_they_were_asked_for() -> None:
    tops = [
        {"symbol": s, "bidPrice": "5", "bidQty": "1", "askPrice": "6", "askQty": "1"} for s in ("AAAUSDT", "BBBUSDT")
    ]
    replay, _ = play(
        listing(1),
        http(2, "time", {"serverTime": 2_450}),
        connect(2),
        top(3, "AAAUSDT", 10),
        http(4, "ticker/bookTicker", tops),
    )
    health = replay.venues[VENUE].health
    assert health.clock_offset == S // 2
    assert row(replay, "AAAUSDT") == (10, RowState.LIVE) and row(replay, "BBBUSDT") == (5, RowState.EMPTY)


def test_a_stream_contradicted_by_rest_freezes_its_row() -> None:
    tops = [{"symbol": "AAAUSDT", "bidPrice": "5", "bidQty": "1", "askPrice": "6", "askQty": "1"}]
    replay, _ = play(
        listing(1), connect(2), top(3, "AAAUSDT", 10), top(3, "BBBUSDT", 10), http(4, "ticker/bookTicker", tops),
        top(8, "BBBUSDT", 11),
    )  # fmt: skip
    assert row(replay, "AAAUSDT")[1] is RowState.FROZEN and row(replay, "BBBUSDT")[1] is RowState.LIVE


def test_a_refusal_that_no_flow_saw_changes_nothing() -> None:
    replay, found = play(listing(1), http(2, "exchangeInfo?showPermissionSets=false", {"code": 0}, status=451))
    assert len(of(found, Instrument)) == 2 and not replay.venues[VENUE].rejected


def test_what_cannot_be_read_is_counted_and_costs_only_itself() -> None:
    broken = {"t": "recv", "conn": "c.1", "ts": 3, "data": '{"stream":'}
    replay, found = play(listing(1), connect(2), broken, top(4, "AAAUSDT", 10))
    assert replay.venues[VENUE].rejected == 1 and len(of(found, Quote)) == 1


def test_a_long_silence_is_not_filled_with_looks_at_nothing() -> None:
    _, found = play(listing(1), connect(2), top(3, "AAAUSDT", 10), top(1_000_000, "AAAUSDT", 11))
    scans = of(found, Scan)
    assert 60 <= len(scans) <= 66 and scans[-1].time == 1_000_000 * S


def test_without_a_listing_quotes_are_events_all_the_same() -> None:
    replay, found = play(connect(2), top(3, "AAAUSDT", 10))
    assert len(of(found, Quote)) == 1 and not replay.venues[VENUE].listed


def recorded(path: Path) -> Iterator[Any]:
    return read(lines([path.read_bytes()], print))


CURRENT = ("binance/recordings/cryptofeed", "bybit/recordings/cryptofeed-v5", "okx/recordings/cryptofeed-v5")


@pytest.mark.parametrize("start", CURRENT)
def test_real_recordings_give_the_events_that_decode_finds_and_twice_the_same(recordings: Path, start: str) -> None:
    found = sorted(path for path in recordings.glob("*/recordings/*.jsonl") if start in path.as_posix())
    assert found
    for path in found:
        runs = []
        for _ in range(2):
            replay = Replay(venues(), Rules())
            played = list(replay.run(merged([Recording(path.name, recorded(path))], print)))
            runs.append(msgspec.json.encode([output.what for output in played]))
        assert runs[0] == runs[1]
        ours = of(played, Quote, Trade, Book)
        theirs = [d.found for d in Decoding(venues()).read(recorded(path)) if isinstance(d.found, Quote | Trade | Book)]
        assert ours == theirs
