"""Who has the last word on what a trade costs."""

from typing import Any

import pytest

from arbwatch.market.fees import LEAST, Fees, Rates, VenueFees
from arbwatch.model import Instrument


def market(venue: str = "alpha_spot", symbol: str = "BTCUSDT", **fees: Any) -> Instrument:
    kind: Any = venue.rpartition("_")[2]
    return Instrument(
        venue, symbol, kind, "BTC", "USDT", None, "BTC", 1, 1.0, 0.1, 0.1, 5.0, "crypto", "trading", None, **fees
    )


def venue(**changes: Any) -> VenueFees:
    plain: dict[str, Any] = {"market": "spot", "side": "received", "default": Rates(0.001, 0.0012)}
    return VenueFees(**(plain | changes))


def test_the_nearer_to_the_user_the_later_the_word() -> None:
    own, mine = Rates(None, 0.0004), {"ETHUSDT": Rates(0.0, 0.0001)}
    fees = Fees({"alpha_spot": venue(own=own, markets=mine)})
    assert fees.of(market(symbol="ETHUSDT", taker_fee=0.003)).rate == 0.0001
    assert fees.of(market(taker_fee=0.003)).rate == 0.0004
    assert fees.of(market(maker_fee=0.003), "maker").rate == 0.003
    assert fees.of(market(), "maker").rate == 0.001
    said = [fees.of(market(symbol=symbol)).source for symbol in ("ETHUSDT", "BTCUSDT")]
    assert said == ["yours for this market", "yours"]


def test_a_rate_of_nothing_counts_only_where_somebody_says_it() -> None:
    fees = Fees({"alpha_spot": venue()})
    assert fees.of(market(taker_fee=0.0)).rate == 0.0
    assert fees.of(market(taker_fee=0.0)).source == "the market's own"
    assert fees.of(market()).source == "the venue's default"


def test_an_unknown_rate_is_the_highest_of_its_kind_and_says_so() -> None:
    low, high = venue(default=Rates(0.001, 0.001)), venue(default=Rates(0.001, 0.006))
    perp = venue(market="perp", default=Rates(None, None))
    fees = Fees({"alpha_spot": low, "beta_spot": high, "gamma_spot": venue(default=Rates()), "alpha_perp": perp})
    assumed = fees.of(market("gamma_spot"))
    assert (assumed.rate, assumed.assumed) == (0.006, True)
    assert fees.of(market("gamma_spot"), "maker").rate == LEAST["spot"]
    assert fees.of(market("alpha_perp")).rate == LEAST["perp"]
    assert not fees.of(market()).assumed


@pytest.mark.parametrize("side", ["received", "quote", "third"])
def test_a_fee_says_in_what_it_is_paid(side: Any) -> None:
    assert Fees({"alpha_spot": venue(side=side)}).of(market()).side == side


def test_a_venue_that_nobody_described_pays_what_is_received_at_an_assumed_rate() -> None:
    fee = Fees().of(market())
    assert (fee.rate, fee.assumed, fee.side) == (LEAST["spot"], True, "received")
