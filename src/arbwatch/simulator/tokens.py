"""Where the simulated coins live: networks and token contracts, the same whichever venue tells of them.

Addresses of well-known tokens are their real ones, as block explorers show them. Every other coin has addresses of its
own making, so that one coin has one address and two coins of one name have two.
"""

import hashlib
import random
from typing import NamedTuple


class Token(NamedTuple):
    """One coin on one network."""

    network: str
    address: str | None
    """None is the network's own coin."""


EVM = ("ethereum", "bsc", "arbitrum", "optimism", "base", "polygon", "avalanche")
"""Networks whose addresses are twenty bytes in hexadecimal."""
NATIVE = {
    "BTC": "bitcoin", "ETH": "ethereum", "BNB": "bsc", "SOL": "solana", "TRX": "tron", "AVAX": "avalanche",
    "TON": "ton", "APT": "aptos", "SUI": "sui", "ADA": "cardano", "NEAR": "near", "POL": "polygon", "XRP": "ripple",
    "DOGE": "dogecoin", "LTC": "litecoin", "DOT": "polkadot", "BCH": "bitcoincash", "ATOM": "cosmos", "XLM": "stellar",
    "ETC": "ethereumclassic", "FIL": "filecoin", "HBAR": "hedera", "ICP": "internetcomputer", "ALGO": "algorand",
}  # fmt: skip
"""Coins that are their network's own."""
ELSEWHERE = {"ETH": ("arbitrum", "optimism", "base")}
"""Further networks on which a coin is the network's own."""
KNOWN = {
    "USDT": {
        "ethereum": "0xdac17f958d2ee523a2206206994597c13d831ec7", "tron": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "bsc": "0x55d398326f99059ff775485246999027b3197955", "solana": "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB",
        "arbitrum": "0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9",
        "ton": "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs",
        "optimism": "0x94b008aa00579c1307b0ef2c499ad98a8ce58e58",
        "polygon": "0xc2132d05d31c914a87c6611c10748aeb04b58e8f",
    },
    "USDC": {
        "ethereum": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
        "bsc": "0x8ac76a51cc950d9822d68b83fe1ad97b32cd580d", "solana": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkZwyTDt1v",
        "arbitrum": "0xaf88d065e77c8cc2239327c5edb3a432268e5831",
        "base": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
        "polygon": "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359",
    },
    "ETH": {"bsc": "0x2170ed0880ac9a755fd29b2688956bd959f933f8"},
    "BTC": {"bsc": "0x7130d2a12b9bcbfae4f2634d864a1ee1ce3ead9c"},
    "PEPE": {"ethereum": "0x6982508145454ce325ddbe47a25d4ec3d2311933"},
    "SHIB": {"ethereum": "0x95ad61b0a150d79219dcf64e1e6cc01f0b64c4ce"},
    "LINK": {"ethereum": "0x514910771af9ca656af840dff83e8264ecf986ca"},
    "UNI": {"ethereum": "0x1f9840a85d5af5bf1d1762f925bdaddc4201f984"},
    "AAVE": {"ethereum": "0x7fc66500c84a76ad7e9c93437bfc5ac33e2ddae9"},
    "ARB": {"arbitrum": "0x912ce59144191c1204e64559fe8253a0e49e6548"},
    "OP": {"optimism": "0x4200000000000000000000000000000000000042"},
    "LDO": {"ethereum": "0x5a98fcbea516cf06857215779fd812ca3bef1b32"},
    "CRV": {"ethereum": "0xd533a949740bb3306d119cc777fa900ba034cd52"},
    "FLOKI": {
        "ethereum": "0xcf0c122c6b73ff809c693db761e7baebe62b6a2e", "bsc": "0xfb5b838b6cfeedc2873ab27866079ac55363d37e",
    },
    "BONK": {"solana": "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"},
    "WIF": {"solana": "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm"},
    "NEIROETH": {"ethereum": "0xee2a03aa6dacf51c18679c516ad5283d8e7c2637"},
    "NEIRO": {"ethereum": "0x812ba41e071c7b7fa4ebcfb62df5f45f6fa853ee"},
}  # fmt: skip
"""Token contracts by coin and network."""
INVENTED = ("ethereum", "bsc", "solana", "base", "arbitrum")
"""Where coins live that nobody knows: one to three of these."""
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Of addresses in base 58."""


def tokens(asset: str) -> tuple[Token, ...]:
    """Return where a coin lives; `asset` is what the market calls it, not what a venue does."""
    known = [Token(network, address) for network, address in KNOWN.get(asset, {}).items()]
    own = [NATIVE[asset], *ELSEWHERE.get(asset, ())] if asset in NATIVE else []
    found = [*(Token(network, None) for network in own), *known]
    return tuple(found or _invented(asset))


def _invented(asset: str) -> list[Token]:
    rng = random.Random(f"networks:{asset}")
    networks = rng.sample(INVENTED, rng.choice((1, 1, 2, 3)))
    return [Token(network, _address(asset, network)) for network in sorted(networks, key=INVENTED.index)]


def _address(asset: str, network: str) -> str:
    digest = hashlib.sha256(f"{asset}:{network}".encode()).digest()
    if network in EVM:
        return f"0x{digest[:20].hex()}"
    number, letters = int.from_bytes(digest), []
    while number:
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return "".join(letters)
