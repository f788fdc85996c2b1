"""What OKX is sent and what is made of what it sends, beyond the samples."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Ack, Clock, Notice, Reject, Request, Response, Topic
from arbwatch.model import Book, Funding, Quote, Ticker
from arbwatch.venues.okx import OkxPerp, OkxSpot

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
HOUR = 3_600_000
Venue = type[OkxSpot | OkxPerp]
BOTH = pytest.mark.parametrize("venue", [OkxSpot, OkxPerp], ids=lambda venue: venue.id)
SWAP = "AAA-USDT-SWAP"


def named(venue: Venue) -> str:
    return SWAP if venue is OkxPerp else "AAA-USDT"


def decode(venue: Venue, frame: object) -> list[Any]:
    raw = frame if isinstance(frame, str) else json.dumps(frame)
    return list(venue().decode(raw.encode(), NOW))


def push(channel: str, symbol: str, *rows: object) -> dict[str, object]:
    return {"arg": {"channel": channel, "instId": symbol}, "data": rows}


def top(bids: object, asks: object) -> dict[str, object]:
    return {"asks": asks, "bids": bids, "ts": str(MS - 5), "seqId": 123}


def rate(**more: object) -> dict[str, object]:
    row = {
        "instId": SWAP,
        "fundingRate": "0.0001",
        "fundingTime": str(MS + HOUR),
        "nextFundingTime": str(MS + 5 * HOUR),
    }
    return {**row, "method": "current_period", "ts": str(MS), **more}


def ticker(symbol: str, **more: object) -> dict[str, object]:
    row = {"instId": symbol, "last": "110", "open24h": "100", "high24h": "120", "low24h": "90", "vol24h": "1000"}
    prices = {"bidPx": "109", "bidSz": "3", "askPx": "111", "askSz": "4"}
    return {**row, "volCcy24h": "50", "ts": str(MS), **prices, **more}


def answer(*rows: object, code: str = "0", msg: str = "", status: int = 200) -> Response:
    return Response(status, json.dumps({"code": code, "msg": msg, "data": rows}).encode(), NOW - 50_000_000, NOW)


def run(venue: Venue, name: str, *answers: Response) -> tuple[list[Request], list[Any]]:
    flow = next(poll for poll in venue().polls() if poll.name == name).flow()
    asked = [next(flow)]
    for each in answers:
        try:
            asked.append(flow.send(each))
        except StopIteration as end:
            return asked, end.value
    raise AssertionError(f"the flow wants more: {asked[-1]}")


def test_frames_are_spelt_as_the_pages_say() -> None:
    perp = OkxPerp()
    (one,) = perp.subscribe([Topic("quote", SWAP), Topic("ticker", SWAP), Topic("funding", SWAP), Topic("notice")])
    assert json.loads(one.frame) == {
        "id": "1",
        "op": "subscribe",
        "args": [
            {"channel": "bbo-tbt", "instId": SWAP},
            {"channel": "tickers", "instId": SWAP},
            {"channel": "funding-rate", "instId": SWAP},
            {"channel": "instruments", "instType": "SWAP"},
        ],
    }
    (two,) = perp.unsubscribe([Topic("book", SWAP), Topic("trade", SWAP)])
    assert json.loads(two.frame)["op"] == "unsubscribe" and two.id == "2"
    assert [arg["channel"] for arg in json.loads(two.frame)["args"]] == ["books", "trades"]
    (spot,) = OkxSpot().subscribe([Topic("notice")])
    assert json.loads(spot.frame)["args"] == [{"channel": "instruments", "instType": "SPOT"}]


def test_a_frame_of_long_symbols_stays_far_below_64_kb() -> None:
    topics = [Topic("funding", f"{'A' * 20}{n}-USDT-SWAP") for n in range(1000)]
    assert max(len(frame.frame) for frame in OkxPerp().subscribe(topics)) < 64 * 1024 / 2


@BOTH
def test_topics_without_a_stream_are_refused(venue: Venue) -> None:
    with pytest.raises(VenueError, match="name one"):
        venue().subscribe([Topic("quote")])
    with pytest.raises(VenueError, match="no stream of kind 'funding'"):
        OkxSpot().subscribe([Topic("funding", "AAA-USDT")])


@pytest.mark.parametrize(
    ("bids", "asks", "bid", "ask"),
    [
        ([["1", "2", "0", "1"]], [["3", "4", "0", "1"]], (1.0, 2.0), (3.0, 4.0)),
        ([["1", "2"]], [["3", "4", "0", "1", "5"]], (1.0, 2.0), (3.0, 4.0)),
        ([], [["3", "4", "0", "1"]], None, (3.0, 4.0)),
        ([["1", "2", "0", "1"]], [], (1.0, 2.0), None),
        ([["1", "0", "0", "0"]], [["0", "4", "0", "1"]], None, None),
        ([], [], None, None),
    ],
)
@BOTH
def test_a_side_without_a_level_is_empty(venue: Venue, bids: object, asks: object, bid: object, ask: object) -> None:
    (quote,) = decode(venue, push("bbo-tbt", named(venue), top(bids, asks)))
    assert (quote.bid, quote.bid_size) == (bid or (None, None))
    assert (quote.ask, quote.ask_size) == (ask or (None, None))
    assert quote.time == (MS - 5) * 1_000_000 and quote.received == NOW and quote.venue == venue.id


@pytest.mark.parametrize("wrong", ["nan", "Infinity", "-1", "1e999", "", "abc", None, True, [], {}])
@pytest.mark.parametrize("place", [0, 1])
@BOTH
def test_a_number_that_is_none_is_told_with_its_stream(venue: Venue, place: int, wrong: object) -> None:
    level: list[object] = ["3", "4", "0", "1"]
    level[place] = wrong
    (reject,) = decode(venue, push("bbo-tbt", named(venue), top([["1", "2", "0", "1"]], [level])))
    assert isinstance(reject, Reject) and named(venue) in reject.reason and reject.what == "bbo-tbt"


@pytest.mark.parametrize(
    "symbol", ["AAA-USD-SWAP", "AAA-USDT-261225", "AAA-USD-261225-90000-C", "AAA", "", "AAA-USDT-SWAP-X", "-USDT-SWAP"]
)
@BOTH
def test_other_products_on_the_same_socket_are_passed_over(venue: Venue, symbol: str) -> None:
    sides = [["1", "2", "0", "1"]], [["3", "4", "0", "1"]]
    assert not decode(venue, push("bbo-tbt", symbol, top(*sides)))
    assert not decode(venue, push("tickers", symbol, ticker(symbol)))
    assert not decode(venue, push("tickers", named(venue), ticker(symbol or "AAA")))
    assert not decode(venue, {"event": "subscribe", "arg": {"channel": "bbo-tbt", "instId": symbol}, "id": "1"})
    other = named(OkxSpot if venue is OkxPerp else OkxPerp)
    assert not decode(venue, push("bbo-tbt", other, top(*sides)))
    assert venue().book_request(other) is None


def test_what_a_volume_counts_depends_on_the_market() -> None:
    (spot,) = decode(OkxSpot, push("tickers", "AAA-USDT", ticker("AAA-USDT")))
    assert (spot.base_volume, spot.quote_volume, spot.change_24h) == (1000.0, 50.0, pytest.approx(0.1))
    (perp,) = decode(OkxPerp, push("tickers", SWAP, ticker(SWAP)))
    assert (perp.base_volume, perp.quote_volume) == (1000.0, 50.0 * 110)
    (unknown,) = decode(OkxPerp, push("tickers", SWAP, ticker(SWAP, last="", vol24h="0")))
    assert isinstance(unknown, Ticker)
    assert (unknown.last, unknown.change_24h, unknown.quote_volume, unknown.base_volume) == (None, None, None, 0.0)
    (fresh,) = decode(OkxSpot, push("tickers", "AAA-USDT", ticker("AAA-USDT", open24h="", high24h="", low24h="0")))
    assert (fresh.change_24h, fresh.high, fresh.low, fresh.last) == (None, None, None, 110.0)


@given(
    charged=st.integers(1, 10**12),
    hours=st.floats(0.25, 24),
    value=st.floats(-0.05, 0.05),
    method=st.sampled_from("ab"),
)
def test_a_rate_is_charged_at_its_time_and_again_after_the_interval(
    charged: int, hours: float, value: float, method: str
) -> None:
    after = charged + round(hours * HOUR)
    row = rate(fundingRate=repr(value), fundingTime=str(charged), nextFundingTime=str(after), method=method)
    (found,) = decode(OkxPerp, push("funding-rate", SWAP, row))
    assert found.rate == value and found.next_time == charged * 1_000_000 and found.status == "estimate"
    assert found.interval_h == pytest.approx(hours, rel=1e-6) and found.interval_source == "schedule"


def test_what_is_unknown_of_a_rate_stays_unknown() -> None:
    row = rate(fundingRate="", nextFundingTime="", minFundingRate="", maxFundingRate="0.02")
    (found,) = decode(OkxPerp, push("funding-rate", SWAP, row))
    assert (found.rate, found.status, found.interval_h, found.interval_source) == (None, None, None, None)
    assert (found.floor, found.cap, found.next_time) == (None, 0.02, (MS + HOUR) * 1_000_000)
    for after in (MS + HOUR, MS, MS + 30 * HOUR):
        (odd,) = decode(OkxPerp, push("funding-rate", SWAP, rate(nextFundingTime=str(after))))
        assert (odd.interval_h, odd.interval_source, odd.rate) == (None, None, 0.0001)
    (fixed,) = decode(OkxPerp, push("funding-rate", SWAP, rate(method="next_period")))
    assert fixed.status == "fixed"


def depth(seq: int, prev: int, **more: object) -> dict[str, object]:
    levels: dict[str, object] = {"asks": [["3", "0", "0", "0"]], "bids": [["1", "2", "0", "1"]]}
    return {**levels, "ts": str(MS), "checksum": 0, "seqId": seq, "prevSeqId": prev, **more}


@BOTH
def test_a_book_is_whole_where_nothing_came_before_it(venue: Venue) -> None:
    (whole,) = decode(venue, push("books", named(venue), depth(7, -1)))
    assert isinstance(whole, Book) and (whole.snapshot, whole.seq, whole.prev) == (True, 7, None)
    (change,) = decode(venue, push("books", named(venue), depth(9, 7)))
    assert (change.snapshot, change.seq, change.prev) == (False, 9, 7)
    assert (change.bids, change.asks) == (((1.0, 2.0),), ((3.0, 0.0),))
    assert not decode(venue, push("books", named(venue), depth(9, 9, asks=[], bids=[])))
    (anew,) = decode(venue, push("books", named(venue), depth(3, 9)))
    assert (anew.seq, anew.prev) == (3, 9)
    unnumbered = {key: value for key, value in depth(9, 7).items() if key != "seqId"}
    (reject,) = decode(venue, push("books", named(venue), unnumbered))
    assert isinstance(reject, Reject) and "seqId" in reject.reason


@BOTH
def test_a_fetched_book_carries_the_number_that_changes_join(venue: Venue) -> None:
    request = venue().book_request(named(venue))
    assert request is not None and dict(request.params) == {"instId": named(venue), "sz": "400"}
    row = {"asks": [["3", "4", "0", "1"]], "bids": [["1", "2", "0", "1"]], "ts": str(MS), "seqId": 8}
    (found,) = venue().reply(request.tag, answer(row))
    assert isinstance(found, Book) and (found.snapshot, found.seq, found.symbol) == (True, 8, named(venue))
    with pytest.raises(VenueError, match="Instrument ID doesn't exist"):
        venue().reply(request.tag, answer(code="51001", msg="Instrument ID doesn't exist"))
    for empty in (answer(), answer(row, row), answer({**row, "seqId": None})):
        with pytest.raises(DecodeError, match=named(venue)):
            venue().reply(request.tag, empty)
    with pytest.raises(VenueError, match="never made"):
        venue().reply("elsewhere", answer(row))


def refusal(code: str, msg: str, **more: object) -> dict[str, object]:
    return {"event": "error", "code": code, "msg": msg, "connId": "a4d3ae55", **more}


@pytest.mark.parametrize(
    "words",
    [
        "Wrong URL or channel:tickers,instId:AAA-USDT doesn't exist. Please use the correct URL, channel and ...",
        "Subscribe failed, wrong URL or channel:tickers,instId:tickers.AAA-USDT doesn't exist.",
        "channel:tickers,instId:AAA-USDT doesn't exist",
    ],
)
def test_a_refusal_names_its_stream_in_words(words: str) -> None:
    (ack,) = decode(OkxSpot, refusal("60018", words, id="4"))
    assert ack == Ack("4", f"{words} (code 60018)", (Topic("ticker", "AAA-USDT"),))


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        (refusal("60012", "Invalid request", id="4"), Ack("4", "Invalid request (code 60012)")),
        (refusal("60012", "Invalid request"), Ack(None, "Invalid request (code 60012)")),
        (refusal("60013", ""), Ack(None, "refused without a reason (code 60013)")),
        (refusal("60014", "Requests too frequent"), Notice("renew", "Requests too frequent (code 60014)")),
        ({"event": "notice", "code": "64008", "msg": "Reconnect."}, Notice("renew", "Reconnect. (code 64008)")),
    ],
)
@BOTH
def test_what_the_venue_says_no_to(venue: Venue, frame: object, found: object) -> None:
    assert decode(venue, frame) == [found]


@BOTH
def test_trouble_of_the_venue_is_no_answer(venue: Venue) -> None:
    (reject,) = decode(venue, refusal("64007", "Operation failed due to internal error. Please try again later."))
    assert isinstance(reject, Reject) and "try again" in reject.reason


@BOTH
def test_a_changed_instrument_asks_for_the_listing(venue: Venue) -> None:
    product = "SWAP" if venue is OkxPerp else "SPOT"
    frame = {"arg": {"channel": "instruments", "instType": product}, "data": [{"instId": "X"}, {}]}
    assert decode(venue, frame) == [Notice("relist", "an instrument changed")]
    frame["arg"] = {"channel": "instruments", "instType": "FUTURES"}
    assert not decode(venue, frame)


@pytest.mark.parametrize(
    "frame",
    [
        "pong",
        "{}",
        '{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"abcd1234"}',
        '{"event":"notice","code":"1","msg":"hello"}',
        '{"event":"news"}',
        '{"arg":{"channel":"status"},"data":[]}',
        '{"arg":{"channel":"books5","instId":"AAA-USDT"},"data":[{}]}',
        '{"data":[]}',
        '{"event":"subscribe","arg":{"channel":"status"}}',
        '{"event":"subscribe"}',
    ],
)
@BOTH
def test_what_is_unknown_is_passed_over(venue: Venue, frame: str) -> None:
    assert not decode(venue, frame)


@pytest.mark.parametrize("frame", ["", "null", "1", '"pong"', "{", "ponG", "[]", '{"arg":5}', '{"data":{}}'])
@BOTH
def test_what_is_no_message_is_refused(venue: Venue, frame: str) -> None:
    with pytest.raises(DecodeError):
        decode(venue, frame)


@BOTH
def test_one_broken_row_is_told_and_the_rest_stands(venue: Venue) -> None:
    symbol = named(venue)
    row = {"instId": symbol, "tradeId": "1", "px": "2", "sz": "3", "side": "buy", "ts": str(MS)}
    first, broken, last = decode(venue, push("trades", symbol, row, {**row, "side": "?"}, {**row, "tradeId": "3"}))
    assert isinstance(broken, Reject) and "side" in broken.reason and '"tradeId": "1"' in broken.raw
    assert (first.id, last.id, first.side) == ("1", "3", "buy")


@BOTH
def test_the_clock_is_the_venues(venue: Venue) -> None:
    asked, found = run(venue, "clock", answer({"ts": str(MS)}))
    assert asked[0].path == "/api/v5/public/time" and found == [Clock(NOW)]
    for empty in (answer(), answer({"ts": "0"}), Response(200, b"<html>", 1, 2)):
        with pytest.raises(DecodeError, match="public/time"):
            run(venue, "clock", empty)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (answer(code="50011", msg="Too Many Requests"), "Too Many Requests .code 50011"),
        (answer(code="51000", msg="Parameter error", status=400), "HTTP 400: Parameter error"),
        (Response(404, b"nothing here", 1, 2), "HTTP 404: no reason given"),
    ],
)
@BOTH
def test_a_refusal_over_rest_is_told_in_the_venues_words(venue: Venue, refused: Response, words: str) -> None:
    with pytest.raises(VenueError, match=words):
        run(venue, "quotes", refused)


@BOTH
def test_quotes_and_statistics_come_from_one_list(venue: Venue) -> None:
    symbol = named(venue)
    rows = (ticker(symbol), ticker(symbol, bidPx="", bidSz="", askSz="0"), ticker("AAA-USD-SWAP"), {"instId": 5})
    asked, found = run(venue, "quotes", answer(*rows))
    assert dict(asked[0].params) == {"instType": "SWAP" if venue is OkxPerp else "SPOT"}
    whole, empty, reject = found
    assert isinstance(whole, Quote) and (whole.bid, whole.bid_size, whole.ask, whole.ask_size) == (109, 3, 111, 4)
    assert (empty.bid, empty.bid_size, empty.ask, empty.ask_size) == (None, None, None, None)
    assert isinstance(reject, Reject)
    _, found = run(venue, "tickers", answer(*rows))
    assert [type(one) for one in found] == [Ticker, Ticker, Reject]


MARK = {"instId": SWAP, "instType": "SWAP", "markPx": "1.5", "ts": str(MS)}
INDEX = {"instId": "AAA-USDT", "idxPx": "1.4", "ts": str(MS)}


def test_funding_is_asked_for_with_mark_and_index() -> None:
    usdc = ({**MARK, "instId": "AAA-USDC-SWAP", "markPx": "1.6"}, {**INDEX, "instId": "AAA-USDC", "idxPx": "1.61"})
    coin = {**MARK, "instId": "AAA-USD-SWAP"}
    stranger = {**INDEX, "instId": "ZZZ-USDT"}
    asked, found = run(
        OkxPerp, "funding", answer(rate()), answer(MARK, usdc[0], coin), answer(INDEX, stranger), answer(usdc[1])
    )
    assert [(request.path.rpartition("/")[2], request.params) for request in asked] == [
        ("funding-rate", (("instId", "ANY"),)),
        ("mark-price", (("instType", "SWAP"),)),
        ("index-tickers", (("quoteCcy", "USDT"),)),
        ("index-tickers", (("quoteCcy", "USDC"),)),
    ]
    assert [(one.symbol, one.rate, one.mark, one.index) for one in found] == [
        (SWAP, 0.0001, None, None),
        (SWAP, None, 1.5, None),
        ("AAA-USDC-SWAP", None, 1.6, None),
        (SWAP, None, None, 1.4),
        ("AAA-USDC-SWAP", None, None, 1.61),
    ]


def test_one_refused_part_of_funding_leaves_the_others() -> None:
    refused = answer(code="50011", msg="Too Many Requests")
    _, found = run(OkxPerp, "funding", refused, answer(MARK), Response(200, b"<html>", 1, 2), answer())
    assert [type(one) for one in found] == [Reject, Funding, Reject]
    assert "Too Many Requests" in found[0].reason and found[1].mark == 1.5


def test_the_busiest_two_seconds_stay_within_half_of_what_is_allowed() -> None:
    spent: dict[str, int] = {}
    for poll in OkxPerp().polls():
        flow = poll.flow()
        request: Request | None = next(flow)
        while request is not None:
            spent[request.path] = spent.get(request.path, 0) + request.weight
            try:
                request = flow.send(answer())
            except (StopIteration, DecodeError):
                request = None
    assert sum(spent.values()) <= OkxPerp.limits.weight == 10 and OkxPerp.limits.weight_window_s == 2
    assert all(OkxPerp.limits.weight / weight <= 10 for weight in spent.values())


@given(st.binary(max_size=60))
def test_any_bytes_cost_only_themselves(frame: bytes) -> None:
    for venue in (OkxSpot, OkxPerp):
        try:
            found = list(venue().decode(frame, NOW))
        except DecodeError:
            continue
        assert not found
