"""All sockets of one venue: topics spread over them by route and limit."""

import asyncio
import random
from collections.abc import Iterable

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Topic
from arbwatch.net.http import Http
from arbwatch.net.line import Line
from arbwatch.net.options import Connect
from arbwatch.net.sink import Sink, SocketStatus
from arbwatch.net.surroundings import Surroundings

STOP_S = 0.8


class Pool:
    """Follow topics of one venue; to be used on the thread of the loop that reads it."""

    def __init__(
        self, venue: type[Venue], options: Connect, sink: Sink, http: Http, *, rng: random.Random | None = None
    ) -> None:
        self._venue = venue
        self._sink = sink
        self._room = options.streams_per_socket or venue.limits.streams_per_socket
        self._around = Surroundings(venue, options, sink, http, rng or random.Random())
        self._around.acked = self._arrived
        self._lines: list[Line] = []
        self._homes: dict[Topic, Line] = {}
        self._leaving: dict[Topic, Line] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._count = 0
        self._started = False

    async def start(self) -> None:
        """Begin to connect; returns at once, whether or not the venue can be reached."""
        self._started = True
        for line in self._lines:
            line.start()

    async def stop(self) -> None:
        """Close every socket with a goodbye, within 2 s."""
        self._started = False
        lines, self._lines = self._lines, []
        self._homes.clear()
        self._leaving.clear()
        await asyncio.gather(*(line.stop(STOP_S) for line in lines), *self._ending)

    def follow(self, topics: Iterable[Topic]) -> None:
        """Subscribe what is not followed yet."""
        batches: dict[Line, list[Topic]] = {}
        for topic in dict.fromkeys(topics):
            if topic in self._homes:
                continue
            channel = self._venue.channels.get(topic.kind)
            if channel is None:
                self._sink.refused(topic, f"{self._venue.name} has no stream of kind {topic.kind}")
                continue
            line = self._line(channel.route, batches)
            self._homes[topic] = line
            batches.setdefault(line, []).append(topic)
        for line, batch in batches.items():
            line.add(batch)

    def unfollow(self, topics: Iterable[Topic]) -> None:
        """End what is followed; a socket that carries nothing more is closed."""
        batches: dict[Line, list[Topic]] = {}
        for topic in dict.fromkeys(topics):
            for homes in (self._homes, self._leaving):
                if (line := homes.pop(topic, None)) is not None:
                    batches.setdefault(line, []).append(topic)
        for line, batch in batches.items():
            self._drop(line, batch)

    def resubscribe(self, topic: Topic, *, elsewhere: bool = False) -> None:
        """Subscribe one topic anew, on its socket or on another of the same route; others are left alone."""
        line = self._homes.get(topic)
        if line is None:
            self.follow([topic])
        elif not elsewhere:
            line.again(topic)
        elif topic not in self._leaving:
            other = self._line(line.route, {}, besides=line)
            self._leaving[topic] = line
            self._homes[topic] = other
            other.add([topic])

    def reconnect(self, socket: str, reason: str) -> None:
        """Replace one socket by name: the new one is live before the old one goes."""
        for line in self._lines:
            if line.name == socket:
                line.renew(reason)

    def cut(self, socket: str, reason: str) -> None:
        """Cut one socket off by name, to see how it comes back."""
        for line in self._lines:
            if line.name == socket:
                line.cut(reason)

    def sockets(self) -> list[SocketStatus]:
        """Show how every socket stands."""
        return [line.status() for line in self._lines]

    @property
    def detour(self) -> str:
        """Say in words which mirror the newest socket was opened at, and why; "" for the main host."""
        return self._around.hosts.detour

    def _line(self, route: str, batches: dict[Line, list[Topic]], *, besides: Line | None = None) -> Line:
        for line in self._lines:
            load = len(line.topics) + len(batches.get(line, ()))
            if line.route == route and line is not besides and load < self._room:
                return line
        self._count += 1
        line = Line(f"{self._venue.id}-{self._count}", route, self._around)
        self._lines.append(line)
        if self._started:
            line.start()
        return line

    def _arrived(self, line: str, topics: frozenset[Topic]) -> None:
        for topic in topics & self._leaving.keys():
            if self._leaving[topic].name != line:
                self._drop(self._leaving.pop(topic), [topic])

    def _drop(self, line: Line, topics: list[Topic]) -> None:
        line.drop(topics)
        if not line.topics and line in self._lines:
            self._lines.remove(line)
            task = asyncio.get_running_loop().create_task(line.stop(STOP_S))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
