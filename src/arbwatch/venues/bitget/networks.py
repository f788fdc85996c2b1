"""Ask Bitget how coins come and leave: the list that it shows to anybody."""

from collections.abc import Generator, Iterator

from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import positive
from arbwatch.connector.wire import Reject, Request, Response
from arbwatch.model import Network
from arbwatch.venues.bitget import rest, rows, wire

# 3 requests a second, where other endpoints allow 20.
COINS = Request("/api/v2/spot/public/coins", weight=4)


def networks(exchange: str) -> Generator[Request, Response, list[Network | Reject]]:
    """Ask for every network of every coin."""
    response = yield COINS
    found: list[Network | Reject] = []
    for raw in rest.data(response.body, COINS.path, response.status):
        try:
            coin: wire.Coin = _coin(raw)
        except UNREADABLE as problem:
            found.append(Reject(what=COINS.path, reason=str(problem), raw=excerpt(raw)))
            continue
        found += _chains(exchange, coin)
    return found


def _chains(exchange: str, coin: wire.Coin) -> Iterator[Network | Reject]:
    for raw in coin.chains or ():
        try:
            chain: wire.Chain = _chain(raw)
        except UNREADABLE as problem:
            yield Reject(what=COINS.path, reason=f"{coin.coin}: {problem}", raw=excerpt(raw))
            continue
        yield Network(
            exchange=exchange,
            coin=coin.coin,
            name=chain.chain,
            deposit=_flag(chain.rechargeable),
            withdraw=_flag(chain.withdrawable),
            withdraw_fee=rows.number(chain.withdrawFee),
            withdraw_fee_rate=rows.number(chain.extraWithdrawFee),
            withdraw_min=positive(rows.number(chain.minWithdrawAmount)),
            deposit_min=positive(rows.number(chain.minDepositAmount)),
            deposit_confirmations=_count(chain.depositConfirm),
            withdraw_confirmations=_count(chain.withdrawConfirm),
            address=chain.contractAddress or None,
        )


def _flag(value: bool | str | None) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: int | str | None) -> int | None:
    return value if isinstance(value, int) else None


_coin = decoder(wire.Coin)
_chain = decoder(wire.Chain)
