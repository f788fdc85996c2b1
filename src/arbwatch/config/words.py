"""Say what is wrong with a setting: its name, its value, what is expected, the nearest right one."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from arbwatch.config.layers import Layer, Path_, Value
from arbwatch.config.settings import leaves, variable
from arbwatch.config.values import masked

_EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "string": "a text",
    "tuple": "a list of texts",
    "path": "a path",
    "model": "a table of settings",
    "dict": "a table of settings",
}
_BOUNDS = {"greater_than": "more than {gt}", "greater_than_equal": "at least {ge}", "less_than_equal": "at most {le}"}

ANY = ("<id>", "<symbol>")
"""Parts of a key that stand for any name."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known word that is most like this one: `; did you mean x?`, or nothing."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def no_such(what: str, word: str, known: Iterable[str], look: str) -> str:
    """Say that there is no such thing, with the nearest that there is and where to look."""
    near = nearest(word, known)
    return f"There is no {what} {word!r}{near}{' See' if near else '; see'} {look}"


def complaint(problem: ErrorDetails, layer: Layer) -> str:
    """Turn one finding of the settings' own check into a sentence."""
    path = tuple(str(part) for part in problem["loc"])
    path, value = _place(path, layer)
    written = masked(_plain(value.written))
    if problem["type"] == "extra_forbidden":
        return f"{_name(path, value)} = {written!r} is no setting{_nearest_setting(path, value)}"
    return f"{_name(path, value)} = {written!r} is wrong: {_expected(problem, written)}{_where(value)}"


def _place(path: Path_, layer: Layer) -> tuple[Path_, Value]:
    """Find the written value a finding is about: the finding may lead into a list, or stop at a table."""
    for end in range(len(path), 0, -1):
        if path[:end] in layer:
            return path[:end], layer[path[:end]]
    inside = {key: value for key, value in layer.items() if key[: len(path)] == path}
    return next(iter(inside.items())) if inside else (path, Value(None, "default"))


def _plain(written: Any) -> Any:
    return ", ".join(map(str, written)) if isinstance(written, (list, tuple)) else written


def _name(path: Path_, value: Value) -> str:
    return value.origin if value.variable else ".".join(path)


def _where(value: Value) -> str:
    return "" if value.variable else f" (from {value.origin})"


def _nearest_setting(path: Path_, value: Value) -> str:
    """Compare whole names, sections included, with the venue's own id standing where any may."""
    known = {
        tuple(path[place] if part in ANY and place < len(path) else part for place, part in enumerate(leaf.path))
        for leaf in leaves()
    }
    known |= {names[:-1] for names in known}
    if value.variable:
        return nearest(value.variable.upper(), [variable(names) for names in sorted(known)])
    return nearest(".".join(path), [".".join(names) for names in sorted(known)]) + _where(value)


def _expected(problem: ErrorDetails, written: str) -> str:
    kind = problem["type"]
    context: Mapping[str, Any] = problem.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        known = _choices(str(context["expected"]))
        return f"expected one of {', '.join(known)}{nearest(written.upper(), known)}"
    if kind in _BOUNDS:
        return "expected " + _BOUNDS[kind].format(**context)
    return "expected " + _EXPECTED.get(kind.split("_")[0], problem["msg"])


def _choices(expected: str) -> Sequence[str]:
    return [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
