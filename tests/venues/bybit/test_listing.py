import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Reject, Request, Response
from arbwatch.model import Instrument
from arbwatch.venues.bybit import BybitPerp, BybitSpot

NOW = 1_795_176_005_000_000_000
Venues = type[BybitSpot | BybitPerp]


def spot(base: str = "AAA", **more: Any) -> dict[str, Any]:
    return {"symbol": f"{base}USDT", "status": "Trading", "baseCoin": base, "quoteCoin": "USDT", **more}


def perp(base: str = "AAA", **more: Any) -> dict[str, Any]:
    return spot(base, **{"contractType": "LinearPerpetual", "settleCoin": "USDT", "fundingInterval": 480, **more})


def body(*rows: object, cursor: str | None = "", code: int = 0, words: str = "OK") -> bytes:
    answer = {"retCode": code, "retMsg": words, "result": {"list": rows, "nextPageCursor": cursor}, "time": 1}
    return json.dumps(answer).encode()


def read(venue: Venues, *rows: object) -> list[Instrument | Reject]:
    return list(venue().instruments(body(*rows)))


def one(venue: Venues, *rows: object) -> Instrument:
    (found,) = read(venue, *rows)
    assert isinstance(found, Instrument), found
    return found


def ask(venue: Venues, answer: Callable[[Request], bytes]) -> tuple[list[Request], list[Instrument | Reject]]:
    flow, asked = venue().listings(), []
    try:
        request = next(flow)
        while True:
            asked.append(request)
            request = flow.send(Response(200, answer(request), NOW, NOW))
    except StopIteration as end:
        return asked, end.value


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("", "crypto"),
        ("innovation", "crypto"),
        ("adventure", "crypto"),
        ("stock", "stock"),
        ("xstocks", "stock"),
        ("commodity", "commodity"),
        ("forex", "fx"),
        ("something_new", "unknown"),
    ],
)
def test_what_it_is_of(kind: str, expected: str) -> None:
    assert one(BybitPerp, perp(symbolType=kind)).class_ == expected
    assert one(BybitSpot, spot(symbolType=kind)).class_ == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "trading"),
        ({"status": "PreLaunch"}, "pre"),
        ({"status": "Delivering"}, "closing"),
        ({"status": "Closed"}, "ended"),
        ({"status": "SomethingNew"}, "unknown"),
        ({"isPreListing": True}, "pre"),
        ({"deliveryTime": "1795435200000"}, "closing"),
        ({"deliveryTime": "0"}, "trading"),
        ({"deliveryTime": ""}, "trading"),
    ],
)
def test_how_a_perpetual_stands(more: dict[str, Any], expected: str) -> None:
    assert one(BybitPerp, perp(**more)).status == expected


@pytest.mark.parametrize("kind", ["LinearFutures", "InversePerpetual", "InverseFutures", ""])
def test_only_linear_perpetuals_are_listed(kind: str) -> None:
    assert not read(BybitPerp, perp(contractType=kind))


def test_a_perpetual_settled_in_usdc_is_quoted_in_it() -> None:
    found = one(BybitPerp, perp("BTC", symbol="BTCPERP", quoteCoin="USDC", settleCoin="USDC"))
    assert (found.asset, found.quote_currency, found.settle_currency) == ("BTC", "USDC", "USDC")


@pytest.mark.parametrize(
    ("base", "asset", "multiplier"),
    [
        ("1000PEPE", None, 1000),
        ("1000000MOG", None, 1_000_000),
        ("SHIB1000", None, 1000),
        ("0G", "0G", 1),
        ("1INCH", "1INCH", 1),
        ("2Z", "2Z", 1),
        ("4", "4", 1),
        ("B2", "B2", 1),
        ("LUNA2", "LUNA2", 1),
        ("BANANAS31", "BANANAS31", 1),
    ],
)
def test_a_perpetuals_multiplier_stands_before_or_behind(base: str, asset: str | None, multiplier: int) -> None:
    found = one(BybitPerp, perp(base))
    assert (found.asset, found.multiplier, found.contract_size) == (asset, multiplier, float(multiplier))


def test_a_share_and_a_spot_coin_carry_no_multiplier() -> None:
    assert one(BybitPerp, perp("SHIB1000", symbolType="stock")).multiplier == 1
    token = one(BybitSpot, spot("AAPLX", symbolType="xstocks", xstockMultiplier="1.0032690125398187"))
    assert (token.asset, token.multiplier, token.contract_size) == ("AAPLX", 1, 1.0)


def test_leveraged_tokens_are_left_out_and_likenesses_stay() -> None:
    rows = [spot(base) for base in ("BTC", "BTC3L", "BTC3S", "EOS2L", "JUP", "L3", "C98")]
    assert [found.base for found in read(BybitSpot, *rows) if isinstance(found, Instrument)] == [
        "BTC", "EOS2L", "JUP", "L3", "C98"
    ]  # fmt: skip


def test_steps_and_the_least_order_are_those_of_the_market() -> None:
    lot = {"basePrecision": "0.01", "minOrderAmt": "5", "qtyStep": "0.1", "minNotionalValue": "6", "minOrderQty": "9"}
    more: dict[str, Any] = {"lotSizeFilter": lot, "priceFilter": {"tickSize": "0.001"}}
    found = one(BybitSpot, spot(**more))
    assert (found.tick_size, found.lot_size, found.min_notional, found.listed) == (0.001, 0.01, 5.0, None)
    found = one(BybitPerp, perp(launchTime="1584230400000", **more))
    assert (found.tick_size, found.lot_size, found.min_notional) == (0.001, 0.1, 6.0)
    assert found.listed == 1_584_230_400_000_000_000
    bare = one(BybitPerp, perp(launchTime="0", lotSizeFilter={"qtyStep": ""}))
    assert (bare.tick_size, bare.lot_size, bare.min_notional, bare.listed) == (None, None, None, None)


def test_pages_are_followed_to_the_end_and_what_is_not_yet_trading_is_asked_for() -> None:
    def answer(request: Request) -> bytes:
        params = dict(request.params)
        assert (request.path, params["category"]) == ("/v5/market/instruments-info", "linear")
        assert params["limit"] == "1000"
        if params.get("status") == "PreLaunch":
            return body(perp("NEW", status="PreLaunch"), cursor=None)
        pages = {"": (perp("AAA"), "p%3D2"), "p%3D2": (perp("BBB"), "p3"), "p3": (perp("CCC"), "")}
        row, cursor = pages[params.get("cursor", "")]
        return body(row, cursor=cursor)

    asked, found = ask(BybitPerp, answer)
    assert len(asked) == 4
    assert [one.symbol for one in found if isinstance(one, Instrument)] == ["AAAUSDT", "BBBUSDT", "CCCUSDT", "NEWUSDT"]


def test_spot_has_one_page() -> None:
    asked, found = ask(BybitSpot, lambda _: b'{"retCode":0,"result":{"list":[]},"time":1}')
    assert asked == [Request("/v5/market/instruments-info", (("category", "spot"), ("limit", "1000")))]
    assert found == []


def test_a_symbol_on_two_pages_stands_once_and_is_told() -> None:
    def answer(request: Request) -> bytes:
        if "status" in dict(request.params):
            return body()
        return body(perp("AAA"), cursor="" if "cursor" in dict(request.params) else "x")

    _, found = ask(BybitPerp, answer)
    assert [type(piece) for piece in found] == [Instrument, Reject]
    assert "listed twice" in getattr(found[1], "reason", "")


@pytest.mark.parametrize("cursors", [["x"], [str(n) for n in range(1000)]])
def test_pages_that_do_not_end_are_refused(cursors: list[str]) -> None:
    left = iter(cursors)
    with pytest.raises(VenueError, match=r"names itself|do not end"):
        ask(BybitPerp, lambda _: body(cursor=next(left, cursors[-1])))


def test_what_refuses_one_state_costs_only_that_state() -> None:
    def answer(request: Request) -> bytes:
        if "status" in dict(request.params):
            return body(code=10001, words="params error: status invalid")
        return body(perp("AAA"))

    _, (listed, told) = ask(BybitPerp, answer)
    assert isinstance(listed, Instrument) and isinstance(told, Reject)
    assert "status invalid (retCode 10001)" in told.reason
    with pytest.raises(VenueError, match=r"Too many visits! \(retCode 10006\)"):
        ask(BybitPerp, lambda _: body(code=10006, words="Too many visits!"))


def test_a_row_that_cannot_be_read_costs_itself() -> None:
    rejected, listed = read(BybitPerp, perp("AAA", fundingInterval="x"), perp("BBB"))
    assert isinstance(rejected, Reject) and "fundingInterval" in rejected.reason
    assert isinstance(listed, Instrument) and listed.symbol == "BBBUSDT"


@given(st.binary(max_size=200))
def test_a_body_that_is_no_listing_is_refused(content: bytes) -> None:
    with pytest.raises(DecodeError):
        list(BybitPerp().instruments(content))


@pytest.mark.parametrize(
    ("venue", "row", "address"),
    [
        (BybitSpot, spot("BTC"), "https://www.bybit.com/en/trade/spot/BTC/USDT"),
        (BybitPerp, perp("1000PEPE"), "https://www.bybit.com/trade/usdt/1000PEPEUSDT"),
        (BybitPerp, perp("BTC", settleCoin="USDC"), "https://www.bybit.com/trade/futures/usdc/BTC-PERP"),
    ],
)
def test_pages_where_it_is_traded(venue: Venues, row: dict[str, Any], address: str) -> None:
    assert venue().page(one(venue, row)) == address
