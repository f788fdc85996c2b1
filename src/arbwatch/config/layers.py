"""Read what sets settings: variables, files and flags, each value with the place it came from."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dotenv import dotenv_values

from arbwatch.config.errors import ConfigError

PREFIX = "ARBWATCH_"
NOT_SETTINGS = ("ARBWATCH_CONFIG", "ARBWATCH_DATA_DIR", "ARBWATCH_RECORDINGS", "ARBWATCH_REQUIRE")
"""Variables of ours that are no setting: where things lie, and what tests need."""
FALLBACKS = {
    "HTTPS_PROXY": ("network", "proxy"),
    "NO_PROXY": ("network", "no_proxy"),
    "SSL_CERT_FILE": ("network", "ca_file"),
}
"""Variables that other programs know too; they count where nothing else sets the same."""

Path_ = tuple[str, ...]


class Value(NamedTuple):
    """A value as it was written, and where; `variable` names the variable of ours that holds it."""

    written: Any
    origin: str
    variable: str | None = None


Layer = dict[Path_, Value]


def from_toml(file: Path) -> Layer:
    """Read a settings file. Raises ConfigError where it cannot be read."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The settings file {file} cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {file} is not valid TOML: {error}") from error
    return dict(_flat(document, (), str(file)))


def from_variables(variables: Mapping[str, str], where: str) -> Layer:
    """Read `ARBWATCH_<SECTION>__<KEY>` variables; an empty one counts as not set."""
    layer: Layer = {}
    for name, text in variables.items():
        if name.upper().startswith(PREFIX) and name.upper() not in NOT_SETTINGS and text:
            path = tuple(name[len(PREFIX) :].lower().split("__"))
            layer[path] = Value(text, f"{where} {name}", name)
    return layer


def from_fallbacks(variables: Mapping[str, str]) -> Layer:
    """Read the variables that other programs know too, in capitals or not."""
    layer: Layer = {}
    for name, path in FALLBACKS.items():
        for spelling in (name, name.lower()):
            if variables.get(spelling):
                layer.setdefault(path, Value(variables[spelling], spelling))
    return layer


def from_flags(flags: Mapping[str, object], origin: str = "the command line") -> Layer:
    """Read values given on the command line, or by a program, by dotted name; None is a flag not given."""
    return {tuple(key.split(".")): Value(value, origin) for key, value in flags.items() if value is not None}


def dotenv(folder: Path) -> dict[str, str]:
    """Read the variables of `.env` in a folder; none where there is no such file."""
    file = folder / ".env"
    if not file.is_file():
        return {}
    return {name: value for name, value in dotenv_values(file, interpolate=False).items() if value is not None}


def merged(layers: Iterable[Layer]) -> Layer:
    """Lay layers over each other: later ones win."""
    result: Layer = {}
    for layer in layers:
        result.update(layer)
    return result


def nested(layer: Layer) -> dict[str, Any]:
    """Turn dotted values into tables within tables."""
    top: dict[str, Any] = {}
    for path, value in sorted(layer.items(), key=lambda item: len(item[0])):
        table = top
        for name in path[:-1]:
            inner = table.setdefault(name, {})
            if not isinstance(inner, dict):
                break
            table = inner
        else:
            table.setdefault(path[-1], {} if value.written == {} else value.written)
    return top


def _flat(table: Mapping[str, Any], path: Path_, origin: str) -> Iterable[tuple[Path_, Value]]:
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, (*path, name), origin)
        else:
            yield (*path, name), Value(value, origin)


def process_environment() -> dict[str, str]:
    """Return the environment of this process."""
    return dict(os.environ)
