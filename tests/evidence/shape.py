"""The skeleton of JSON messages: which fields, of which JSON types, numbers written how."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

NUMBER = re.compile(r"-?\d+(?:\.(\d+))?")
LABELS = ("filterType", "rateLimitType")
"""Fields that tell the elements of a list apart."""


class Field(NamedTuple):
    """How one field was seen."""

    types: frozenset[str]
    decimals: frozenset[int]
    """Of numbers written as strings."""
    always: bool
    """In every message that holds its parent."""


def skeleton(messages: Iterable[Any]) -> dict[str, Field]:
    """Return every path of `messages` (data.b[][0], filters[LOT_SIZE].stepSize) with how it was seen."""
    types: dict[str, set[str]] = {}
    decimals: dict[str, set[int]] = {}
    seen: dict[str, int] = {}
    parents: dict[str, int] = {}

    def walk(path: str, value: Any) -> None:
        seen[path] = seen.get(path, 0) + 1
        kind, places = _kind(value)
        types.setdefault(path, set()).add(kind)
        if places is not None:
            decimals.setdefault(path, set()).add(places)
        if isinstance(value, dict):
            parents[path] = parents.get(path, 0) + 1
            for key, inner in value.items():
                walk(f"{path}.{key}".lstrip("."), inner)
        elif isinstance(value, list):
            pair = bool(value) and len(value) == 2 and all(isinstance(inner, str) for inner in value)
            for place, inner in enumerate(value):
                walk(f"{path}[{_label(inner, str(place) if pair else '')}]", inner)

    for message in messages:
        walk("", message)
    return {
        path: Field(
            frozenset(types[path]), frozenset(decimals.get(path, ())), seen[path] == _times(path, parents, seen)
        )
        for path in seen
        if path
    }


def _times(path: str, parents: dict[str, int], seen: dict[str, int]) -> int:
    """Return how often a field's parent was there; elements of lists need not be."""
    if path.endswith("]"):
        return seen[path]
    return parents.get(path.rpartition(".")[0], 0)


def _label(value: Any, other: str) -> str:
    if isinstance(value, dict):
        for label in LABELS:
            if label in value:
                return str(value[label])
    return other


def _kind(value: Any) -> tuple[str, int | None]:
    if isinstance(value, str):
        found = NUMBER.fullmatch(value)
        return ("number in a string", len(found[1] or "")) if found else ("text", None)
    if isinstance(value, bool):
        return "boolean", None
    if isinstance(value, int | float):
        return "number", None
    return {"dict": "object", "list": "array", "NoneType": "null"}[type(value).__name__], None


def differences(recorded: dict[str, Field], simulated: dict[str, Field]) -> dict[str, str]:
    """Tell by path where the simulated shape is not the recorded one, in words."""
    found: dict[str, str] = {}
    for path in sorted(recorded.keys() | simulated.keys()):
        if any(path != other and path.startswith((other + ".", other + "[")) for other in found):
            continue  # its parent says it
        one, two = recorded.get(path), simulated.get(path)
        if one is None:
            found[path] = "only simulated"
        elif two is None:
            if one.always:
                found[path] = "only recorded"
        elif not two.types <= one.types:
            found[path] = f"recorded as {', '.join(sorted(one.types))}, simulated as {', '.join(sorted(two.types))}"
        elif len(one.decimals) == 1 and two.decimals and two.decimals != one.decimals:
            found[path] = f"recorded with {set(one.decimals)} decimals, simulated with {set(two.decimals)}"
    return found
