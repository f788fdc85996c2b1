"""Watch the same asset on many crypto markets at once and say where it is cheap and where it is dear.

    async for event in arbwatch.stream(["..."]): ...     # events, in your own event loop
    columns = arbwatch.snapshot(["..."])                 # one moment, as numpy arrays by name
    with arbwatch.Watch(["..."]) as watch: ...           # the same again and again

`docs/python.md` tells them; events are those of `arbwatch.model`. Nothing is loaded before it is used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

__all__ = ["ArbwatchError", "Stream", "Watch", "__version__", "snapshot", "stream"]

_HOMES = {
    "ArbwatchError": "arbwatch.config.errors",
    "Stream": "arbwatch.library.stream",
    "Watch": "arbwatch.library.watch",
    "snapshot": "arbwatch.library.watch",
    "stream": "arbwatch.library.stream",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'arbwatch' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
