"""What Bitget is sent and what is made of what it sends, beyond the samples."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Ack, Notice, Reject, Response, Topic
from arbwatch.model import Book, Funding, Quote, Ticker, Trade
from arbwatch.venues.bitget import BitgetPerp, BitgetSpot

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
Venue = type[BitgetSpot | BitgetPerp]
BOTH = pytest.mark.parametrize("venue", [BitgetSpot, BitgetPerp], ids=lambda venue: venue.id)
SYMBOL = "AAAUSDT"


def decode(venue: Venue, frame: object) -> list[Any]:
    raw = frame if isinstance(frame, str) else json.dumps(frame)
    return list(venue().decode(raw.encode(), NOW))


def arg(venue: Venue, channel: str, symbol: str = SYMBOL) -> dict[str, str]:
    return {"instType": venue.twin.product, "channel": channel, "instId": symbol}


def push(venue: Venue, channel: str, *rows: object, action: str = "snapshot", **more: object) -> dict[str, object]:
    return {"action": action, "arg": arg(venue, channel), "data": list(rows), "ts": MS - 3, **more}


def unified(venue: Venue, topic: str, *rows: object, action: str = "snapshot") -> dict[str, object]:
    where = {"instType": venue.twin.product.lower(), "topic": topic, "symbol": SYMBOL}
    return {"action": action, "arg": where, "data": list(rows), "ts": MS - 3}


def top(bids: object, asks: object) -> dict[str, object]:
    return {"asks": asks, "bids": bids, "checksum": 0, "seq": 123, "ts": str(MS - 5)}


def statistics(**more: object) -> dict[str, object]:
    row = {"instId": SYMBOL, "lastPr": "110", "open24h": "100", "high24h": "120", "low24h": "90", "change24h": "0.1"}
    volumes = {"baseVolume": "1000", "quoteVolume": "50", "ts": str(MS - 5)}
    prices = {"bidPr": "109", "bidSz": "3", "askPr": "111", "askSz": "4"}
    perpetual = {"fundingRate": "0.0001", "nextFundingTime": str(MS + 3_600_000), "markPrice": "110.5"}
    return {**row, **volumes, **prices, **perpetual, "indexPrice": "110.6", "symbolType": "1", **more}


def test_frames_are_spelt_as_the_pages_say() -> None:
    perp = BitgetPerp()
    (one,) = perp.subscribe([Topic("quote", SYMBOL), Topic("ticker", SYMBOL)])
    assert json.loads(one.frame) == {
        "op": "subscribe",
        "args": [
            {"instType": "USDT-FUTURES", "channel": "books1", "instId": SYMBOL},
            {"instType": "USDT-FUTURES", "channel": "ticker", "instId": SYMBOL},
        ],
    }
    (two,) = perp.unsubscribe([Topic("book", SYMBOL), Topic("trade", SYMBOL)])
    assert json.loads(two.frame)["op"] == "unsubscribe" and two.id != one.id
    assert [each["channel"] for each in json.loads(two.frame)["args"]] == ["books", "trade"]
    (spot,) = BitgetSpot().subscribe([Topic("quote", "龙虾USDT")])
    assert json.loads(spot.frame)["args"] == [{"instType": "SPOT", "channel": "books1", "instId": "龙虾USDT"}]


@BOTH
def test_a_frame_of_long_symbols_stays_below_4_kb(venue: Venue) -> None:
    topics = [Topic("quote", f"1000000{'A' * 14}{n:03}USDT") for n in range(100)]
    assert max(len(frame.frame) for frame in venue().subscribe(topics)) < 4096


@BOTH
def test_topics_without_a_stream_are_refused(venue: Venue) -> None:
    with pytest.raises(VenueError, match="name one"):
        venue().subscribe([Topic("quote")])
    with pytest.raises(VenueError, match="no stream of kind 'funding'"):
        venue().subscribe([Topic("funding", SYMBOL)])
    assert venue().book_request(SYMBOL) is None
    with pytest.raises(VenueError, match="never made"):
        venue().reply("book", Response(200, b"{}", NOW, NOW))


@pytest.mark.parametrize(
    ("bids", "asks", "bid", "ask"),
    [
        ([["1", "2"]], [["3", "4"]], (1.0, 2.0), (3.0, 4.0)),
        ([["1", "2", "more"]], [["3", "4"]], (1.0, 2.0), (3.0, 4.0)),
        ([], [["3", "4"]], None, (3.0, 4.0)),
        ([["1", "2"]], [], (1.0, 2.0), None),
        ([["1", "2"]], [["", ""]], (1.0, 2.0), None),
        ([["1", "0"]], [["3", "4"]], None, (3.0, 4.0)),
        ([], [], None, None),
    ],
)
@BOTH
def test_a_side_without_a_level_is_empty(venue: Venue, bids: object, asks: object, bid: object, ask: object) -> None:
    for frame in (push(venue, "books1", top(bids, asks)), unified(venue, "books1", {"b": bids, "a": asks})):
        (quote,) = decode(venue, frame)
        assert (quote.bid, quote.bid_size) == (bid or (None, None))
        assert (quote.ask, quote.ask_size) == (ask or (None, None))
        assert quote.time == (MS - 3) * 1_000_000 and quote.received == NOW and quote.venue == venue.id


@pytest.mark.parametrize("wrong", ["nan", "Infinity", "-1", "1e999", "abc", None, True, [], {}])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("channel", ["books1", "books", "books5"])
@BOTH
def test_a_number_that_is_none_is_told_with_its_stream(venue: Venue, channel: str, place: int, wrong: object) -> None:
    level: list[object] = ["3", "4"]
    level[place] = wrong
    (reject,) = decode(venue, push(venue, channel, top([["1", "2"]], [level])))
    assert isinstance(reject, Reject) and SYMBOL in reject.reason and reject.what == channel


@BOTH
def test_other_products_on_the_same_socket_are_passed_over(venue: Venue) -> None:
    other = BitgetSpot if venue is BitgetPerp else BitgetPerp
    sides = [["1", "2"]], [["3", "4"]]
    for frame in (
        push(other, "books1", top(*sides)),
        unified(other, "books1", {"b": sides[0], "a": sides[1]}),
        {"event": "subscribe", "arg": arg(other, "books1")},
        {"event": "error", "arg": arg(other, "books1"), "code": 30001, "msg": "no"},
        push(venue, "books1", top(*sides)) | {"arg": {**arg(venue, "books1"), "instType": "COIN-FUTURES"}},
        push(venue, "books1", top(*sides)) | {"arg": {**arg(venue, "books1"), "instType": "USDC-FUTURES"}},
        push(venue, "ticker", statistics(symbolType="2")),
        push(venue, "ticker", statistics(symbolType=2)),
        push(venue, "ticker", statistics(deliveryTime="1798156800000")),
    ):
        assert not decode(venue, frame)


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "subscribe", "arg": {"instType": "sp", "channel": "books", "instId": SYMBOL}},
        {"action": "snapshot", "arg": {"instType": "mc", "channel": "ticker", "instId": SYMBOL}, "data": [{}]},
        {"action": "update", "arg": {"instType": "SP", "channel": "trade", "instId": SYMBOL}, "data": [["1", "2"]]},
        {"table": "swap/depth", "action": "partial", "data": [{"instrument_id": "cmt_btcusdt"}]},
    ],
)
@BOTH
def test_what_is_of_the_interface_before_is_told_to_be(venue: Venue, frame: object) -> None:
    with pytest.raises(DecodeError, match="ended on 2025-11-28"):
        decode(venue, frame)


@BOTH
def test_what_v3_pushes_means_what_v2_does(venue: Venue) -> None:
    old = statistics()
    new = {"lastPrice": "110", "openPrice24h": "100", "highPrice24h": "120", "lowPrice24h": "90", "volume24h": "1000"}
    new |= {"price24hPcnt": "0.1", "turnover24h": "50", "fundingRate": "0.0001", "markPrice": "110.5"}
    new |= {"nextFundingTime": str(MS + 3_600_000), "indexPrice": "110.6", "deliveryTime": "", "ts": str(MS - 5)}
    assert decode(venue, push(venue, "ticker", old)) == decode(venue, unified(venue, "ticker", new))
    sides = {"asks": [["3", "4"]], "bids": [["1", "2"]]}, {"a": [["3", "4"]], "b": [["1", "2"]]}
    rest = {"seq": "7", "pseq": "5", "checksum": 0, "ts": str(MS)}
    was, now = ({**side, **rest} for side in sides)
    assert decode(venue, push(venue, "books", was)) == decode(venue, unified(venue, "books", now))
    was = {"ts": str(MS), "price": "1", "size": "2", "side": "sell", "tradeId": "9"}
    now = {"T": str(MS), "p": "1", "v": "2", "S": "sell", "i": "9", "L": "8", "isRPI": "no"}
    assert decode(venue, push(venue, "trade", was)) == decode(
        venue, unified(venue, "publicTrade", now, action="update")
    )


@BOTH
def test_statistics_tell_what_they_hold(venue: Venue) -> None:
    ticker, *funding = decode(venue, push(venue, "ticker", statistics()))
    assert (ticker.last, ticker.change_24h, ticker.high, ticker.low) == (110, 0.1, 120, 90)
    assert (ticker.base_volume, ticker.quote_volume, ticker.time) == (1000, 50, (MS - 5) * 1_000_000)
    assert len(funding) == (venue is BitgetPerp)
    for one in funding:
        assert isinstance(one, Funding)
        assert (one.rate, one.status, one.mark, one.index) == (0.0001, "estimate", 110.5, 110.6)
        assert one.next_time == (MS + 3_600_000) * 1_000_000 and one.interval_h is None
    for fresh in ({"open24h": "0.00"}, {"open24h": ""}, {"lastPr": "0"}, {"lastPr": ""}, {"change24h": ""}):
        assert decode(venue, push(venue, "ticker", statistics(**fresh)))[0].change_24h is None
    empty = dict.fromkeys(("fundingRate", "nextFundingTime", "markPrice", "indexPrice", "high24h"), "")
    (bare,) = decode(venue, push(venue, "ticker", statistics(**empty, ts="")))
    assert isinstance(bare, Ticker) and bare.high is None and bare.time == (MS - 3) * 1_000_000


@BOTH
def test_trades_come_oldest_first_and_a_broken_one_costs_itself(venue: Venue) -> None:
    row = {"ts": str(MS), "price": "2", "size": "3", "side": "buy", "tradeId": "3"}
    rows = (row, {**row, "tradeId": "2", "side": "?"}, {**row, "tradeId": "1", "side": "sell"})
    first, broken, last = decode(venue, push(venue, "trade", *rows))
    assert isinstance(first, Trade) and (first.id, first.side, last.id, last.side) == ("1", "sell", "3", "buy")
    assert isinstance(broken, Reject) and "side" in broken.reason and '"tradeId": "2"' in broken.raw


@BOTH
def test_a_snapshot_without_a_list_around_it_is_read(venue: Venue) -> None:
    bare = top([["1", "2"]], [["3", "4"]])
    assert isinstance(decode(venue, push(venue, "books1") | {"data": bare})[0], Quote)
    assert isinstance(decode(venue, push(venue, "books") | {"data": bare})[0], Book)


@BOTH
def test_only_whole_tops_are_tops(venue: Venue) -> None:
    (reject,) = decode(venue, push(venue, "books1", top([["1", "2"]], []), action="update"))
    assert isinstance(reject, Reject) and "whole" in reject.reason


@BOTH
def test_every_answer_names_its_stream(venue: Venue) -> None:
    topic = (Topic("ticker", SYMBOL),)
    for verb in ("subscribe", "unsubscribe"):
        assert decode(venue, {"event": verb, "arg": arg(venue, "ticker")}) == [Ack(None, None, topic)]
    refused = {
        "event": "error",
        "arg": arg(venue, "ticker"),
        "code": 30001,
        "msg": "it doesn't exist",
        "op": "subscribe",
    }
    assert decode(venue, refused) == [Ack(None, "it doesn't exist (code 30001)", topic)]
    assert decode(venue, {**refused, "code": "30001"}) == [Ack(None, "it doesn't exist (code 30001)", topic)]
    assert decode(venue, {**refused, "msg": ""})[0].error == "refused without a reason (code 30001)"
    for private in (arg(venue, "account"), {**arg(venue, "candle1m")}):
        assert not decode(venue, {"event": "subscribe", "arg": private})
        assert not decode(venue, {**refused, "arg": private})


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        ({"event": "error", "code": 30002, "msg": "Illegal request"}, Ack(None, "Illegal request (code 30002)")),
        ({"event": "error", "msg": "why"}, Ack(None, "why (code unknown)")),
        ({"event": "error", "code": 30006, "msg": "slow down"}, Notice("renew", "slow down (code 30006)")),
        ({"event": "error", "code": "30007", "msg": "over limit"}, Notice("renew", "over limit (code 30007)")),
    ],
)
@BOTH
def test_what_the_venue_says_no_to(venue: Venue, frame: object, found: object) -> None:
    assert decode(venue, frame) == [found]


@pytest.mark.parametrize(
    "frame",
    [
        "pong",
        "{}",
        '{"event":"login","code":0}',
        '{"event":"news"}',
        '{"data":[]}',
        '{"arg":{"instType":"UTA","topic":"adl-notification"},"data":[{}]}',
        '{"arg":{"instType":"SPOT","channel":"status"},"data":[{}]}',
        '{"code":"00000","msg":"success","requestTime":1,"data":{"serverTime":"1"}}',
    ],
)
@BOTH
def test_what_is_unknown_is_passed_over(venue: Venue, frame: str) -> None:
    assert not decode(venue, frame)


@pytest.mark.parametrize("frame", ["", "null", "1", '"pong"', "{", "ponG", "[]", '{"arg":5}', '{"ts":-1}'])
@BOTH
def test_what_is_no_message_is_refused(venue: Venue, frame: str) -> None:
    with pytest.raises(DecodeError):
        decode(venue, frame)


@BOTH
def test_rows_that_are_no_list_are_refused(venue: Venue) -> None:
    with pytest.raises(DecodeError, match=f"ticker of {SYMBOL}"):
        decode(venue, push(venue, "ticker") | {"data": 5})


@given(st.binary(max_size=60))
def test_any_bytes_cost_only_themselves(frame: bytes) -> None:
    for venue in (BitgetSpot, BitgetPerp):
        try:
            found = list(venue().decode(frame, NOW))
        except DecodeError:
            continue
        assert not found


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["1", "0", "-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["asks", "bids", "ts", "a"]), inner),
    max_leaves=8,
)


@given(
    _json, st.sampled_from(["books1", "books", "books15", "ticker", "trade"]), st.sampled_from(["snapshot", "update"])
)
def test_any_row_gives_what_is_whole_or_words(row: object, channel: str, action: str) -> None:
    for venue in (BitgetSpot, BitgetPerp):
        try:
            found = decode(venue, push(venue, channel, row, action=action))
        except DecodeError:
            continue
        for one in found:
            if isinstance(one, Quote):
                assert (one.bid is None) == (one.bid_size is None) and (one.ask is None) == (one.ask_size is None)
                assert all(value is None or value > 0 for value in (one.bid, one.bid_size, one.ask, one.ask_size))
