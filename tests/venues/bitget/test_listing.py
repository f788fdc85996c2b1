"""What is made of Bitget's lists of pairs and contracts."""

import json
from typing import Any

import pytest

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Reject, Response
from arbwatch.model import Instrument
from arbwatch.venues.bitget import BitgetPerp, BitgetSpot

Venue = type[BitgetSpot | BitgetPerp]
BOTH = pytest.mark.parametrize("venue", [BitgetSpot, BitgetPerp], ids=lambda venue: venue.id)
LATER = "1798156800000"


def spot(base: str = "AAA", **more: Any) -> dict[str, Any]:
    row = {"symbol": f"{base}USDT", "baseCoin": base, "quoteCoin": "USDT", "status": "online", "minTradeUSDT": "1"}
    fees = {"makerFeeRate": "0.001", "takerFeeRate": "0.002"}
    return {**row, **fees, "pricePrecision": "4", "quantityPrecision": "2", "openTime": "", "offTime": "", **more}


def perp(base: str = "AAA", **more: Any) -> dict[str, Any]:
    row = {"symbol": f"{base}USDT", "baseCoin": base, "quoteCoin": "USDT", "symbolStatus": "normal"}
    terms = {"symbolType": "perpetual", "supportMarginCoins": ["USDT"], "fundInterval": "8", "minTradeUSDT": "5"}
    steps = {"pricePlace": "1", "priceEndStep": "5", "sizeMultiplier": "0.01", "volumePlace": "2"}
    fees = {"makerFeeRate": "0.0002", "takerFeeRate": "0.0006"}
    return {**row, **terms, **steps, **fees, "offTime": "-1", "launchTime": "", "isRwa": "NO", **more}


def row(venue: Venue, base: str = "AAA", **more: Any) -> dict[str, Any]:
    return spot(base, **more) if venue is BitgetSpot else perp(base, **more)


def read(venue: Venue, *rows: object, code: str = "00000") -> list[Instrument | Reject]:
    return list(venue().instruments(json.dumps({"code": code, "msg": "why not", "data": rows}).encode()))


def one(venue: Venue, *rows: object) -> Instrument:
    (found,) = read(venue, *rows)
    assert isinstance(found, Instrument), found
    return found


@pytest.mark.parametrize(
    ("state", "expected"),
    [("online", "trading"), ("halt", "halted"), ("gray", "pre"), ("offline", "ended"), ("new", "unknown")],
)
def test_what_a_state_of_a_pair_means(state: str, expected: str) -> None:
    assert one(BitgetSpot, spot(status=state)).status == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("normal", "trading"),
        ("listed", "pre"),
        ("maintain", "halted"),
        ("restrictedAPI", "halted"),
        ("limit_open", "closing"),
        ("off", "ended"),
        ("new", "unknown"),
    ],
)
def test_what_a_state_of_a_contract_means(state: str, expected: str) -> None:
    assert one(BitgetPerp, perp(symbolStatus=state)).status == expected


@pytest.mark.parametrize(
    ("off", "expected"), [("-1", "trading"), ("", "trading"), ("0", "trading"), (LATER, "closing")]
)
@BOTH
def test_what_will_be_taken_off_is_closing(venue: Venue, off: str, expected: str) -> None:
    assert one(venue, row(venue, offTime=off)).status == expected


@pytest.mark.parametrize(("word", "expected"), [("NO", "crypto"), ("", "crypto"), ("YES", "unknown"), ("X", "unknown")])
def test_what_stands_for_something_else_is_of_unknown_class(word: str, expected: str) -> None:
    assert one(BitgetPerp, perp(isRwa=word)).class_ == expected


def test_steps_are_digits_times_an_end_step() -> None:
    found = one(BitgetPerp, perp(launchTime="1702900000000"))
    assert (found.tick_size, found.lot_size, found.min_notional) == (0.5, 0.01, 5.0)
    assert (found.base, found.quote_currency, found.settle_currency) == ("AAA", "USDT", "USDT")
    assert found.listed == 1_702_900_000_000_000_000
    assert (found.maker_fee, found.taker_fee) == (0.0002, 0.0006)
    pair = one(BitgetSpot, spot(openTime="1532454360000", quoteCoin="BTC"))
    assert (pair.tick_size, pair.lot_size, pair.min_notional) == (1e-4, 0.01, None)
    assert (pair.settle_currency, pair.listed) == (None, 1_532_454_360_000_000_000)
    assert (pair.maker_fee, pair.taker_fee) == (0.001, 0.002)


@BOTH
def test_what_a_row_leaves_out_is_unknown(venue: Venue) -> None:
    blank = dict.fromkeys(("pricePrecision", "quantityPrecision", "pricePlace", "sizeMultiplier", "minTradeUSDT"), "")
    found = one(venue, row(venue, **blank, makerFeeRate="", takerFeeRate=None))
    assert (found.tick_size, found.lot_size, found.min_notional) == (None, None, None)
    assert (found.listed, found.maker_fee, found.taker_fee) == (None, None, None)


@pytest.mark.parametrize(
    ("base", "times"), [("1000BONK", 1000), ("10000SATS", 10000), ("1INCH", 1), ("0G", 1), ("2Z", 1), ("龙虾", 1)]
)
@BOTH
def test_a_base_may_carry_a_multiplier(venue: Venue, base: str, times: int) -> None:
    found = one(venue, row(venue, base))
    assert (found.multiplier, found.contract_size) == (times, times)
    assert found.asset == (None if times > 1 else base)


def test_only_coins_carry_one() -> None:
    found = one(BitgetPerp, perp("1000ACME", isRwa="YES"))
    assert (found.multiplier, found.contract_size, found.asset) == (1, 1.0, "1000ACME")


def test_other_products_are_left_out() -> None:
    dated = perp(symbol="AAAUSDT_261225", symbolType="delivery", deliveryTime=LATER)
    inverse = perp(symbol="AAAUSD", quoteCoin="USD", supportMarginCoins=["AAA"])
    usdc = perp(symbol="AAAPERP", quoteCoin="USDC", supportMarginCoins=["USDC"])
    assert not read(BitgetPerp, dated, inverse, usdc)
    listed = read(BitgetSpot, spot("AAA"), spot("AAA3L"), spot("AAA3S"), spot("SOL3L"))
    assert [each.symbol for each in listed if isinstance(each, Instrument)] == ["AAAUSDT", "SOL3LUSDT"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"symbolType": "option"}, "of type 'option'"),
        ({"supportMarginCoins": ["AAA"]}, "settled in AAA, not in USDT"),
        ({"symbol": ""}, "symbol"),
        ({"baseCoin": ""}, "baseCoin"),
        ({"sizeMultiplier": "-1"}, "sizeMultiplier"),
        ({"pricePlace": "many"}, "pricePlace"),
        ({"pricePlace": "400"}, "pricePlace"),
    ],
)
def test_a_contract_that_does_not_add_up_is_told_in_words(change: dict[str, Any], words: str) -> None:
    first, reject, last = read(BitgetPerp, perp("BBB"), perp(**change), perp("CCC"))
    assert isinstance(reject, Reject) and words in reject.reason and '"quoteCoin"' in reject.raw
    assert isinstance(first, Instrument) and isinstance(last, Instrument)


@pytest.mark.parametrize("bad", [5, None, {}, [], "x"])
@BOTH
def test_a_bad_row_costs_only_itself(venue: Venue, bad: object) -> None:
    found = read(venue, row(venue, "BBB"), bad, row(venue, "CCC"))
    assert [type(each) for each in found] == [Instrument, Reject, Instrument]


@BOTH
def test_a_symbol_listed_twice_stands_once(venue: Venue) -> None:
    kept, reject = read(venue, row(venue), row(venue))
    assert isinstance(kept, Instrument) and isinstance(reject, Reject) and "listed twice" in reject.reason


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"code":"00000","data":5}', b"\xff"])
@BOTH
def test_what_is_no_listing_is_refused(venue: Venue, body: bytes) -> None:
    with pytest.raises(DecodeError):
        list(venue().instruments(body))


@BOTH
def test_a_refused_listing_is_told_in_the_venues_words(venue: Venue) -> None:
    with pytest.raises(VenueError, match=r"why not \(code 40034\)"):
        read(venue, code="40034")
    flow = venue().listings()
    next(flow)
    with pytest.raises(VenueError, match=r"HTTP 400: Parameter does not exist \(code 40034\)"):
        flow.send(Response(400, b'{"code":"40034","msg":"Parameter does not exist","data":null}', 1, 2))


def test_pages_are_where_people_trade() -> None:
    assert BitgetSpot().page(one(BitgetSpot, spot("BTC"))) == "https://www.bitget.com/spot/BTCUSDT"
    assert BitgetPerp().page(one(BitgetPerp, perp("BTC"))) == "https://www.bitget.com/futures/usdt/BTCUSDT"
    assert BitgetPerp().page(one(BitgetPerp, perp("龙虾"))).endswith("/usdt/%E9%BE%99%E8%99%BEUSDT")
