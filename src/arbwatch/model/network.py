"""How one coin comes to an exchange and leaves it on one network."""

import msgspec


class Network(msgspec.Struct, frozen=True, gc=False):
    """Describe one network of one coin as an exchange tells it; amounts are in the coin, unknown is None."""

    exchange: str
    coin: str
    """The exchange's word for the coin, verbatim."""
    name: str
    """The exchange's word for the network, verbatim."""
    deposit: bool | None
    """Whether the coin is taken in."""
    withdraw: bool | None
    withdraw_fee: float | None
    """Flat, per withdrawal."""
    withdraw_fee_rate: float | None
    """On top of it, as a fraction of what is withdrawn."""
    withdraw_min: float | None
    deposit_min: float | None
    """What is less is lost."""
    deposit_confirmations: int | None
    withdraw_confirmations: int | None
    address: str | None
    """Of the coin's contract; None where it has none or it is not told."""
