"""Keep the best pairs current while quotes stream in: rows that changed now, all of them a few times a second."""

import numpy as np

from arbwatch.analytics.best import Best, look
from arbwatch.analytics.legs import Legs, legs, mask, some_legs
from arbwatch.analytics.plan import Plan, plan
from arbwatch.analytics.rules import Rules
from arbwatch.market.columns import Codes, Places, Times
from arbwatch.market.snapshot import Snapshot

WHOLE_NS = 100_000_000
"""Rows also go stale by the clock alone, and REST confirms them: nothing of that is older than this."""


class Scanner:
    """Look at a table again and again, each time only at what changed; for one thread.

    A row is looked at again when it was quoted, or its state or proof changed, which is seen at the next look. What
    depends on time or REST alone (stale, suspect for too long, confirmed again) is seen by the next whole look, at
    most `WHOLE_NS` after the last.
    """

    best: Best
    plan: Plan

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._layout: object = None
        self._at = 0
        self._masked: Legs
        self._messages: Times
        self._state: Codes
        self._proof: Codes

    def look(self, snapshot: Snapshot, quoted: Places | None = None) -> Best:
        """Return the best pairs as of `snapshot`; what is returned is overwritten by the next look.

        `quoted` are the rows (flat) quoted since the last look, where that is known; else they are found.
        """
        if snapshot.layout is not self._layout:
            self._begin(snapshot)
        if not 0 <= snapshot.now - self._at < WHOLE_NS:
            return self._whole(snapshot)
        changed = (snapshot.state != self._state) | (snapshot.proof != self._proof)
        if quoted is None:
            changed |= snapshot.messages != self._messages
        elif len(quoted):
            changed.reshape(-1)[quoted] = True
        rows = np.flatnonzero(changed)
        if len(rows):
            self._some(snapshot, rows)
        return self.best

    def _begin(self, snapshot: Snapshot) -> None:
        self._layout = snapshot.layout
        self.plan = plan(snapshot.layout)
        self.best = Best.empty(self.plan)
        self._masked = Legs.blank(snapshot.bid.shape)
        self._at = 0

    def _whole(self, snapshot: Snapshot) -> Best:
        legs(snapshot, self.plan, self._rules, self._masked)
        mask(self._masked, self._masked)
        look(self.best, self._masked, self.plan, self._rules.identity_gap)
        self._at = snapshot.now
        self._messages, self._state = snapshot.messages.copy(), snapshot.state.copy()
        self._proof = snapshot.proof.copy()
        return self.best

    def _some(self, snapshot: Snapshot, rows: Places) -> None:
        found = some_legs(snapshot, self.plan, self._rules, rows)
        mask(found, found)
        for into, told in zip(self._masked, found, strict=True):
            into.reshape(-1)[rows] = told
        for seen, told in (
            (self._messages, snapshot.messages),
            (self._state, snapshot.state),
            (self._proof, snapshot.proof),
        ):
            seen.reshape(-1)[rows] = told.reshape(-1)[rows]
        touched = np.zeros(self.plan.width, np.bool_)
        touched[rows % self.plan.width] = True
        look(self.best, self._masked, self.plan, self._rules.identity_gap, np.flatnonzero(touched))
