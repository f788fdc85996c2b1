"""Hold one venue's live data against itself: gather, judge, ask REST for what is missing, and tell the table."""

import asyncio
import logging
from collections.abc import Mapping
from time import time_ns

import numpy as np

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Poll
from arbwatch.engine.feed import Feed
from arbwatch.market.codes import Proof
from arbwatch.market.proof import Finding, Proving, judge, look
from arbwatch.market.proofs.rows import Kind, Rows
from arbwatch.net.http import RefusedError

log = logging.getLogger(__name__)

TICK_S = 0.25
CALM_TICK_S = 1.0
JUDGE_S = 0.5
CALM_JUDGE_S = 2.0
"""The same where everything is proven."""
LED_S = 0.7
"""Streams speak for so long before the REST list is asked for: what stands still on both sides says most."""
FIRST_S = 1.0
QUICK_S = 2.0
QUICK_FOR_S = 30.0
"""After the first quotes the REST list is asked for this often, for so long: quiet rows speak late."""
DOUBTED_S = 10.0
AGAIN_S = 30.0
"""What was doubted is asked for again so often."""
HOUR_S = 3600.0

ASKED = ("clock", "quotes", "tickers", "funding")
"""The polls whose answers rows are held against."""


class Prover:
    """The proof of one venue at work."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._venue = feed.venue.id
        self._polls: dict[str, Poll] = {poll.name: poll for poll in feed.polls() if poll.name in ASKED}
        self._proving = Proving(offers(feed.venue))
        self._judged = self._first = self._hour = float("-inf")
        self._asked: dict[str, float] = {}
        self._asking: asyncio.Task[None] | None = None
        self._said = ""
        self.finding: Finding | None = None

    async def run(self) -> None:
        """Look every quarter of a second; once a second where everything is proven."""
        await self._feed.listed.wait()
        try:
            while True:
                self.look(time_ns())
                await asyncio.sleep(TICK_S if self.finding is None or self.finding.uneasy else CALM_TICK_S)
        finally:
            if self._asking is not None:
                self._asking.cancel()

    def look(self, now: int) -> None:
        """Gather what is there at `now` (UTC ns) and judge it where it is time to."""
        loop = asyncio.get_running_loop().time()
        evidence = self._feed.evidence
        rows = look(self._feed.table.view(now), self._venue, evidence)
        if self._first < 0 and rows.streaming.any():
            self._first = self._hour = loop
        if loop - self._hour > HOUR_S:
            self._hour = loop
            evidence.begin_anew()
        every_s = JUDGE_S if self.finding is None or self.finding.uneasy else CALM_JUDGE_S
        if evidence.answer is not None or loop - self._judged >= every_s:
            self._judged = loop
            finding = self._proving.weigh(rows, judge(rows, evidence), tuple(evidence.readings.values()))
            self._tell(rows, finding)
            self._ask(loop, finding)

    def _tell(self, rows: Rows, finding: Finding) -> None:
        self.finding = finding
        changed = finding.proof != rows.proof
        for proof in Proof:
            places = np.flatnonzero(changed & (finding.proof == proof)).tolist()
            symbols = [i.symbol for place in places if (i := rows.instruments[place]) is not None]
            if symbols:
                self._feed.table.prove(self._venue, symbols, proof)
        self._feed.doubts = _doubts(self._venue, finding)
        self._feed.health.proof(finding.venue, finding.waits, finding.rows)
        if finding.venue != self._said:
            self._said = finding.venue
            log.warning("%s: %s", self._venue, finding.venue or "its data agrees with itself again")

    def _ask(self, loop: float, finding: Finding) -> None:
        if self._asking is not None and not self._asking.done():
            return
        for name in self._polls:
            if loop - self._asked.get(name, float("-inf")) >= self._every_s(name, loop, finding):
                self._asked[name] = loop
                self._asking = asyncio.get_running_loop().create_task(self._poll(self._polls[name]))
                return

    def _every_s(self, name: str, loop: float, finding: Finding) -> float:
        if self._first < 0 or loop - self._first < LED_S:
            return float("inf")
        doubted = bool(finding.venue or finding.rows)
        if name == "quotes":
            if loop - self._first < QUICK_FOR_S:
                return FIRST_S if finding.waits else QUICK_S
            return DOUBTED_S if doubted or finding.waits else float("inf")
        return AGAIN_S if doubted and loop - self._first > AGAIN_S else float("inf")

    async def _poll(self, poll: Poll) -> None:
        try:
            await self._feed.ask(poll)
        except RefusedError as refused:
            self._feed.health.error(f"{poll.name}: {refused}", time_ns())
            log.debug("%s: %s cannot be asked for: %s", self._venue, poll.name, refused)


def offers(venue: type[Venue]) -> frozenset[Kind]:
    """Return what a venue tells of itself, and so what its rows can be held against."""
    polls, streamed = {poll.name for poll in venue().polls()}, venue.channels
    told: dict[Kind, bool] = {
        "quotes": True,
        "answers": "quotes" in polls,
        "tickers": "tickers" in polls or "ticker" in streamed,
        "funding": "funding" in polls or "funding" in streamed,
        "clock": "clock" in polls,
    }
    return frozenset(kind for kind, there in told.items() if there)


def _doubts(venue: str, finding: Finding) -> Mapping[tuple[str, str], str]:
    found = {(venue, symbol): words for symbol, words in finding.rows.items()}
    if finding.venue:
        found[venue, ""] = finding.venue
    elif finding.waits:
        found[venue, ""] = f"not proven yet: waits for {finding.waits}"
    return found
