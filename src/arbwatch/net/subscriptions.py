"""What one socket has asked for, and what the venue said to it."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Ack, Subscribe, Topic
from arbwatch.net.outbox import Outbox

GIVE_UP_AFTER = 3
"""Rounds of silence after which a socket that never acknowledged anything is given up."""
RETRY_CAP_S = 60.0


class Listener(Protocol):
    """Learn how subscriptions fare."""

    def acked(self, topics: frozenset[Topic]) -> None:
        """Learn that the venue said yes to these."""

    def unanswered(self, topics: frozenset[Topic], reason: str) -> None:
        """Learn that no answer came in time; they are being asked for again."""

    def denied(self, topic: Topic, reason: str) -> None:
        """Learn that the venue said no to this one."""

    def deaf(self, reason: str) -> None:
        """Learn that this socket answers nothing at all."""


class _Pending:
    __slots__ = ("adding", "frame", "left", "sent", "timer")

    def __init__(self, frame: Subscribe, adding: bool) -> None:
        self.frame = frame
        self.left = dict.fromkeys(frame.topics)
        self.adding = adding
        self.sent = False
        self.timer: asyncio.TimerHandle | None = None


class Subscriptions:
    """Match answers to frames; repeat what is not answered, halve what is refused until the culprit stands alone."""

    def __init__(self, venue: Venue, outbox: Outbox, ack_timeout_s: float, listener: Listener) -> None:
        self._venue = venue
        self._outbox = outbox
        self._ack_timeout_s = ack_timeout_s
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._pending: dict[str, _Pending] = {}
        self._retries: set[asyncio.TimerHandle] = set()
        self._silent_rounds: dict[Topic, int] = {}
        self._answered = False
        self.wanted: set[Topic] = set()
        self.live: set[Topic] = set()
        self.denied: set[Topic] = set()

    @property
    def settled(self) -> bool:
        """Tell whether every wanted topic is live or refused."""
        return self.wanted <= self.live | self.denied

    def add(self, topics: Iterable[Topic]) -> None:
        """Ask for these."""
        batch = [topic for topic in dict.fromkeys(topics) if topic not in self.wanted]
        self.wanted.update(batch)
        self._ask(batch)

    def drop(self, topics: Iterable[Topic]) -> None:
        """End these."""
        gone = [topic for topic in dict.fromkeys(topics) if topic in self.wanted]
        ended = [topic for topic in gone if topic not in self.denied]
        for held in (self.wanted, self.live, self.denied):
            held.difference_update(gone)
        if ended:
            self._send(self._venue.unsubscribe(ended), adding=False)

    def again(self, topic: Topic) -> None:
        """End one topic and ask for it anew."""
        if topic in self.wanted:
            self.drop([topic])
        self.add([topic])

    def close(self) -> None:
        """Forget everything that waits."""
        for pending in self._pending.values():
            if pending.timer is not None:
                pending.timer.cancel()
        for timer in self._retries:
            timer.cancel()
        self._pending.clear()
        self._retries.clear()

    def settle(self, ack: Ack) -> None:
        """Take an answer, about a frame or some of its topics; one without an id belongs to the oldest that fits."""
        key = ack.id if ack.id is not None else self._oldest(ack.topics)
        pending = self._pending.get(key) if key is not None else None
        if key is None or pending is None:
            return
        self._answered = True
        answered = [topic for topic in ack.topics or pending.left if topic in pending.left]
        for topic in answered:
            del pending.left[topic]
        if not pending.left:
            del self._pending[key]
            if pending.timer is not None:
                pending.timer.cancel()
        if pending.adding:
            self._answer(pending.frame, [topic for topic in answered if topic in self.wanted], ack)

    def _oldest(self, topics: tuple[Topic, ...]) -> str | None:
        fitting = (key for key, each in self._pending.items() if each.sent and (not topics or topics[0] in each.left))
        return next(fitting, None)

    def _answer(self, frame: Subscribe, topics: list[Topic], ack: Ack) -> None:
        if ack.error is None:
            self._yes(topics)
        elif len(frame.topics) > 1 and not ack.topics:
            self._halve(topics)
        else:
            for topic in topics:
                self._no(topic, ack.error)

    def _yes(self, topics: list[Topic]) -> None:
        if not topics:
            return
        self.live.update(topics)
        self.denied.difference_update(topics)
        for topic in topics:
            self._silent_rounds.pop(topic, None)
        self._listener.acked(frozenset(topics))

    def _no(self, topic: Topic, reason: str) -> None:
        self.live.discard(topic)
        self.denied.add(topic)
        self._listener.denied(topic, reason)

    def _halve(self, topics: list[Topic]) -> None:
        middle = (len(topics) + 1) // 2
        self._ask(topics[:middle])
        self._ask(topics[middle:])

    def _ask(self, topics: list[Topic]) -> None:
        if not topics:
            return
        try:
            frames = self._venue.subscribe(topics)
        except Exception as problem:  # noqa: BLE001 # a topic that the venue cannot even spell costs that topic only
            if len(topics) == 1:
                self._no(topics[0], str(problem) or type(problem).__name__)
            else:
                self._halve(topics)
            return
        self._send(frames, adding=True)

    def _send(self, frames: Iterable[Subscribe], *, adding: bool) -> None:
        for frame in frames:
            self._pending[frame.id] = pending = _Pending(frame, adding)
            self._outbox.push(frame.frame, self._start(pending))

    def _start(self, pending: _Pending) -> Callable[[], None]:
        def sent() -> None:
            pending.sent = True
            if pending.frame.id in self._pending:
                pending.timer = self._loop.call_later(self._ack_timeout_s, self._unanswered, pending)

        return sent

    def _unanswered(self, pending: _Pending) -> None:
        self._pending.pop(pending.frame.id, None)
        topics = [topic for topic in pending.left if topic in self.wanted]
        if not pending.adding or not topics:
            return
        rounds = 1 + max(self._silent_rounds.get(topic, 0) for topic in topics)
        self._silent_rounds.update(dict.fromkeys(topics, rounds))
        reason = f"no answer to the subscription within {self._ack_timeout_s:g} s"
        self._listener.unanswered(frozenset(topics), reason)
        if rounds >= GIVE_UP_AFTER and not self._answered:
            self._listener.deaf(f"{reason}, {rounds} times")
            return
        delay_s = min(RETRY_CAP_S, self._ack_timeout_s * 2.0 ** (rounds - 1)) - self._ack_timeout_s
        self._retry(topics, delay_s)

    def _retry(self, topics: list[Topic], delay_s: float) -> None:
        def ask() -> None:
            self._retries.discard(timer)
            self._ask([topic for topic in topics if topic in self.wanted and topic not in self.live])

        timer = self._loop.call_later(max(0.0, delay_s), ask)
        self._retries.add(timer)
