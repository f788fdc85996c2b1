import json
from typing import Any

import pytest

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Reject, Response
from arbwatch.model import Instrument
from arbwatch.venues.mexc import MexcPerp, MexcSpot

Venue = type[MexcSpot | MexcPerp]
PLATE = "mc-trade-zone-"


def spot(base: str = "AAA", **more: Any) -> dict[str, Any]:
    row = {"symbol": f"{base}USDT", "status": "1", "baseAsset": base, "quoteAsset": "USDT", "tradeSideType": 1}
    steps = {"baseAssetPrecision": 3, "quoteAssetPrecision": 5, "baseSizePrecision": "0", "quoteAmountPrecision": "1"}
    return {**row, **steps, "makerCommission": "0", "takerCommission": "0.0005", **more}


def perp(base: str = "AAA", **more: Any) -> dict[str, Any]:
    row = {"symbol": f"{base}_USDT", "baseCoin": base, "quoteCoin": "USDT", "settleCoin": "USDT", "contractSize": 0.01}
    return {**row, "priceUnit": 0.1, "volUnit": 1, "state": 0, "futureType": 1, "type": 1, "isHidden": False, **more}


def body(venue: Venue, *rows: object) -> bytes:
    return json.dumps({"symbols": rows} if venue is MexcSpot else {"success": True, "code": 0, "data": rows}).encode()


def read(venue: Venue, *rows: object) -> list[Instrument | Reject]:
    return list(venue().instruments(body(venue, *rows)))


def one(venue: Venue, *rows: object) -> Instrument:
    (found,) = read(venue, *rows)
    assert isinstance(found, Instrument), found
    return found


@pytest.mark.parametrize(
    ("status", "side", "expected"),
    [
        ("1", 1, "trading"),
        ("2", 1, "halted"),
        ("3", 1, "ended"),
        ("1", 2, "halted"),
        ("1", 3, "halted"),
        ("1", 4, "halted"),
        ("3", 4, "ended"),
        ("9", 1, "unknown"),
    ],
)
def test_what_trades_on_spot(status: str, side: int, expected: str) -> None:
    for api in (True, False):
        found = one(MexcSpot, spot(status=status, tradeSideType=side, isSpotTradingAllowed=api))
        assert found.status == expected


@pytest.mark.parametrize(
    ("state", "pre", "expected"),
    [
        (0, False, "trading"),
        (0, True, "pre"),
        (1, False, "closing"),
        (2, False, "ended"),
        (3, True, "ended"),
        (4, False, "halted"),
        (9, False, "unknown"),
    ],
)
def test_what_trades_of_perpetuals(state: int, pre: bool, expected: str) -> None:
    assert one(MexcPerp, perp(state=state, preMarket=pre)).status == expected


def test_steps_on_spot_are_digits_or_a_size() -> None:
    found = one(MexcSpot, spot(firstOpenTime=1_554_076_800_000))
    assert (found.tick_size, found.lot_size, found.min_notional) == (1e-5, 0.001, 1.0)
    assert (found.maker_fee, found.taker_fee, found.listed) == (0.0, 0.0005, 1_554_076_800_000_000_000)
    sized = one(MexcSpot, spot(baseSizePrecision="0.5", quoteAmountPrecision="", quoteAssetPrecision=0))
    assert (sized.tick_size, sized.lot_size, sized.min_notional) == (1.0, 0.5, None)
    bare = one(MexcSpot, {name: spot()[name] for name in ("symbol", "status", "baseAsset", "quoteAsset")})
    assert (bare.tick_size, bare.lot_size, bare.min_notional, bare.taker_fee) == (None, None, None, None)
    many = one(MexcSpot, spot("1000SATS"))
    assert (many.multiplier, many.contract_size, many.asset) == (1000, 1000.0, None)


def test_a_contract_counts_so_many_coins() -> None:
    found = one(MexcPerp, perp("PEPE", contractSize=1e7, priceUnit=1e-10, volUnit=2, takerFeeRate=0.0004))
    assert (found.contract_size, found.multiplier, found.asset) == (1e7, 1, "PEPE")
    assert (found.tick_size, found.lot_size, found.min_notional) == (1e-10, 2.0, None)
    assert (found.maker_fee, found.taker_fee, found.settle_currency) == (None, 0.0004, "USDT")
    many = one(MexcPerp, perp("1000BONK", contractSize=10, openingTime=1_758_971_400_000))
    assert (many.multiplier, many.contract_size, many.asset) == (1000, 10_000.0, None)
    assert many.listed == 1_758_971_400_000_000_000
    assert one(MexcPerp, perp(symbol="AAA_USD1", quoteCoin="USD1", settleCoin="USD1")).settle_currency == "USD1"


@pytest.mark.parametrize(
    ("base", "plates", "kind", "expected"),
    [
        ("BTC", ["pow", "layer2"], 1, "crypto"),
        ("BTC", [], 1, "crypto"),
        ("HYPE", ["ETF", "MEME", "robinhood", "0fees"], 1, "crypto"),
        ("AAPLSTOCK", ["Stock", "0fees", "tradfi"], 2, "stock"),
        ("TESLA", ["stock", "tradfi"], 2, "stock"),
        ("KIMISTOCK", ["preipo", "tradfi"], 1, "stock"),
        ("AAPLSTOCK", [], 1, "stock"),
        ("NEWSTOCK", ["tradfi"], 1, "stock"),
        ("SPX500", ["Stock", "tradfi", "stockindex"], 2, "index"),
        ("QQQSTOCK", ["Stock", "tradfi", "stockindex"], 2, "stock"),
        ("XAU", ["metals", "tradfi", "metalsfutures", "Commodities"], 1, "commodity"),
        ("SILVER", ["contract-new", "Commodities"], 2, "commodity"),
        ("USOIL", ["0fees", "OIL", "tradfi"], 2, "commodity"),
        ("EUR", ["web3", "tradfi", "Forex"], 1, "fx"),
        ("NEW", ["tradfi"], 1, "unknown"),
        ("NEW", [], 2, "unknown"),
        ("STOCK", [], 1, "crypto"),
    ],
)
def test_what_a_contract_is_of(base: str, plates: list[str], kind: int, expected: str) -> None:
    row = perp(base, conceptPlate=[f"{PLATE}{plate}" for plate in plates], type=kind)
    assert one(MexcPerp, row).class_ == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "crypto"),
        ({"fullName": "Stockton Coin", "conceptPlates": ["Meme", "DeFi"]}, "crypto"),
        ({"conceptPlates": ["Innovation", "Tokenized Stocks"]}, "stock"),
        ({"fullName": "Apple xStock"}, "stock"),
    ],
)
def test_tokens_of_shares_are_no_coins(more: dict[str, Any], expected: str) -> None:
    assert one(MexcSpot, spot("AAAX", **more)).class_ == expected


def test_other_contracts_and_leveraged_tokens_are_left_out() -> None:
    inverse = perp(symbol="AAA_USD", quoteCoin="USD", settleCoin="AAA")
    dated = perp(symbol="AAA_USDT_261225", futureType=2)
    assert not read(MexcPerp, inverse, dated, perp(isHidden=True))
    found = read(MexcSpot, spot("BTC3L"), spot("BTC"), spot("BTC5S"), spot("XYZ3L"))
    assert [each.symbol for each in found if isinstance(each, Instrument)] == ["BTCUSDT", "XYZ3LUSDT"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"contractSize": 0}, "no contract size"),
        ({"contractSize": None}, "no contract size"),
        ({"symbol": "AAAUSDT"}, "spelt unlike"),
        ({"symbol": "AAA_USD"}, "spelt unlike"),
        ({"contractSize": -1}, "contractSize"),
        ({"baseCoin": ""}, "baseCoin"),
        ({"symbol": "BBB_USDT"}, "listed twice"),
    ],
)
def test_a_contract_that_does_not_add_up_is_told_in_words(change: dict[str, Any], words: str) -> None:
    first, reject, last = read(MexcPerp, perp("BBB"), {**perp(), **change}, perp("CCC"))
    assert isinstance(reject, Reject) and words in reject.reason and '"settleCoin"' in reject.raw
    assert isinstance(first, Instrument) and isinstance(last, Instrument)


@pytest.mark.parametrize("bad", [5, None, {}, [], spot(status=None), spot(baseAsset=""), spot(baseAssetPrecision="x")])
def test_a_bad_row_costs_only_itself(bad: object) -> None:
    found = read(MexcSpot, spot("BBB"), bad, spot("CCC"))
    assert sorted(type(each).__name__ for each in found) == ["Instrument", "Instrument", "Reject"]


def test_a_symbol_listed_twice_stands_once() -> None:
    assert [type(each) for each in read(MexcSpot, spot(), spot())] == [Reject, Instrument]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"success":true,"code":0,"data":5}', b"\xff"])
@pytest.mark.parametrize("venue", [MexcSpot, MexcPerp])
def test_what_is_no_listing_is_refused(venue: Venue, body: bytes) -> None:
    with pytest.raises(DecodeError):
        list(venue().instruments(body))


@pytest.mark.parametrize(
    ("venue", "said"),
    [(MexcSpot, {"code": 429, "msg": "why not"}), (MexcPerp, {"success": False, "code": 510, "message": "why not"})],
)
def test_a_refused_listing_is_told_in_the_venues_words(venue: Venue, said: dict[str, Any]) -> None:
    raw = json.dumps(said).encode()
    with pytest.raises(VenueError, match=r"HTTP 200: why not \(code"):
        list(venue().instruments(raw))
    flow = venue().listings()
    assert next(flow).path in {"/api/v3/exchangeInfo", "/api/v1/contract/detail"}
    with pytest.raises(VenueError, match="HTTP 429: why not"):
        flow.send(Response(429, raw, 1, 2))


def test_pages_are_where_people_trade() -> None:
    assert MexcSpot().page(one(MexcSpot, spot("BTC"))) == "https://www.mexc.com/exchange/BTC_USDT"
    assert MexcPerp().page(one(MexcPerp, perp("BTC"))) == "https://www.mexc.com/futures/BTC_USDT"
