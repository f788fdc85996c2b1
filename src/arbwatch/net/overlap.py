"""Two sockets carry the same topics for a moment; nothing may be lost, and no trade told twice."""

from arbwatch.model import Event, Quote, Trade
from arbwatch.net.session import Apply, Door, Session


class Overlap:
    """Hold back what the new socket brings until it takes over from the old one."""

    def __init__(self, old: Session | None, door: Door, apply: Apply) -> None:
        self._old = old
        self._door = door
        self._apply = apply
        self._told: set[tuple[str, str]] = set()
        self._held: list[Event] = []
        self.quotes: dict[str, Quote] = {}
        if old is not None:
            old.apply = self._pass

    @property
    def spoke(self) -> bool:
        """Tell whether the new socket brought data."""
        return bool(self.quotes or self._held)

    def hold(self, event: Event) -> None:
        """Keep an event of the new socket."""
        self._held.append(event)

    def switch(self, new: Session) -> None:
        """Mute the old socket, hand over what was held, let the new one speak."""
        if self._old is not None:
            self._old.mute()
        for symbol, quote in self.quotes.items():
            if not _newer(self._door.get(symbol), quote):
                self._door[symbol] = quote
        new.quotes = self._door
        new.apply = self._apply
        for event in self._held:
            if not (type(event) is Trade and (event.symbol, event.id) in self._told):
                self._apply(event)

    def abandon(self) -> None:
        """Let the old socket speak as before."""
        if self._old is not None:
            self._old.apply = self._apply

    def _pass(self, event: Event) -> None:
        if type(event) is Trade:
            self._told.add((event.symbol, event.id))
        self._apply(event)


def _newer(old: Quote | None, new: Quote) -> bool:
    # Where the venue gives no time the new socket wins: what it has not brought yet, it will bring.
    return old is not None and old.time is not None and new.time is not None and old.time > new.time
