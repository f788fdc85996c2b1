"""What Bitget is asked over REST, and what is made of its answers."""

import json
from typing import Any

import pytest

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Clock, Reject, Request, Response
from arbwatch.model import Funding, Network, Quote, Ticker
from arbwatch.venues.bitget import BitgetPerp, BitgetSpot

NOW = 1_795_176_005_000_000_000
MS = NOW // 1_000_000
Venue = type[BitgetSpot | BitgetPerp]
BOTH = pytest.mark.parametrize("venue", [BitgetSpot, BitgetPerp], ids=lambda venue: venue.id)


def answer(found: object, code: str = "00000", msg: str = "success", status: int = 200) -> Response:
    body = {"code": code, "msg": msg, "requestTime": MS, "data": found}
    return Response(status, json.dumps(body).encode(), NOW - 50_000_000, NOW)


def run(venue: Venue, name: str, *answers: Response) -> tuple[list[Request], list[Any]]:
    flow = next(poll for poll in venue().polls() if poll.name == name).flow()
    asked = [next(flow)]
    for each in answers:
        try:
            asked.append(flow.send(each))
        except StopIteration as end:
            return asked, list(end.value)
    raise AssertionError(f"the flow wants more: {asked[-1]}")


def ticker(symbol: str = "AAAUSDT", **more: object) -> dict[str, object]:
    row = {"symbol": symbol, "lastPr": "110", "open": "100", "high24h": "120", "low24h": "90", "change24h": "0.1"}
    prices = {"bidPr": "109", "bidSz": "3", "askPr": "111", "askSz": "4", "baseVolume": "1000", "quoteVolume": "50"}
    return {**row, **prices, "ts": str(MS), "deliveryTime": None, "deliveryStatus": "", **more}


@BOTH
def test_the_clock_is_the_venues(venue: Venue) -> None:
    asked, found = run(venue, "clock", answer({"serverTime": str(MS)}))
    assert asked[0].path == "/api/v2/public/time" and found == [Clock(NOW)]
    for empty in (answer(None), answer([]), answer({"serverTime": "0"}), Response(200, b"<html>", 1, 2)):
        with pytest.raises(DecodeError, match="public/time"):
            run(venue, "clock", empty)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (answer(None, "429", "Too Many Requests", 429), r"HTTP 429: Too Many Requests .code 429"),
        (answer(None, "40034", "Parameter does not exist", 400), "HTTP 400: Parameter does not exist"),
        (answer([], "30001", "no"), "HTTP 200: no .code 30001"),
        (Response(404, b"nothing here", 1, 2), "HTTP 404: no reason given"),
    ],
)
@BOTH
def test_a_refusal_over_rest_is_told_in_the_venues_words(venue: Venue, refused: Response, words: str) -> None:
    with pytest.raises(VenueError, match=words):
        run(venue, "quotes", refused)


@BOTH
def test_quotes_and_statistics_come_from_one_list(venue: Venue) -> None:
    dated = ticker("AAAUSDT_261225", deliveryTime="1798156800000", deliveryStatus="delivery_normal")
    rows = [ticker(), ticker("BBBUSDT", bidPr="", bidSz="", askPr="0", open="0"), dated, {"symbol": 5}]
    asked, found = run(venue, "quotes", answer(rows))
    assert dict(asked[0].params) == ({"productType": "USDT-FUTURES"} if venue is BitgetPerp else {})
    whole, empty, reject = found
    assert isinstance(whole, Quote) and (whole.bid, whole.bid_size, whole.ask, whole.ask_size) == (109, 3, 111, 4)
    assert whole.time == NOW and (empty.bid, empty.bid_size, empty.ask, empty.ask_size) == (None, None, None, None)
    assert isinstance(reject, Reject)
    _, found = run(venue, "tickers", answer(rows))
    assert [type(one) for one in found] == [Ticker, Ticker, Reject]
    assert (found[0].change_24h, found[1].change_24h) == (0.1, None)


RATE = {"symbol": "AAAUSDT", "fundingRate": "-0.0002", "fundingRateInterval": "4", "nextUpdate": str(MS + 3_600_000)}
LIMITS = {"minFundingRate": "-0.02", "maxFundingRate": "0.02"}


def test_a_rate_comes_with_its_terms() -> None:
    asked, found = run(
        BitgetPerp, "funding", answer([{**RATE, **LIMITS}, {"symbol": "BBBUSDT", "fundingRate": "0"}, 5])
    )
    assert [request.path.rpartition("/")[2] for request in asked] == ["current-fund-rate"]
    told, bare, reject = found
    assert (told.rate, told.status, told.interval_h, told.interval_source) == (-0.0002, "estimate", 4.0, "metadata")
    assert (told.floor, told.cap, told.next_time) == (-0.02, 0.02, (MS + 3_600_000) * 1_000_000)
    assert (bare.rate, bare.interval_h, bare.interval_source, bare.next_time, bare.cap) == (0.0, None, None, None, None)
    assert isinstance(reject, Reject)


@pytest.mark.parametrize(
    "refused", [answer(None, "40034", "no symbol", 400), Response(200, b"<html>", 1, 2), answer(5)]
)
def test_where_rates_are_refused_the_listing_tells_the_intervals(refused: Response) -> None:
    contract = {"symbol": "AAAUSDT", "baseCoin": "AAA", "quoteCoin": "USDT", "symbolStatus": "normal"}
    rows = [{**contract, "symbolType": kind, "fundInterval": "4"} for kind in ("perpetual", "delivery")]
    asked, found = run(BitgetPerp, "funding", refused, answer(rows))
    assert [request.path.rpartition("/")[2] for request in asked] == ["current-fund-rate", "contracts"]
    reject, interval = found
    assert isinstance(reject, Reject) and "current-fund-rate" in reject.reason
    assert interval == Funding("bitget_perp", "AAAUSDT", interval_h=4.0, interval_source="metadata", received=NOW)


CHAIN = {"chain": "ERC20", "withdrawable": "true", "rechargeable": "false", "withdrawFee": "0.8"}
MORE = {"extraWithdrawFee": "0.1", "depositConfirm": "12", "withdrawConfirm": "64", "minDepositAmount": "0.01"}


def test_networks_are_open_closed_or_unknown() -> None:
    whole = {
        **CHAIN,
        **MORE,
        "minWithdrawAmount": "10",
        "contractAddress": "0xdac17f958d2ee523a2206206994597c13d831ec7",
    }
    coins = [
        {"coin": "USDT", "chains": [whole, {"chain": "TRC20"}, {"chain": ""}]},
        5,
        {"coin": "POINTS", "chains": None},
    ]
    asked, found = run(BitgetSpot, "networks", answer(coins))
    assert asked[0].path == "/api/v2/spot/public/coins"
    first, bare, broken, reject = found
    assert first == Network(
        exchange="bitget",
        coin="USDT",
        name="ERC20",
        deposit=False,
        withdraw=True,
        withdraw_fee=0.8,
        withdraw_fee_rate=0.1,
        withdraw_min=10.0,
        deposit_min=0.01,
        deposit_confirmations=12,
        withdraw_confirmations=64,
        address="0xdac17f958d2ee523a2206206994597c13d831ec7",
    )
    assert (bare.deposit, bare.withdraw, bare.withdraw_fee, bare.address) == (None, None, None, None)
    assert isinstance(broken, Reject) and "USDT" in broken.reason and isinstance(reject, Reject)


@pytest.mark.parametrize("wrong", ["maybe", 2, "-1", []])
def test_a_state_that_is_neither_is_no_state(wrong: object) -> None:
    _, (reject,) = run(BitgetSpot, "networks", answer([{"coin": "USDT", "chains": [{**CHAIN, "withdrawable": wrong}]}]))
    assert isinstance(reject, Reject)


def test_networks_are_asked_for_once_for_both_markets() -> None:
    assert [sum(poll.name == "networks" for poll in venue().polls()) for venue in (BitgetSpot, BitgetPerp)] == [1, 0]


def test_both_markets_together_stay_within_what_the_pages_allow() -> None:
    for venue in (BitgetSpot, BitgetPerp):
        assert venue.limits.weight_window_s == 1
        for poll in venue().polls():
            request = next(poll.flow())
            most = venue.limits.weight / request.weight
            assert most <= 3 if request.path.endswith("coins") else 2 * most <= 20
        assert 2 * venue.limits.connects <= 300 and venue.limits.frames_per_second <= 10
