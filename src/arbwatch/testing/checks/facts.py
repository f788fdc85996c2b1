"""What a venue says of itself: imports, facts, subscriptions, evidence."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from arbwatch.connector.wire import Channel, Kind, Subscribe, Topic
from arbwatch.testing.evidence import rows
from arbwatch.testing.samples import Samples

_IO = """
aiohttp asyncio curl_cffi ftplib http httpx multiprocessing os picows random requests select selectors signal socket
sqlite3 ssl subprocess threading time tkinter urllib.request urllib3 websocket websockets
"""
IO = frozenset(_IO.split())


def imports_no_io(samples: Samples) -> None:
    """Check that bytes and times come in, values go out: no module of the venue imports I/O or a clock."""
    for path, tree in _sources(samples.venue):
        for name, line in _imports(tree):
            if name in IO or name.partition(".")[0] in IO:
                samples.fail(f"{path} line {line}", f"it imports {name}", "leave I/O and clocks to the caller")


def facts_are_whole(samples: Samples) -> None:
    """Check that the facts fit each other: ids, addresses, channels, limits."""
    venue = samples.venue
    if venue.id != f"{venue.exchange}_{venue.market}":
        samples.fail("id", f"it is {venue.id!r}", f"call it {venue.exchange}_{venue.market}")
    for name in ("rest_url", "ws_url"):
        address = urlsplit(getattr(venue, name))
        if not (address.scheme and address.hostname) or address.path or address.query:
            samples.fail(name, f"it is {getattr(venue, name)!r}", "give scheme, host and port only")
    if urlsplit(venue.ws_url).hostname not in venue.ws_hosts:
        samples.fail("ws_hosts", f"{urlsplit(venue.ws_url).hostname} is missing", "list every host it streams from")
    if not urlsplit(venue.docs).scheme.startswith("http"):
        samples.fail("docs", f"it is {venue.docs!r}", "name the venue's own page")
    for kind, channel in venue.channels.items():
        _channel_is_whole(samples, kind, channel)
    limits = venue.limits
    for name in ("streams_per_socket", "topics_per_frame", "frames_per_second", "connects", "weight"):
        if not getattr(limits, name) > 0:
            samples.fail("limits", f"{name} is {getattr(limits, name)}", "give the documented limit")
    if not (-0.01 < (venue.fees.maker or 0.0) < 0.01 and 0 <= (venue.fees.taker or 0.0) < 0.01):
        samples.fail("fees", f"they are {venue.fees}", "give fractions: 0.001 is 0.1 %")


def subscribe_respects_limits(samples: Samples) -> None:
    """Check that every topic is asked for once, in frames no longer than allowed, each with an id of its own."""
    for route in sorted({channel.route for channel in samples.venue.channels.values()}):
        topics = [*_topics(samples, route)]
        for verb in ("subscribe", "unsubscribe"):
            _frames_are_right(samples, verb, topics, None)
            _frames_are_right(samples, verb, topics, 3)


def evidence_is_told(samples: Samples) -> None:
    """Check that SOURCE.md tells where every channel, answer and acknowledgement is known from."""
    try:
        told = {row.channel for row in rows(samples.folder / "SOURCE.md")}
    except (OSError, ValueError) as problem:
        samples.fail("SOURCE.md", str(problem), "write a table: channel | basis | source | date")
    polls = {f"rest:{poll.name}" for poll in samples.venue().polls()}
    books = {"rest:book"} if samples.books else set()
    for missing in sorted({*samples.venue.channels, "ack", "listing", *polls, *books} - told):
        samples.fail("SOURCE.md", f"{missing} has no row", "say what its reading rests on")


def _channel_is_whole(samples: Samples, kind: Kind, channel: Channel) -> None:
    if channel.whole_market == ("{symbol}" in channel.name):
        samples.fail(f"channel {kind!r}", f"its name is {channel.name!r}", "write {symbol} exactly where one is named")
    if not channel.route.startswith("/"):
        samples.fail(f"channel {kind!r}", f"its route is {channel.route!r}", "give the path of its socket")


def _topics(samples: Samples, route: str) -> Iterator[Topic]:
    symbols = [*samples.instruments, *(f"COIN{n}USDT" for n in range(2 * samples.venue.limits.topics_per_frame))]
    for kind, channel in samples.venue.channels.items():
        if channel.route == route:
            yield from [Topic(kind)] if channel.whole_market else [Topic(kind, symbol) for symbol in symbols]


def _frames_are_right(samples: Samples, verb: str, topics: list[Topic], override: int | None) -> None:
    most = override or samples.venue.limits.topics_per_frame
    frames: list[Subscribe] = getattr(samples.venue(topics_per_frame=override), verb)(topics)
    for frame in frames:
        if not frame.frame or not 0 < len(frame.topics) <= most:
            samples.fail(verb, f"a frame carries {len(frame.topics)} topics", f"send at most {most}")
    if len({frame.id for frame in frames}) != len(frames):
        samples.fail(verb, "two frames share an id", "number them, so that answers can be told apart")
    asked = [topic for frame in frames for topic in frame.topics]
    if sorted(asked, key=str) != sorted(topics, key=str):
        samples.fail(verb, f"{len(topics)} topics became {len(asked)}", "ask for each exactly once")


def _sources(venue: type) -> Iterator[tuple[Path, ast.Module]]:
    """Parse the venue's module and those of its own package that it needs."""
    package = _package(venue.__module__)
    pending, seen = [venue.__module__], set()
    while pending:
        name = pending.pop()
        if name in seen or not (path := getattr(sys.modules.get(name), "__file__", None)):
            continue
        seen.add(name)
        tree = ast.parse(Path(path).read_bytes())
        yield Path(path), tree
        pending += [n for n, _ in _imports(tree) if n == package or n.startswith(f"{package}.")]


def _package(module: str) -> str:
    """Name what belongs to the venue: its module, or the package of small files it is one of."""
    parent = module.rpartition(".")[0]
    return module if parent in {"", "arbwatch.venues"} else parent


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module, node.lineno
                yield from ((f"{module}.{alias.name}", node.lineno) for alias in names)
