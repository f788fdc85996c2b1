"""Events on their way from the engine's thread to a reader on another one: bounded, the newest of each market wins."""

from collections import deque
from collections.abc import Callable
from threading import Lock

from msgspec.structs import asdict, replace

from arbwatch.model import Down, Event, Funding, Instrument, Quote, Ticker, Up

Told = Event | Instrument
"""What a reader is told."""
_Key = tuple[type, str, str]


class Buffer:
    """Hold what one reader has not read yet. `put` and `take` may be called on different threads.

    Below `room` events nothing is left out. From there on a newer event of a market takes the place of the one that
    waits (statistics and funding are merged by field), so that no more than `room` and one event of each kind and
    market are held, and each market's newest always gets through.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._cells: deque[list[Told | None]] = deque()
        self._newest: dict[_Key, list[Told | None]] = {}
        self._wake: Callable[[], None] | None = None
        self.waiting = 0
        """How many events are held."""
        self.replaced = 0
        """How many were never read, because a newer one of the same market took their place."""

    def put(self, event: Told) -> None:
        """Take an event; never blocks."""
        with self._lock:
            self._put(event)
            wake, self._wake = self._wake, None
        if wake is not None:
            wake()

    def take(self) -> Told | None:
        """Hand out the oldest event; None where there is none."""
        with self._lock:
            while self._cells:
                cell = self._cells.popleft()
                if (event := cell[0]) is None:
                    continue
                self.waiting -= 1
                if self._newest.get(key := _key(event)) is cell:
                    del self._newest[key]
                return event
            return None

    def arm(self, wake: Callable[[], None]) -> bool:
        """Have `wake` called once, at the next event, on the thread that puts it; False where one waits already."""
        with self._lock:
            if self.waiting:
                return False
            self._wake = wake
            return True

    def _put(self, event: Told) -> None:
        key, full = _key(event), self.waiting >= self._room
        if isinstance(event, Down):
            self._give_up_quotes(event.venue, full=full)
        before = self._newest.get(key)
        if before is not None and full:
            if not isinstance(event, Up | Down):
                before[0] = _merged(before[0], event)
                self.replaced += 1
                return
            # Of many turns the last down and the last up are enough, each in its place.
            self._leave_out(before)
        cell: list[Told | None] = [event]
        self._newest[key] = cell
        self._cells.append(cell)
        self.waiting += 1

    def _give_up_quotes(self, venue: str, *, full: bool) -> None:
        """Let no quote that comes after a venue went down take a place before that."""
        for key in [key for key in self._newest if key[0] is Quote and key[1] == venue]:
            cell = self._newest.pop(key)
            if full:
                self._leave_out(cell)

    def _leave_out(self, cell: list[Told | None]) -> None:
        cell[0] = None
        self.waiting -= 1
        self.replaced += 1
        if len(self._cells) > 2 * (self.waiting + self._room):
            self._cells = deque(cell for cell in self._cells if cell[0] is not None)


def _key(event: Told) -> _Key:
    return type(event), event.venue, getattr(event, "symbol", "")


def _merged(before: Told | None, event: Told) -> Told:
    if isinstance(event, Ticker | Funding) and before is not None:
        return replace(before, **{name: value for name, value in asdict(event).items() if value is not None})
    return event
