"""Read what users write in options: lists, durations, numbers."""

import re

from arbwatch.config.errors import WrongUseError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def names(text: str | None) -> list[str] | None:
    """Split a comma-separated list; None stays None. Raises WrongUseError for an empty one."""
    if text is None:
        return None
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise WrongUseError("The list of names is empty")
    return list(dict.fromkeys(found))


def seconds(text: str, option: str) -> float:
    """Read a duration such as `10`, `10s`, `1.5m`, `500ms`. Raises WrongUseError for anything else."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)?\s*", text)
    if match is None or not (value := float(match[1]) * _UNITS[match[2] or "s"]):
        raise WrongUseError(f"{option} is {text!r}; write a duration such as 10s, 500ms or 2m")
    return value
