"""What Bybit is sent and what is made of what it sends, beyond the samples."""

import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Ack, Clock, Reject, Request, Response, Topic
from arbwatch.model import Book, Funding, Quote, Ticker, Trade
from arbwatch.venues.bybit import BybitPerp, BybitSpot

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
Venues = type[BybitSpot | BybitPerp]
BOTH = pytest.mark.parametrize("venue", [BybitSpot, BybitPerp], ids=lambda venue: venue.id)


def decode(source: BybitSpot | BybitPerp, frame: object) -> list[Any]:
    return list(source.decode(json.dumps(frame).encode(), NOW))


def book(depth: int, kind: str, bids: object, asks: object, u: int = 9, **more: object) -> dict[str, Any]:
    data = {"s": "AAAUSDT", "b": bids, "a": asks, "u": u, "seq": 7}
    return {"topic": f"orderbook.{depth}.AAAUSDT", "type": kind, "ts": MS, "data": data, "cts": MS - 5, **more}


def ticker(kind: str, symbol: str = "AAAUSDT", **data: object) -> dict[str, Any]:
    return {"topic": f"tickers.{symbol}", "type": kind, "ts": MS, "cs": 1, "data": {"symbol": symbol, **data}}


def answer(result: object, *, code: int = 0, words: str = "OK", status: int = 200) -> Response:
    body = {"retCode": code, "retMsg": words, "result": result, "retExtInfo": {}, "time": MS - 3}
    return Response(status, json.dumps(body).encode(), NOW - 50_000_000, NOW)


def run(venue: Venues, name: str, *answers: Response) -> tuple[list[Request], list[Any]]:
    flow = next(poll for poll in venue().polls() if poll.name == name).flow()
    asked = [next(flow)]
    for one in answers:
        try:
            asked.append(flow.send(one))
        except StopIteration as end:
            return asked, end.value
    raise AssertionError(f"the flow wants more: {asked[-1]}")


@BOTH
def test_frames_are_spelt_as_the_pages_say(venue: Venues) -> None:
    source = venue()
    (one,) = source.subscribe(
        [Topic("quote", "BTCUSDT"), Topic("ticker", "BTCUSDT"), Topic("book", "BTCUSDT"), Topic("trade", "BTCPERP")]
    )
    topics = '["orderbook.1.BTCUSDT","tickers.BTCUSDT","orderbook.200.BTCUSDT","publicTrade.BTCPERP"]'
    assert one.frame == f'{{"req_id":"1","op":"subscribe","args":{topics}}}'
    (two,) = source.unsubscribe([Topic("quote", "BTCUSDT")])
    assert (two.frame, two.id) == ('{"req_id":"2","op":"unsubscribe","args":["orderbook.1.BTCUSDT"]}', "2")
    assert json.loads(str(venue.heartbeat.ping)) == {"op": "ping"}


@BOTH
def test_topics_without_a_stream_are_refused(venue: Venues) -> None:
    with pytest.raises(VenueError, match="name one"):
        venue().subscribe([Topic("quote")])
    with pytest.raises(VenueError, match="no stream of kind 'notice'"):
        venue().subscribe([Topic("notice")])


@BOTH
def test_a_socket_full_of_the_longest_names_stays_under_21000_characters(venue: Venues) -> None:
    topics = [Topic("book", f"{'X' * 17}{n:05}USDT") for n in range(venue.limits.streams_per_socket)]
    args = [arg for frame in venue().subscribe(topics) for arg in json.loads(str(frame.frame))["args"]]
    assert len(json.dumps(args, separators=(",", ":"))) < 21_000
    assert len(args) == venue.limits.streams_per_socket


def test_spot_takes_ten_topics_a_frame() -> None:
    frames = BybitSpot().subscribe([Topic("quote", f"A{n}USDT") for n in range(25)])
    assert [len(frame.topics) for frame in frames] == [10, 10, 5]


@pytest.mark.parametrize(
    ("bids", "asks", "bid", "ask"),
    [
        ([["1", "2"]], [["3", "4"]], (1.0, 2.0), (3.0, 4.0)),
        ([], [["3", "4"]], (None, None), (3.0, 4.0)),
        ([["1", "2"]], [], (1.0, 2.0), (None, None)),
        ([], [], (None, None), (None, None)),
        ([["0", "2"]], [["3", "0"]], (None, None), (None, None)),
        ([["1", "2"], ["0.9", "7"]], [["3", "4"], ["5", "6"]], (1.0, 2.0), (3.0, 4.0)),
    ],
)
@BOTH
def test_a_side_without_price_or_size_is_empty(
    venue: Venues, bids: object, asks: object, bid: tuple[Any, Any], ask: tuple[Any, Any]
) -> None:
    assert decode(venue(), book(1, "snapshot", bids, asks)) == [Quote(venue.id, "AAAUSDT", *bid, *ask, NOW, NOW)]


@BOTH
def test_an_unchanged_top_pushed_again_is_as_new_as_its_push(venue: Venues) -> None:
    source = venue()
    first, again = book(1, "snapshot", [["1", "2"]], [["3", "4"]]), book(1, "snapshot", [["1", "2"]], [["3", "4"]])
    again["ts"] += 3000
    (before,), (after,) = decode(source, first), decode(source, again)
    assert after.time - before.time == 3_000_000_000 and (after.bid, after.ask) == (before.bid, before.ask)


@BOTH
def test_a_change_to_a_top_is_refused_in_words(venue: Venues) -> None:
    with pytest.raises(DecodeError, match=r"orderbook\.1\.AAAUSDT sent a delta: only whole tops are"):
        decode(venue(), book(1, "delta", [["1", "2"]], [["3", "4"]]))


@pytest.mark.parametrize("depth", [10, 50, 200, 1000])
@BOTH
def test_a_book_of_one_level_is_no_quote(venue: Venues, depth: int) -> None:
    (found,) = decode(venue(), book(depth, "snapshot", [["1", "2"]], [["3", "4"]]))
    assert isinstance(found, Book) and found.snapshot


@pytest.mark.parametrize("wrong", ["nan", "NaN", "Infinity", "-1", "1e999", "", "abc", None, True, [], {}])
@pytest.mark.parametrize("at", [0, 1])
@BOTH
def test_a_number_that_is_none_is_refused(venue: Venues, at: int, wrong: object) -> None:
    level: list[object] = ["1", "2"]
    level[at] = wrong
    for bids, asks in (([level], [["3", "4"]]), ([["0.5", "1"]], [level])):
        with pytest.raises(DecodeError):
            decode(venue(), book(1, "snapshot", bids, asks))


def test_books_count_on_and_begin_anew() -> None:
    source = BybitPerp()
    (whole,) = decode(source, book(200, "snapshot", [["1", "2"]], [["3", "4"]], u=50))
    (delta,) = decode(source, book(200, "delta", [["1", "0"]], [], u=51))
    (anew,) = decode(source, book(200, "delta", [["1", "2"]], [["3", "4"]], u=1))
    assert (whole.snapshot, whole.seq, whole.prev) == (True, 50, None)
    assert (delta.snapshot, delta.seq, delta.prev, delta.bids) == (False, 51, 50, ((1.0, 0.0),))
    assert anew.snapshot
    assert anew.seq is not None
    assert anew.prev is not None
    assert anew.seq < anew.prev
    assert whole.time == (MS - 5) * 1_000_000
    with pytest.raises(DecodeError, match="neither snapshot nor delta"):
        decode(source, book(200, "", [], []))


def test_changes_before_the_whole_are_dropped_and_a_connection_begins_anew() -> None:
    source = BybitPerp()
    assert decode(source, ticker("delta", markPrice="5")) == []
    (first,) = decode(source, ticker("snapshot", lastPrice="7"))
    assert isinstance(first, Ticker)
    assert decode(source, ticker("delta", "BBBUSDT", markPrice="5")) == []
    (mark,) = decode(source, ticker("delta", markPrice="5"))
    assert isinstance(mark, Funding) and mark.mark == 5.0
    assert decode(BybitPerp(), ticker("delta", markPrice="5")) == []


def test_a_change_tells_only_what_changed() -> None:
    source = BybitPerp()
    decode(source, ticker("snapshot"))
    (last,) = decode(source, ticker("delta", lastPrice="7", bid1Price="1", bid1Size="2"))
    assert last == Ticker("bybit_perp", "AAAUSDT", 7.0, None, None, None, None, None, NOW, NOW)
    (rate,) = decode(source, ticker("delta", fundingRate="-0.0001"))
    assert rate == Funding("bybit_perp", "AAAUSDT", rate=-0.0001, status="estimate", time=NOW, received=NOW)
    (upcoming,) = decode(source, ticker("delta", nextFundingTime=str(MS + 1)))
    assert upcoming.next_time == NOW + 1_000_000 and upcoming.rate is None
    (interval,) = decode(source, ticker("delta", fundingIntervalHour="4", fundingCap="0.02"))
    assert (interval.interval_h, interval.interval_source, interval.cap, interval.floor) == (
        4.0,
        "metadata",
        0.02,
        -0.02,
    )
    assert decode(source, ticker("delta", bid1Price="1", bid1Size="2", openInterest="3")) == []


def test_a_statistic_is_never_a_quote() -> None:
    sides = {"bid1Price": "1", "bid1Size": "2", "ask1Price": "3", "ask1Size": "4"}
    for venue in (BybitSpot, BybitPerp):
        assert not any(
            isinstance(found, Quote) for found in decode(venue(), ticker("snapshot", lastPrice="2", **sides))
        )


def test_nothing_is_none_and_zero_is_zero() -> None:
    empty = {"lastPrice": "", "price24hPcnt": "", "highPrice24h": "0", "volume24h": "", "turnover24h": "0"}
    funding = {"fundingRate": "", "nextFundingTime": "", "markPrice": "", "indexPrice": "0", "fundingCap": ""}
    (found,) = decode(BybitPerp(), ticker("snapshot", **empty, **funding))
    assert found == Ticker("bybit_perp", "AAAUSDT", None, None, None, None, None, 0.0, NOW, NOW)
    source = BybitPerp()
    decode(source, ticker("snapshot"))
    (zero,) = decode(source, ticker("delta", fundingRate="0"))
    assert (zero.rate, zero.status) == (0.0, "estimate")


def test_change_is_a_fraction_already() -> None:
    (found,) = decode(BybitSpot(), ticker("snapshot", lastPrice="2", price24hPcnt="0.0015"))
    assert found.change_24h == 0.0015


def test_trades_tell_the_taker_and_leave_out_what_was_negotiated() -> None:
    row = {"T": MS, "s": "AAAUSDT", "S": "Buy", "v": "2", "p": "1", "i": "x", "BT": False}
    rows = [row, {**row, "S": "Sell", "i": "y"}, {**row, "BT": True}, {**row, "p": "x"}, {**row, "S": "None"}]
    buy, sell, broken, sideless = decode(
        BybitPerp(), {"topic": "publicTrade.AAAUSDT", "type": "snapshot", "data": rows}
    )
    assert buy == Trade("bybit_perp", "AAAUSDT", 1.0, 2.0, "buy", "x", NOW, NOW)
    assert (sell.side, sell.id) == ("sell", "y")
    assert isinstance(broken, Reject) and "$.p" in broken.reason and isinstance(sideless, Reject)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"success": True, "ret_msg": "", "conn_id": "c", "req_id": "7", "op": "subscribe"}, [Ack("7", None)]),
        ({"success": True, "ret_msg": "", "conn_id": "c", "req_id": "", "op": "subscribe"}, [Ack(None, None)]),
        ({"success": True, "ret_msg": "subscribe", "conn_id": "c", "op": "subscribe"}, [Ack(None, None)]),
        ({"success": True, "ret_msg": "", "req_id": "8", "op": "unsubscribe"}, [Ack("8", None)]),
        ({"success": False, "ret_msg": "Invalid topic", "req_id": "7", "op": "subscribe"}, [Ack("7", "Invalid topic")]),
        ({"success": False, "ret_msg": "", "op": ""}, [Ack(None, "refused without a reason")]),
        ({"success": True, "ret_msg": "pong", "conn_id": "c", "req_id": "7", "op": "ping"}, []),
        ({"success": True, "ret_msg": "pong", "conn_id": "c", "op": "ping"}, []),
        ({"success": False, "ret_msg": "busy", "op": "ping"}, []),
        ({"req_id": "7", "op": "pong", "args": ["1795176005000"], "conn_id": "c"}, []),
        ({"success": True, "ret_msg": "", "op": "auth"}, []),
    ],
)
@BOTH
def test_answers_say_yes_or_why_not(venue: Venues, frame: object, expected: list[Ack]) -> None:
    assert decode(venue(), frame) == expected


@pytest.mark.parametrize("frame", ["", "null", "1", '"x"', "{", "nonsense", "\x00", "[", "[]", '{"data":{}'])
@BOTH
def test_what_is_no_message_is_refused(venue: Venues, frame: str) -> None:
    with pytest.raises(DecodeError):
        list(venue().decode(frame.encode(), NOW))


@pytest.mark.parametrize(
    "frame", [{}, {"data": {}}, {"topic": "kline.1.AAAUSDT", "data": []}, {"topic": "orderbook.1.AAAUSDT"}]
)
@BOTH
def test_what_is_unknown_is_passed_over(venue: Venues, frame: object) -> None:
    assert decode(venue(), frame) == []


@BOTH
def test_a_stream_brings_its_own_book(venue: Venues) -> None:
    assert venue().book_request("AAAUSDT") is None
    with pytest.raises(VenueError, match="never made a request"):
        venue().reply("book:AAAUSDT", answer({}))


def test_quotes_by_rest_have_the_time_of_the_answer_and_leave_out_dated_contracts() -> None:
    row = {"symbol": "AAAUSDT", "bid1Price": "1", "bid1Size": "2", "ask1Price": "", "ask1Size": ""}
    asked, (quote, reject) = run(
        BybitPerp, "quotes", answer({"list": [row, {**row, "symbol": "AAAUSDT-25DEC26"}, {"symbol": ""}]})
    )
    assert asked == [Request("/v5/market/tickers", (("category", "linear"),))]
    assert quote == Quote("bybit_perp", "AAAUSDT", 1.0, 2.0, None, None, NOW - 3_000_000, NOW)
    assert isinstance(reject, Reject)


def test_statistics_by_rest_bring_funding() -> None:
    row = {"symbol": "AAAUSDT", "lastPrice": "2", "price24hPcnt": "0.01", "fundingRate": "0.0001", "markPrice": "2"}
    _, (day, funding) = run(BybitPerp, "tickers", answer({"list": [row]}))
    assert isinstance(day, Ticker) and day.change_24h == 0.01
    assert isinstance(funding, Funding) and (funding.rate, funding.mark) == (0.0001, 2.0)


def test_the_listing_tells_minutes_and_limits_of_either_side() -> None:
    row = {"symbol": "AAAUSDT", "status": "Trading", "baseCoin": "AAA", "quoteCoin": "USDT", "fundingInterval": 240}
    row |= {"contractType": "LinearPerpetual", "upperFundingRate": "0.02", "lowerFundingRate": "-0.01"}
    dated = {**row, "symbol": "AAAUSDT-25DEC26", "contractType": "LinearFutures", "fundingInterval": 0}
    later = {**row, "symbol": "BBBUSDT", "fundingInterval": 0, "upperFundingRate": "", "lowerFundingRate": ""}
    asked, (four, unknown) = run(
        BybitPerp,
        "funding",
        answer({"list": [row, dated], "nextPageCursor": "n"}),
        answer({"list": [later], "nextPageCursor": ""}),
    )
    assert ("cursor", "n") in asked[1].params
    assert (four.interval_h, four.interval_source, four.cap, four.floor) == (4.0, "metadata", 0.02, -0.01)
    assert (unknown.symbol, unknown.interval_h, unknown.interval_source, unknown.cap) == ("BBBUSDT", None, None, None)


@pytest.mark.parametrize("name", ["clock", "quotes", "tickers", "funding"])
def test_a_refusal_comes_with_the_venues_words(name: str) -> None:
    with pytest.raises(VenueError, match=r"HTTP 200: Too many visits! \(retCode 10006\)"):
        run(BybitPerp, name, answer({}, code=10006, words="Too many visits!"))
    with pytest.raises(VenueError, match="HTTP 403: access too frequent"):
        run(BybitPerp, name, answer({}, code=10006, words="access too frequent", status=403))
    with pytest.raises(VenueError, match="HTTP 502: no reason given"):
        run(BybitPerp, name, Response(502, b"<html>", NOW, NOW))
    for body in (b"<html>", b"{}", b"[]", json.dumps({"retCode": 0, "result": {"list": 1}}).encode()):
        with pytest.raises(DecodeError):
            run(BybitPerp, name, Response(200, body, NOW, NOW))


@BOTH
def test_the_clock_is_told_in_nanoseconds(venue: Venues) -> None:
    told = answer({"timeSecond": str(NOW // 10**9), "timeNano": str(NOW + 1)})
    assert run(venue, "clock", told) == ([Request("/v5/market/time")], [Clock(NOW + 1)])
    with pytest.raises(DecodeError):
        run(venue, "clock", answer({"timeNano": str(NOW // 1_000_000)}))


PRICES = st.floats(1e-12, 1e12)


@given(PRICES, PRICES, PRICES, PRICES, st.integers(1, 9_000_000_000_000))
def test_what_was_written_is_read_back(bid: float, bid_size: float, ask: float, ask_size: float, ms: int) -> None:
    frame = book(1, "snapshot", [[repr(bid), repr(bid_size)]], [[repr(ask), repr(ask_size)]], ts=ms)
    for venue in (BybitSpot, BybitPerp):
        assert decode(venue(), frame) == [Quote(venue.id, "AAAUSDT", bid, bid_size, ask, ask_size, ms * 1_000_000, NOW)]


@given(st.integers(2, 2**50), st.integers(1, 30))
def test_successive_changes_join(first: int, count: int) -> None:
    source = BybitSpot()
    found = [decode(source, book(200, "delta", [], [], u=first + n))[0] for n in range(count)]
    assert all(after.prev == before.seq for before, after in pairwise(found))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    for venue in (BybitSpot(), BybitPerp()):
        with suppress(DecodeError):
            list(venue.decode(frame, NOW))


WORDS = ["topic", "type", "ts", "data", "s", "b", "a", "u", "symbol", "lastPrice", "op", "success", "req_id", "S", "p"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["tickers.A", "orderbook.1.A", "1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    for venue in (BybitSpot(), BybitPerp()):
        with suppress(DecodeError):
            list(venue.decode(json.dumps(value).encode(), NOW))


@given(st.binary(max_size=200), st.sampled_from(["clock", "quotes", "tickers", "funding"]))
def test_any_answer_is_read_or_refused(body: bytes, name: str) -> None:
    flow = next(poll for poll in BybitPerp().polls() if poll.name == name).flow()
    next(flow)
    with suppress(StopIteration, DecodeError, VenueError):
        flow.send(Response(200, body, NOW, NOW))
