"""Bitget's keyless list of coins: networks with their status, fees, minimums, confirmations, contract addresses.

https://www.bitget.com/api-doc/spot/market/Get-Coin-List. Whether something is so is told by the strings "true" and
"false"; a network's own coin has null for an address.
"""

import math
import random
import zlib
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from arbwatch.simulator.bitget_rows import number
from arbwatch.simulator.listing import Listing
from arbwatch.simulator.market import Market
from arbwatch.simulator.protocol import Row
from arbwatch.simulator.tokens import Token, tokens

RUNAWAY = 0.05
"""A coin that is planted farther than this from its price elsewhere cannot leave: its networks stand still."""
BUSY = ("BTC", "ETH", "USDT", "USDC", "SOL", "XRP")
"""Coins whose networks are never closed by themselves."""

FIAT = ("EUR",)
"""Money that is on no network."""


class Network(NamedTuple):
    """One network as the venue tells of it."""

    chain: str
    explorer: str
    fee: float
    """Of a withdrawal, in dollars."""
    deposits_after: int = 12
    """Confirmations."""
    withdrawals_after: int = 64
    tagged: bool = False
    """Deposits need a tag or memo."""


NETWORKS = {
    "bitcoin": Network("BTC", "https://www.blockchain.com/explorer/transactions/btc/", 4.0, 1, 1),
    "ethereum": Network("ERC20", "https://etherscan.io/tx/", 2.5),
    "bsc": Network("BEP20", "https://bscscan.com/tx/", 0.1, 15, 15),
    "tron": Network("TRC20", "https://tronscan.org/#/transaction/", 1.0, 20, 20),
    "solana": Network("SOL", "https://solscan.io/tx/", 0.4, 50, 50),
    "arbitrum": Network("ArbitrumOne", "https://arbiscan.io/tx/", 0.15, 12, 12),
    "optimism": Network("Optimism", "https://optimistic.etherscan.io/tx/", 0.15, 12, 12),
    "base": Network("BASE", "https://basescan.org/tx/", 0.1, 12, 12),
    "polygon": Network("Polygon", "https://polygonscan.com/tx/", 0.1, 200, 200),
    "avalanche": Network("C-Chain", "https://snowtrace.io/tx/", 0.2, 12, 12),
    "ton": Network("TON", "https://tonscan.org/tx/", 0.15, 1, 1, tagged=True),
    "aptos": Network("Aptos", "https://aptoscan.com/transaction/", 0.05, 6, 6),
    "cardano": Network("Cardano", "https://cardanoscan.io/transaction/", 0.4, 15, 15),
    "near": Network("NEARProtocol", "https://nearblocks.io/txns/", 0.02, 5, 5),
    "ripple": Network("XRP", "https://xrpscan.com/tx/", 0.4, 1, 1, tagged=True),
    "cosmos": Network("ATOM", "https://www.mintscan.io/cosmos/tx/", 0.02, 10, 10, tagged=True),
    "stellar": Network("XLM", "https://stellar.expert/explorer/public/tx/", 0.01, 1, 1, tagged=True),
    "hedera": Network("HBAR", "https://hashscan.io/mainnet/transaction/", 0.05, 1, 1, tagged=True),
}
"""By the network's name in `tokens`; any other is the coin's own and goes by the coin's name."""
OWN = {("ETH", "ethereum"): "ETH", ("TRX", "tron"): "TRX"}
"""What a network is called where the coin is its own and tokens on it go by a standard's name."""


def coins(market: Market, listings: Iterable[Listing], only: str | None = None) -> list[Row]:
    """Return what is told of every coin of `listings`, or of one."""
    known: dict[str, str] = {}
    for listing in listings:
        known.setdefault(listing.base, listing.asset)
        known.setdefault(listing.quote, listing.quote)
    return [coin(market, name, asset) for name, asset in known.items() if only is None or name == only]


def coin(market: Market, name: str, asset: str) -> Row:
    """Return what is told of one coin that the venue calls `name`."""
    gap = market.planted_at.get((asset, "bitget_spot"), 0.0)
    found = () if name in FIAT else tokens(asset)
    chains = [_chain(market, name, asset, token, standing=abs(gap) >= RUNAWAY) for token in found]
    return {
        "coinId": str(zlib.crc32(name.encode()) % 10_000), "coin": name, "transfer": "true", "chains": chains,
        "areaCoin": "no",
    }  # fmt: skip


def _chain(market: Market, name: str, asset: str, token: Token, *, standing: bool) -> Row:
    own = Network(name, f"https://explorer.invalid/{token.network}/", 0.2, 12, 12)
    network, price = NETWORKS.get(token.network, own), market.catalogue.price(asset)
    withdrawable, rechargeable, congested = _open(asset, token.network)
    fee = _rounded(network.fee / price)
    return {
        "chain": OWN.get((name, token.network), network.chain), "needTag": _told(network.tagged),
        "withdrawable": _told(withdrawable and not standing), "rechargeable": _told(rechargeable and not standing),
        "withdrawFee": number(fee), "extraWithdrawFee": "0.1" if asset == "BABYDOGE" else "0",
        "depositConfirm": str(network.deposits_after), "withdrawConfirm": str(network.withdrawals_after),
        "minDepositAmount": number(_rounded(0.01 / price)), "minWithdrawAmount": number(_rounded(10 / price)),
        "browserUrl": network.explorer, "contractAddress": token.address, "withdrawStep": "0",
        "withdrawMinScale": "6" if name in ("USDT", "USDC") else "8",
        "congestion": "congested" if congested else "normal",
    }  # fmt: skip


def _open(asset: str, network: str) -> tuple[bool, bool, bool]:
    """Draw whether withdrawals and deposits are open and whether the network is congested; the same each time."""
    draw = random.Random(f"wallet:{asset}:{network}").random()
    if asset in BUSY:
        return True, True, draw < 0.1
    return not 0.02 <= draw < 0.08, not draw < 0.05, draw > 0.95


def _told(yes: bool) -> str:
    return "true" if yes else "false"


def _rounded(value: float) -> Decimal:
    """Round to two significant digits, eight decimals at most."""
    digits = min(8, max(0, 1 - math.floor(math.log10(value))))
    return max(Decimal("1e-8"), round(Decimal(value), digits))
