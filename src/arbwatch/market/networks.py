"""Which networks carry a coin between two exchanges: by one name for each network, and by the coin's contract."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from arbwatch.model import Network

State = Literal["open", "closed", "unknown"]

OLD_NS = 15 * 60 * 1_000_000_000
"""What was read longer ago is not known any more."""


class Chain(msgspec.Struct, frozen=True):
    """A network under the one name it has here."""

    id: str
    name: str
    minutes: float
    """How long a transfer usually takes."""


class Chains:
    """Tell which network an exchange means by a word of its own."""

    def __init__(self, chains: Iterable[Chain], words: Mapping[tuple[str, str], str]) -> None:
        """Take the networks, and their ids by exchange ("" for all) and word."""
        self._chains = {chain.id: chain for chain in chains}
        self._words = {(exchange, _plain(word)): id_ for (exchange, word), id_ in words.items()}

    def find(self, exchange: str, word: str) -> Chain | None:
        """Return the network; None where the word is not known."""
        plain = _plain(word)
        found = self._words.get((exchange, plain)) or self._words.get(("", plain))
        return self._chains.get(found) if found else None


class Reading(msgspec.Struct, frozen=True):
    """All that an exchange told about its networks at one time (UTC ns)."""

    time: int
    networks: Mapping[str, tuple[Network, ...]]
    """By the exchange's word for the coin, in capitals."""


class Route(msgspec.Struct, frozen=True):
    """One network that leads a coin from one exchange to another."""

    chain: Chain
    source: Network
    target: Network
    state: State
    """Open where it can be withdrawn there and deposited here, closed where either cannot."""
    confirmed: bool
    """Both tell the coin's contract, and it is the same."""


def reading(networks: Iterable[Network], now: int) -> Reading:
    """Sort what was read by coin."""
    found: dict[str, list[Network]] = {}
    for network in networks:
        found.setdefault(network.coin.upper(), []).append(network)
    return Reading(now, {coin: tuple(some) for coin, some in found.items()})


def state(told: bool | None, read: int, now: int) -> State:
    """Say whether a way is open, as read at `read` (UTC ns); what was read too long ago is unknown."""
    if told is None or now - read > OLD_NS:
        return "unknown"
    return "open" if told else "closed"


def common(
    source: Reading | None, target: Reading | None, coins: tuple[str, str], chains: Chains, now: int
) -> tuple[Route, ...]:
    """Return the networks that lead from one exchange to the other, open ones first.

    `coins` are their words for it. Two networks are one where their names are known to mean it and the contracts,
    where both tell them, are equal.
    """
    if source is None or target is None:
        return ()
    found = []
    for one in source.networks.get(coins[0].upper(), ()):
        chain = chains.find(one.exchange, one.name)
        if chain is None:
            continue
        for other in target.networks.get(coins[1].upper(), ()):
            same = _same(one.address, other.address)
            if chains.find(other.exchange, other.name) != chain or same is False:
                continue
            ways = {state(one.withdraw, source.time, now), state(other.deposit, target.time, now)}
            known: State = "closed" if "closed" in ways else "unknown" if "unknown" in ways else "open"
            found.append(Route(chain, one, other, known, same is True))
    order = ("open", "unknown", "closed")
    return tuple(sorted(found, key=lambda route: (order.index(route.state), route.chain.minutes, route.chain.id)))


def _same(one: str | None, other: str | None) -> bool | None:
    if not one or not other:
        return None
    return _address(one) == _address(other)


def _address(address: str) -> str:
    # Hexadecimal addresses are written with and without a checksum in their capitals; others are not.
    bare = address.strip()
    return bare.lower() if bare[:2].lower() == "0x" else bare


def _plain(word: str) -> str:
    return "".join(letter for letter in word.upper() if letter.isalnum())
