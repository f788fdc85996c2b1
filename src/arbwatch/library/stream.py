"""The market as a stream of events, in the caller's own event loop."""

import asyncio
import threading
import weakref
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

from arbwatch.app import App
from arbwatch.config.errors import ArbwatchError, WrongUseError
from arbwatch.config.words import nearest
from arbwatch.engine.buffer import Buffer, Told
from arbwatch.library.watch import Watch
from arbwatch.market.health import VenueStatus
from arbwatch.views.frame import Frame

Kind = Literal["instrument", "quote", "ticker", "funding", "up", "down"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ROOM = 10_000
TURN = 64
"""After so many events in a row other tasks of the caller's loop have their turn."""
LOOK_S = 1.0


class Stream:
    """Events of venues, to be read with `async for`; close it with `aclose` or leave its `async with`.

    It runs in a thread of its own and begins when it is first read or entered. A reader that is slower than the
    market loses only what newer events of the same market replace; `lost` counts them.
    """

    def __init__(self, watch: Watch, buffer: Buffer) -> None:
        self._watch = watch
        self._buffer = buffer
        self._began: asyncio.Future[None] | None = None
        self._closed = False
        self._taken = 0
        self._woken: asyncio.Future[None] | None = None
        self._end = weakref.finalize(self, _end_aside, watch.app)

    @property
    def lost(self) -> int:
        """How many events were replaced by newer ones of the same market before they were read."""
        return self._buffer.replaced

    @property
    def waiting(self) -> int:
        """How many events wait to be read."""
        return self._buffer.waiting

    def venues(self) -> tuple[VenueStatus, ...]:
        """Tell how each venue stands; nothing before the stream has begun."""
        return self._watch.venues() if self._running() else ()

    def snapshot(self) -> Frame:
        """Return the market as it stands, as `Watch.snapshot` does. Raises WrongUseError before it has begun."""
        if not self._running():
            raise WrongUseError("The stream is not running: read it or enter it first")
        return self._watch.snapshot()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Told:
        """Return the next event; raises ArbwatchError where the engine ended on its own."""
        if self._closed:
            raise StopAsyncIteration
        await self._begin()
        self._taken += 1
        if self._taken % TURN == 0:
            await asyncio.sleep(0)
        while (event := self._buffer.take()) is None:
            await self._more()
            if self._closed:
                raise StopAsyncIteration
        return event

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Say goodbye to the venues and stop; what waits is not read any more."""
        self._closed = True
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)
        if self._began is None:
            self._end.detach()
            return
        await asyncio.shield(asyncio.ensure_future(self._close(self._began)))

    async def _close(self, began: asyncio.Future[None]) -> None:
        await asyncio.wait([began])
        if self._end.detach() is not None:
            await asyncio.to_thread(self._watch.app.__exit__, None, None, None)

    async def _begin(self) -> None:
        if self._began is None:
            self._began = asyncio.ensure_future(asyncio.to_thread(_enter, self._watch.app))
        if not self._began.done():
            # Whoever is cancelled while it begins may still close it.
            await asyncio.shield(self._began)
        self._began.result()

    async def _more(self) -> None:
        """Wait for an event, or until it is time to see whether the engine still runs."""
        loop = asyncio.get_running_loop()
        self._woken = woken = loop.create_future()
        if not self._buffer.arm(partial(_wake, loop, woken)):
            return
        await asyncio.wait([woken], timeout=LOOK_S)
        if not woken.done() and not self._closed:
            self._look()

    def _look(self) -> None:
        engine = self._watch.app.engine
        if not engine.running:
            raise ArbwatchError(f"The engine ended: {engine.failure or 'it was stopped'}") from engine.failure

    def _running(self) -> bool:
        return self._began is not None and self._began.done() and not self._closed


def stream(
    venues: Sequence[str] | None = None,
    *,
    kinds: Collection[Kind] = KINDS,
    symbols: Sequence[str] = (),
    room: int = ROOM,
    settings: Mapping[str, object] | None = None,
    config: str | Path | None = None,
    hosts: Mapping[str, Mapping[str, str]] | None = None,
    demo: bool = False,
) -> Stream:
    """Return the events of venues: `async for event in arbwatch.stream(["..."])`.

    Events are those of `arbwatch.model`; `kinds` narrows them. While more than `room` wait to be read, newer ones
    replace older ones of the same market. The rest is as for `Watch`. Raises ArbwatchError, in one sentence.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise WrongUseError(f"kinds has {kind!r}, which is none of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    if room < 1:
        raise WrongUseError(f"room is {room}; give at least 1")
    buffer = Buffer(room)
    hear = buffer.put if set(kinds) == set(KINDS) else partial(_some, frozenset(kinds), buffer)
    watch = Watch(venues, symbols=symbols, settings=settings, config=config, hosts=hosts, demo=demo, hear=hear)
    return Stream(watch, buffer)


def _some(kinds: frozenset[str], buffer: Buffer, event: Told) -> None:
    if event.__struct_config__.tag in kinds:
        buffer.put(event)


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Future[None]) -> None:
    def settle() -> None:
        if not woken.done():
            woken.set_result(None)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the reader's loop was closed
        return


def _enter(app: App) -> None:
    app.__enter__()


def _end_aside(app: App) -> None:
    """End what nobody closed, without keeping anybody waiting."""
    try:
        threading.Thread(target=app.__exit__, args=(None, None, None), daemon=True).start()
    except RuntimeError:  # the interpreter ends
        app.__exit__(None, None, None)
