"""Start the demo as the program does, and say when a first and when a whole board could be drawn."""

import os
import sys
import time

import numpy as np

from arbwatch.app import App
from arbwatch.config.settings import Settings
from arbwatch.views.picture import Picture

LOOK_EVERY_S = 0.02
TIMEOUT_S = 60.0
WHOLE = 0.9


def main() -> None:
    """Print `board` once every venue shows a price, `whole` once 90 % of the rows do; leave at once."""
    deadline = time.monotonic() + TIMEOUT_S
    steps = [("board", 0.0), ("whole", WHOLE)]
    with App(Settings(), demo=True) as app:
        while steps and time.monotonic() < deadline:
            if _shown(app.read()) > steps[0][1]:
                print(steps.pop(0)[0], flush=True)
            else:
                time.sleep(LOOK_EVERY_S)
    sys.stdout.flush()
    os._exit(1 if steps else 0)


def _shown(picture: Picture) -> float:
    """Return the share of rows with a price, of the venue that has the smallest."""
    shares = []
    for row, instruments in zip(picture.snapshot.bid, picture.snapshot.instruments, strict=True):
        listed = sum(1 for i in instruments if i is not None and i.status == "trading")
        shares.append(float(np.count_nonzero(~np.isnan(row))) / listed if listed else 0.0)
    return min(shares, default=0.0)


if __name__ == "__main__":
    main()
