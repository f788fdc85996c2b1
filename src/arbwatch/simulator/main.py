"""Run the simulator as a process of its own."""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from arbwatch.simulator.simulator import Simulator


def parse_fault(text: str) -> tuple[str | None, str, dict[str, Any]]:
    """Read `[venue:]fault[,key=value...]`; venue None is every one. ValueError in words where it cannot be read."""
    head, *pairs = text.split(",")
    venue, _, name = head.rpartition(":")
    arguments: dict[str, Any] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise ValueError(f"fault {text!r}: {pair!r} is not key=value")
        try:
            arguments[key] = msgspec.json.decode(value)
        except msgspec.DecodeError:
            arguments[key] = value
    return venue or None, name, arguments


async def serve(
    *,
    seed: int = 1,
    venues: Sequence[str] = ("binance_spot", "binance_perp"),
    rate: float = 1500.0,
    instruments: int = 430,
    faults: Sequence[str] = (),
    tls: tuple[str | Path, str | Path] | None = None,
    host: str = "127.0.0.1",
    ports: Mapping[str, int] | None = None,
    time_scale: float = 1.0,
    churn_s: float | None = 300.0,
    mistakes: Mapping[str, str] | None = None,
    exit_with_parent: bool = False,
) -> None:
    """Serve until cancelled, or with `exit_with_parent` until stdin closes.

    Prints one JSON line when ready: `{"venues": {id: {"rest_url": ..., "ws_url": ...}}}`. Options are those of
    `Simulator`; `faults` as `parse_fault` reads them.
    """
    parsed = [parse_fault(text) for text in faults]
    simulator = Simulator(seed, venues, rate, instruments, tls, host, ports, time_scale, churn_s, mistakes)
    try:
        urls = await simulator.start()
        for venue, name, arguments in parsed:
            for each in [venue] if venue else venues:
                await simulator.fault(each, name, **arguments)
        ready = {v: {"rest_url": url, "ws_url": url.replace("http", "ws", 1)} for v, url in urls.items()}
        sys.stdout.write(msgspec.json.encode({"venues": ready}).decode() + "\n")
        sys.stdout.flush()
        if exit_with_parent:
            await stdin_closed()
        else:
            await asyncio.Event().wait()
    finally:
        await simulator.stop()


async def stdin_closed() -> None:
    """Wait until nobody holds the other end of stdin any more."""
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=watch, name="stdin", daemon=True).start()
    await closed.wait()
