"""What MEXC's spot market is sent and what is made of what it sends, beyond the samples."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Ack, Clock, Reject, Request, Response, Topic
from arbwatch.model import Book, Quote, Ticker, Trade
from arbwatch.testing.fitness import unfit
from arbwatch.venues.mexc import MexcSpot
from tests.venues.mexc import written

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
TOP = "spot@public.aggre.bookTicker.v3.api.pb@100ms@"
PRICES = st.decimals("1e-12", "1e9", places=12).map(str)


def decode(frame: bytes | str | dict[str, object]) -> list[Any]:
    raw = json.dumps(frame, ensure_ascii=False) if isinstance(frame, dict) else frame
    return list(MexcSpot().decode(raw.encode() if isinstance(raw, str) else raw, NOW))


def said(msg: str, number: int | None = 7, code: int = 0) -> list[Any]:
    return decode({"id": number, "code": code, "msg": msg})


def answer(body: object, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), NOW - 50_000_000, NOW)


def run(name: str, *answers: Response) -> tuple[list[Request], list[Any]]:
    flow = next(poll for poll in MexcSpot().polls() if poll.name == name).flow()
    asked = [next(flow)]
    for each in answers:
        try:
            asked.append(flow.send(each))
        except StopIteration as end:
            return asked, list(end.value)
    raise AssertionError(f"the flow wants more: {asked[-1]}")


def test_frames_are_spelt_as_the_pages_say() -> None:
    spot = MexcSpot()
    (one,) = spot.subscribe([Topic("quote", "AAAUSDT"), Topic("ticker")])
    assert json.loads(one.frame) == {
        "method": "SUBSCRIPTION",
        "params": [f"{TOP}AAAUSDT", "spot@public.miniTickers.v3.api.pb@24H"],
        "id": 1,
    }
    (two,) = spot.unsubscribe([Topic("book", "AAAUSDT"), Topic("trade", "AAAUSDT")])
    assert two.id == "2" and json.loads(two.frame)["method"] == "UNSUBSCRIPTION"
    assert [name.split(".")[2] for name in json.loads(two.frame)["params"]] == ["depth", "deals"]


def test_a_socket_takes_thirty_streams_and_a_frame_no_more_than_a_kilobyte() -> None:
    topics = [Topic(kind, f"{'币' * 4}{'A' * 12}{n}USDT") for n in range(50) for kind in ("quote", "book", "trade")]
    frames = MexcSpot().subscribe(topics)
    assert max(len(frame.frame.encode()) for frame in frames if isinstance(frame.frame, str)) < 1024
    assert MexcSpot.limits.streams_per_socket == 30


def test_topics_without_a_stream_are_refused() -> None:
    with pytest.raises(VenueError, match="name one"):
        MexcSpot().subscribe([Topic("quote")])
    with pytest.raises(VenueError, match="no stream of kind 'funding'"):
        MexcSpot().subscribe([Topic("funding", "AAAUSDT")])


A, B, NOPE = (Topic("quote", f"{name}USDT") for name in ("AAA", "BBB", "NOPE"))


@pytest.mark.parametrize("code", [0, 1])
def test_a_yes_names_the_streams(code: int) -> None:
    assert said(f"{TOP}AAAUSDT,{TOP}BBBUSDT", code=code) == [Ack("7", None, (A, B))]
    assert said(f"{TOP}AAAUSDT", number=0) == [Ack(None, None, (A,))]
    assert said("spot@public.miniTickers.v3.api.pb@24H") == [Ack("7", None, (Topic("ticker"),))]


def test_a_no_says_code_0_as_well() -> None:
    assert said(f"Not Subscribed successfully! [{TOP}NOPEUSDT].  Reason： Blocked! ") == [  # noqa: RUF001 # its colon
        Ack("7", "Blocked!", (NOPE,))
    ]
    assert said(f"Not Subscribed successfully! [{TOP}AAAUSDT,{TOP}NOPEUSDT]. Reason: too many") == [
        Ack("7", "too many", (A, NOPE))
    ]
    assert said(f"Not Subscribed successfully! [{TOP}NOPEUSDT].") == [Ack("7", "refused without a reason", (NOPE,))]
    assert said("msg format invalid") == [Ack("7", "msg format invalid")]


def test_one_answer_may_say_both() -> None:
    both = f"Subscribed successful! [{TOP}AAAUSDT,{TOP}BBBUSDT]. Not Subscribed successfully! [{TOP}NOPEUSDT]. Reason： Blocked! "  # noqa: E501, RUF001 # verbatim
    assert said(both) == [Ack("7", None, (A, B)), Ack("7", "Blocked!", (NOPE,))]


@pytest.mark.parametrize("frame", [{"id": 0, "code": 0, "msg": "PONG"}, {"id": 0, "code": 0}, {}])
def test_pongs_and_empty_answers_say_nothing(frame: dict[str, object]) -> None:
    assert decode(frame) == []


@pytest.mark.parametrize(
    ("values", "bid", "ask"),
    [
        (("1", "2", "3", "4"), (1.0, 2.0), (3.0, 4.0)),
        (("", "", "3", "4"), None, (3.0, 4.0)),
        (("1", "2", "", ""), (1.0, 2.0), None),
        (("1", "", "3", "0"), None, None),
        (("0", "2", "3", "4"), None, (3.0, 4.0)),
        ((), None, None),
    ],
)
def test_a_side_without_price_and_size_is_empty(values: tuple[str, ...], bid: object, ask: object) -> None:
    (quote,) = decode(written.top("AAAUSDT", *values, sent=MS))
    assert (quote.bid, quote.bid_size) == (bid or (None, None))
    assert (quote.ask, quote.ask_size) == (ask or (None, None))
    assert (quote.venue, quote.symbol, quote.time, quote.received) == ("mexc_spot", "AAAUSDT", NOW, NOW)


@given(PRICES, PRICES, PRICES, PRICES, st.integers(1, 4 * 10**12))
def test_a_top_is_read_to_the_last_digit(bid: str, bid_size: str, ask: str, ask_size: str, sent: int) -> None:
    (quote,) = decode(written.top("AAAUSDT", bid, bid_size, ask, ask_size, sent=sent))
    sides = [(float(price), float(size)) if float(price) and float(size) else (None, None)
             for price, size in ((bid, bid_size), (ask, ask_size))]  # fmt: skip
    assert [(quote.bid, quote.bid_size), (quote.ask, quote.ask_size)] == sides
    assert quote.time == sent * 1_000_000


@pytest.mark.parametrize("wrong", ["nan", "Infinity", "-1", "1e999", "abc", "1,5", "0x1"])
@pytest.mark.parametrize("place", range(4))
def test_a_number_that_is_none_costs_the_push(place: int, wrong: str) -> None:
    values = ["1", "2", "3", "4"]
    values[place] = wrong
    with pytest.raises(DecodeError, match="bookTicker"):
        decode(written.top("AAAUSDT", *values, sent=MS))


def test_a_push_without_time_or_symbol() -> None:
    (quote,) = decode(written.top("AAAUSDT", "1", "2", "3", "4", sent=None))
    assert quote.time is None and quote.bid == 1
    with pytest.raises(DecodeError, match="no symbol"):
        decode(written.top("", "1", "2", "3", "4", sent=MS))
    with pytest.raises(DecodeError, match="out of range"):
        decode(written.top("AAAUSDT", "1", "2", "3", "4", sent=2**62))


def test_a_push_without_a_body_says_nothing() -> None:
    for name in (TOP, written.NAMES.format("aggre.deals", "100ms@")):
        assert not decode(written.push(f"{name}AAAUSDT", "AAAUSDT", b"", 0, MS))


def test_what_volume_and_quantity_count_and_which_change_is_of_24_h() -> None:
    row = ("AAAUSDT", "110", "0.5", "0.1", "120", "90", "5500", "50")
    (found,) = decode(written.day(row, sent=MS))
    assert found == Ticker("mexc_spot", "AAAUSDT", 110.0, 0.1, 120.0, 90.0, 50.0, 5500.0, NOW, NOW)
    assert not decode(written.day(row, span="UTC+8", sent=MS))
    (dead,) = decode(written.day(("OLDUSDT", "0", "", "", "0", "", "0", "0"), sent=MS))
    assert (dead.last, dead.change_24h, dead.high, dead.low, dead.base_volume) == (None, None, None, None, 0.0)


def test_a_bad_row_of_statistics_costs_only_itself() -> None:
    good, bad, nameless = ("AAAUSDT", "1"), ("BBBUSDT", "x"), ("", "1")
    first, reject, other, last = decode(written.day(good, bad, nameless, good, sent=MS))
    assert isinstance(first, Ticker) and isinstance(last, Ticker)
    assert isinstance(reject, Reject) and "BBBUSDT" in reject.reason and "symbol" in other.reason


def test_trades_tell_the_taker_and_a_bad_one_costs_only_itself() -> None:
    rows = (("1", "2", 1, MS - 5, "a"), ("1", "0", 1, MS, "b"), ("1", "2", 3, MS, "c"), ("1", "2", 2, MS, "d"))
    bought, *rejects, sold = decode(written.deals("AAAUSDT", *rows, sent=MS))
    assert bought == Trade("mexc_spot", "AAAUSDT", 1.0, 2.0, "buy", "a", NOW - 5_000_000, NOW)
    assert sold.side == "sell" and all(isinstance(one, Reject) for one in rejects) and len(rejects) == 2


def test_a_change_builds_on_the_version_before_its_first() -> None:
    levels = ((1, "3", "0"), (2, "1", "2"), (2, "", "5"))
    (book,) = decode(written.depth("AAAUSDT", "8", "11", *levels, sent=MS))
    assert (book.snapshot, book.prev, book.seq) == (False, 7, 11)
    assert (book.bids, book.asks, book.time) == (((1.0, 2.0),), ((3.0, 0.0),), NOW)


@pytest.mark.parametrize(
    ("first", "last"), [("9", "8"), ("", "8"), ("0", "8"), ("-1", "8"), ("1", "9" * 30), ("x", "1")]
)
def test_versions_that_cannot_be_cost_the_push(first: str, last: str) -> None:
    with pytest.raises(DecodeError, match=r"aggre\.depth"):
        decode(written.depth("AAAUSDT", first, last, (1, "3", "4"), sent=MS))


def test_the_first_levels_of_a_book_are_a_whole_book() -> None:
    body = written.text(1, written.texts("3", "4")) + written.text(2, written.texts("1", "2")) + written.text(4, "12")
    (book,) = decode(written.push(written.NAMES.format("limit.depth", "AAAUSDT@5"), "AAAUSDT", body, written.PART, MS))
    assert (book.snapshot, book.seq, book.bids, book.asks) == (True, 12, ((1.0, 2.0),), ((3.0, 4.0),))


GOOD = [
    written.top("AAAUSDT", "1", "2", "3", "4", sent=MS),
    written.depth("AAAUSDT", "8", "11", (1, "3", "0"), (2, "1", "2"), sent=MS),
    written.deals("AAAUSDT", ("1", "2", 1, MS, "a"), ("1", "2", 2, MS, "b"), sent=MS),
    written.day(("AAAUSDT", "1", "0", "0", "1", "1", "1", "1"), sent=MS),
]


@given(st.binary(max_size=80))
def test_any_bytes_cost_only_themselves(frame: bytes) -> None:
    try:
        found = decode(frame)
    except DecodeError:
        return
    assert not [fault for one in found for fault in unfit(one)]


@given(st.sampled_from(GOOD), st.data())
def test_spoilt_pushes_never_make_false_numbers(frame: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(frame) - 1))
    how = data.draw(st.sampled_from(["cut", "flip", "drop", "repeat"]))
    byte = bytes([frame[at] ^ data.draw(st.integers(1, 255))])
    middle = {"cut": b"", "flip": byte, "drop": b"", "repeat": frame[at : at + 1] * 2}[how]
    spoilt = frame[:at] + middle + (b"" if how == "cut" else frame[at + 1 :])
    try:
        found = decode(spoilt)
    except DecodeError:
        return
    assert not [fault for one in found for fault in unfit(one)]
    assert len(found) <= 2


@given(st.integers(16, 3000), st.binary(max_size=20), st.sampled_from(GOOD))
def test_fields_that_are_new_are_passed_over(number: int, value: bytes, frame: bytes) -> None:
    if 300 <= number <= 320:
        return
    assert decode(frame + written.text(number, value)) == decode(frame)
    assert decode(written.whole(number, 5) + frame) == decode(frame)


def test_the_clock_and_its_refusals() -> None:
    asked, found = run("clock", answer({"serverTime": MS}))
    assert asked[0].path == "/api/v3/time" and found == [Clock(NOW)]
    with pytest.raises(DecodeError, match="v3/time"):
        run("clock", answer([]))


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (answer({"code": 429, "msg": "Too Many Requests"}, 429), r"HTTP 429: Too Many Requests \(code 429\)"),
        (answer({"code": -1121, "msg": "Invalid symbol."}), r"HTTP 200: Invalid symbol. \(code -1121\)"),
        (Response(403, b"<html>", 1, 2), "HTTP 403: no reason given"),
    ],
)
def test_a_refusal_over_rest_is_told_in_the_venues_words(refused: Response, words: str) -> None:
    for name in ("clock", "quotes", "tickers"):
        with pytest.raises(VenueError, match=words):
            run(name, refused)
    with pytest.raises(VenueError, match=words):
        list(MexcSpot().reply("book:AAAUSDT", refused))


def test_a_list_of_quotes_holds_what_is_empty_and_what_is_broken() -> None:
    rows = [
        {"symbol": "AAAUSDT", "bidPrice": "1", "bidQty": "2", "askPrice": "3", "askQty": "4"},
        {"symbol": "BBBUSDT", "bidPrice": None, "bidQty": "", "askPrice": "0", "askQty": "4"},
        {"symbol": "CCCUSDT", "bidPrice": "x"},
        {"bidPrice": "1"},
    ]
    _, found = run("quotes", answer(rows))
    assert found[0] == Quote("mexc_spot", "AAAUSDT", 1.0, 2.0, 3.0, 4.0, None, NOW)
    assert found[1] == Quote("mexc_spot", "BBBUSDT", None, None, None, None, None, NOW)
    assert [type(one) for one in found[2:]] == [Reject, Reject]
    _, bare = run("quotes", answer(rows[0]))
    assert bare == found[:1]


def test_a_book_is_asked_for_by_symbol_and_joined_at_its_number() -> None:
    request = MexcSpot().book_request("AAAUSDT")
    assert request is not None and dict(request.params) == {"symbol": "AAAUSDT", "limit": "1000"}
    body = {"lastUpdateId": 7, "bids": [["1", "2"], ["0", "2"]], "asks": [["3", "4"]], "timestamp": MS}
    (book,) = MexcSpot().reply(request.tag, answer(body))
    assert isinstance(book, Book) and (book.snapshot, book.seq, book.bids, book.time) == (True, 7, ((1.0, 2.0),), NOW)
    with pytest.raises(VenueError, match="never made"):
        MexcSpot().reply("other", answer({}))
