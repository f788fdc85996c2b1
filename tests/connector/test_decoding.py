import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.decoding import Decoded, Decoding
from arbwatch.connector.recording import read
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Clock, Reject
from arbwatch.model import Book, Funding, Instrument, Quote
from arbwatch.venues.binance import BinancePerp, BinanceSpot
from arbwatch.venues.okx import OkxPerp, OkxSpot

KNOWN: dict[str, type[Venue]] = {"binance_perp": BinancePerp, "binance_spot": BinanceSpot}
SPOT = "wss://stream.binance.com:9443/stream"
PERP = "wss://fstream.binance.com/public/stream"


def top(symbol: str = "AAABBB", bid: str = "1.0", **more: Any) -> str:
    data = {"u": 1, "s": symbol, "b": bid, "B": "2.0", "a": "1.5", "A": "3.0", **more}
    return json.dumps({"stream": f"{symbol.lower()}@bookTicker", "data": data})


def depth(symbol: str, first: int, last: int) -> str:
    data = {"e": "depthUpdate", "E": 1_700_000_000_000, "s": symbol, "U": first, "u": last, "b": [], "a": []}
    return json.dumps({"stream": f"{symbol.lower()}@depth@100ms", "data": data})


def decoded(*lines: Any, bare: Any = None, known: Any = None) -> list[Decoded]:
    raw = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return list(Decoding(KNOWN if known is None else known, bare).read(read(raw)))


def connect(address: str, conn: str = "1") -> dict[str, Any]:
    return {"t": "connect", "conn": conn, "addr": address}


def recv(data: str, conn: str = "1", **more: Any) -> dict[str, Any]:
    return {"t": "recv", "conn": conn, "ts": 1.7e9, "data": data, **more}


def http(url: str, body: object, **more: Any) -> dict[str, Any]:
    return {"t": "http", "ts": 1.7e9, "url": url, "data": json.dumps(body), **more}


def kinds(found: Iterable[Decoded]) -> list[type]:
    return [type(one.found) for one in found]


def test_the_address_tells_the_venue() -> None:
    found = decoded(connect(SPOT, "s"), connect(PERP, "p"), recv(top(), "p"), recv(top(), "s"))
    assert [(one.line, one.venue) for one in found] == [(3, "binance_perp"), (4, "binance_spot")]
    assert isinstance(found[0].found, Quote) and found[0].found.received == 1_700_000_000_000_000_000


def test_the_address_is_believed_before_what_the_user_names() -> None:
    (one,) = decoded(connect(PERP), recv(top()), bare=BinanceSpot)
    assert one.venue == "binance_perp"


def test_the_header_tells_the_venue_where_no_address_does() -> None:
    (one,) = decoded({"t": "header", "venue": "binance", "product": "perp"}, recv(top()))
    assert one.venue == "binance_perp"


def test_bare_messages_are_whose_the_user_says() -> None:
    (one,) = decoded(top().encode(), bare=BinanceSpot)
    assert one.venue == "binance_spot" and isinstance(one.found, Quote)
    (one,) = decoded(top().encode())
    assert isinstance(one.found, Reject) and "name its venue" in one.found.reason


def test_a_stranger_is_refused_by_name() -> None:
    (one,) = decoded(connect("wss://ws.elsewhere.example/v5"), recv(top()))
    assert isinstance(one.found, Reject) and "ws.elsewhere.example" in one.found.reason
    (one,) = decoded({"t": "header", "venue": "elsewhere", "product": "spot"}, recv(top()))
    assert isinstance(one.found, Reject) and "elsewhere spot" in one.found.reason


def test_markets_on_one_host_are_told_apart_by_path() -> None:
    class Alike(BinancePerp):
        ws_hosts = BinanceSpot.ws_hosts

    known = {"binance_spot": BinanceSpot, "binance_perp": Alike}
    found = decoded(connect("wss://stream.binance.com/public/stream"), recv(top()), known=known)
    assert [one.venue for one in found] == ["binance_perp"]


def test_markets_on_one_socket_each_take_their_own() -> None:
    known = {"okx_perp": OkxPerp, "okx_spot": OkxSpot}
    address = "wss://ws.okx.com:8443/ws/v5/public"

    def push(symbol: str) -> str:
        top = {"asks": [["1.5", "3", "0", "1"]], "bids": [["1", "2", "0", "1"]], "ts": "1700000000000", "seqId": 1}
        return json.dumps({"arg": {"channel": "bbo-tbt", "instId": symbol}, "data": [top]})

    lines = [recv(push("AAA-USDT-SWAP")), recv(push("AAA-USDT")), recv(push("AAA-USDT-261225")), recv('{"arg":5}')]
    found = decoded(connect(address), *lines, known=known)
    assert [(one.line, one.venue) for one in found] == [(2, "okx_perp"), (3, "okx_spot"), (5, "okx_perp")]
    assert kinds(found) == [Quote, Quote, Reject]
    bare = decoded(*(line["data"].encode() for line in lines[:2]), known=known, bare=(OkxPerp, OkxSpot))
    assert [one.venue for one in bare] == ["okx_perp", "okx_spot"]
    (one,) = decoded({"t": "header", "venue": "okx", "product": "spot"}, connect(address), *lines[:2], known=known)
    assert one.venue == "okx_spot"


def test_a_broken_frame_costs_its_line() -> None:
    found = decoded(connect(SPOT), recv('{"stream":"x'), recv(top()))
    assert kinds(found) == [Reject, Quote] and found[0].line == 2


def test_a_recorded_listing_becomes_instruments() -> None:
    row = {"symbol": "AAABBB", "status": "TRADING", "baseAsset": "AAA", "quoteAsset": "BBB", "filters": []}
    found = decoded(http("https://api.binance.com/api/v3/exchangeInfo", {"symbols": [row, {"symbol": 5}]}))
    assert kinds(found) == [Reject, Instrument]


def test_a_recorded_book_finds_its_symbol_in_the_address() -> None:
    body = {"lastUpdateId": 7, "bids": [["1", "2"]], "asks": []}
    url = "https://www.binance.com/api/v1/depth?symbol=AAABBB&limit=500"
    (one,) = decoded({"t": "header", "venue": "binance", "product": "spot"}, http(url, body))
    assert isinstance(one.found, Book) and (one.found.symbol, one.found.seq, one.found.snapshot) == ("AAABBB", 7, True)


def test_a_book_among_the_frames_is_that_of_the_only_book() -> None:
    body = '{"lastUpdateId":7,"bids":[["1","2"]],"asks":[]}'
    found = decoded(connect(SPOT), recv(depth("AAABBB", 1, 2)), recv(body))
    assert [one.found.snapshot for one in found if isinstance(one.found, Book)] == [False, True]
    both = decoded(connect(SPOT), recv(depth("AAABBB", 1, 2)), recv(depth("CCCBBB", 1, 2)), recv(body))
    assert [one.line for one in both] == [2, 3]


def test_a_flow_of_two_requests_ends_when_both_answers_are_there() -> None:
    info = [{"symbol": "AAABBB", "fundingIntervalHours": 4}]
    premium = [
        {"symbol": "AAABBB", "markPrice": "1", "lastFundingRate": "0.0001", "nextFundingTime": 1_700_000_000_000}
    ]
    found = decoded(
        http("https://fapi.binance.com/fapi/v1/fundingInfo", info),
        http("https://fapi.binance.com/fapi/v1/time", {"serverTime": 1_700_000_000_000}),
        http("https://fapi.binance.com/fapi/v1/premiumIndex", premium),
    )
    assert kinds(found) == [Clock, Funding]
    assert isinstance(found[1].found, Funding) and found[1].found.interval_h == 4


def test_answers_that_nobody_asks_for_are_passed_over() -> None:
    assert not decoded(http("https://api.binance.com/api/v3/klines?symbol=AAABBB", [[1, 2]]))
    assert not decoded(http("https://api.elsewhere.example/api/v3/time", {"serverTime": 1}))


def test_a_refusal_is_told_in_the_venues_words() -> None:
    body = {"code": -1003, "msg": "Too many requests."}
    (one,) = decoded(http("https://api.binance.com/api/v3/time", body, status=429))
    assert isinstance(one.found, Reject) and "Too many requests." in one.found.reason and "429" in one.found.reason


def test_a_new_connection_begins_anew() -> None:
    found = decoded(
        connect(SPOT), recv(depth("AAABBB", 1, 2)), connect(SPOT), recv('{"lastUpdateId":7,"bids":[],"asks":[]}')
    )
    assert [one.line for one in found] == [2]


FRAMES = Path(__file__).parents[1] / "venues" / "binance" / "perp" / "frames.jsonl"


@given(st.data())
def test_a_mutilated_frame_costs_only_its_line(data: st.DataObject) -> None:
    lines = FRAMES.read_bytes().splitlines()
    at = data.draw(st.sampled_from([n for n, line in enumerate(lines) if b'"t": "recv"' in line]))
    cut = data.draw(st.integers(0, len(lines[at])))
    whole = {(one.line, repr(one.found)) for one in decoded(*lines)}
    left = {(one.line, repr(one.found)) for one in decoded(*lines[:at], lines[at][:cut], *lines[at + 1 :])}
    assert {line for line, _ in whole - left} <= {at + 1}
