"""Ask by REST for what no stream brings, as often as a share of the venue's budget allows."""

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from time import time_ns

import numpy as np

from arbwatch.connector.wire import Poll, Polled, Request, Response
from arbwatch.engine.feed import Feed
from arbwatch.market.codes import RowState
from arbwatch.net.http import RefusedError

log = logging.getLogger(__name__)

TICK_S = 0.25
GRACE_S = 3.0
"""A socket that is being replaced, or a first subscription, has this long before REST is asked in its place."""
LEAST_S = 2.0
SHARE = 0.25
"""Of the venue's budget; listing, clock, checks and books live on the rest."""
_UNSERVED = (RowState.EMPTY, RowState.DOWN, RowState.FROZEN, RowState.REFUSED)

Flow = Generator[Request, Response, Sequence[Polled]]


class Fallback:
    """The REST side of one venue's quotes while streams are missing."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._poll: Poll | None = next((poll for poll in feed.polls() if poll.name == "quotes"), None)
        self._weight = 0
        self._rows: Mapping[str, int] | None = None
        self._places = np.zeros(0, np.intp)
        self._missing_since: float | None = None
        self._next = 0.0

    async def run(self) -> None:
        """Look every quarter of a second; returns at once where the venue has no list of quotes to ask for."""
        if self._poll is None:
            return
        await self._feed.listed.wait()
        loop = asyncio.get_running_loop()
        while True:
            if self.due(loop.time()):
                await self._ask(self._poll)
                self._next = loop.time() + (self._feed.health.polled_every_s or self._poll.period_s)
            await asyncio.sleep(TICK_S)

    def due(self, now: float) -> bool:
        """Tell whether REST is to be asked at `now` (the loop's time); ends the polling where every stream is there."""
        if not self._missing():
            if self._feed.health.polled_every_s is not None:
                log.info("%s: every stream is there again; polling ends", self._feed.venue.id)
            self._missing_since = self._feed.health.polled_every_s = None
            return False
        if self._missing_since is None:
            self._missing_since = now
        return now >= max(self._missing_since + GRACE_S, self._next)

    def period_s(self) -> float:
        """Return how often the list may be asked for: by its weight, within the share of the budget."""
        limits = self._feed.venue.limits
        return max(LEAST_S, self._weight * limits.weight_window_s / (limits.weight * SHARE))

    def _missing(self) -> bool:
        """Tell whether any row's stream is missing; one that only has not spoken yet is not, until REST saw it move."""
        view = self._feed.table.view(time_ns())
        lane = view.lane(self._feed.venue.id)
        rows = view.layout.rows[lane]
        if rows is not self._rows:
            self._rows, self._places = rows, np.fromiter(rows.values(), np.intp)
        state = view.state[lane, self._places]
        many = np.bincount(state, minlength=len(RowState))
        if many[list(_UNSERVED)].any():
            return True
        return bool(
            many[RowState.WAITING] and ((state == RowState.WAITING) & (view.moved[lane, self._places] > 0)).any()
        )

    async def _ask(self, poll: Poll) -> None:
        health = self._feed.health
        weights: list[int] = []
        try:
            await self._feed.ask(poll._replace(flow=partial(_weighed, poll.flow, weights)))
        except RefusedError as refused:
            health.polled_every_s = None
            health.error(f"quotes: {refused}", time_ns())
            return
        self._weight = sum(weights)
        if health.polled_every_s is None:
            log.info("%s: streams are missing; polling every %.1f s", self._feed.venue.id, self.period_s())
        health.polled_every_s = self.period_s()


def _weighed(begin: Callable[[], Flow], weights: list[int]) -> Flow:
    """Pass a flow through and note what each of its requests weighs."""
    flow = begin()
    request = next(flow)
    while True:
        weights.append(request.weight)
        response = yield request
        try:
            request = flow.send(response)
        except StopIteration as end:
            result: Sequence[Polled] = end.value
            return result
