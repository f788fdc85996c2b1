"""What the reading of each channel of a venue rests on, as the venue's package ships it: `evidence.json` beside it."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from arbwatch.connector.venue import Venue

FILE = "evidence.json"
Basis = Literal["recorded", "documented", "agreed", "unconfirmed"]
"""Seen in real traffic · written on the venue's page · read alike by a second client · neither."""


class Cell(msgspec.Struct, frozen=True):
    """One channel of one venue."""

    venue: str
    channel: str
    """A kind of stream, `listing`, `ack`, or `rest:` and the name of a poll."""
    basis: Basis
    source: str
    date: str = ""
    """Of the recording or the page, ISO."""
    messages: int = 0
    """Recorded and documented ones that were read alongside a second client."""
    agreed: dict[str, int] = {}
    """By second client: how many messages it reads exactly alike."""
    judged: dict[str, int] = {}
    """By second client: how many differ in a field for a reason that is known and written down."""

    @property
    def second(self) -> str:
        """What second clients make of it, in words; "" where none was asked or none reads it."""
        return ", ".join(
            f"{name} {self.agreed.get(name, 0):,}" + (f" (+{judged:,} judged)" if judged else "")
            for name in self.agreed | self.judged
            for judged in (self.judged.get(name, 0),)
        )

    @property
    def confirmed(self) -> bool:
        """Tell whether anything but our own reading of a page stands behind it."""
        return self.basis in ("recorded", "agreed") or any(self.agreed.values())


NOTHING = "the package brings no evidence for it"


def cells(venue: type[Venue], shipped: bytes | None) -> list[Cell]:
    """Return the evidence of a venue; channels that nothing is said of are unconfirmed.

    Raises msgspec.MsgspecError where the file is not what it should be.
    """
    told = [] if shipped is None else msgspec.json.decode(shipped, type=list[Cell])
    found = [cell for cell in told if cell.venue == venue.id]
    named = {cell.channel for cell in found}
    missing = [channel for channel in _declared(venue) if channel not in named]
    return found + [Cell(venue.id, channel, "unconfirmed", NOTHING) for channel in missing]


def unconfirmed(found: Iterable[Cell]) -> list[str]:
    """Name every cell that only live data can confirm, as `venue channel`."""
    return [f"{cell.venue} {cell.channel}" for cell in found if not cell.confirmed]


def _declared(venue: type[Venue]) -> list[str]:
    return [*venue.channels, "listing", *(f"rest:{poll.name}" for poll in venue().polls())]
