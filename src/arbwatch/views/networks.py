"""The networks of one coin: where it can be withdrawn and deposited, what that costs, and what leads where."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

from arbwatch.market.networks import Route, State, common, state
from arbwatch.model import Network
from arbwatch.views import formats
from arbwatch.views.listing import Listing
from arbwatch.views.picture import Picture
from arbwatch.views.text import plain
from arbwatch.views.words import Tone

Cells = list[tuple[str, Tone]]

_TONES: dict[State, Tone] = {"open": "good", "closed": "bad", "unknown": "dim"}
_ADDRESS = 14
_SHOWN = 12
"""Networks listed of one exchange."""


class Side(NamedTuple):
    """An exchange that lists a coin, and its own word for it."""

    exchange: str
    coin: str


def sides(picture: Picture, listing: Listing, asset: str) -> list[Side]:
    """Return the exchanges whose spot market knows the asset, by name."""
    exchanges = {lane.venue: lane.exchange for lane in picture.snapshot.lanes}
    found = {
        exchanges[one.venue]: one.base
        for one in listing.instruments
        if one.asset == asset and one.market == "spot" and one.multiplier == 1
    }
    return [Side(exchange, coin) for exchange, coin in sorted(found.items())]


def network_lines(picture: Picture, listing: Listing, asset: str) -> list[Cells]:
    """Return what is known of the asset's networks as lines; empty where no spot market knows the asset."""
    known = sides(picture, listing, asset)
    if not known:
        return []
    lines: list[Cells] = [[("networks", "strong")]]
    silent = [plain(side.exchange) for side in known if side.exchange not in picture.networks]
    for side in known:
        lines.extend(_exchange(picture, side))
    lines.extend(_routes(picture, known))
    if silent:
        lines.append([(f"{', '.join(silent)}: nothing known; most exchanges tell account holders only", "dim")])
    return lines


def _exchange(picture: Picture, side: Side) -> Iterator[Cells]:
    reading = picture.networks.get(side.exchange)
    if reading is None:
        return
    read = formats.duration(picture.now - reading.time)
    networks = reading.networks.get(side.coin.upper(), ())
    if not networks:
        yield [(f"{plain(side.exchange)} tells of no network for {plain(side.coin)} ({read} ago)", "dim")]
        return
    head = f"{plain(side.exchange)}, {read} ago"
    yield [(f"{head:<22} {'deposit':<8} {'withdraw':<8} {'fee':>10} {'least':>10} {'confirm':>7} contract", "dim")]
    for network in networks[:_SHOWN]:
        yield _network(picture, network, reading.time)
    if len(networks) > _SHOWN:
        yield [(f"and {len(networks) - _SHOWN} more", "dim")]


def _network(picture: Picture, network: Network, read: int) -> Cells:
    chain = picture.chains.find(network.exchange, network.name)
    name = chain.name if chain else f"{plain(network.name)} ?"
    ways = [state(told, read, picture.now) for told in (network.deposit, network.withdraw)]
    confirmations = network.deposit_confirmations
    return [
        (f"{name[:22]:<22} ", "" if chain else "dim"),
        *((f"{way:<9}", _TONES[way]) for way in ways),
        (f"{_fee(network):>10} ", ""),
        (f"{formats.size(network.withdraw_min):>10} ", ""),
        (f"{formats.UNKNOWN if confirmations is None else confirmations:>7} ", ""),
        (_short(network.address), "dim"),
    ]


def _routes(picture: Picture, known: list[Side]) -> Iterator[Cells]:
    for source, target in permutations(known, 2):
        found = common(
            picture.networks.get(source.exchange),
            picture.networks.get(target.exchange),
            (source.coin, target.coin),
            picture.chains,
            picture.now,
        )
        if found:
            yield [
                (f"{plain(source.exchange)} to {plain(target.exchange)}: ", ""),
                *((f"{_route(route)}  ", _TONES[route.state]) for route in found),
            ]


def _route(route: Route) -> str:
    certain = "" if route.confirmed or route.state == "closed" else " (contract not compared)"
    return f"{route.chain.name} {route.state}{certain}"


def _fee(network: Network) -> str:
    flat, share = network.withdraw_fee, network.withdraw_fee_rate
    if flat is None and share is None:
        return formats.UNKNOWN
    parts = [formats.size(flat)] if flat is not None else []
    parts += [f"{share:.2%}"] if share else []
    return "+".join(parts)


def _short(address: str | None) -> str:
    bare = plain(address or "")
    return bare if len(bare) <= _ADDRESS else f"{bare[:7]}…{bare[-6:]}"
