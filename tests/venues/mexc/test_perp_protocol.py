"""What MEXC's perpetuals are sent and what is made of what they send, beyond the samples."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Ack, Clock, Notice, Reject, Request, Response, Topic
from arbwatch.model import Book, Funding, Quote, Ticker, Trade
from arbwatch.testing.fitness import unfit
from arbwatch.venues.mexc import MexcPerp

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
AAA = "AAA_USDT"


def decode(frame: object, source: MexcPerp | None = None) -> list[Any]:
    raw = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
    return list((source or MexcPerp()).decode(raw, NOW))


def push(channel: str, data: object, symbol: str = AAA, **more: object) -> dict[str, object]:
    return {"channel": f"push.{channel}", "data": data, "symbol": symbol, "ts": MS, **more}


def full(bids: object, asks: object, symbol: str = AAA) -> dict[str, object]:
    return push("depth.full", {"asks": asks, "bids": bids, "version": 5, "cts": MS - 4}, symbol)


def ticker(symbol: str = AAA, **more: object) -> dict[str, object]:
    row = {"symbol": symbol, "lastPrice": 110, "high24Price": 120, "lower24Price": 90, "volume24": 7, "amount24": 800.5}
    bands = {"maxBidPrice": 121, "minAskPrice": 99, "bid1": 109, "ask1": 111}
    return {**row, **bands, "fairPrice": 110.5, "indexPrice": 110.25, "riseFallRate": 0.5, "timestamp": MS, **more}


def answer(data: object, status: int = 200) -> Response:
    return Response(status, json.dumps({"success": True, "code": 0, "data": data}).encode(), NOW - 50_000_000, NOW)


def run(name: str, *answers: Response) -> tuple[list[Request], list[Any]]:
    flow = next(poll for poll in MexcPerp().polls() if poll.name == name).flow()
    asked = [next(flow)]
    for each in answers:
        try:
            asked.append(flow.send(each))
        except StopIteration as end:
            return asked, list(end.value)
    raise AssertionError(f"the flow wants more: {asked[-1]}")


def test_frames_are_spelt_as_the_pages_say() -> None:
    topics = [Topic("quote", AAA), Topic("ticker"), Topic("notice"), Topic("book", AAA), Topic("trade", AAA)]
    perp = MexcPerp()
    assert [json.loads(frame.frame) for frame in perp.subscribe(topics)] == [
        {"method": "sub.depth.full", "param": {"symbol": AAA, "limit": 5}, "gzip": False},
        {"method": "sub.tickers", "param": {}, "gzip": False},
        {"method": "sub.contract", "param": {}, "gzip": False},
        {"method": "sub.depth", "param": {"symbol": AAA, "compress": False}, "gzip": False},
        {"method": "sub.deal", "param": {"symbol": AAA}, "gzip": False},
    ]
    assert [json.loads(frame.frame) for frame in perp.unsubscribe(topics[:2])] == [
        {"method": "unsub.depth.full", "param": {"symbol": AAA}, "gzip": False},
        {"method": "unsub.tickers", "param": {}, "gzip": False},
    ]
    assert all(len(frame.topics) == 1 for frame in MexcPerp(topics_per_frame=50).subscribe(topics))


def test_topics_without_a_stream_are_refused() -> None:
    with pytest.raises(VenueError, match="name one"):
        MexcPerp().subscribe([Topic("quote")])
    with pytest.raises(VenueError, match="no stream of kind 'funding'"):
        MexcPerp().subscribe([Topic("funding", AAA)])


def test_an_answer_that_names_nothing_is_for_the_oldest_of_its_kind() -> None:
    perp = MexcPerp()
    first, second, whole = perp.subscribe([Topic("quote", AAA), Topic("quote", "BBB_USDT"), Topic("ticker")])
    perp.unsubscribe([Topic("quote", "CCC_USDT")])

    def said(channel: str, words: str = "success") -> list[Any]:
        return decode({"channel": channel, "data": words, "ts": MS}, perp)

    assert said("rs.sub.tickers") == [Ack(whole.id, None)]
    assert said("rs.sub.depth.full") == [Ack(first.id, None)]
    assert said("rs.unsub.depth.full") == said("rs.sub.kline") == said("pong") == []
    assert said("rs.error", "Contract [BBB_USDT] not exists") == [Ack(second.id, "Contract [BBB_USDT] not exists")]
    assert said("rs.error", "Not support limit") == [Ack(None, "Not support limit")]
    (again,) = perp.subscribe([Topic("quote", AAA)])
    (once_more,) = perp.subscribe([Topic("quote", AAA)])
    assert again.id != once_more.id and said("rs.sub.depth.full") == [Ack(once_more.id, None)]
    assert said("rs.sub.depth.full", "busy") == [Ack(None, "busy")]


def test_a_refusal_is_for_the_contract_that_it_names_and_one_asked_again_comes_last() -> None:
    perp = MexcPerp()
    first, second = perp.subscribe([Topic("quote", AAA), Topic("quote", "BBB_USDT")])
    (again,) = perp.subscribe([Topic("quote", AAA)])
    yes = {"channel": "rs.sub.depth.full", "data": "success", "ts": MS}
    unnamed = {"channel": "rs.error", "data": "Not support limit", "ts": MS}
    assert decode(unnamed, perp) == [Ack(None, "Not support limit")]
    named = {"channel": "rs.error", "data": "Contract [BBB_USDT] not exists", "ts": MS}
    assert decode(named, perp) == [Ack(second.id, "Contract [BBB_USDT] not exists")]
    assert decode(yes, perp) == [Ack(again.id, None)] and first.id != again.id
    perp.subscribe([Topic("quote", AAA), Topic("quote", "BBB_USDT")])
    (later,) = perp.subscribe([Topic("quote", AAA)])
    assert decode(yes, perp) != [Ack(later.id, None)] == decode(yes, perp)


def test_words_before_a_socket_is_cut_refuse_nothing() -> None:
    words = "more than 60 seconds no response, close the channel"
    perp = MexcPerp()
    perp.subscribe([Topic("quote", AAA)])
    assert decode({"channel": "rs.error", "data": words, "ts": MS}, perp) == [Notice("renew", words)]


@pytest.mark.parametrize(
    ("bids", "asks", "bid", "ask"),
    [
        ([[1, 2, 1], [0.5, 9, 1]], [[3, 4, 1]], (1.0, 2.0), (3.0, 4.0)),
        ([[1e-7, 2]], [[3.5e-7, 4, 1, 9]], (1e-7, 2.0), (3.5e-7, 4.0)),
        ([], [[3, 4, 1]], None, (3.0, 4.0)),
        ([[1, 2, 1]], [], (1.0, 2.0), None),
        ([[1, 0, 0]], [[0, 4, 1]], None, None),
        ([], [], None, None),
    ],
)
def test_a_side_without_a_level_is_empty(bids: object, asks: object, bid: object, ask: object) -> None:
    (quote,) = decode(full(bids, asks))
    assert (quote.bid, quote.bid_size) == (bid or (None, None))
    assert (quote.ask, quote.ask_size) == (ask or (None, None))
    assert (quote.venue, quote.symbol, quote.time, quote.received) == ("mexc_perp", AAA, NOW, NOW)


@pytest.mark.parametrize("wrong", ["NaN", "abc", "", None, -1, True, [], {}])
@pytest.mark.parametrize("place", [0, 1])
def test_a_number_that_is_none_costs_the_push(place: int, wrong: object) -> None:
    level: list[object] = [3, 4, 1]
    level[place] = wrong
    with pytest.raises(DecodeError, match=r"push\.depth\.full of AAA_USDT"):
        decode(full([[1, 2, 1]], [level]))


@pytest.mark.parametrize("symbol", ["AAA_USD", "AAA_USDT_261225", "AAAUSDT", "AAA", "_USDT", ""])
def test_other_products_on_the_same_socket_are_passed_over(symbol: str) -> None:
    assert not decode(full([[1, 2, 1]], [[3, 4, 1]], symbol))
    assert not decode(push("depth", {"asks": [], "bids": [], "version": 5}, symbol))
    assert not decode(push("deal", [{"p": 1, "v": 2, "T": 1, "t": MS}], symbol))
    assert not decode(push("tickers", [ticker(symbol or "AAA")], ""))
    assert not decode(push("funding.rate", {"symbol": symbol or "AAA", "rate": 0.1}, symbol))
    assert MexcPerp().book_request(symbol) is None


@pytest.mark.parametrize("channel", ["ticker", "tickers"])
def test_bands_are_never_prices_and_prices_without_sizes_are_only_listed(channel: str) -> None:
    row = ticker(fundingRate=0.0001)
    found = decode(push(channel, row if channel == "ticker" else [row]))
    assert [type(one) for one in found] == [Ticker, Funding]
    for poll in ("tickers", "quotes"):
        _, listed = run(poll, answer([row]))
        assert [type(one) for one in listed] == [Quote, Ticker, Funding]
        assert (listed[0].bid, listed[0].bid_size, listed[0].ask, listed[0].ask_size) == (
            row["bid1"],
            None,
            row["ask1"],
            None,
        )
    _, (bare, *_) = run("quotes", answer([row | {"bid1": 0}]))
    assert (bare.bid, bare.ask) == (None, row["ask1"])
    _, without = run("quotes", answer([{key: row[key] for key in row if key not in ("bid1", "ask1")}]))
    assert [type(one) for one in without] == [Ticker, Funding]


def test_the_day_in_utc_8_is_not_the_change_of_24_h() -> None:
    (bare, _) = decode(push("tickers", [ticker()]))
    assert bare == Ticker("mexc_perp", AAA, 110.0, None, 120.0, 90.0, 7.0, 800.5, NOW, NOW)
    (told, _) = decode(push("ticker", ticker(riseFallRatesOfTimezone=[0.1, 0.2, 0.5])))
    assert told.change_24h == 0.1
    (other, _) = decode(push("ticker", ticker(riseFallRatesOfTimezone=[0.1])))
    assert other.change_24h is None


def test_statistics_tell_mark_index_and_rate_where_they_hold_them() -> None:
    (_, funding) = decode(push("ticker", ticker(fundingRate=-3.7e-05)))
    assert (funding.rate, funding.status, funding.mark, funding.index) == (-3.7e-05, "estimate", 110.5, 110.25)
    (_, unrated) = decode(push("tickers", [ticker()]))
    assert (unrated.rate, unrated.status) == (None, None)
    (alone,) = decode(push("tickers", [ticker(fairPrice=None, indexPrice=0)]))
    assert isinstance(alone, Ticker)


@pytest.mark.parametrize("channel", ["tickers", "deal"])
def test_a_bad_row_costs_only_itself(channel: str) -> None:
    good = ticker() if channel == "tickers" else {"p": 1, "v": 2, "T": 1, "t": MS, "i": 5}
    found = decode(push(channel, [good, {"symbol": 5}, {}, good]))
    assert [isinstance(one, Reject) for one in found].count(True) == 2 and len(found) in {4, 6}


def test_trades_tell_the_taker() -> None:
    rows = [{"p": 1, "v": 2, "T": 1, "t": MS, "i": "7"}, {"p": 1, "v": 2, "T": 2, "t": MS, "i": 8}]
    assert decode(push("deal", rows)) == [
        Trade("mexc_perp", AAA, 1.0, 2.0, "buy", "7", NOW, NOW),
        Trade("mexc_perp", AAA, 1.0, 2.0, "sell", "8", NOW, NOW),
    ]
    (bare,) = decode(push("deal", rows[0]))
    assert bare.id == "7"


@given(version=st.integers(2, 2**53), span=st.integers(0, 50))
def test_a_change_builds_on_the_version_before_its_first(version: int, span: int) -> None:
    data = {"asks": [[3, 0, 0]], "bids": [[1, 2, 1], [0, 2, 1]], "version": version}
    (one,) = decode(push("depth", data))
    assert (one.snapshot, one.prev, one.seq) == (False, version - 1, version)
    assert (one.bids, one.asks) == (((1.0, 2.0),), ((3.0, 0.0),))
    (merged,) = decode(push("depth", {**data, "begin": version - 1, "end": version + span}))
    assert (merged.prev, merged.seq) == (version - 2, version + span)


@pytest.mark.parametrize("numbers", [{}, {"version": 0}, {"version": "x"}, {"version": 5, "begin": 6, "end": 5}])
def test_versions_that_cannot_be_cost_the_push(numbers: dict[str, object]) -> None:
    with pytest.raises(DecodeError, match=r"push\.depth of AAA_USDT"):
        decode(push("depth", {"asks": [], "bids": [], **numbers}))


def test_a_book_is_asked_for_by_path_and_joined_at_its_version() -> None:
    request = MexcPerp().book_request(AAA)
    assert request is not None and request.path == "/api/v1/contract/depth/AAA_USDT"
    (book,) = MexcPerp().reply(request.tag, answer({"asks": [[3, 4, 1]], "bids": [], "version": 7, "timestamp": MS}))
    assert book == Book("mexc_perp", AAA, True, 7, None, (), ((3.0, 4.0),), NOW, NOW)
    with pytest.raises(VenueError, match="never made"):
        MexcPerp().reply("other", answer({}))


@given(st.floats(-0.05, 0.05), st.floats(0.001, 0.05), st.integers(1, 24), st.integers(1, 4 * 10**12))
def test_a_rate_is_charged_at_its_time_every_so_many_hours(rate: float, cap: float, hours: int, due: int) -> None:
    row = {"symbol": AAA, "fundingRate": rate, "maxFundingRate": cap, "minFundingRate": -cap, "collectCycle": hours}
    _, (found,) = run("funding", answer([{**row, "nextSettleTime": due, "timestamp": MS}]))
    assert (found.rate, found.cap, found.floor, found.status) == (rate, cap, -cap, "estimate")
    assert (found.interval_h, found.interval_source, found.next_time) == (hours, "metadata", due * 1_000_000)
    assert (found.mark, found.index, found.time) == (None, None, NOW)


def test_what_is_unknown_of_a_rate_stays_unknown() -> None:
    rows = [{"symbol": AAA, "collectCycle": 0, "nextSettleTime": 0}, {"symbol": "AAA_USD"}, {"symbol": AAA, "rate": 1}]
    _, found = run("funding", answer(rows))
    assert found == [Funding("mexc_perp", AAA, received=NOW)] * 2
    _, (reject,) = run("funding", answer([{"symbol": AAA, "collectCycle": 480}]))
    assert isinstance(reject, Reject) and "24" in reject.reason


def test_rates_and_prices_that_are_pushed_are_read() -> None:
    (rate,) = decode(push("funding.rate", {"symbol": AAA, "rate": 4.1e-05, "nextSettleTime": MS + 5}))
    assert (rate.rate, rate.status, rate.next_time) == (4.1e-05, "estimate", NOW + 5_000_000)
    (mark,) = decode(push("fair.price", {"symbol": AAA, "price": 5.5}))
    (index,) = decode(push("index.price", {"symbol": AAA, "price": 5.6}))
    assert (mark.mark, mark.index, index.mark, index.index) == (5.5, None, None, 5.6)


def test_the_clock_and_refusals_in_the_venues_words() -> None:
    asked, found = run("clock", answer(MS))
    assert asked[0].path == "/api/v1/contract/ping" and found == [Clock(NOW)]
    for empty in (answer(0), answer("x"), Response(200, b"{}", 1, 2), Response(200, b"<html>", 1, 2)):
        with pytest.raises(DecodeError, match="contract/ping"):
            run("clock", empty)
    body = b'{"success":false,"code":510,"message":"Requests are too frequent"}'
    for name in ("clock", "tickers", "funding"):
        with pytest.raises(VenueError, match=r"HTTP 200: Requests are too frequent \(code 510\)"):
            run(name, Response(200, body, 1, 2))
        with pytest.raises(VenueError, match="HTTP 502: no reason given"):
            run(name, Response(502, b"<html>", 1, 2))


WHOLE = full([[1, 2, 1]], [[3, 4, 1]])


def test_a_quote_keeps_its_symbol_known() -> None:
    perp = MexcPerp()
    assert decode(WHOLE, perp) == decode(WHOLE, perp) == [Quote("mexc_perp", AAA, 1.0, 2.0, 3.0, 4.0, NOW, NOW)]


@given(st.binary(max_size=60) | st.sampled_from([b"null", b"[]", b"1", b'"pong"', b'{"channel":5}', b"[" * 10_000]))
def test_any_bytes_cost_only_themselves(frame: bytes) -> None:
    try:
        found = decode(frame)
    except DecodeError:
        return
    assert not [fault for one in found for fault in unfit(one)]
