"""Find venues through entry points: built-ins and plug-ins register the same way."""

from functools import cache
from importlib.metadata import entry_points
from typing import Any

import msgspec

from arbwatch.connector.venue import Venue

GROUPS = ("arbwatch.venues",)


class Plugin(msgspec.Struct, frozen=True):
    """One registered entry point; `error` tells in words why it is skipped."""

    group: str
    name: str
    target: str
    package: str
    error: str | None


@cache
def _load() -> tuple[dict[str, type[Venue]], tuple[Plugin, ...]]:
    venues: dict[str, type[Venue]] = {}
    plugins: list[Plugin] = []
    for group in GROUPS:
        for point in sorted(entry_points(group=group), key=lambda p: p.name):
            error = None
            try:
                loaded: Any = point.load()
                if getattr(loaded, "id", None) != point.name:
                    error = f"its id is {getattr(loaded, 'id', None)!r}, the entry point says {point.name!r}"
                elif point.name in venues:
                    error = "another package registers the same id"
                else:
                    venues[point.name] = loaded
            except Exception as problem:  # noqa: BLE001 a broken plug-in may raise anything and must cost only itself
                error = f"{type(problem).__name__}: {problem}"
            package = point.dist.name if point.dist else "unknown"
            plugins.append(Plugin(group, point.name, point.value, package, error))
    return venues, tuple(plugins)


def venues() -> dict[str, type[Venue]]:
    """Return every usable venue class by id, in order of id."""
    return dict(_load()[0])


def plugins() -> tuple[Plugin, ...]:
    """Return every registered entry point, broken ones included."""
    return _load()[1]
