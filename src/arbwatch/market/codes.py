"""Words that stand in columns as small numbers; 0 is unknown."""

from enum import IntEnum
from typing import get_args

from arbwatch.model import FundingStatus, IntervalSource


class RowState(IntEnum):
    """What is known of a row's stream."""

    EMPTY = 0
    """Listed, nothing yet."""
    WAITING = 1
    """Subscribed, no message since; a quote may come from REST or from before."""
    LIVE = 2
    SUSPECT = 3
    """Silent for longer than its own rate allows, being checked."""
    FROZEN = 4
    """The venue moved, the stream did not; being subscribed anew."""
    DOWN = 5
    """No live socket carries it."""
    REFUSED = 6
    """The venue will not stream it."""
    HALTED = 7
    ENDED = 8
    SHED = 9
    """Not followed for now: the program fell behind, and this is among the least traded."""
    POLLED = 10
    """What `Snapshot.shown` says of a row that no stream serves while REST does; never stands in the table."""


UNSTREAMED = (RowState.EMPTY, RowState.WAITING, RowState.FROZEN, RowState.DOWN, RowState.REFUSED)
"""States in which no stream brings the quote, though one should."""


class Proof(IntEnum):
    """Whether a row's own data was seen to agree with itself."""

    UNPROVEN = 0
    """Not looked at yet, or not enough is known."""
    PROVEN = 1
    DOUBTFUL = 2


class Source(IntEnum):
    """Where a row's quote came from."""

    NONE = 0
    STREAM = 1
    REST = 2


FUNDING_STATUSES: tuple[FundingStatus | None, ...] = (None, *get_args(FundingStatus))
"""By the number in column `funding_status`."""
INTERVAL_SOURCES: tuple[IntervalSource | None, ...] = (None, *get_args(IntervalSource))
"""By the number in column `interval_source`."""
