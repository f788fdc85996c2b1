"""Tell what the figures were taken on, and keep a process to one core."""

import os
import platform
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("arbwatch", "picows", "msgspec", "numpy", "cryptofeed", "ccxt", "aiohttp", "orjson")


def keep_to_core(index: int) -> None:
    """Run this process on one core only, where the system can do that and has one to give."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[index % len(cores)]})


def describe() -> str:
    """Return one line: cores, load, interpreter and the versions that matter."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    packages = " ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"{_processor()}, {os.cpu_count()} cores{load}; {platform.system()} {platform.release()}; "
        f"{platform.python_implementation()} {sys.version.split()[0]}; {packages}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
