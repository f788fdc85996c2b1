"""Run one client in a process of its own: a Job on stdin, `ready` and then an Outcome on stdout."""

import os
import sys
from importlib import import_module

import msgspec

from benchmarks.job import Job
from benchmarks.machine import keep_to_core
from benchmarks.meter import Meter

PEERS = {
    "frames": "bare",
    "decode": "bare",
    "bare": "bare",
    "door": "door",
    "net": "net",
    "arbwatch": "product",
    "seen": "seen",
    "long": "long",
    "cryptofeed": "with_cryptofeed",
    "ccxt.pro": "with_ccxt",
    "aiohttp": "with_aiohttp",
}


def main() -> None:
    """Measure once and leave without waiting for anybody's threads."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    keep_to_core(0)
    outcome = import_module(f"benchmarks.peers.{PEERS[job.peer]}").run(job, Meter(job))
    print(msgspec.json.encode(outcome).decode(), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
