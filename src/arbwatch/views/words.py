"""States in words: one for a column, a sentence for somebody who asks."""

from __future__ import annotations

from typing import Literal

from arbwatch.market.codes import RowState

Tone = Literal["", "good", "warn", "bad", "dim", "up", "down", "strong"]
"""How a text wants to be seen. Never the only carrier of what it says."""

STATES: dict[RowState, tuple[str, Tone, str]] = {
    RowState.EMPTY: ("listed", "dim", "Listed by the venue; nothing has been received for it yet."),
    RowState.WAITING: ("waiting", "dim", "Subscribed; the stream has not sent its first message yet."),
    RowState.LIVE: ("live", "good", "The stream speaks as often as this market does."),
    RowState.SUSPECT: ("checking", "warn", "Silent for longer than its own rate allows; being checked over REST."),
    RowState.FROZEN: ("frozen", "bad", "The venue's price moved and the stream did not tell; being subscribed again."),
    RowState.DOWN: ("down", "bad", "No live connection carries this stream; the figures are the last ones known."),
    RowState.REFUSED: ("refused", "bad", "The venue refused to stream this market."),
    RowState.HALTED: ("halted", "warn", "The venue has stopped trading here for now."),
    RowState.ENDED: ("ended", "dim", "The venue does not list this market any more."),
    RowState.POLLED: ("polled", "warn", "No stream brings this price; it is asked for over REST again and again."),
    RowState.SHED: (
        "dropped",
        "warn",
        "Not followed for now: the program fell behind, and drops the least traded first.",
    ),
}
OLD = frozenset((RowState.EMPTY, RowState.WAITING, RowState.FROZEN, RowState.DOWN, RowState.ENDED, RowState.SHED))
"""States whose figures are not of this moment."""

VENUE_TONES: dict[str, Tone] = {
    "connecting": "warn",
    "up": "good",
    "stale": "warn",
    "doubtful": "warn",
    "down": "bad",
    "blocked": "bad",
}
