"""Watch, from a thread of its own, whether anything but what was hit is disturbed."""

import threading
import time
from types import TracebackType
from typing import Self

from arbwatch.market.codes import RowState
from tests.world.world import World

STEP_S = 0.02
DISTURBED = (RowState.DOWN, RowState.FROZEN, RowState.REFUSED)


class Watcher:
    """Collect every row that was disturbed and every socket that was lost while a block runs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._sockets = self._reconnects()
        self.rows: set[tuple[str, str]] = set()
        """Venue and symbol of each disturbed row."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def lost_sockets(self) -> set[str]:
        """Return the sockets that had to reconnect since the start."""
        return {name for name, count in self._reconnects().items() if count > self._sockets.get(name, 0)}

    def _run(self) -> None:
        while not self._stop.is_set():
            for venue in self._world.venues:
                for symbol, state in self._world.states(venue).items():
                    if state in DISTURBED:
                        self.rows.add((venue, symbol))
            time.sleep(STEP_S)

    def _reconnects(self) -> dict[str, int]:
        # The statuses of a picture are up to a quarter of a second old: what the case before did would be ours.
        feeds = self._world.engine.feeds.values()
        return {socket.name: socket.reconnects for feed in feeds for socket in feed.pool.sockets()}
