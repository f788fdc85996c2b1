"""What is said of how a coin comes and goes."""

from typing import Any

from msgspec.structs import replace

from arbwatch.market.networks import OLD_NS, Chain, Chains, Reading, reading
from arbwatch.model import Network
from arbwatch.views.listing import Listing
from arbwatch.views.networks import network_lines
from arbwatch.views.picture import Picture
from tests.views.stage import NOW, Stage

CHAINS = Chains([Chain("tron", "Tron", 4)], {("", "TRC20"): "tron", ("", "TRX"): "tron"})


def network(exchange: str, name: str, **changes: Any) -> Network:
    plain: dict[str, Any] = dict.fromkeys(Network.__struct_fields__) | {"deposit": True, "withdraw": True}
    return Network(**(plain | {"exchange": exchange, "coin": "BTC", "name": name} | changes))


def said(networks: dict[str, Reading], asset: str = "BTC", stage: Stage | None = None) -> list[str]:
    picture: Picture = replace((stage or Stage()).picture(), networks=networks, chains=CHAINS)
    lines = network_lines(picture, Listing(picture.snapshot), asset)
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_each_network_is_told_with_its_ways_fees_and_contract() -> None:
    told = network(
        "alpha", "TRC20", withdraw=False, withdraw_fee=1.5, withdraw_fee_rate=0.001, withdraw_min=10.0,
        deposit_confirmations=20, address="0x1234567890abcdef1234",
    )  # fmt: skip
    lines = said({"alpha": reading([told], NOW)})
    assert lines[2].split() == ["Tron", "open", "closed", "1.500+0.10%", "10.00", "20", "0x12345…ef1234"]
    assert "alpha, 0.0 s ago" in lines[1]


def test_a_word_nobody_knows_is_shown_and_marked() -> None:
    assert any("ODDNET ?" in line for line in said({"alpha": reading([network("alpha", "ODDNET")], NOW)}))


def test_an_exchange_that_keeps_it_to_itself_is_named() -> None:
    assert said({}) == ["networks", "alpha: nothing known; most exchanges tell account holders only"]


def test_what_is_old_is_unknown() -> None:
    lines = said({"alpha": reading([network("alpha", "TRC20")], NOW - OLD_NS - 1)})
    assert lines[2].split()[:3] == ["Tron", "unknown", "unknown"]


def test_nothing_is_said_of_what_no_spot_market_knows() -> None:
    assert said({}, asset="NOSUCH") == []


def test_text_from_outside_stays_text() -> None:
    lines = said({"alpha": reading([network("alpha", "\x1b[2J[red]X", address="\x07[b]y")], NOW)})
    assert not any("\x1b" in line or "\x07" in line for line in lines)


def test_what_leads_from_one_exchange_to_another_is_said() -> None:
    stage = Stage()
    picture: Picture = stage.picture()
    beta = picture.snapshot.lanes[0]._replace(venue="beta_spot", exchange="beta")
    one = picture.snapshot.instruments[0][0]
    assert one is not None
    layout = picture.snapshot.layout
    layout = type(layout)(
        (*layout.lanes, beta), layout.keys, (*layout.instruments, (replace(one, venue="beta_spot"),) + (None,) * 25)
    )
    snapshot = type(picture.snapshot)(picture.now, picture.snapshot, layout, picture.snapshot.offsets)
    readings = {
        "alpha": reading([network("alpha", "TRC20", deposit=False)], NOW),
        "beta": reading([network("beta", "TRX")], NOW),
    }
    picture = replace(picture, snapshot=snapshot, networks=readings, chains=CHAINS)
    lines = ["".join(text for text, _ in line).rstrip() for line in network_lines(picture, Listing(snapshot), "BTC")]
    assert lines[-2:] == [
        "alpha to beta: Tron open (contract not compared)",
        "beta to alpha: Tron closed",
    ]
