import json
from typing import Any

import pytest

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Reject, Response
from arbwatch.model import Instrument
from arbwatch.venues.okx import OkxPerp, OkxSpot

Venue = type[OkxSpot | OkxPerp]


def spot(base: str = "AAA", **more: Any) -> dict[str, Any]:
    row = {"instType": "SPOT", "instId": f"{base}-USDT", "baseCcy": base, "quoteCcy": "USDT", "state": "live"}
    return {**row, "settleCcy": "", "ctVal": "", "ctMult": "", "ctValCcy": "", "ctType": "", "uly": "", **more}


def swap(base: str = "AAA", **more: Any) -> dict[str, Any]:
    row = {"instType": "SWAP", "instId": f"{base}-USDT-SWAP", "uly": f"{base}-USDT", "baseCcy": "", "quoteCcy": ""}
    terms = {"settleCcy": "USDT", "ctVal": "0.01", "ctMult": "1", "ctValCcy": base, "ctType": "linear"}
    return {**row, **terms, "state": "live", "instCategory": "1", "ruleType": "normal", **more}


def read(venue: Venue, *rows: object, code: str = "0") -> list[Instrument | Reject]:
    return list(venue().instruments(json.dumps({"code": code, "msg": "why not", "data": rows}).encode()))


def one(venue: Venue, *rows: object) -> Instrument:
    (found,) = read(venue, *rows)
    assert isinstance(found, Instrument), found
    return found


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("live", "trading"),
        ("suspend", "halted"),
        ("rebase", "halted"),
        ("post_only", "halted"),
        ("test", "halted"),
        ("preopen", "pre"),
        ("something_new", "unknown"),
    ],
)
def test_what_a_state_means(state: str, expected: str) -> None:
    assert one(OkxPerp, swap(state=state)).status == one(OkxSpot, spot(state=state)).status == expected


@pytest.mark.parametrize(
    ("rule", "state", "expected"),
    [
        ("normal", "live", "trading"),
        ("", "live", "trading"),
        ("rebase_contract", "live", "trading"),
        ("pre_market", "live", "pre"),
        ("something_new", "live", "unknown"),
        ("something_new", "suspend", "halted"),
    ],
)
def test_only_what_trades_by_known_rules_is_traded(rule: str, state: str, expected: str) -> None:
    assert one(OkxPerp, swap(ruleType=rule, state=state)).status == expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("1", "crypto"),
        ("", "crypto"),
        ("3", "stock"),
        ("4", "commodity"),
        ("5", "fx"),
        ("6", "unknown"),
        ("2", "unknown"),
    ],
)
def test_what_an_instrument_is_of(category: str, expected: str) -> None:
    assert one(OkxPerp, swap(instCategory=category)).class_ == one(OkxSpot, spot(instCategory=category)).class_
    assert one(OkxPerp, swap(instCategory=category)).class_ == expected


def test_a_contract_counts_so_many_coins() -> None:
    found = one(OkxPerp, swap("PEPE", ctVal="1000", ctMult="10000", lotSz="0.1", tickSz="0.000000001"))
    assert (found.base, found.quote_currency, found.settle_currency) == ("PEPE", "USDT", "USDT")
    assert (found.contract_size, found.multiplier, found.asset) == (10_000_000.0, 1, "PEPE")
    assert (found.tick_size, found.lot_size, found.min_notional) == (1e-9, 0.1, None)
    family = one(OkxPerp, swap(uly="", instFamily="AAA-USDT", listTime="1611916828000"))
    assert family.base == "AAA" and family.listed == 1_611_916_828_000_000_000
    many = one(OkxPerp, swap("1000CAT"))
    assert (many.multiplier, many.contract_size, many.asset) == (1000, 10.0, None)


def test_other_contracts_are_left_out() -> None:
    inverse = swap(instId="AAA-USD-SWAP", uly="AAA-USD", ctType="inverse", ctValCcy="USD", settleCcy="AAA")
    dated = swap(instType="FUTURES", instId="AAA-USDT-261225")
    assert not read(OkxPerp, inverse, dated, swap(ruleType="xperp"), spot())
    assert not read(OkxSpot, swap(), spot(instType="MARGIN"))


def test_what_opens_later_waits_for_its_numbers() -> None:
    assert not read(OkxPerp, swap(state="preopen", ctVal="", ctMult="", ctValCcy="", ctType="", tickSz=""))
    assert one(OkxPerp, swap(state="preopen")).status == "pre"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ctVal": ""}, "no contract size"),
        ({"ctVal": "0"}, "no contract size"),
        ({"ctMult": ""}, "no contract size"),
        ({"ctValCcy": "USDT"}, "in 'USDT', not in 'AAA'"),
        ({"ctType": ""}, "of contract type ''"),
        ({"ctType": "quanto"}, "of contract type 'quanto'"),
        ({"uly": "AAA"}, "both of its currencies"),
        ({"instId": "AAAUSDT"}, "spelt unlike"),
        ({"instId": "AAA-USD-SWAP"}, "spelt unlike"),
        ({"ctVal": "-1"}, "ctVal"),
        ({"ctVal": "many"}, "ctVal"),
        ({"instId": ""}, "instId"),
    ],
)
def test_a_swap_that_does_not_add_up_is_told_in_words(change: dict[str, str], words: str) -> None:
    first, reject, last = read(OkxPerp, swap("BBB"), swap(**change), swap("CCC"))
    assert isinstance(reject, Reject) and words in reject.reason and '"instType"' in reject.raw
    assert isinstance(first, Instrument) and isinstance(last, Instrument)


@pytest.mark.parametrize(
    "bad", [5, None, {}, [], spot(state=None), spot(baseCcy=""), spot(quoteCcy=""), spot(tickSz="x")]
)
def test_a_bad_row_costs_only_itself(bad: object) -> None:
    found = read(OkxSpot, spot("BBB"), bad, spot("CCC"))
    assert [type(each) for each in found] == [Instrument, Reject, Instrument]


def test_a_symbol_listed_twice_stands_once() -> None:
    kept, reject = read(OkxSpot, spot(), spot())
    assert isinstance(kept, Instrument) and isinstance(reject, Reject) and "listed twice" in reject.reason


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"code":"0","data":5}', b"\xff"])
def test_what_is_no_listing_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        list(OkxSpot().instruments(body))


@pytest.mark.parametrize("venue", [OkxSpot, OkxPerp])
def test_a_refused_listing_is_told_in_the_venues_words(venue: Venue) -> None:
    with pytest.raises(VenueError, match=r"why not \(code 50011\)"):
        read(venue, code="50011")
    flow = venue().listings()
    assert next(flow).path == "/api/v5/public/instruments"
    with pytest.raises(VenueError, match="Service temporarily unavailable"):
        flow.send(Response(400, b'{"code":"50001","msg":"Service temporarily unavailable","data":[]}', 1, 2))


def test_pages_are_where_people_trade() -> None:
    assert OkxSpot().page(one(OkxSpot, spot("BTC"))) == "https://www.okx.com/trade-spot/btc-usdt"
    assert OkxPerp().page(one(OkxPerp, swap("BTC"))) == "https://www.okx.com/trade-swap/btc-usdt-swap"
