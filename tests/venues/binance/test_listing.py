import json
from typing import Any

import pytest

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Reject, Response
from arbwatch.model import Instrument
from arbwatch.venues.binance import BinancePerp, BinanceSpot


def row(base: str = "AAA", **more: Any) -> dict[str, Any]:
    return {"symbol": f"{base}BBB", "status": "TRADING", "baseAsset": base, "quoteAsset": "BBB", "filters": [], **more}


def perp(base: str = "AAA", **more: Any) -> dict[str, Any]:
    return row(base, **{"contractType": "PERPETUAL", "underlyingType": "COIN", "marginAsset": "BBB", **more})


def read(venue: type[BinanceSpot | BinancePerp], *rows: object) -> list[Instrument | Reject]:
    return list(venue().instruments(json.dumps({"symbols": rows}).encode()))


def one(venue: type[BinanceSpot | BinancePerp], *rows: object) -> Instrument:
    (found,) = read(venue, *rows)
    assert isinstance(found, Instrument), found
    return found


@pytest.mark.parametrize(
    ("kind", "underlying", "expected"),
    [
        ("PERPETUAL", "COIN", "crypto"),
        ("PERPETUAL", "", "crypto"),
        ("PERPETUAL", "PREMARKET", "crypto"),
        ("PERPETUAL", "INDEX", "index"),
        ("PERPETUAL", "SOMETHING_NEW", "unknown"),
        ("TRADIFI_PERPETUAL", "EQUITY", "stock"),
        ("TRADIFI_PERPETUAL", "HK_EQUITY", "stock"),
        ("TRADIFI_PERPETUAL", "PREMARKET", "stock"),
        ("TRADIFI_PERPETUAL", "COMMODITY", "commodity"),
        ("TRADIFI_PERPETUAL", "COIN", "unknown"),
        ("TRADIFI_PERPETUAL", "SOMETHING_NEW", "unknown"),
    ],
)
def test_what_a_perpetual_is_of(kind: str, underlying: str, expected: str) -> None:
    assert one(BinancePerp, perp(contractType=kind, underlyingType=underlying)).class_ == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("TRADING", "trading"),
        ("PENDING_TRADING", "pre"),
        ("TRADING_HALT", "halted"),
        ("SETTLING", "closing"),
        ("PRE_DELISTING", "closing"),
        ("CLOSE", "ended"),
        ("SOMETHING_NEW", "unknown"),
    ],
)
def test_a_contracts_status(status: str, expected: str) -> None:
    assert one(BinancePerp, perp(status=status)).status == expected


@pytest.mark.parametrize("status", ["HALT", "BREAK", "END_OF_DAY", "CANCEL_ONLY"])
def test_a_spot_symbol_that_cannot_be_traded_is_halted(status: str) -> None:
    assert one(BinanceSpot, row(status=status)).status == "halted"
    assert one(BinanceSpot, row(isSpotTradingAllowed=False)).status == "halted"
    assert one(BinanceSpot, row()).status == "trading"


@pytest.mark.parametrize("kind", ["CURRENT_QUARTER", "NEXT_QUARTER", "CURRENT_MONTH", "SOMETHING_NEW"])
def test_only_perpetuals_are_listed(kind: str) -> None:
    assert not read(BinancePerp, perp(contractType=kind))
    assert not read(BinancePerp, perp(contractType="", symbol="AAABBB_270326"))
    assert one(BinancePerp, perp(contractType="", status="PENDING_TRADING")).status == "pre"


def test_steps_come_from_the_filters_of_either_market() -> None:
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": "0.0100"},
        {"filterType": "LOT_SIZE", "stepSize": "0.001"},
        {"filterType": "SOMETHING_NEW", "limit": {"a": 1}},
    ]
    spot = one(BinanceSpot, row(filters=[*filters, {"filterType": "NOTIONAL", "minNotional": "5"}]))
    older = one(BinanceSpot, row(filters=[*filters, {"filterType": "MIN_NOTIONAL", "minNotional": "10"}]))
    future = one(BinancePerp, perp(filters=[*filters, {"filterType": "MIN_NOTIONAL", "notional": "50"}]))
    assert (spot.tick_size, spot.lot_size) == (0.01, 0.001)
    assert (spot.min_notional, older.min_notional, future.min_notional) == (5.0, 10.0, 50.0)
    bare = one(BinanceSpot, row(filters=[{"filterType": "LOT_SIZE", "stepSize": "0.000"}]))
    assert (bare.tick_size, bare.lot_size, bare.min_notional) == (None, None, None)


def test_a_multiplier_is_inside_the_contract_size() -> None:
    found = one(BinancePerp, perp("1000PEPE", onboardDate=1_683_270_000_000))
    assert (found.base, found.asset, found.multiplier, found.contract_size) == ("1000PEPE", None, 1000, 1000.0)
    assert found.listed == 1_683_270_000_000_000_000 and found.settle_currency == "BBB"
    plain = one(BinancePerp, perp("1INCH"))
    assert (plain.asset, plain.multiplier, plain.contract_size) == ("1INCH", 1, 1.0)


def test_leveraged_tokens_and_shares_are_left_out_and_coins_like_them_are_not() -> None:
    names = ["BTC", "BTCUP", "BTCDOWN", "JUP", "SUPER", "SYRUP", "UP", "AAPLB", "NVDAB", "BNB", "ARB"]
    kept = {found.base for found in read(BinanceSpot, *map(row, names)) if isinstance(found, Instrument)}
    assert kept == {"BTC", "JUP", "SUPER", "SYRUP", "UP", "BNB", "ARB"}
    assert not read(BinanceSpot, row("AAAUP", permissions=["LEVERAGED"]))


@pytest.mark.parametrize(
    "bad",
    [
        5,
        None,
        {},
        [],
        row(status=None),
        row(baseAsset=""),
        row(filters=[{"filterType": "PRICE_FILTER", "tickSize": "x"}]),
    ],
)
def test_a_bad_row_costs_only_itself(bad: object) -> None:
    first, last = (row("AAA"), row("CCC"))
    found = read(BinanceSpot, first, bad, last)
    assert [type(one) for one in found].count(Reject) == 1
    assert [one.base for one in found if isinstance(one, Instrument)] == ["AAA", "CCC"]


def test_a_symbol_listed_twice_stands_once() -> None:
    reject, kept = sorted(read(BinanceSpot, row(), row()), key=lambda found: type(found).__name__, reverse=True)
    assert isinstance(reject, Reject) and "listed twice" in reject.reason and isinstance(kept, Instrument)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"symbols":5}', b"\xff"])
def test_what_is_no_listing_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        list(BinanceSpot().instruments(body))


def test_a_refused_listing_is_told_in_the_venues_words() -> None:
    flow = BinancePerp().listings()
    assert next(flow).path == "/fapi/v1/exchangeInfo"
    with pytest.raises(VenueError, match="restricted location"):
        flow.send(Response(451, b'{"code":0,"msg":"Service unavailable from a restricted location"}', 1, 2))


def test_pages_are_where_people_trade() -> None:
    assert BinanceSpot().page(one(BinanceSpot, row("BTC"))) == "https://www.binance.com/en/trade/BTC_BBB?type=spot"
    assert BinancePerp().page(one(BinancePerp, perp("BTC"))) == "https://www.binance.com/en/futures/BTCBBB"
    assert BinanceSpot().page(one(BinanceSpot, row("\u5e01"))).endswith("/%E5%B8%81_BBB?type=spot")
