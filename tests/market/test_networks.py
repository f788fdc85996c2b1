"""What counts as one network between two exchanges, and what is said of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbwatch.market.networks import OLD_NS, Chain, Chains, common, reading, state
from arbwatch.model import Network

NOW = 1_790_000_000_000_000_000
TRON, ETHEREUM = Chain("tron", "Tron", 4), Chain("ethereum", "Ethereum", 8)
CHAINS = Chains(
    [TRON, ETHEREUM],
    {("", "Tron"): "tron", ("", "TRC20"): "tron", ("", "ERC20"): "ethereum", ("odd", "MAIN"): "tron"},
)


def network(exchange: str, name: str, **changes: Any) -> Network:
    plain: dict[str, Any] = dict.fromkeys(Network.__struct_fields__) | {"deposit": True, "withdraw": True}
    return Network(**(plain | {"exchange": exchange, "coin": "USDT", "name": name} | changes))


def led(source: Network, target: Network, source_age: int = 0, target_age: int = 0) -> list[tuple[str, str, bool]]:
    one, other = reading([source], NOW - source_age), reading([target], NOW - target_age)
    found = common(one, other, ("usdt", "USDT"), CHAINS, NOW)
    return [(route.chain.id, route.state, route.confirmed) for route in found]


@pytest.mark.parametrize(("word", "exchange", "id_"), [
    ("trc-20", "any", "tron"), ("TRON", "any", "tron"), (" Erc20 ", "any", "ethereum"), ("Main", "odd", "tron"),
    ("Main", "any", None), ("", "any", None), ("tron2", "any", None),
])  # fmt: skip
def test_a_network_is_known_by_the_words_of_its_exchange(word: str, exchange: str, id_: str | None) -> None:
    found = CHAINS.find(exchange, word)
    assert (found.id if found else None) == id_


def test_two_words_of_one_network_lead_from_one_exchange_to_the_other() -> None:
    assert led(network("a", "TRC20"), network("b", "Tron")) == [("tron", "open", False)]
    assert led(network("a", "TRC20"), network("b", "ERC20")) == []
    assert led(network("a", "XYZ"), network("b", "XYZ")) == []


def test_another_contract_is_another_coin() -> None:
    one, same, other = "0xAbC1", "0xabc1", "0xabc2"
    assert led(network("a", "ERC20", address=one), network("b", "ERC20", address=same)) == [("ethereum", "open", True)]
    assert led(network("a", "ERC20", address=one), network("b", "ERC20", address=other)) == []
    # Capitals matter where an address is not hexadecimal.
    assert led(network("a", "TRC20", address="TRx"), network("b", "TRC20", address="TRX")) == []
    assert led(network("a", "TRC20", address="TRx"), network("b", "TRC20")) == [("tron", "open", False)]


@pytest.mark.parametrize(("withdraw", "deposit", "told"), [
    (True, True, "open"), (False, True, "closed"), (True, False, "closed"), (None, True, "unknown"),
    (True, None, "unknown"), (None, False, "closed"),
])  # fmt: skip
def test_a_way_is_open_where_both_ends_say_so(withdraw: bool | None, deposit: bool | None, told: str) -> None:
    found = led(network("a", "TRC20", withdraw=withdraw, deposit=None), network("b", "TRC20", deposit=deposit))
    assert [route[1] for route in found] == [told]


def test_what_was_read_long_ago_is_not_known_any_more() -> None:
    closed = network("b", "TRC20", deposit=False)
    assert led(network("a", "TRC20"), network("b", "TRC20"), source_age=OLD_NS) == [("tron", "open", False)]
    assert led(network("a", "TRC20"), network("b", "TRC20"), source_age=OLD_NS + 1) == [("tron", "unknown", False)]
    assert led(network("a", "TRC20"), closed, target_age=OLD_NS + 1) == [("tron", "unknown", False)]
    assert state(True, NOW - OLD_NS - 1, NOW) == "unknown"


def test_open_ones_come_first_and_then_the_fastest() -> None:
    source = reading([network("a", "ERC20"), network("a", "TRC20", withdraw=False)], NOW)
    target = reading([network("b", "TRC20"), network("b", "ERC20")], NOW)
    found = common(source, target, ("USDT", "USDT"), CHAINS, NOW)
    assert [(route.chain.id, route.state) for route in found] == [("ethereum", "open"), ("tron", "closed")]
    assert common(None, target, ("USDT", "USDT"), CHAINS, NOW) == ()
    assert common(source, target, ("USDT", "USDC"), CHAINS, NOW) == ()


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_word_is_ever_taken_for_another(one: str, other: str) -> None:
    chains = Chains([Chain("x", "X", 1)], {("", one): "x"})
    plain = ["".join(c for c in word.upper() if c.isalnum()) for word in (one, other)]
    assert (chains.find("any", other) is not None) == (plain[0] == plain[1])
