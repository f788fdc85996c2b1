"""What Binance is sent and what is made of what it sends, beyond the samples."""

import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Ack, Clock, Notice, Reject, Request, Response, Topic
from arbwatch.model import Book, Funding, Quote, Ticker, Trade
from arbwatch.venues.binance import BinancePerp, BinanceSpot

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
BOTH = pytest.mark.parametrize("venue", [BinanceSpot, BinancePerp], ids=lambda venue: venue.id)


def decode(venue: type[BinanceSpot | BinancePerp], stream: str, data: object) -> list[Any]:
    return list(venue().decode(json.dumps({"stream": stream, "data": data}).encode(), NOW))


def top(bid: str, bid_size: str, ask: str, ask_size: str, **more: object) -> dict[str, object]:
    return {"u": 5, "s": "AAABBB", "b": bid, "B": bid_size, "a": ask, "A": ask_size, **more}


def answer(body: object, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), NOW - 50_000_000, NOW)


def run(venue: type[BinanceSpot | BinancePerp], name: str, *bodies: object) -> tuple[list[Request], list[Any]]:
    flow = next(poll for poll in venue().polls() if poll.name == name).flow()
    asked = [next(flow)]
    for body in bodies:
        try:
            asked.append(flow.send(answer(body)))
        except StopIteration as end:
            return asked, end.value
    raise AssertionError(f"the flow wants more: {asked[-1]}")


def test_frames_are_spelt_as_the_pages_say() -> None:
    spot, perp = BinanceSpot(), BinancePerp()
    (one,) = spot.subscribe(
        [Topic("quote", "BTCUSDT"), Topic("ticker"), Topic("book", "BTCUSDT"), Topic("trade", "ETHBTC")]
    )
    assert one.frame == (
        '{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","!miniTicker@arr","btcusdt@depth@100ms","ethbtc@trade"],"id":1}'
    )
    (two,) = spot.unsubscribe([Topic("quote", "BTCUSDT")])
    assert (two.frame, two.id) == ('{"method":"UNSUBSCRIBE","params":["btcusdt@bookTicker"],"id":2}', "2")
    (whole,) = perp.subscribe([Topic("ticker"), Topic("funding"), Topic("notice")])
    assert whole.frame == '{"method":"SUBSCRIBE","params":["!ticker@arr","!markPrice@arr@1s","!contractInfo"],"id":1}'


def test_only_ascii_letters_are_lowered() -> None:
    (one,) = BinanceSpot().subscribe([Topic("quote", "\u5e01\u5b89\u4eba\u751fUSDT"), Topic("quote", "\u0130XUSDT")])
    assert json.loads(one.frame)["params"] == ["\u5e01\u5b89\u4eba\u751fusdt@bookTicker", "\u0130xusdt@bookTicker"]


@BOTH
def test_topics_without_a_stream_are_refused(venue: type[BinanceSpot | BinancePerp]) -> None:
    with pytest.raises(VenueError, match="name one"):
        venue().subscribe([Topic("quote")])
    with pytest.raises(VenueError, match="no stream of kind 'funding'"):
        BinanceSpot().subscribe([Topic("funding")])


def test_what_speaks_where() -> None:
    assert {channel.route for channel in BinanceSpot.channels.values()} == {"/stream"}
    routes = {kind: channel.route for kind, channel in BinancePerp.channels.items()}
    public, market = "/public/stream", "/market/stream"
    assert routes == {
        "quote": public, "book": public, "trade": public, "ticker": market, "funding": market, "notice": market
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sides", "bid", "ask"),
    [
        (("1", "2", "3", "4"), (1.0, 2.0), (3.0, 4.0)),
        (("0", "2", "3", "4"), None, (3.0, 4.0)),
        (("1", "0.000", "3", "4"), None, (3.0, 4.0)),
        (("1", "2", "0.0", "4"), (1.0, 2.0), None),
        (("1", "2", "3", "-0"), (1.0, 2.0), None),
        (("0", "0", "0", "0"), None, None),
    ],
)
@BOTH
def test_a_side_without_price_or_size_is_empty(
    venue: type[BinanceSpot | BinancePerp], sides: tuple[str, str, str, str], bid: object, ask: object
) -> None:
    (quote,) = decode(venue, "aaabbb@bookTicker", top(*sides))
    assert (quote.bid, quote.bid_size) == (bid or (None, None))
    assert (quote.ask, quote.ask_size) == (ask or (None, None))


@pytest.mark.parametrize("wrong", ["nan", "NaN", "Infinity", "-1", "1e999", "", "abc", None, True, [], {}])
@pytest.mark.parametrize("field", ["b", "B", "a", "A"])
@BOTH
def test_a_number_that_is_none_is_refused(venue: type[BinanceSpot | BinancePerp], field: str, wrong: object) -> None:
    with pytest.raises(DecodeError):
        decode(venue, "aaabbb@bookTicker", top("1", "2", "3", "4", **{field: wrong}))


def test_the_matching_time_is_taken_and_no_other() -> None:
    (quote,) = decode(BinancePerp, "aaabbb@bookTicker", top("1", "2", "3", "4", e="bookTicker", T=MS - 5, E=MS))
    assert quote.time == (MS - 5) * 1_000_000
    (quote,) = decode(BinanceSpot, "aaabbb@bookTicker", top("1", "2", "3", "4"))
    assert quote.time is None and quote.received == NOW


def test_coin_margined_rows_are_dropped_wherever_they_come() -> None:
    assert not decode(BinancePerp, "!bookTicker", top("1", "2", "3", "4", e="bookTicker", T=MS, st=2))
    mark = {"e": "markPriceUpdate", "E": MS, "s": "AAAUSD_PERP", "p": "1", "r": "0.0001", "T": MS, "st": 2}
    assert not decode(BinancePerp, "!markPrice@arr@1s", [mark])
    (found,) = decode(BinancePerp, "!markPrice@arr@1s", [{**mark, "st": 1}])
    assert isinstance(found, Funding)
    del mark["st"]
    assert len(decode(BinancePerp, "!markPrice@arr@1s", [mark])) == 1


def test_a_day_ticker_is_never_a_quote() -> None:
    day = top("1", "2", "3", "4", e="24hrTicker", E=MS, P="2.5", c="2", h="3", l="1", v="10", q="20")
    for stream in ("aaabbb@ticker", "aaabbb@bookTicker"):
        (found,) = decode(BinanceSpot, stream, day)
        assert isinstance(found, Ticker) and found.change_24h == 0.025


def test_a_rate_of_nothing_is_unknown_and_a_rate_of_zero_is_zero() -> None:
    row = {"e": "markPriceUpdate", "E": MS, "s": "AAABBB", "p": "1.5", "i": "1.4", "T": MS + 3_600_000}
    empty, zero, absent = decode(BinancePerp, "!markPrice@arr@1s", [{**row, "r": ""}, {**row, "r": "0"}, row])
    assert (empty.rate, empty.status, empty.mark, empty.index) == (None, None, 1.5, 1.4)
    assert (zero.rate, zero.status, zero.next_time) == (0.0, "estimate", (MS + 3_600_000) * 1_000_000)
    assert absent.rate is None


def test_one_broken_row_is_told_and_the_rest_stands() -> None:
    row = {"e": "24hrTicker", "E": MS, "s": "AAABBB", "P": "1", "c": "2", "h": "3", "l": "1", "v": "1", "q": "2"}
    first, broken, last = decode(BinancePerp, "!ticker@arr", [row, {**row, "c": "x"}, {**row, "s": "CCCBBB"}])
    assert isinstance(broken, Reject) and broken.what == "!ticker@arr" and "$.c" in broken.reason
    assert '"c":"x"' in broken.raw.replace(" ", "")
    assert (first.symbol, last.symbol) == ("AAABBB", "CCCBBB")


@pytest.mark.parametrize(
    ("frame", "ack"),
    [
        ('{"result":null,"id":7}', Ack("7", None)),
        ('{"result":["a@trade"],"id":"x"}', Ack("x", None)),
        ('{"error":{"code":2,"msg":"Invalid request"},"id":7}', Ack("7", "Invalid request (code 2)")),
        ('{"code":3,"msg":"Invalid JSON"}', Ack(None, "Invalid JSON (code 3)")),
        ('{"error":{},"id":7}', Ack("7", "refused without a reason (code 0)")),
    ],
)
@BOTH
def test_answers_say_yes_or_why_not(venue: type[BinanceSpot | BinancePerp], frame: str, ack: Ack) -> None:
    assert list(venue().decode(frame.encode(), NOW)) == [ack]


@pytest.mark.parametrize("frame", ["", "null", "1", '"x"', "{", "nonsense", "\x00", "[", '{"data":{}'])
@BOTH
def test_what_is_no_message_is_refused(venue: type[BinanceSpot | BinancePerp], frame: str) -> None:
    with pytest.raises(DecodeError):
        list(venue().decode(frame.encode(), NOW))


@pytest.mark.parametrize(
    "frame", ["{}", "[]", '{"data":{}}', '{"e":"news"}', '{"stream":"x","data":[]}', '[{"e":"news"}]']
)
@BOTH
def test_what_is_unknown_is_passed_over(venue: type[BinanceSpot | BinancePerp], frame: str) -> None:
    assert not list(venue().decode(frame.encode(), NOW))


@BOTH
def test_notices_ask_for_what_must_be_done(venue: type[BinanceSpot | BinancePerp]) -> None:
    (notice,) = venue().decode(json.dumps({"e": "serverShutdown", "E": MS}).encode(), NOW)
    assert isinstance(notice, Notice) and notice.action == "renew"
    (notice,) = decode(venue, "!contractInfo", {"e": "contractInfo", "s": "AAABBB", "cs": "SETTLING"})
    assert notice == Notice("relist", "AAABBB is now SETTLING")


def test_payloads_without_an_envelope_are_read_alike() -> None:
    whole = top("1", "2", "3", "4")
    assert list(BinanceSpot().decode(json.dumps(whole).encode(), NOW)) == decode(
        BinanceSpot, "aaabbb@bookTicker", whole
    )
    row = {"e": "24hrMiniTicker", "E": MS, "s": "AAABBB", "c": "2", "o": "1", "h": "3", "l": "1", "v": "1", "q": "2"}
    assert list(BinanceSpot().decode(json.dumps([row]).encode(), NOW)) == decode(BinanceSpot, "!miniTicker@arr", [row])


def test_top_levels_are_a_snapshot_and_changes_are_not() -> None:
    change = {"e": "depthUpdate", "E": MS, "T": MS, "s": "AAABBB", "U": 5, "u": 9, "pu": 3, "b": [["1", "2"]], "a": []}
    (whole,) = decode(BinancePerp, "aaabbb@depth20@100ms", change)
    (delta,) = decode(BinancePerp, "aaabbb@depth@100ms", change)
    assert (whole.snapshot, whole.prev, delta.snapshot, delta.prev, delta.seq) == (True, None, False, 3, 9)
    (spot,) = decode(BinanceSpot, "aaabbb@depth5", {"lastUpdateId": 160, "bids": [["1", "2"]], "asks": []})
    assert isinstance(spot, Book) and (spot.symbol, spot.snapshot, spot.seq) == ("AAABBB", True, 160)


@BOTH
def test_a_book_comes_for_whom_it_was_asked(venue: type[BinanceSpot | BinancePerp]) -> None:
    request = venue().book_request("\u5e01USDT")
    assert request is not None and ("symbol", "\u5e01USDT") in request.params
    body = {"lastUpdateId": 9, "bids": [["1", "2"]], "asks": [["3", "4"]]}
    (book,) = venue().reply(request.tag, answer(body))
    assert book == Book(venue.id, "\u5e01USDT", True, 9, None, ((1.0, 2.0),), ((3.0, 4.0),), None, NOW)
    with pytest.raises(VenueError, match=r"HTTP 400: Invalid symbol\. \(code -1121\)"):
        venue().reply(request.tag, answer({"code": -1121, "msg": "Invalid symbol."}, 400))
    with pytest.raises(VenueError, match="HTTP 502: no reason given"):
        venue().reply(request.tag, Response(502, b"<html>", NOW, NOW))
    with pytest.raises(DecodeError):
        venue().reply(request.tag, answer({"bids": []}))
    with pytest.raises(VenueError, match="never made a request"):
        venue().reply("weather", answer({}))


def test_polls_cost_what_the_pages_say() -> None:
    costs = {
        venue.id: {p.name: (r := next(p.flow())).path + f" {r.weight}" for p in venue().polls()}
        for venue in (BinanceSpot, BinancePerp)
    }
    assert costs == {
        "binance_spot": {
            "clock": "/api/v3/time 1",
            "quotes": "/api/v3/ticker/bookTicker 4",
            "tickers": "/api/v3/ticker/24hr 80",
        },
        "binance_perp": {
            "clock": "/fapi/v1/time 1",
            "quotes": "/fapi/v1/ticker/bookTicker 5",
            "tickers": "/fapi/v1/ticker/24hr 40",
            "funding": "/fapi/v1/fundingInfo 0",
        },
    }


def test_an_interval_says_where_it_is_known_from() -> None:
    info = [{"symbol": "AAABBB", "fundingIntervalHours": 4, "adjustedFundingRateCap": "0.02"}, {"symbol": "CCCBBB"}]
    row = {"markPrice": "2", "indexPrice": "2", "lastFundingRate": "0.0001", "nextFundingTime": MS, "time": MS}
    rows = [
        {"symbol": "AAABBB", **row},
        {"symbol": "CCCBBB", **row},
        {"symbol": "AAABBB_270326", **row, "nextFundingTime": 0},
    ]
    asked, (reject, listed, other) = run(BinancePerp, "funding", info, rows)
    assert [request.path for request in asked] == ["/fapi/v1/fundingInfo", "/fapi/v1/premiumIndex"]
    assert isinstance(reject, Reject) and "fundingIntervalHours" in reject.reason
    assert (listed.interval_h, listed.interval_source, listed.cap, listed.floor) == (4.0, "metadata", 0.02, None)
    assert (other.interval_h, other.interval_source, other.cap) == (8.0, "default", None)


@BOTH
def test_a_poll_says_what_is_wrong(venue: type[BinanceSpot | BinancePerp]) -> None:
    assert run(venue, "clock", {"serverTime": MS})[1] == [Clock(NOW)]
    for body in ({}, {"serverTime": 0}, {"serverTime": "x"}):
        with pytest.raises(DecodeError):
            run(venue, "clock", body)
    with pytest.raises(DecodeError):
        run(venue, "quotes", "x")
    _, (quote, reject) = run(
        venue, "quotes", [{"symbol": "A", "bidPrice": "1", "bidQty": "1", "askPrice": "0", "askQty": "0"}, {}]
    )
    assert isinstance(quote, Quote) and quote.ask is None and isinstance(reject, Reject)


PRICES = st.floats(1e-12, 1e12)
SIZES = st.floats(1e-12, 1e12)


@given(PRICES, SIZES, PRICES, SIZES, st.integers(1, 9_000_000_000_000))
def test_what_was_written_is_read_back(bid: float, bid_size: float, ask: float, ask_size: float, ms: int) -> None:
    data = top(repr(bid), repr(bid_size), repr(ask), repr(ask_size), e="bookTicker", T=ms, st=1)
    (quote,) = decode(BinancePerp, "aaabbb@bookTicker", data)
    assert quote == Quote("binance_perp", "AAABBB", bid, bid_size, ask, ask_size, ms * 1_000_000, NOW)


@given(PRICES, SIZES, st.booleans(), st.integers(0, 2**60))
def test_trades_are_read_back(price: float, size: float, maker: bool, number: int) -> None:
    data = {"e": "trade", "E": MS, "T": MS, "s": "AAABBB", "t": number, "p": repr(price), "q": repr(size), "m": maker}
    (trade,) = decode(BinancePerp, "aaabbb@trade", data)
    assert isinstance(trade, Trade) and (trade.price, trade.size, trade.id) == (price, size, str(number))
    assert trade.side == ("sell" if maker else "buy") and trade.time == NOW


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=20))
def test_successive_changes_of_spot_join(steps: list[int]) -> None:
    number, books = 0, []
    for step in steps:
        data = {"e": "depthUpdate", "E": MS, "s": "AAABBB", "U": number + 1, "u": number + step, "b": [], "a": []}
        books += decode(BinanceSpot, "aaabbb@depth@100ms", data)
        number += step
    assert all(after.prev == before.seq for before, after in pairwise(books))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    for venue in (BinanceSpot(), BinancePerp()):
        with suppress(DecodeError):
            list(venue.decode(frame, NOW))


KEYS = ["e", "s", "b", "B", "a", "A", "u", "T", "st", "data", "stream", "id", "result"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["e", "s", "b", "B", "a", "A", "u", "T", "st", "data", "stream", "id", "result"]), inner
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    for venue in (BinanceSpot(), BinancePerp()):
        with suppress(DecodeError):
            list(venue.decode(json.dumps(value).encode(), NOW))


@given(st.binary(max_size=200), st.sampled_from(["clock", "quotes", "tickers", "funding"]))
def test_any_answer_is_read_or_refused(body: bytes, name: str) -> None:
    flow = next(poll for poll in BinancePerp().polls() if poll.name == name).flow()
    next(flow)
    with suppress(StopIteration, DecodeError):
        flow.send(Response(200, body, NOW, NOW))
    with suppress(DecodeError):
        list(BinancePerp().instruments(body))
